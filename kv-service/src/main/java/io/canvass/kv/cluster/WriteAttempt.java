package io.canvass.kv.cluster;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import com.google.protobuf.InvalidProtocolBufferException;
import io.canvass.kv.cluster.ReplicationException.Reason;
import io.canvass.kv.logging.RequestScope;
import io.canvass.kv.tracing.Spans;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.WriteResponse;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.runtime.Applied;
import io.canvass.raft.runtime.RaftException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One write, from the moment it is asked until its future is complete. It is tried again only while it surely was not applied:
 * {@link HandedOver} is entered before a leader may have seen it, and left only on a sure "no".
 */
final class WriteAttempt {
    private static final Logger LOG = LoggerFactory.getLogger(WriteAttempt.class);

    private final Context context;
    private final Bytes command;
    /** Threads of the replica and of gRPC, on which it goes on, work for nobody. */
    private final String requestId = RequestScope.current();
    private final String span;
    private final int requiredVersion;
    /** Kept only where it may keep a lease alive. */
    private final Optional<Command> keepAlive;
    private final long timeoutNanos;
    private final long deadlineNanos;
    private final Backoff backoff = new Backoff();
    private final CompletableFuture<Result> result = new CompletableFuture<>();
    /** Set before anything else happens. */
    private Delays.Delayed deadline = Delays.Delayed.NONE;

    private final AtomicReference<Stage> stage =
            new AtomicReference<>(new Waiting(Reason.NO_QUORUM, "no leader was asked yet"));

    /** What all writes of a node share. */
    record Context(
            String nodeId,
            RaftAccess raft,
            ForwardClient forwards,
            NodeGate gate,
            Delays delays,
            VersionGate versions,
            KeepAlives keepAlives,
            Spans spans) {
        /** Without traces. */
        Context(
                String nodeId,
                RaftAccess raft,
                ForwardClient forwards,
                NodeGate gate,
                Delays delays,
                VersionGate versions,
                KeepAlives keepAlives) {
            this(nodeId, raft, forwards, gate, delays, versions, keepAlives, Spans.OFF);
        }
    }

    /** Compared by identity: each try is a stage of its own, so that the end of one try never ends another. */
    private sealed interface Stage {}

    /** No leader has it. */
    private static final class Waiting implements Stage {
        private final Reason reason;
        private final String lastRefusal;

        /** @param reason why the write fails if its time is up meanwhile */
        Waiting(Reason reason, String lastRefusal) {
            this.reason = reason;
            this.lastRefusal = lastRefusal;
        }

        String said(String waited) {
            return reason == Reason.NO_QUORUM ? "No leader took the write " + waited + ": " + lastRefusal : lastRefusal;
        }
    }

    /** A leader may have it. */
    private static final class HandedOver implements Stage {
        private volatile Optional<ForwardCall> call = Optional.empty();

        boolean withdraw() {
            return call.map(ForwardCall::withdraw).orElse(false);
        }
    }

    private static final class Done implements Stage {}

    private static final Done DONE = new Done();

    WriteAttempt(Context context, Command command, long timeoutNanos) {
        this.context = context;
        this.span = context.spans().current();
        this.command = Bytes.wrap(command.toByteArray());
        this.requiredVersion = context.versions().requiredVersion(command);
        this.keepAlive = Optional.of(command).filter(context.keepAlives()::concern);
        this.timeoutNanos = timeoutNanos;
        this.deadlineNanos = context.delays().nanoTime() + timeoutNanos;
    }

    /** Called once. */
    CompletableFuture<Result> start() {
        deadline = context.delays().after(timeoutNanos, this::timedOut);
        propose();
        return result;
    }

    private void propose() {
        if (!(stage.get() instanceof Waiting waiting)) {
            return;
        }
        if (context.gate().state() == NodeGate.State.DRAINING) {
            fail(waiting, Reason.DRAINING, "This node stops; the write was not begun");
            return;
        }
        Optional<VersionGate.Refusal> tooNew = tooNewForMembers();
        if (tooNew.isPresent()) {
            tooNew(waiting, tooNew.get());
            return;
        }
        HandedOver handedOver = new HandedOver();
        if (!stage.compareAndSet(waiting, handedOver)) {
            return;
        }
        CompletableFuture<Applied<Result>> proposal = keepAlive
                .map(renewing -> context.keepAlives().during(renewing, this::proposeHere))
                .orElseGet(this::proposeHere);
        // An answer that is there already is dealt with here. One that comes later comes on a thread of the replica, which must
        // not be kept: a success only completes a future, everything else goes elsewhere.
        boolean immediate = proposal.isDone();
        CompletableFuture<?> _ = proposal.whenComplete((applied, failure) -> {
            if (failure == null) {
                succeed(handedOver, applied.result());
            } else if (immediate) {
                refused(handedOver, failure);
            } else {
                try (RequestScope _ = RequestScope.open(requestId)) {
                    context.delays().execute(() -> refused(handedOver, failure));
                }
            }
        });
    }

    /** Another node that leads asks for itself. */
    private Optional<VersionGate.Refusal> tooNewForMembers() {
        return context.raft().leadership().here()
                ? VersionGate.refusal(requiredVersion, context.raft().configuration())
                : Optional.empty();
    }

    private void tooNew(Waiting waiting, VersionGate.Refusal refusal) {
        if (refusal.passing()) {
            again(waiting, Reason.UNSUPPORTED, refusal.why());
        } else {
            fail(waiting, Reason.UNSUPPORTED, refusal.why());
        }
    }

    private CompletableFuture<Applied<Result>> proposeHere() {
        try {
            return context.raft().propose(command);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void refused(HandedOver handedOver, Throwable failure) {
        switch (Failures.causeOf(failure)) {
            case RaftException.NotLeader notLeader -> notLeader(handedOver, notLeader);
            case RaftException.Superseded superseded -> tryAgain(handedOver, Failures.messageOf(superseded));
            case RaftException.Overloaded overloaded -> fail(handedOver, Reason.OVERLOADED, Failures.messageOf(overloaded));
            case RaftException.Stopped stopped -> fail(handedOver, Failures.ofStopped(context.raft()), Failures.messageOf(stopped));
            case RaftException.OutcomeUnknown unknown -> fail(handedOver, Reason.OUTCOME_UNKNOWN, Failures.messageOf(unknown));
            case Throwable other ->
                fail(handedOver, Reason.OUTCOME_UNKNOWN, "The write ended in an error that says nothing of its outcome: " + other);
        }
    }

    private void notLeader(HandedOver handedOver, RaftException.NotLeader answer) {
        ReplicaKey leader = answer.leader();
        if (leader.isNone() || leader.nodeId().equals(context.nodeId())) {
            tryAgain(handedOver, Failures.messageOf(answer));
        } else if (stage.get() == handedOver) {
            LOG.debug("The write goes to {}, which leads", leader.nodeId());
            Spans.Work forward = context.spans().ask("forward", span).tag("kv.leader", leader.nodeId());
            ForwardCall call = context.forwards().send(leader.nodeId(), command, deadlineNanos, forward.told());
            handedOver.call = Optional.of(call);
            CompletableFuture<?> _ = call.result().thenAccept(end -> {
                forward.end();
                try (RequestScope _ = RequestScope.open(requestId)) {
                    forwarded(handedOver, end);
                }
            });
        }
    }

    private void forwarded(HandedOver handedOver, Forwarded end) {
        switch (end) {
            case Forwarded.Answered answered -> answered(handedOver, answered.response());
            case Forwarded.NotSent notSent -> tryAgain(handedOver, notSent.why());
            case Forwarded.Overloaded overloaded -> fail(handedOver, Reason.OVERLOADED, overloaded.bound());
            case Forwarded.Lost lost ->
                fail(handedOver, Reason.OUTCOME_UNKNOWN, lost.why() + "; the write may or may not be applied");
        }
    }

    private void answered(HandedOver handedOver, WriteResponse response) {
        String detail = response.getDetail();
        switch (response.getRefusal()) {
            case NONE -> parsed(handedOver, response);
            case NOT_LEADER, SUPERSEDED, STOPPING -> tryAgain(handedOver, detail);
            case OVERLOADED -> fail(handedOver, Reason.OVERLOADED, detail);
            case QUOTA_EXCEEDED ->
                fail(handedOver, response.getReadOnly() ? Reason.READ_ONLY : Reason.QUOTA_EXCEEDED, detail);
            // Nothing was written, and asking again would not help: no leader of this cluster takes it.
            case INVALID -> fail(handedOver, Reason.NO_QUORUM, detail);
            case TOO_NEW -> fail(handedOver, Reason.UNSUPPORTED, detail);
            case VERSIONS_UNKNOWN -> again(handedOver, Reason.UNSUPPORTED, detail);
            case OUTCOME_UNKNOWN -> fail(handedOver, Reason.OUTCOME_UNKNOWN, detail);
            case UNRECOGNIZED ->
                fail(handedOver, Reason.OUTCOME_UNKNOWN, "The leader answered in a way that this version does not know");
        }
    }

    private void parsed(HandedOver handedOver, WriteResponse response) {
        try {
            succeed(handedOver, Result.parseFrom(response.getResult()));
        } catch (InvalidProtocolBufferException e) {
            fail(handedOver, Reason.OUTCOME_UNKNOWN, "The write was applied, but the leader's answer cannot be read: " + Failures.messageOf(e));
        }
    }

    /** Only after a sure "not applied". */
    private void tryAgain(HandedOver handedOver, String why) {
        again(handedOver, Reason.NO_QUORUM, why);
    }

    private void again(Stage expected, Reason reason, String why) {
        if (stage.compareAndSet(expected, new Waiting(reason, why))) {
            LOG.debug("The write is tried again: {}", why);
            context.delays().after(backoff.nextNanos(), this::propose);
        }
    }

    private void timedOut() {
        String waited = "within " + TimeUnit.NANOSECONDS.toMillis(timeoutNanos) + " ms";
        boolean ended = false;
        while (!ended) {
            Stage now = stage.get();
            ended = switch (now) {
                case Waiting waiting ->
                    fail(waiting, waiting.reason, waiting.said(waited));
                case HandedOver handedOver when handedOver.withdraw() ->
                    fail(handedOver, Reason.NO_QUORUM, "The leader could not be reached " + waited + "; the write was not sent");
                case HandedOver handedOver ->
                    fail(
                            handedOver,
                            Reason.OUTCOME_UNKNOWN,
                            "The write was not confirmed " + waited + "; it may or may not be applied");
                case Done _ -> true;
            };
        }
    }

    private void succeed(HandedOver handedOver, Result answer) {
        if (stage.compareAndSet(handedOver, DONE)) {
            deadline.cancel();
            result.complete(answer);
        }
    }

    private boolean fail(Stage expected, Reason reason, String message) {
        boolean first = stage.compareAndSet(expected, DONE);
        if (first) {
            deadline.cancel();
            result.completeExceptionally(new ReplicationException(reason, message));
        }
        return first;
    }
}
