package io.canvass.kv.api.calls;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

import com.google.protobuf.ByteString;
import io.canvass.kv.api.http.ApiLimits;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.problem.Denials;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.kv.cluster.Replication;
import io.canvass.kv.cluster.Replication.ClusterView;
import io.canvass.kv.cluster.Replication.Staleness;
import io.canvass.kv.cluster.ReplicationException;
import io.canvass.kv.cluster.ReplicationException.Reason;
import io.canvass.kv.security.DeniedException;
import io.canvass.kv.security.Security;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Refused;
import io.canvass.proto.kv.v1.Result;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.stereotype.Component;

/**
 * Waits for the cluster on behalf of a request, on the request's own virtual thread, and turns its failures into
 * problems (KV-API.md, section 8): 503 says that a write was surely not applied, 504 that nobody knows.
 */
@Component
public final class ClusterCalls {
    private final Replication replication;
    private final ApiLimits limits;
    private final KeysInFlight inFlight;
    private final Security security;

    ClusterCalls(Replication replication, ApiLimits limits, KeysInFlight inFlight, Security security) {
        this.replication = replication;
        this.limits = limits;
        this.inFlight = inFlight;
        this.security = security;
    }

    /** Who leads, as this node knows it at the moment; asks nobody. */
    public ClusterView view() {
        return replication.view();
    }

    /** Whether this node still belongs to its cluster. */
    public boolean isMember() {
        try {
            replication.requireMember();
            return true;
        } catch (ReplicationException e) {
            return false;
        }
    }

    /**
     * What apply made of the command that a request asks for; of one with an {@code Idempotency-Key}, what it made of it the
     * first time.
     *
     * @param repeat whether the same request could be sent again without harm, told if its outcome is not known; with an
     *     {@code Idempotency-Key} it always can
     * @throws ProblemException 503 or 504; 409 {@code idempotency-in-flight}, 422 {@code idempotency-key-reused}
     */
    public Result write(HttpServletRequest request, Command command, Problem.Repeat repeat) {
        Optional<ByteString> key = IdempotencyKeys.of(request);
        if (key.isEmpty()) {
            return await(begin(command), repeat);
        }
        try (KeysInFlight.Hold _ = inFlight.hold(key)) {
            Result result = await(begin(IdempotencyKeys.under(key.get(), command)), Problem.Repeat.SAFE);
            if (result.getReplayed()) {
                IdempotencyKeys.markReplayed(request);
            }
            return result;
        }
    }

    /**
     * The same for a command that is idempotent by itself, or one of several of a request: an {@code Idempotency-Key} of the
     * request does not stand for it.
     */
    public Result write(Command command, Problem.Repeat repeat) {
        return await(begin(command), repeat);
    }

    /**
     * A command of a request that makes several: without its {@code Idempotency-Key}, which stands for one. Who begins more than
     * one bounds how many. All writes of this API go through here, and none without the right to it.
     */
    public CompletableFuture<Result> begin(Command command) {
        try {
            return replication.write(security.onBehalf(command), limits.requestTimeout());
        } catch (DeniedException e) {
            return CompletableFuture.failedFuture(Denials.of(e).asException());
        } catch (ReplicationException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * What apply made of a command that was begun.
     *
     * @throws ProblemException as {@link #write}
     */
    public Result await(CompletableFuture<Result> begun, Problem.Repeat repeat) {
        try {
            Result result = join(begun);
            if (result.hasRefused() && result.getRefused().getReason() == Refused.Reason.IDEMPOTENCY_KEY_REUSED) {
                throw WriteRefusals.of(result.getRefused());
            }
            if (result.hasRefused() && result.getRefused().getReason() == Refused.Reason.FORBIDDEN) {
                throw Denials.of(security.deniedInApply(result.getRefused().getDetail())).asException();
            }
            return result;
        } catch (ReplicationException e) {
            throw writeFailed(e.reason(), message(e), repeat);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw writeFailed(Reason.OUTCOME_UNKNOWN, "This node stopped while it waited for the answer.", repeat);
        }
    }

    /**
     * Returns once a read of the local store is as fresh as asked for.
     *
     * @return what to label the answer with: a lease read that had to be confirmed is linearizable
     * @throws ProblemException 503; 400 where lease reads are off
     */
    public Consistency awaitFreshness(Consistency consistency) {
        return awaitFreshness(consistency, limits.requestTimeout());
    }

    private Consistency awaitFreshness(Consistency consistency, Duration timeout) {
        try {
            return switch (consistency) {
                case LOCAL -> {
                    replication.requireMember();
                    yield Consistency.LOCAL;
                }
                case LEASE -> {
                    requireLeaseReads();
                    boolean byLease = join(replication.awaitLease(timeout));
                    yield byLease ? Consistency.LEASE : Consistency.LINEARIZABLE;
                }
                case LINEARIZABLE -> {
                    awaitRead(beginRead(timeout));
                    yield Consistency.LINEARIZABLE;
                }
            };
        } catch (ReplicationException e) {
            throw readFailed(e.reason(), message(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw readFailed(Reason.DRAINING, "This node stopped while it waited for the leader.");
        }
    }

    /** Begins what {@link #awaitFreshness} of a linearizable read waits for. */
    public CompletableFuture<Void> beginRead() {
        return beginRead(limits.requestTimeout());
    }

    private CompletableFuture<Void> beginRead(Duration timeout) {
        try {
            return replication.awaitLinearizable(timeout);
        } catch (ReplicationException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Returns once a read that was begun may look at the local store.
     *
     * @throws ProblemException 503
     */
    public void awaitRead(CompletableFuture<Void> begun) {
        try {
            join(begun);
        } catch (ReplicationException e) {
            throw readFailed(e.reason(), message(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw readFailed(Reason.DRAINING, "This node stopped while it waited for the leader.");
        }
    }

    /**
     * Returns once a read of the local store is as fresh as asked for.
     *
     * @return what to label the answer with
     * @throws ProblemException 503
     */
    public Freshness awaitFreshness(ReadTerms terms) {
        Consistency had;
        if (terms.minRevision() == 0) {
            had = awaitFreshness(terms.consistency(), terms.timeout());
        } else {
            long startNanos = System.nanoTime();
            had = awaitFreshness(terms.consistency(), terms.timeout());
            awaitRevision(terms, terms.timeout().minusNanos(System.nanoTime() - startNanos));
        }
        if (terms.consistency() != Consistency.LOCAL) {
            return new Freshness(had, Optional.empty());
        }
        Staleness staleness = replication.staleness();
        Stalenesses.requireWithin(terms, staleness);
        return new Freshness(had, Optional.of(staleness));
    }

    private void awaitRevision(ReadTerms terms, Duration left) {
        try {
            if (!join(replication.awaitRevision(terms.minRevision(), left.isNegative() ? Duration.ZERO : left))) {
                throw Stalenesses.behind(terms, replication.view().nodeId());
            }
        } catch (ReplicationException e) {
            throw readFailed(e.reason(), message(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw readFailed(Reason.DRAINING, "This node stopped while it waited for the revision.");
        }
    }

    private void requireLeaseReads() {
        if (!replication.offersLeaseReads()) {
            throw QueryParameters.invalid("The query parameter 'consistency' is 'lease', and lease reads are off on this"
                    + " node: kv.read.lease.enabled is false. Ask for consistency=linearizable, or turn them on on all"
                    + " nodes.");
        }
    }

    /** Waits on the request's virtual thread, without a limit: replication keeps the deadline that it is given. */
    private static <T> T join(CompletableFuture<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                case null, default -> throw new IllegalStateException("Replication failed", e);
            }
        }
    }

    private ProblemException writeFailed(Reason reason, String message, Problem.Repeat repeat) {
        String undone = "The write was not applied. Send it again after a second.";
        Problem problem = switch (reason) {
            case NO_QUORUM -> Problem.of(ProblemType.NO_QUORUM, sentences(votersSeen(), message, undone));
            case OVERLOADED -> Problem.of(ProblemType.OVERLOADED, sentences("Too many writes wait.", message, undone));
            case QUOTA_EXCEEDED -> Problem.of(ProblemType.QUOTA_EXCEEDED, sentences(
                    "A disk is nearly full.", message,
                    "The write was not applied. Reads and deletes work; writes are taken again when there is room."));
            case READ_ONLY -> Problem.of(ProblemType.READ_ONLY_ALARM, sentences(
                    "The cluster takes no writes that need room.", message,
                    "The write was not applied. Reads and deletes work; writes are taken again when there is room."));
            case DAMAGED -> Problem.of(ProblemType.REPLICA_DAMAGED, sentences("This node's data is damaged.", message,
                    "The write was not applied. Send it to another node."));
            case STARTING -> Problem.of(ProblemType.STARTING, sentences("This node is starting.", message, undone));
            case DRAINING -> Problem.of(ProblemType.DRAINING, sentences("This node is stopping.", message,
                    "The write was not applied. Send it to another node."));
            case REMOVED -> removed(message);
            case UNSUPPORTED -> Problem.of(ProblemType.NOT_IMPLEMENTED, sentences(
                    "This cluster does not take this kind of write yet.", message,
                    "The write was not applied. Send it again when all nodes are upgraded."));
            case OUTCOME_UNKNOWN -> Problem.of(ProblemType.OUTCOME_UNKNOWN, sentences(
                            "The write was handed to the cluster, and its outcome is not known.", message,
                            "It may have been applied, or still be. "
                                    + (repeat == Problem.Repeat.SAFE
                                            ? "Send the very same request again: it is not applied twice."
                                            : "Read the key to learn it, or repeat the write with a precondition.")))
                    .whenRepeated(repeat);
        };
        return problem.asException();
    }

    private ProblemException readFailed(Reason reason, String message) {
        String advice = "Nothing was read. Send the request again after a second, or read with consistency=local.";
        Problem problem = switch (reason) {
            // A read has no outcome: whatever became of it, no leader confirmed it in time.
            case NO_QUORUM, OUTCOME_UNKNOWN, UNSUPPORTED ->
                Problem.of(ProblemType.NO_QUORUM, sentences(votersSeen(), message, advice));
            case OVERLOADED -> Problem.of(ProblemType.OVERLOADED, sentences("Too many reads wait.", message, advice));
            case QUOTA_EXCEEDED, READ_ONLY -> throw new IllegalStateException("A read needs no room on a disk");
            case DAMAGED -> damaged(message);
            case STARTING -> Problem.of(ProblemType.STARTING, sentences("This node is starting.", message, advice));
            case DRAINING -> Problem.of(ProblemType.DRAINING, sentences("This node is stopping.", message,
                    "Nothing was read. Send the request to another node."));
            case REMOVED -> removed(message);
        };
        return problem.asException();
    }

    /** Of a read. */
    public static Problem damaged(String message) {
        return Problem.of(ProblemType.REPLICA_DAMAGED, sentences("This node's data is damaged.", message,
                "Nothing was read. Send the request to another node."));
    }

    private static Problem removed(String message) {
        return Problem.of(ProblemType.REMOVED, sentences(message + ".", "Nothing was done.", "Send the request to a member."));
    }

    private String votersSeen() {
        Replication.VotersSeen voters = replication.votersSeen();
        String seen = replication.view().nodeId() + " sees " + voters.reachable() + " of " + voters.all() + " voters; "
                + voters.needed() + " needed.";
        return voters.reachable() < voters.needed()
                ? seen + " Writes and linearizable reads are refused."
                : seen + " No leader answered within " + limits.requestTimeout().toMillis() + " ms.";
    }

    private static String message(ReplicationException e) {
        return Objects.requireNonNullElse(e.getMessage(), "");
    }

    private static String sentences(String what, String more, String advice) {
        String said = more.strip();
        if (said.isEmpty()) {
            return what + " " + advice;
        }
        // What a part of the cluster says of itself is often half a sentence.
        return what + " " + said + (said.endsWith(".") ? " " : ". ") + advice;
    }
}
