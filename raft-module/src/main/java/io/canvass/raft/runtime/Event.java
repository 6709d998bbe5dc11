package io.canvass.raft.runtime;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.MemberChange;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.ResignReason;
import io.canvass.raft.core.Token;
import io.canvass.raft.storage.Damage;
import io.canvass.raft.transport.Transport;
import org.jspecify.annotations.Nullable;

/** What the core's thread takes from its inbox. It becomes an input, with the time at which it is taken up. */
sealed interface Event {
    record FromPeer(Transport.Inbound inbound) implements Event {}

    record Proposed(Bytes command, ProposalOutcome outcome) implements Event {}

    /** @param byLease whether a lease is enough; completed, before the other, with whether it was one */
    record ReadAsked(CompletableFuture<Long> applied, @Nullable CompletableFuture<Boolean> byLease) implements Event {}

    record Durable(Token token) implements Event {}

    record StoreFailed(Failure failure) implements Event {
        StoreFailed(String what, Throwable cause) {
            this(Failure.of(what, cause));
        }
    }

    record EntriesRead(ReplicaKey peer, long session, List<Entry> entries) implements Event {}

    /** A part of a snapshot that is on the disk and sound. */
    record SnapshotPart(Transport.Inbound inbound, Message.SnapshotRequest part) implements Event {}

    /** The sender of a snapshot ended. */
    record SnapshotEnded(ReplicaKey peer, long session, SnapshotSender.Ending how) implements Event {}

    /** What a copy of the state up to this index stands for. */
    record BaseAsked(long index, CompletableFuture<LogBase> base) implements Event {}

    /** The state is that of a snapshot now. */
    record Installed(LogBase base) implements Event {}

    /** The state is durable up to this index. */
    record Flushed(long index) implements Event {}

    record StreamLost(ReplicaKey peer, Lane lane) implements Event {}

    record ChangeAsked(MemberChange change, boolean force, ProposalOutcome outcome) implements Event {}

    record CheckAsked(
            MemberChange change, boolean force, CompletableFuture<Optional<MemberChange.Refusal>> judged)
            implements Event {}

    /** @param target a voter, or {@link ReplicaKey#NONE} for the one with the longest log */
    record TransferAsked(ReplicaKey target, long timeoutNanos, CompletableFuture<Void> handedOver) implements Event {}

    record ResignAsked(ResignReason reason, CompletableFuture<Void> handedOver) implements Event {}

    /** The state machine failed: the replica is done. */
    record ApplyFailed(Failure failure) implements Event {
        ApplyFailed(String what, Throwable cause) {
            this(Failure.of(what, cause));
        }
    }

    /** Somebody outside found that what this replica stores cannot be trusted. */
    record DamageFound(Failure failure) implements Event {}

    /** @param damaged whether what was stored is not what comes back */
    record Failure(String reason, boolean damaged) {
        static Failure of(String what, Throwable cause) {
            return new Failure(what + ": " + cause.getMessage(), Damage.isCauseOf(cause));
        }
    }

    record CloseAsked() implements Event {}
}
