package io.canvass.raft.storage;

import java.nio.file.Path;
import java.util.List;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.StoredState;
import io.canvass.raft.core.Token;
import org.jspecify.annotations.Nullable;

/**
 * What was found at open, held against what the state machine holds. An installation of a snapshot that a crash
 * interrupted is brought to its end here: only the applied index tells whether the state machine had switched. Not
 * thread-safe.
 */
final class Recovery {
    private static final String OTHER_TIME = "One of the two directories was replaced or restored from another time.";

    private final Path directory;
    private final LogWriter writer;
    private StoredState found;
    private @Nullable LogBase interrupted;

    /** @param interrupted the snapshot whose installation was noted when the store was opened */
    Recovery(Path directory, LogWriter writer, StoredState found, @Nullable LogBase interrupted) {
        this.directory = directory;
        this.writer = writer;
        this.found = found;
        this.interrupted = interrupted;
    }

    /** @throws StorageException if what the log is to become is not known yet */
    void requireSettled() {
        if (interrupted != null) {
            throw new StorageException("Nothing was written to " + directory + ", because the installation of a"
                    + " snapshot was interrupted and recovered() has not yet brought it to its end. This is a fault of"
                    + " Canvass; please report it.");
        }
    }

    /** See {@link RaftStore#recovered}. */
    StoredState recovered(long appliedIndex) {
        LogBase noted = interrupted;
        if (noted == null) {
            requireApplied(appliedIndex, found.lastIndex());
        } else {
            settle(noted, appliedIndex);
            interrupted = null;
        }
        return new StoredState(found.boot(), found.hardState(), found.base(), found.epochs(), found.lastIndex(),
                found.configurations(), appliedIndex, found.joined());
    }

    private void settle(LogBase noted, long appliedIndex) {
        long index = noted.position().index();
        if (appliedIndex < index) {
            requireApplied(appliedIndex, found.lastIndex());
            writer.forgetInstalling();
        } else if (writer.shape().holds(noted.position())) {
            // HAZARDS G1: what follows may be acknowledged.
            requireApplied(appliedIndex, found.lastIndex());
            begin(noted, new Effect.LogWrite(0, List.of(), noted));
        } else {
            requireApplied(appliedIndex, index);
            begin(noted, new Effect.LogWrite(1, List.of(), noted));
        }
    }

    private void begin(LogBase base, Effect.LogWrite write) {
        HardState state = found.hardState();
        // The crash may have come before the epoch was durable in which the snapshot was received. No vote of it was
        // given then: a vote is sent when it is durable.
        if (state.epoch() < base.position().epoch()) {
            state = new HardState(base.position().epoch(), ReplicaKey.NONE, ReplicaKey.NONE);
        }
        writer.write(List.of(new Effect.Persist(Token.NOTHING, state, write)));
        List<Entry> left = found.configurations().stream()
                .filter(entry -> entry.index() > writer.shape().base().index())
                .filter(entry -> entry.index() <= writer.shape().lastIndex())
                .toList();
        found = new StoredState(found.boot(), state, base, writer.shape().epochs(), writer.shape().lastIndex(), left,
                found.appliedIndex(), found.joined());
    }

    private void requireApplied(long appliedIndex, long lastIndex) {
        LogBase base = found.base();
        long dropped = base == null ? 0 : base.position().index();
        if (appliedIndex < dropped) {
            throw Refusal.of(directory, "a log that begins after index " + dropped, "one that begins at index "
                    + (appliedIndex + 1) + " or before, as this node's state machine holds the log up to index "
                    + appliedIndex + " only", "The state was lost, or is of another time, and the log no longer holds"
                    + " what it lacks. If the state's directory was moved, put it back. If not, " + remedy());
        }
        if (appliedIndex < 0 || appliedIndex > lastIndex) {
            throw Refusal.of(directory, "a log that ends at index " + lastIndex,
                    "one that holds index " + appliedIndex + ", up to which this node's state machine has applied it",
                    OTHER_TIME + " " + UnreadableException.REPLACE);
        }
    }

    /** The log is sound, so that its promises are kept if only the state is made anew; not if it is unsure which one goes with it. */
    private String remedy() {
        return interrupted == null
                ? "type: kvctl heal --data-dir " + directory.getParent() + " - then start this node again, while another"
                        + " one of its cluster runs: it fetches the state from there and keeps its log, epoch and vote."
                : "this node is to be replaced as one that lost its disk, as a snapshot was about to be installed. "
                        + UnreadableException.REPLACE;
    }
}
