package io.canvass.kv.store;

import java.util.List;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.Authority;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Grant;
import io.canvass.proto.kv.v1.PrincipalDelete;
import io.canvass.proto.kv.v1.PrincipalPut;
import io.canvass.proto.kv.v1.Right;
import io.canvass.proto.kv.v1.RoleDelete;
import io.canvass.proto.kv.v1.RolePut;
import io.canvass.raft.core.Bytes;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Commands about rights, and other commands on behalf of those that have some. */
final class RandomRights {
    private static final Arbitrary<String> ROLES = Arbitraries.of("r", "s");
    private static final Arbitrary<String> PRINCIPALS = Arbitraries.of("p", "q");

    private RandomRights() {}

    static Arbitrary<Command> commands(List<Bytes> keys) {
        return Arbitraries.oneOf(
                rolePuts(keys),
                rolePuts(keys),
                ROLES.map(name -> Command.newBuilder()
                        .setRoleDelete(RoleDelete.newBuilder().setName(name))
                        .build()),
                principalPuts(),
                principalPuts(),
                PRINCIPALS.map(name -> Command.newBuilder()
                        .setPrincipalDelete(PrincipalDelete.newBuilder().setName(name))
                        .build()));
    }

    private static Arbitrary<Command> rolePuts(List<Bytes> keys) {
        Arbitrary<ByteString> prefixes = Arbitraries.oneOf(
                Arbitraries.just(ByteString.EMPTY), Arbitraries.of(keys).map(TestLog::string));
        Arbitrary<Grant> grants = Combinators.combine(
                        Arbitraries.of(Right.RIGHT_READ, Right.RIGHT_WRITE, Right.RIGHT_WRITE, Right.RIGHT_LOCK), prefixes)
                .as((right, prefix) -> Grant.newBuilder().setRight(right).setPrefix(prefix).build());
        Arbitrary<Grant> any = Arbitraries.frequencyOf(
                Tuple.of(9, grants),
                Tuple.of(1, Arbitraries.just(
                        Grant.newBuilder().setRight(Right.RIGHT_ADMIN).build())));
        return Combinators.combine(ROLES, any.list().ofMinSize(1).ofMaxSize(4))
                .as((name, list) -> Command.newBuilder()
                        .setRolePut(RolePut.newBuilder().setName(name).addAllGrant(list))
                        .build());
    }

    private static Arbitrary<Command> principalPuts() {
        return Combinators.combine(
                        PRINCIPALS, ROLES.list().uniqueElements().ofMinSize(1).ofMaxSize(2),
                        Arbitraries.of("", "dns:a", "dns:b"), Arbitraries.of(true, false))
                .as((name, roles, certificate, mustBeNew) -> {
                    PrincipalPut.Builder put =
                            PrincipalPut.newBuilder().setName(name).addAllRole(roles).setMustBeNew(mustBeNew);
                    if (certificate.isEmpty()) {
                        put.setTokenHash(ByteString.copyFrom(new byte[AuthValidity.HASH_BYTES]));
                    } else {
                        put.setCertificate(certificate);
                    }
                    return Command.newBuilder().setPrincipalPut(put).build();
                });
    }

    /** Some of the commands come from a principal, which may not exist, or not any more. */
    static Arbitrary<Command> onBehalf(Arbitrary<Command> commands) {
        return Combinators.combine(commands, Arbitraries.of("", "", "p", "q"), Arbitraries.longs().between(0, 12))
                .as((command, who, revision) -> who.isEmpty()
                        ? command
                        : command.toBuilder()
                                .setAuthority(Authority.newBuilder()
                                        .setPrincipal(who)
                                        .setAuthRevision(revision))
                                .build());
    }
}
