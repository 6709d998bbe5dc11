package io.canvass.raft.script;

import java.util.ArrayList;
import java.util.List;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.StoredState;

/** A disk that syncs when it is told, and forgets what it was not told to sync. */
final class ScriptedDisk {
    private HardState hardState = HardState.INITIAL;
    private final List<Entry> log = new ArrayList<>();
    private final List<Effect.Persist> unsynced = new ArrayList<>();
    private long boot;
    private boolean slow;

    ScriptedDisk(Entry bootstrap) {
        log.add(bootstrap);
    }

    StoredState open() {
        boot++;
        List<StoredState.EpochStart> epochs = new ArrayList<>();
        List<Entry> configurations = new ArrayList<>();
        for (Entry entry : log) {
            if (epochs.isEmpty() || epochs.getLast().epoch() < entry.epoch()) {
                epochs.add(new StoredState.EpochStart(entry.epoch(), entry.index()));
            }
            if (entry.kind() == EntryKind.CONFIGURATION) {
                configurations.add(entry);
            }
        }
        return new StoredState(boot, hardState, epochs, log.size(), configurations, 0);
    }

    HardState hardState() {
        return hardState;
    }

    Entry entry(long index) {
        return log.get((int) index - 1);
    }

    int size() {
        return log.size();
    }

    /** Slow: syncs only on command. Else at once. */
    void slow(boolean is) {
        slow = is;
    }

    boolean isSlow() {
        return slow;
    }

    void write(Effect.Persist write) {
        unsynced.add(write);
    }

    List<Effect.Persist> unsynced() {
        return List.copyOf(unsynced);
    }

    /** Makes the oldest write durable. */
    Effect.Persist sync() {
        Effect.Persist write = unsynced.removeFirst();
        hardState = write.state();
        if (write.log().truncateFrom() > 0) {
            log.subList((int) write.log().truncateFrom() - 1, log.size()).clear();
        }
        log.addAll(write.log().entries());
        return write;
    }

    void crash() {
        unsynced.clear();
    }
}
