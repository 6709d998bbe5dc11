package io.canvass.raft.core;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/** Which epoch each index of a log has, kept as the few places where it changes. */
final class EpochRuns {
    private final List<StoredState.EpochStart> starts;

    EpochRuns(@Nullable LogBase base, List<StoredState.EpochStart> stored) {
        starts = new ArrayList<>();
        if (base != null) {
            replacedBy(base);
        }
        for (StoredState.EpochStart start : stored) {
            if (starts.isEmpty() || starts.getLast().epoch() < start.epoch()) {
                starts.add(start);
            }
        }
    }

    /** Nothing is left but the base itself. */
    void replacedBy(LogBase base) {
        starts.clear();
        starts.add(new StoredState.EpochStart(base.position().epoch(), base.position().index()));
    }

    /** The log begins after this place now, whose epoch stays known. */
    void compacted(LogPosition upTo) {
        while (starts.size() > 1 && starts.get(1).firstIndex() <= upTo.index()) {
            starts.removeFirst();
        }
        starts.set(0, new StoredState.EpochStart(upTo.epoch(), upTo.index()));
    }

    void appended(Entry entry) {
        if (starts.isEmpty() || starts.getLast().epoch() < entry.epoch()) {
            starts.add(new StoredState.EpochStart(entry.epoch(), entry.index()));
        } else if (starts.getLast().epoch() > entry.epoch()) {
            throw new IllegalStateException("Entry " + entry.index() + " of epoch " + entry.epoch()
                    + " follows one of epoch " + starts.getLast().epoch());
        }
    }

    void truncated(long from) {
        while (!starts.isEmpty() && starts.getLast().firstIndex() >= from) {
            starts.removeLast();
        }
    }

    /** The epoch of an index that is in the log. */
    long epochOf(long index) {
        for (int i = starts.size() - 1; i >= 0; i--) {
            if (starts.get(i).firstIndex() <= index) {
                return starts.get(i).epoch();
            }
        }
        throw new IllegalStateException("Index " + index + " is before the log");
    }

    /**
     * The last index at or below {@code limit} whose epoch is at most {@code epoch}; 0 if there is none. Two logs can only
     * agree there or before (HAZARDS F10: one round trip per epoch, not per entry).
     */
    long lastIndexUpTo(long epoch, long limit) {
        long end = limit;
        for (int i = starts.size() - 1; i >= 0; i--) {
            StoredState.EpochStart run = starts.get(i);
            if (run.epoch() <= epoch && run.firstIndex() <= end) {
                return end;
            }
            end = Math.min(end, run.firstIndex() - 1);
        }
        return 0;
    }
}
