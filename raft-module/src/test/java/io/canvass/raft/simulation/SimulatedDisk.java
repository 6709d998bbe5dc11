package io.canvass.raft.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.StoredState;
import io.canvass.raft.core.Token;

/**
 * A disk that keeps what was synced and nothing else. Writes are done in order, neighbours perhaps in one sync; a crash loses
 * those that wait, and of the sync under way it keeps some prefix.
 */
final class SimulatedDisk {
    /** More writes than this waiting at once is a leak. */
    static final int MAX_WAITING = 20_000;

    private final Agenda agenda;
    private final RandomGenerator random;
    private final long slowestSyncNanos;
    private final Consumer<Token> onDurable;

    private HardState hardState = HardState.INITIAL;
    private final List<Entry> log = new ArrayList<>();
    private long boot;

    private final Deque<Effect.Persist> waiting = new ArrayDeque<>();
    private final List<Effect.Persist> syncing = new ArrayList<>();
    private long stalledUntil;
    /** Names the completion that counts: a crash or the end of a stall makes those before it void. */
    private long attempts;

    SimulatedDisk(
            Agenda agenda, RandomGenerator random, long slowestSyncNanos, Entry bootstrap, Consumer<Token> onDurable) {
        this.agenda = agenda;
        this.random = random;
        this.slowestSyncNanos = slowestSyncNanos;
        this.onDurable = onDurable;
        log.add(bootstrap);
    }

    HardState hardState() {
        return hardState;
    }

    /** What is durable, in order from index 1. Not to be changed. */
    List<Entry> log() {
        return log;
    }

    boolean holds(Entry entry) {
        return entry.index() <= log.size() && log.get((int) entry.index() - 1).equals(entry);
    }

    StoredState open(long appliedIndex) {
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
        return new StoredState(boot, hardState, epochs, log.size(), configurations, appliedIndex);
    }

    void submit(Effect.Persist write) {
        if (waiting.size() >= MAX_WAITING) {
            throw new InvariantViolation("BoundedQueues", "more than " + MAX_WAITING + " writes wait for a disk");
        }
        waiting.addLast(write);
        if (syncing.isEmpty()) {
            sync();
        }
    }

    /** Takes as many of the waiting writes as it likes into one sync. */
    private void sync() {
        int count = 1 + random.nextInt(waiting.size());
        for (int i = 0; i < count; i++) {
            syncing.add(waiting.removeFirst());
        }
        finishSync();
    }

    private void finishSync() {
        long attempt = ++attempts;
        long done = Math.max(agenda.now(), stalledUntil) + 1 + random.nextLong(slowestSyncNanos);
        agenda.at(done, () -> {
            if (attempt == attempts) {
                synced();
            }
        });
    }

    private void synced() {
        Token token = syncing.getLast().token();
        syncing.forEach(this::write);
        syncing.clear();
        if (!waiting.isEmpty()) {
            sync();
        }
        onDurable.accept(token);
    }

    private void write(Effect.Persist write) {
        HardState next = write.state();
        if (next.epoch() < hardState.epoch()) {
            throw new InvariantViolation("MonotonicEpoch", "a disk's epoch falls from " + hardState + " to " + next);
        }
        boolean sameEpoch = next.epoch() == hardState.epoch();
        if (sameEpoch && hardState.vote().isKnown() && !hardState.vote().equals(next.vote())) {
            throw new InvariantViolation("VoteOncePerEpoch", "a disk's vote changes from " + hardState + " to " + next);
        }
        hardState = next;
        change(log, write.log());
        if (log.getLast().epoch() > hardState.epoch()) {
            throw new InvariantViolation("EpochBeforeEntries", log.getLast() + " is durable before its epoch: " + hardState);
        }
    }

    /** Does to a log what a write asks for. */
    static void change(List<Entry> log, Effect.LogWrite write) {
        if (write.truncateFrom() > 0) {
            log.subList((int) write.truncateFrom() - 1, log.size()).clear();
        }
        for (Entry entry : write.entries()) {
            if (entry.index() != log.size() + 1L) {
                throw new InvariantViolation("ContiguousLog", entry + " is written behind " + log.size() + " entries");
            }
            log.add(entry);
        }
    }

    void stallUntil(long nanos) {
        stalledUntil = Math.max(stalledUntil, nanos);
    }

    void endStall() {
        if (stalledUntil > agenda.now() && !syncing.isEmpty()) {
            stalledUntil = agenda.now();
            finishSync();
        }
    }

    void crash() {
        attempts++;
        int kept = syncing.isEmpty() ? 0 : random.nextInt(syncing.size() + 1);
        syncing.subList(0, kept).forEach(this::write);
        syncing.clear();
        waiting.clear();
    }
}
