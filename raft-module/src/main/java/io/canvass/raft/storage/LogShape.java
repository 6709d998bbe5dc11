package io.canvass.raft.storage;

import java.util.ArrayList;
import java.util.List;

import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.StoredState.EpochStart;

/**
 * Where a log begins and ends and where its epochs begin: enough to know, without a read, whether an entry may follow.
 * Changes when the log is verified and then with each write; owned by one thread.
 */
final class LogShape {
    private final List<EpochStart> epochs = new ArrayList<>();
    private LogPosition base;
    private long lastIndex;

    /** @param base the place before the first entry; {@link LogPosition#ZERO} if nothing was ever dropped */
    LogShape(LogPosition base) {
        this.base = base;
        this.lastIndex = base.index();
    }

    LogPosition base() {
        return base;
    }

    /** The last entry; without entries the index of the base. */
    long lastIndex() {
        return lastIndex;
    }

    /** The epoch of the last entry; without entries that of the base. */
    long lastEpoch() {
        return epochs.isEmpty() ? base.epoch() : epochs.getLast().epoch();
    }

    LogPosition end() {
        return new LogPosition(lastEpoch(), lastIndex);
    }

    List<EpochStart> epochs() {
        return List.copyOf(epochs);
    }

    /** Whether the log has, or begins after, just this place. */
    boolean holds(LogPosition position) {
        if (position.index() < base.index() || position.index() > lastIndex) {
            return false;
        }
        long epoch = base.epoch();
        for (EpochStart start : epochs) {
            epoch = start.firstIndex() <= position.index() ? start.epoch() : epoch;
        }
        return epoch == position.epoch();
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

    /** Drops everything from {@code index} on, which is above the base. */
    void truncateFrom(long index) {
        while (!epochs.isEmpty() && epochs.getLast().firstIndex() >= index) {
            epochs.removeLast();
        }
        lastIndex = Math.min(lastIndex, index - 1);
    }

    /** Drops everything up to a place that it {@link #holds}. */
    void dropUpTo(LogPosition position) {
        long first = position.index() + 1;
        while (epochs.size() > 1 && epochs.get(1).firstIndex() <= first) {
            epochs.removeFirst();
        }
        if (lastIndex < first) {
            epochs.clear();
        } else if (epochs.getFirst().firstIndex() < first) {
            epochs.set(0, new EpochStart(epochs.getFirst().epoch(), first));
        }
        base = position;
    }

    /** Drops everything, to go on after this place. */
    void replaceBy(LogPosition position) {
        epochs.clear();
        base = position;
        lastIndex = position.index();
    }
}
