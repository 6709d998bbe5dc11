package io.canvass.kv.api.lease;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import io.canvass.kv.api.calls.ClusterCalls;
import io.canvass.kv.api.http.ClientConnection;
import io.canvass.kv.api.http.Durations;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.cluster.LeaseDeadlines;
import io.canvass.kv.cluster.QueueWatch;
import io.canvass.kv.store.KvQueries;
import io.canvass.kv.store.KvQueries.LockQueue;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.LockQueued;
import io.canvass.proto.kv.v1.LockTaken;
import io.canvass.proto.kv.v1.Refused;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.Ticket;
import jakarta.servlet.http.HttpServletRequest;

/**
 * One claim of a lock or election, from its first place in the queue to its end. It is taken only when the log says
 * so: whoever
 * waited claims it again and believes {@code LockTaken}, never what a queue looked like (etcd's locks that were not
 * looked at
 * again). For the request's own thread.
 */
final class QueueWait {
    /** So often it is looked whether the client is still there. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final HttpServletRequest request;
    private final QueueClaim claim;
    private final Parts parts;
    private final long deadlineNanos;
    /** Whether the claimant has a place in the queue: from then on a failure is not a sure "nothing happened". */
    private boolean queued;
    private long askedNanos;

    /** What claims need. */
    record Parts(ClusterCalls cluster, KvQueries reader, QueueWatch watch, LeaseDeadlines deadlines) {}

    /**
     * @param renewed whether the claimant had it before this request
     * @param askedNanos when the last claim was sent: its lease runs at least from then
     */
    record Taken(Ticket ticket, boolean renewed, long revision, long askedNanos) {}

    QueueWait(HttpServletRequest request, QueueClaim claim, Parts parts) {
        this.request = request;
        this.claim = claim;
        this.parts = parts;
        this.deadlineNanos = System.nanoTime() + claim.patience().toNanos();
    }

    /** @throws ProblemException if it was not taken: 404, 409, 503 or 504 */
    Taken take() {
        if (claim.patience().isZero()) {
            Result result = acquire(Duration.ZERO);
            return taken(result, result.getLockTaken().getRenewed());
        }
        QueueWatch.Waiting waiting = parts.watch().enter(claim.queue())
                .orElseThrow(() -> QueueProblems.tooManyWait(parts.watch().maxWaiting()).asException());
        try (waiting) {
            return waited(waiting);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw QueueProblems.standingUnknown(claim.kind(), "This node stopped.").asException();
        }
    }

    private Taken waited(QueueWatch.Waiting waiting) throws InterruptedException {
        // Of a place that waits, the lease runs as long as it may wait, too.
        Duration longer = looksFree() ? Duration.ZERO : left();
        Result result = acquire(longer);
        boolean renewed = result.getLockTaken().getRenewed();
        while (!result.hasLockTaken()) {
            LockQueued place = requireQueued(result).getLockQueued();
            if (longer.isZero() && claim.lease().isEmpty()) {
                longer = left();
                result = acquire(longer);
            } else {
                awaitTurn(waiting, place.getTicket().getToken(), result.getRevision());
                longer = Duration.ZERO;
                result = acquire(longer);
            }
        }
        if (!longer.isZero() && claim.lease().isEmpty()) {
            result = acquire(Duration.ZERO);
        }
        return taken(result, renewed);
    }

    private Taken taken(Result result, boolean renewed) {
        if (!result.hasLockTaken()) {
            throw notTaken(result);
        }
        LockTaken taken = result.getLockTaken();
        return new Taken(taken.getTicket(), renewed, result.getRevision(), askedNanos);
    }

    private Result requireQueued(Result result) {
        if (!result.hasLockQueued()) {
            throw notTaken(result);
        }
        return result;
    }

    private ProblemException notTaken(Result result) {
        if (result.hasLockQueued()) {
            // It was taken a moment ago, and the lease has ended since.
            return QueueProblems.standingUnknown(claim.kind(), "It waits again.").asException();
        }
        if (!result.hasRefused()) {
            throw new IllegalStateException("The store answered a claim with " + result.getOutcomeCase());
        }
        Refused refused = result.getRefused();
        Optional<Ticket> holder = refused.hasHolder() ? Optional.of(refused.getHolder()) : Optional.empty();
        return (switch (refused.getReason()) {
            case LOCK_HELD -> QueueProblems.held(claim.kind(), holder, left(holder), refused.getDetail());
            case QUEUE_FULL -> QueueProblems.full(claim.kind(), refused, left(holder));
            default -> LeaseProblems.of(refused);
        }).asException();
    }

    private Result acquire(Duration longer) {
        askedNanos = System.nanoTime();
        Result result = queued
                ? surely(claim.acquire(longer))
                : parts.cluster().write(claim.acquire(longer), Problem.Repeat.SAFE);
        queued |= result.hasLockQueued() || result.hasLockTaken();
        return result;
    }

    /** With a place in the queue, also a command that surely was not applied leaves the claim's outcome unknown. */
    private Result surely(Command command) {
        try {
            return parts.cluster().write(command, Problem.Repeat.SAFE);
        } catch (ProblemException e) {
            throw QueueProblems.standingUnknown(claim.kind(), e.problem().detail()).asException();
        }
    }

    /** By what this node has applied, which may be old: wrong is only slower. */
    private boolean looksFree() {
        return parts.reader().lock(claim.kind().space(), claim.name(), 1).holder()
                .map(holder -> holder.getOwner().toStringUtf8().equals(claim.claimant()))
                .orElse(true);
    }

    /**
     * Returns when it seems to be this token's turn.
     *
     * @param revision of the answer that gave the place; what this node has applied before says nothing of it
     * @throws ProblemException when the waiting is over; the place is given up then
     */
    private void awaitTurn(QueueWatch.Waiting waiting, long token, long revision) throws InterruptedException {
        while (!isTurn(token, revision)) {
            long left = deadlineNanos - System.nanoTime();
            if (waiting.isOver()) {
                giveUp(token);
                throw QueueProblems.draining(claim.kind()).asException();
            }
            if (left <= 0 || ClientConnection.isGone(request)) {
                throw timeIsOver(giveUp(token));
            }
            waiting.await(Math.min(left, LOOK_NANOS));
        }
        if (ClientConnection.isGone(request)) {
            throw timeIsOver(giveUp(token));
        }
    }

    private boolean isTurn(long token, long revision) {
        LockQueue queue = parts.reader().lock(claim.kind().space(), claim.name(), 1);
        return queue.revision() >= revision
                && queue.holder().map(holder -> holder.getToken() >= token).orElse(true);
    }

    /** Who holds it now. */
    private Optional<Ticket> giveUp(long token) {
        Result result = surely(QueueClaim.release(claim.kind(), claim.name(), token));
        if (result.hasLockReleased()) {
            return result.getLockReleased().hasHolder()
                    ? Optional.of(result.getLockReleased().getHolder())
                    : Optional.empty();
        }
        return result.getRefused().hasHolder() ? Optional.of(result.getRefused().getHolder()) : Optional.empty();
    }

    private ProblemException timeIsOver(Optional<Ticket> holder) {
        return QueueProblems.held(claim.kind(), holder, left(holder), "It did not come free within "
                        + Durations.format(claim.patience()) + "; the place in the queue was given up.")
                .asException();
    }

    private Duration left() {
        return Duration.ofNanos(Math.max(1_000_000, deadlineNanos - System.nanoTime()));
    }

    private Map<Long, Long> left(Optional<Ticket> holder) {
        return parts.deadlines().remainingMillis(
                holder.stream().map(Ticket::getLease).toList(), LeaseDeadlines.Whom.LEADER);
    }
}
