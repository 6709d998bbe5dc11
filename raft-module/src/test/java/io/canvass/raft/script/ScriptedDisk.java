package io.canvass.raft.script;

import java.util.ArrayList;
import java.util.List;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.StoredState;
import org.jspecify.annotations.Nullable;

/**
 * A disk that syncs when it is told, and forgets what it was not told to sync. It holds the state too, of which all that
 * matters here is up to which index it goes.
 */
final class ScriptedDisk {
    private HardState hardState = HardState.INITIAL;
    private @Nullable LogBase base;
    /** What the log is to begin after, once the state is that of a snapshot. */
    private @Nullable LogBase noted;
    private long applied;
    private final List<Entry> log = new ArrayList<>();
    private final List<Effect.Persist> unsynced = new ArrayList<>();
    private long boot;
    private boolean slow;
    private final boolean joins;

    ScriptedDisk(Entry bootstrap) {
        log.add(bootstrap);
        joins = false;
    }

    /** An empty one that begins with what it was told of a cluster that is there. */
    ScriptedDisk(Configuration told) {
        base = new LogBase(LogPosition.ZERO, told);
        joins = true;
    }

    /** What was noted counts if the state was switched; the log may hold more. */
    StoredState open() {
        boot++;
        finishInstallation();
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
        return new StoredState(boot, hardState, base, epochs, last(), configurations, base == null ? 0 : applied, joins);
    }

    private void finishInstallation() {
        LogBase snapshot = noted;
        noted = null;
        if (snapshot != null && applied == snapshot.position().index() && dropped() < applied) {
            if (!holds(snapshot.position())) {
                log.clear();
            }
            begin(snapshot);
        }
    }

    private boolean holds(LogPosition position) {
        return position.index() <= last() && entry(position.index()).epoch() == position.epoch();
    }

    /** The last index that the log no longer holds. */
    private long dropped() {
        return base == null ? 0 : base.position().index();
    }

    private void begin(LogBase later) {
        long gone = Math.min(log.size(), later.position().index() - dropped());
        log.subList(0, (int) gone).clear();
        base = later;
    }

    /** First of the two steps of an installation: where the log is to begin. */
    void note(LogBase snapshot) {
        noted = snapshot;
    }

    /** The state goes up to here. */
    void applied(long index) {
        applied = index;
    }

    long applied() {
        return applied;
    }

    HardState hardState() {
        return hardState;
    }

    Entry entry(long index) {
        return log.get((int) (index - dropped()) - 1);
    }

    /** The last index. */
    long last() {
        return dropped() + log.size();
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
        long from = write.log().truncateFrom();
        if (from > 0) {
            log.subList((int) Math.max(0, from - dropped() - 1), log.size()).clear();
        }
        log.addAll(write.log().entries());
        LogBase later = write.log().base();
        if (later != null) {
            begin(later);
            noted = null;
        }
        return write;
    }

    void crash() {
        unsynced.clear();
    }
}
