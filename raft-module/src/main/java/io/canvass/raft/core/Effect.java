package io.canvass.raft.core;

import java.util.List;

import org.jspecify.annotations.Nullable;

/** What the shell is to do, in the order of the list. */
public sealed interface Effect {
    /**
     * Make durable, in one atomic and synced write: the state as it now is, and the change of the log. Reported by
     * {@link Input.Persisted}. Neighbours may be merged; order is kept.
     */
    record Persist(Token token, HardState state, LogWrite log) implements Effect {}

    /**
     * What a write does to the log: first drop everything from {@code truncateFrom} on (0: nothing), then append, then drop what is
     * at or below {@code base} (null: nothing). A log that a snapshot replaces is dropped from 1 on, and begins after its base.
     */
    record LogWrite(long truncateFrom, List<Entry> entries, @Nullable LogBase base) {
        public static final LogWrite NONE = new LogWrite(0, List.of());

        public LogWrite(long truncateFrom, List<Entry> entries) {
            this(truncateFrom, entries, null);
        }

        public LogWrite {
            entries = List.copyOf(entries);
        }
    }

    /**
     * Send, once {@code after} is durable. A message that cannot be sent is dropped.
     *
     * @param after the sequence of a {@link Token}; 0 for at once
     */
    record Send(ReplicaKey to, Lane lane, long correlation, Message message, long after) implements Effect {}

    /**
     * Read the entries from {@code from} to {@code to} for a peer, as many as fit in {@code maxBytes} but at least one, and answer with
     * {@link Input.LogRead}.
     */
    record ReadLog(ReplicaKey peer, long session, long from, long to, int maxBytes) implements Effect {}

    /** Apply entries from {@code from} to {@code to}: committed, and durable here. Each index is named once, in order. */
    record Apply(long from, long to) implements Effect {}

    /**
     * Take a snapshot of what is applied and stream it to this peer, on {@link Lane#SNAPSHOT}, each part as a
     * {@link Message.SnapshotRequest} of this epoch and session. One at a time to each peer: a later one of the same peer ends the one
     * before, and so does the end of the leadership. A stream that fails is told by {@link Input.PeerLost}.
     */
    record SendSnapshot(ReplicaKey peer, long epoch, long session) implements Effect {}

    /**
     * Put the snapshot that was received in place of the state, all of it or, after a crash, nothing; note first, durably, that the log
     * is to begin after {@code base}. Nothing is applied meanwhile. Answer with {@link Input.SnapshotInstalled}.
     */
    record InstallSnapshot(LogBase base) implements Effect {}

    /** Answer a request of this replica's own clients. */
    record Complete(long requestId, Result result) implements Effect {}

    sealed interface Result {
        /** The command is in the log at this place; its outcome is known when this index is applied. */
        record Appended(long index, long epoch) implements Result {}

        /**
         * The read is linearizable once this index is applied.
         *
         * @param byLease if clocks keep to the bound: no round confirmed it
         */
        record ReadAt(long index, boolean byLease) implements Result {
            public ReadAt(long index) {
                this(index, false);
            }
        }

        /**
         * This replica does not lead, or is handing over; surely nothing happened.
         *
         * @param leader who does, if known
         */
        record NotLeader(ReplicaKey leader, long epoch) implements Result {}

        /** The change of members was not begun; nothing has happened. */
        record ChangeRefused(MemberChange.Refusal why) implements Result {}

        /** The change of members would have been begun; nothing has happened. */
        record ChangeAllowed() implements Result {}

        /** The leader leads on, and takes proposals again. */
        record TransferFailed(Why why) implements Result {
            public enum Why {
                /** No voter of that name can take over. */
                NO_SUCH_VOTER,
                /** None was named, and none of the other voters is known to be there. */
                NO_VOTER_ANSWERS,
                /** Another is under way, or a change of members is. */
                BUSY,
                REFUSED,
                TIMED_OUT
            }
        }

        /** @param ordered whether it was told to the other to take over; else leadership ended for another reason */
        record LeadershipLeft(boolean ordered) implements Result {}

        /** More waits than the named bound; surely nothing happened. */
        record Overloaded() implements Result {}
    }

    /** The role, the epoch or the known leader changed. */
    record RoleChanged(RoleName role, long epoch, ReplicaKey leader) implements Effect {}

    /** A round of votes ended. */
    record RoundEnded(RoundSummary round) implements Effect {}

    /** A message was refused that a sound peer of this cluster never sends. To be counted and shown. */
    record Refused(ReplicaKey from, String what) implements Effect {}

    /** Going on would break a promise: stop this replica for good. */
    record Halt(String reason) implements Effect {}
}
