package io.canvass.kv.store;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.TreeSet;

import io.canvass.kv.store.Principal.Credential;
import io.canvass.proto.kv.v1.AuthChanged;
import io.canvass.proto.kv.v1.Authority;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.PrincipalPut;
import io.canvass.proto.kv.v1.Refused;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.RolePut;
import io.canvass.raft.core.Bytes;
import org.rocksdb.RocksDBException;

/**
 * Roles and principals in a {@link Draft}, and whether a command may be applied on behalf of one. Judged here, in the order of
 * the log, so that no write of a principal is applied behind the entry that took its right away, whichever node it came in by
 * and however far behind that node was.
 */
final class Auth {
    private final Draft draft;
    private AuthState state;

    Auth(Draft draft, AuthState before) {
        this.draft = draft;
        state = before;
    }

    /** As this draft leaves them. */
    AuthState state() {
        return state;
    }

    /** Why a command is not applied on behalf of whom it names; empty if it is, or names nobody. */
    Optional<Refused> problem(Command command) {
        if (!command.hasAuthority()) {
            return Optional.empty();
        }
        Optional<Principal> author = author(command.getAuthority());
        if (author.isEmpty()) {
            return Optional.of(forbidden("The principal '" + command.getAuthority().getPrincipal()
                    + "' was deleted, or is another one by now."));
        }
        for (Need need : CommandNeeds.of(command)) {
            if (!state.grants(author.get(), need)) {
                return Optional.of(forbidden(
                        "The principal '" + author.get().name() + "' lacks " + need.describe() + "."));
            }
        }
        return Optional.empty();
    }

    private Optional<Principal> author(Authority authority) {
        return state.author(authority.getPrincipal(), authority.getAuthRevision());
    }

    /** @param command one that {@link #problem} has nothing against */
    Leases.Author leaseAuthor(Command command) {
        if (!command.hasAuthority()) {
            return Leases.Author.ANYBODY;
        }
        boolean admin = author(command.getAuthority())
                .filter(author -> state.grants(author, Need.of(Right.ADMIN)))
                .isPresent();
        return new Leases.Author(command.getAuthority().getPrincipal(), admin);
    }

    private static Refused forbidden(String detail) {
        return Refusals.of(Refused.Reason.FORBIDDEN, detail).build();
    }

    Result.Builder put(RolePut put) throws RocksDBException {
        Role role = new Role(put.getName(), put.getGrantList().stream().map(Auth::grant).toList());
        boolean existed = state.roles().containsKey(role.name());
        if (!existed && state.roles().size() >= ApplyLimits.MAX_ROLES) {
            return refused(Refusals.bound(
                    Refused.Reason.TOO_MANY_ROLES, ApplyLimits.MAX_ROLES, state.roles().size(),
                    "There are as many roles as there may be."));
        }
        byte[] row = AuthRows.encode(role);
        draft.putRow(SystemLayout.auth(SystemLayout.ROLE, role.name()), row);
        return changed(state.with(role), HashChain.Event.ROLE_PUT, role.name(), row, existed);
    }

    private static Role.Grant grant(io.canvass.proto.kv.v1.Grant grant) {
        Right right = Right.of(grant.getRight())
                .orElseThrow(() -> new IllegalStateException("Validity lets no unknown right pass"));
        return new Role.Grant(right, Bytes.wrap(grant.getPrefix().toByteArray()));
    }

    Result.Builder deleteRole(String name) throws RocksDBException {
        if (!state.roles().containsKey(name)) {
            return refused(missing(name));
        }
        Optional<String> user = state.principals().values().stream()
                .filter(principal -> principal.roles().contains(name))
                .map(Principal::name)
                // The same one on every replica: a map has no order.
                .min(String::compareTo);
        if (user.isPresent()) {
            return refused(Refusals.of(
                            Refused.Reason.ROLE_IN_USE,
                            "The principal '" + user.get() + "', perhaps among others, has the role '" + name + "'.")
                    .build());
        }
        draft.deleteRow(SystemLayout.auth(SystemLayout.ROLE, name));
        return changed(state.withoutRole(name), HashChain.Event.ROLE_DELETED, name, new byte[0], true);
    }

    Result.Builder put(PrincipalPut put) throws RocksDBException {
        Optional<Refused> refused = whyNot(put);
        if (refused.isPresent()) {
            return refused(refused.get());
        }
        Principal principal = new Principal(
                put.getName(),
                put.hasTokenHash()
                        ? new Credential.Token(Bytes.wrap(put.getTokenHash().toByteArray()))
                        : new Credential.Certificate(put.getCertificate()),
                put.getRoleList(),
                put.getExpiresMillis(),
                draft.system().timeMillis,
                state.revision() + 1);
        boolean existed = state.principal(put.getName()).isPresent();
        byte[] row = AuthRows.encode(principal);
        draft.putRow(SystemLayout.auth(SystemLayout.PRINCIPAL, principal.name()), row);
        return changed(state.with(principal), HashChain.Event.PRINCIPAL_PUT, principal.name(), row, existed);
    }

    private Optional<Refused> whyNot(PrincipalPut put) {
        Optional<Principal> before = state.principal(put.getName());
        if (before.isPresent() && put.getMustBeNew()) {
            return Optional.of(Refusals.of(
                            Refused.Reason.PRINCIPAL_EXISTS, "There is a principal '" + put.getName() + "' already.")
                    .build());
        }
        if (before.isEmpty() && state.principals().size() >= ApplyLimits.MAX_PRINCIPALS) {
            return Optional.of(Refusals.bound(
                    Refused.Reason.TOO_MANY_PRINCIPALS, ApplyLimits.MAX_PRINCIPALS, state.principals().size(),
                    "There are as many principals as there may be."));
        }
        for (String role : new TreeSet<>(put.getRoleList())) {
            if (!state.roles().containsKey(role)) {
                return Optional.of(missing(role));
            }
        }
        return put.hasCertificate()
                ? state.ofCertificate(put.getCertificate())
                        .filter(other -> !other.name().equals(put.getName()))
                        .map(other -> Refusals.of(
                                        Refused.Reason.CERTIFICATE_TAKEN,
                                        "The principal '" + other.name() + "' is told by that certificate.")
                                .build())
                : Optional.empty();
    }

    private static Refused missing(String role) {
        return Refusals.of(Refused.Reason.ROLE_NOT_FOUND, "There is no role '" + role + "'.").build();
    }

    Result.Builder deletePrincipal(String name) throws RocksDBException {
        if (state.principal(name).isEmpty()) {
            return refused(Refusals.of(Refused.Reason.PRINCIPAL_NOT_FOUND, "There is no principal '" + name + "'.")
                    .build());
        }
        draft.deleteRow(SystemLayout.auth(SystemLayout.PRINCIPAL, name));
        return changed(state.withoutPrincipal(name), HashChain.Event.PRINCIPAL_DELETED, name, new byte[0], true);
    }

    private Result.Builder changed(
            AuthState after, HashChain.Event event, String name, byte[] row, boolean existed) {
        state = after;
        draft.system().authRevision = after.revision();
        draft.fold(event, name.getBytes(StandardCharsets.UTF_8), after.revision(), row.length);
        draft.fold(event, row, after.revision(), 0);
        return Result.newBuilder()
                .setAuthChanged(AuthChanged.newBuilder()
                        .setAuthRevision(after.revision())
                        .setExisted(existed));
    }

    private static Result.Builder refused(Refused refused) {
        return Result.newBuilder().setRefused(refused);
    }
}
