package io.canvass.raft.runtime;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.RaftCore;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.transport.Transport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshots as the core's loop deals with them: those that are sent, the one that comes in, and the order in which it
 * takes the place of the state. A replica whose log never begins later has none. For the core's thread.
 */
final class SnapshotTraffic {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotTraffic.class);

    private final RaftCore core;
    private final Inbox inbox;
    private final LogWriter writer;
    private final Applier<?> applier;
    private final @Nullable Snapshots snapshots;
    private boolean installing;
    private @Nullable Runnable noteToWrite;

    SnapshotTraffic(
            RaftCore core, Inbox inbox, LogWriter writer, Applier<?> applier, @Nullable Snapshots snapshots) {
        this.core = core;
        this.inbox = inbox;
        this.writer = writer;
        this.applier = applier;
        this.snapshots = snapshots;
    }

    // ---- sending

    /** The log may have moved on since the state was copied: over a snapshot installed, or because it keeps little. */
    void tellBase(Event.BaseAsked asked) {
        if (asked.index() < Math.max(1, core.logBase())) {
            asked.base().completeExceptionally(new IllegalStateException("The log begins after index " + core.logBase()
                    + " and no longer knows the place " + asked.index() + " of the copy"));
        } else {
            asked.base().complete(core.baseAt(asked.index()));
        }
    }

    void send(Effect.SendSnapshot send) {
        if (snapshots == null) {
            throw new IllegalStateException("A log that never begins later leaves nobody behind");
        }
        snapshots.send(send, core.logBase());
    }

    void answered(ReplicaKey from, Message.SnapshotResponse response) {
        if (snapshots != null) {
            snapshots.answered(from, response);
        }
    }

    /** Whether the core is to be told that this one is over. */
    boolean over(Event.SnapshotEnded ended) {
        return snapshots != null && snapshots.over(ended);
    }

    void lost(ReplicaKey peer) {
        if (snapshots != null) {
            snapshots.lost(peer);
        }
    }

    /** Who does not lead sends none. */
    void endAll() {
        if (snapshots != null) {
            snapshots.endAll();
        }
    }

    // ---- taking

    void take(Transport.Inbound in, Message.SnapshotRequest part) {
        if (snapshots == null) {
            in.release();
        } else {
            snapshots.take(in, part);
        }
    }

    /** @param step gives the part to the core, which may then want the snapshot {@linkplain #install installed} */
    void stepPart(Message.SnapshotRequest part, Runnable step) {
        installing = false;
        step.run();
        if (part.last() && !installing && snapshots != null) {
            snapshots.clear();
        }
    }

    void install(LogBase base) {
        if (snapshots == null) {
            throw new IllegalStateException("Nowhere to take a snapshot from");
        }
        installing = true;
        LOG.info("A snapshot up to {} takes the place of the state", base.position());
        Snapshots from = snapshots;
        long index = base.position().index();
        Runnable then = () -> inbox.offer(new Event.Installed(base));
        noteToWrite =
                () -> writer.submitNote(base, () -> applier.install(from.directoryOf(base), index, then));
    }

    /** After what the core wanted to be written before. */
    void writeNote() {
        if (noteToWrite != null) {
            noteToWrite.run();
            noteToWrite = null;
        }
    }

    void installed(LogBase base) {
        LOG.info("The state is that of a snapshot up to {} now", base.position());
        if (snapshots != null) {
            snapshots.installed();
        }
    }
}
