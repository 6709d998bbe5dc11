package io.canvass.raft.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.StoredState;
import io.canvass.raft.core.Token;
import org.jspecify.annotations.Nullable;

/**
 * A disk that keeps what was synced and nothing else. Writes are done in order, neighbours perhaps in one sync; a crash loses
 * those that wait, and of the sync under way it keeps some prefix: a batch is there as a whole or not at all, as a store that
 * checks what it reads makes of a torn one.
 */
final class SimulatedDisk {
    /** More writes than this waiting at once is a leak. */
    static final int MAX_WAITING = 20_000;

    private final Agenda agenda;
    private final Tally tally;
    private final Function<LogBase, List<Entry>> snapshots;
    private final RandomGenerator random;
    private final long slowestSyncNanos;
    private final Owner owner;
    private final boolean joins;

    private HardState hardState = HardState.INITIAL;
    private final List<Entry> log = new ArrayList<>();
    /** The log keeps all entries for the observers; of those up to here its owner is given none. */
    private @Nullable LogBase base;
    /** A snapshot is about to take the state's place. */
    private @Nullable LogBase installing;
    private long boot;

    private final Deque<Effect.Persist> waiting = new ArrayDeque<>();
    private final List<Effect.Persist> syncing = new ArrayList<>();
    private long stalledUntil;
    /** Names the completion that counts: a crash or the end of a stall makes those before it void. */
    private long attempts;
    private boolean failing;
    private boolean failed;

    /** @param owner is told when a write is durable, and when one has failed */
    SimulatedDisk(Simulation simulation, RandomGenerator random, Entry bootstrap, Owner owner) {
        this(simulation, random, owner, false);
        log.add(bootstrap);
    }

    /** An empty one, that begins with what it was told of the cluster that it joins. */
    SimulatedDisk(Simulation simulation, RandomGenerator random, Configuration told, Owner owner) {
        this(simulation, random, owner, true);
        base = new LogBase(LogPosition.ZERO, told);
    }

    private SimulatedDisk(Simulation simulation, RandomGenerator random, Owner owner, boolean joins) {
        this.agenda = simulation.agenda();
        this.tally = simulation.tally();
        this.snapshots = simulation::snapshot;
        this.slowestSyncNanos = simulation.options().pace().slowestSyncNanos();
        this.random = random;
        this.owner = owner;
        this.joins = joins;
    }

    /** Who writes. */
    interface Owner {
        void durable(Token token);

        void failed();
    }

    HardState hardState() {
        return hardState;
    }

    /** Whether a write is under way that will be durable some time. */
    boolean isBusy() {
        return !failed && !(syncing.isEmpty() && waiting.isEmpty());
    }

    /** Whether a write has failed: the owner has to end. */
    boolean isBroken() {
        return failed;
    }

    /** What is durable, in order from index 1. Not to be changed. */
    List<Entry> log() {
        return log;
    }

    boolean holds(Entry entry) {
        return entry.index() <= log.size() && log.get((int) entry.index() - 1).equals(entry);
    }

    /** Notes durably that a snapshot is about to take the state's place. */
    void installing(LogBase snapshot) {
        installing = snapshot;
    }

    /** What a crash would leave of the log, given what the state machine holds. */
    List<Entry> afterCrash(long appliedIndex) {
        LogBase interrupted = installing;
        boolean switched = interrupted != null && appliedIndex >= interrupted.position().index();
        return interrupted != null && switched && !holds(interrupted.position()) ? snapshots.apply(interrupted) : log;
    }

    private boolean holds(LogPosition position) {
        return position.index() <= log.size() && log.get((int) position.index() - 1).epoch() == position.epoch();
    }

    private void finishInstallation(long appliedIndex) {
        LogBase interrupted = installing;
        installing = null;
        if (interrupted == null) {
            return;
        }
        tally.count(Tally.Count.INSTALLATION_CUT_SHORT);
        if (appliedIndex < interrupted.position().index()) {
            return;
        }
        if (!holds(interrupted.position())) {
            log.clear();
            log.addAll(snapshots.apply(interrupted));
        }
        base = interrupted;
    }

    StoredState open(long appliedIndex) {
        boot++;
        finishInstallation(appliedIndex);
        long first = base == null ? 1 : base.position().index() + 1;
        List<StoredState.EpochStart> epochs = new ArrayList<>();
        List<Entry> configurations = new ArrayList<>();
        for (Entry entry : log.subList((int) first - 1, log.size())) {
            if (epochs.isEmpty() || epochs.getLast().epoch() < entry.epoch()) {
                epochs.add(new StoredState.EpochStart(entry.epoch(), entry.index()));
            }
            if (entry.kind() == EntryKind.CONFIGURATION) {
                configurations.add(entry);
            }
        }
        return new StoredState(boot, hardState, base, epochs, log.size(), configurations, appliedIndex, joins);
    }

    void submit(Effect.Persist write) {
        if (failed) {
            return;
        }
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
        if (failing) {
            failing = false;
            failed = true;
            keepSome();
            owner.failed();
            return;
        }
        Token token = syncing.getLast().token();
        syncing.forEach(this::write);
        syncing.clear();
        if (!waiting.isEmpty()) {
            sync();
        }
        owner.durable(token);
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
        change(log, write.log(), snapshots);
        LogBase later = write.log().base();
        if (later != null) {
            base = later;
            LogBase noted = installing;
            installing = noted != null && noted.position().index() <= later.position().index() ? null : noted;
        }
        if (!log.isEmpty() && log.getLast().epoch() > hardState.epoch()) {
            throw new InvariantViolation("EpochBeforeEntries", log.getLast() + " is durable before its epoch: " + hardState);
        }
    }

    /** Does to a log what a write asks for. */
    static void change(List<Entry> log, Effect.LogWrite write, Function<LogBase, List<Entry>> snapshots) {
        if (write.base() != null && write.truncateFrom() == 1) {
            log.clear();
            log.addAll(snapshots.apply(write.base()));
            return;
        }
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

    /** What is durable of what was asked for, the first entry whatever its size. */
    List<Entry> read(Effect.ReadLog asked) {
        if (base != null && asked.from() <= base.position().index()) {
            return List.of();
        }
        List<Entry> entries = new ArrayList<>();
        long bytes = 0;
        for (long index = asked.from(); index <= asked.to(); index++) {
            Entry entry = log.get((int) index - 1);
            bytes += entry.sizeBytes();
            if (!entries.isEmpty() && bytes > asked.maxBytes()) {
                break;
            }
            entries.add(entry);
        }
        return entries;
    }

    void stallUntil(long nanos) {
        stalledUntil = Math.max(stalledUntil, nanos);
    }

    /** From here on it is well. */
    void mend() {
        failing = false;
        if (stalledUntil > agenda.now() && !syncing.isEmpty()) {
            stalledUntil = agenda.now();
            finishSync();
        }
    }

    /** The next sync fails: nobody can say what of it is there. Nothing is tried again. */
    void failNext() {
        failing = true;
    }

    void crash() {
        attempts++;
        keepSome();
        failing = false;
        failed = false;
    }

    private void keepSome() {
        if (!syncing.isEmpty() || !waiting.isEmpty()) {
            tally.count(Tally.Count.UNSYNCED_LOST);
        }
        int kept = syncing.isEmpty() ? 0 : random.nextInt(syncing.size() + 1);
        if (kept > 0 && kept < syncing.size()) {
            tally.count(Tally.Count.SYNC_CUT_IN_TWO);
        }
        syncing.subList(0, kept).forEach(this::write);
        syncing.clear();
        waiting.clear();
    }
}
