package io.canvass.raft.storage;

import java.util.ArrayList;
import java.util.List;

import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.StoredState.EpochStart;

/**
 * Where a log ends and where its epochs begin: enough to know, without a read, whether an entry may follow. Grows
 * when the log is verified and then with each write; owned by one thread.
 */
final class LogShape {
    private final List<EpochStart> epochs = new ArrayList<>();
    private long lastIndex;

    long lastIndex() {
        return lastIndex;
    }

    /** The epoch of the last entry; 0 for an empty log, too. */
    long lastEpoch() {
        return epochs.isEmpty() ? 0 : epochs.getLast().epoch();
    }

    LogPosition end() {
        return new LogPosition(lastEpoch(), lastIndex);
    }

    List<EpochStart> epochs() {
        return List.copyOf(epochs);
    }

    /** Why no entry with this index and epoch may follow; empty if it may. */
    String objectionTo(long index, long epoch) {
        if (index != lastIndex + 1) {
            return "log entry " + index + " where " + (lastIndex + 1) + " must follow";
        }
        if (epoch < lastEpoch()) {
            return "log entry " + index + " of epoch " + epoch + " after one of epoch " + lastEpoch();
        }
        return "";
    }

    /** To be called only where {@link #objectionTo} is empty. */
    void append(long index, long epoch) {
        if (epochs.isEmpty() || epoch > lastEpoch()) {
            epochs.add(new EpochStart(epoch, index));
        }
        lastIndex = index;
    }

    /** Drops everything from {@code index} on. */
    void truncateFrom(long index) {
        while (!epochs.isEmpty() && epochs.getLast().firstIndex() >= index) {
            epochs.removeLast();
        }
        lastIndex = Math.min(lastIndex, index - 1);
    }
}
