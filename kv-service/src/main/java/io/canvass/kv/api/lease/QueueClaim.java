package io.canvass.kv.api.lease;

import java.io.IOException;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

import com.google.protobuf.ByteString;
import io.canvass.kv.api.http.Condition;
import io.canvass.kv.api.http.Durations;
import io.canvass.kv.api.http.KeyPath;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.http.RawPath;
import io.canvass.kv.api.json.JsonBody;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.store.ApplyLimits;
import io.canvass.kv.store.KvQueries.Change;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.LockAcquire;
import io.canvass.proto.kv.v1.LockRelease;
import io.canvass.raft.core.Bytes;
import jakarta.servlet.http.HttpServletRequest;

/**
 * What a {@code PUT} of a lock or election asks for.
 *
 * @param lease the life of what is claimed; empty: a lease of its own, of {@code ttl}
 * @param ttl zero where a lease is given
 * @param patience how long to wait for it; zero: not at all
 */
record QueueClaim(QueueKind kind, Bytes name, String claimant, OptionalLong lease, Duration ttl, Duration patience) {
    private static final String WAIT = "wait";
    private static final String TTL = "ttl";
    private static final String LEASE = "lease";

    /** @throws ProblemException 400 */
    static QueueClaim of(QueueKind kind, HttpServletRequest request, Duration maxWait) throws IOException {
        Bytes name = name(kind, request);
        QueryParameters query = QueryParameters.parse(request.getQueryString(), List.of(WAIT));
        Duration patience = query.text(WAIT)
                .map(text -> Durations.parse("The query parameter 'wait'", text, Duration.ZERO, maxWait))
                .orElse(Duration.ZERO);
        requireUnconditional(kind, request);
        JsonBody body = JsonBody.read(request, List.of(kind.claimant(), TTL, LEASE));
        String claimant = body.required(kind.claimant());
        requireName(kind, claimant);
        Optional<String> ttl = body.text(TTL);
        Optional<String> lease = body.text(LEASE);
        if (ttl.isPresent() == lease.isPresent()) {
            throw QueryParameters.invalid("The body must have either 'ttl', for a lease of the " + kind.noun()
                    + "'s own, or 'lease', for one that exists; it has " + (ttl.isPresent() ? "both." : "neither."));
        }
        return new QueueClaim(
                kind,
                name,
                claimant,
                lease.isPresent() ? OptionalLong.of(LeaseRequests.id(lease.get())) : OptionalLong.empty(),
                ttl.map(LeaseRequests::ttl).orElse(Duration.ZERO),
                patience);
    }

    /** @throws ProblemException 400 {@code invalid-key} */
    static Bytes name(QueueKind kind, HttpServletRequest request) {
        return KeyPath.text(RawPath.of(request).substring(kind.root().length()), ApplyLimits.MAX_NAME_BYTES);
    }

    private static void requireUnconditional(QueueKind kind, HttpServletRequest request) {
        if (!(Condition.of(request) instanceof Condition.None)) {
            throw QueryParameters.invalid("If-Match and If-None-Match are not for taking a " + kind.noun() + ": 201 says that it"
                    + " was taken, 200 that the same " + kind.claimant() + " has it still, by the same token.");
        }
    }

    private static void requireName(QueueKind kind, String claimant) {
        int bytes;
        try {
            bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(claimant)).remaining();
        } catch (CharacterCodingException e) {
            throw QueryParameters.invalid("The body's member '" + kind.claimant() + "' holds half of a character.");
        }
        if (bytes < 1 || bytes > ApplyLimits.MAX_NAME_BYTES) {
            throw QueryParameters.invalid("The body's member '" + kind.claimant() + "' has " + bytes + " bytes of UTF-8. It must"
                    + " have 1 to " + ApplyLimits.MAX_NAME_BYTES + ".");
        }
    }

    Change.Lock queue() {
        return new Change.Lock(kind.space(), name);
    }

    /** @param longer so much longer than its TTL the lease is to run, if it is one of the claim's own */
    Command acquire(Duration longer) {
        LockAcquire.Builder acquire = LockAcquire.newBuilder()
                .setSpace(kind.space())
                .setName(ByteString.copyFrom(name.array()))
                .setOwner(ByteString.copyFromUtf8(claimant))
                .setWait(!patience.isZero());
        lease.ifPresentOrElse(
                acquire::setLease,
                () -> acquire.setTtlMillis(Math.min(ttl.plus(longer).toMillis(), ApplyLimits.MAX_TTL_MILLIS)));
        return Command.newBuilder().setLockAcquire(acquire).build();
    }

    static Command release(QueueKind kind, Bytes name, long token) {
        return Command.newBuilder()
                .setLockRelease(LockRelease.newBuilder()
                        .setSpace(kind.space())
                        .setName(ByteString.copyFrom(name.array()))
                        .setToken(token))
                .build();
    }
}
