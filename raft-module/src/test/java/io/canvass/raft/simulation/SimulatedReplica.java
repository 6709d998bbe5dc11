package io.canvass.raft.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongFunction;
import java.util.random.RandomGenerator;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.Input;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.Outcome;
import io.canvass.raft.core.RaftConfig;
import io.canvass.raft.core.RaftCore;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.Role;
import io.canvass.raft.core.RoleName;
import io.canvass.raft.core.Token;
import org.jspecify.annotations.Nullable;

/** A process around a real core, that owes it what {@link Outcome} says. It sleeps, crashes and starts again when told. */
final class SimulatedReplica {
    /** More than this held in one process is a leak. */
    static final int MAX_HELD = 20_000;

    private static final long MAX_CLOCK_START_NANOS = 1_000_000_000_000L;
    private static final long NO_WAKE = Long.MAX_VALUE;

    private final Simulation simulation;
    private final int number;
    private final RaftConfig config;
    private final RandomGenerator random;
    private final SimulatedDisk disk;
    private final PlantedFault planted;

    private @Nullable RaftCore core;
    private boolean paused;
    private long life;
    /** This life's monotonic clock, less virtual time. */
    private long clockAhead;
    /** The log as the core knows it, synced or not. */
    private final List<Entry> memory = new ArrayList<>();
    private final Deque<LongFunction<Input>> inbox = new ArrayDeque<>();
    private final Deque<Effect.Send> heldBack = new ArrayDeque<>();
    private long durableToken;
    private long deadline = Outcome.NEVER;
    private long wakeAt = NO_WAKE;
    /** What the state machine holds; some of it would survive a crash. */
    private long applied;
    private long flushed;

    SimulatedReplica(Simulation simulation, int number, RaftConfig config, RandomGenerator random, Entry bootstrap) {
        this.simulation = simulation;
        this.number = number;
        this.config = config;
        this.random = random;
        this.planted = simulation.options().planted();
        this.disk = new SimulatedDisk(
                simulation.agenda(), random, simulation.options().slowestSyncNanos(), bootstrap, this::onSynced);
    }

    int number() {
        return number;
    }

    ReplicaKey key() {
        return config.self();
    }

    RaftConfig config() {
        return config;
    }

    SimulatedDisk disk() {
        return disk;
    }

    List<Entry> memory() {
        return memory;
    }

    long applied() {
        return applied;
    }

    /** Which of its lives this is, from 1. */
    long life() {
        return life;
    }

    boolean isUp() {
        return core != null;
    }

    boolean isRunning() {
        return isUp() && !paused;
    }

    boolean isPaused() {
        return paused;
    }

    boolean leads() {
        return isUp() && core().role() instanceof Role.Leader;
    }

    RoleName role() {
        return core().role().name();
    }

    RaftCore core() {
        if (core == null) {
            throw new IllegalStateException(key() + " is down");
        }
        return core;
    }

    // ---- life and death

    void start() {
        life++;
        clockAhead = random.nextLong(MAX_CLOCK_START_NANOS) - simulation.now() + MAX_CLOCK_START_NANOS;
        memory.clear();
        memory.addAll(disk.log());
        applied = flushed;
        durableToken = 0;
        deadline = Outcome.NEVER;
        wakeAt = NO_WAKE;
        RaftCore started = new RaftCore(
                config, planted.tamper(disk.open(applied)), random, clock() - planted.startedAgoNanos());
        core = started;
        trace("starts, life " + life + ", holds " + disk.log().size() + " entries, " + disk.hardState());
        Outcome outcome = started.start(clock());
        mirror(outcome);
        simulation.observers().forEach(observer -> observer.started(this));
        perform(outcome);
    }

    void crash() {
        trace("crashes");
        core = null;
        paused = false;
        inbox.clear();
        heldBack.clear();
        disk.crash();
        flushed += applied > flushed ? random.nextLong(applied - flushed + 1) : 0;
    }

    void pause() {
        trace("falls asleep");
        paused = true;
    }

    /** What was received meanwhile is handled first, then the timer (HAZARDS A36). */
    void resume() {
        trace("wakes up, " + inbox.size() + " inputs are waiting");
        paused = false;
        while (!inbox.isEmpty()) {
            step(inbox.removeFirst().apply(clock()));
        }
        fireIfDue();
    }

    // ---- inputs

    long clock() {
        return simulation.now() + clockAhead;
    }

    /** Takes an input up at once, or when it wakes up. */
    void receive(LongFunction<Input> arrival) {
        if (!isUp()) {
            return;
        }
        if (paused) {
            if (inbox.size() >= MAX_HELD) {
                throw new InvariantViolation("BoundedQueues", key() + " has " + inbox.size() + " inputs waiting");
            }
            inbox.addLast(arrival);
            return;
        }
        step(arrival.apply(clock()));
    }

    private void onSynced(Token token) {
        receive(now -> persisted(now, token));
    }

    private Input persisted(long now, Token token) {
        durableToken = Math.max(durableToken, token.sequence());
        while (!heldBack.isEmpty() && heldBack.getFirst().after() <= durableToken) {
            leave(heldBack.removeFirst());
        }
        return new Input.Persisted(now, new Token(durableToken, token.generation()));
    }

    private void step(Input input) {
        RaftCore stepping = core();
        Role before = stepping.role();
        HardState stateBefore = stepping.hardState();
        if (simulation.trace().isOn()) {
            trace(Words.of(stepping, input));
        }
        for (Observer observer : simulation.observers()) {
            observer.stepping(this, input);
        }
        Outcome outcome;
        try {
            outcome = stepping.step(planted.tamper(this, input));
        } catch (IllegalStateException e) {
            throw new InvariantViolation("CoreHolds", key() + " threw on " + input, e);
        }
        mirror(outcome);
        Step step = new Step(
                this,
                simulation.now(),
                input,
                before,
                stateBefore,
                stepping.role(),
                stepping.hardState(),
                outcome);
        for (Observer observer : simulation.observers()) {
            observer.stepped(step);
        }
        perform(outcome);
    }

    // ---- effects

    /** Keeps the log as the core knows it. */
    private void mirror(Outcome outcome) {
        for (Effect effect : outcome.effects()) {
            if (effect instanceof Effect.Persist write) {
                SimulatedDisk.change(memory, write.log());
            }
        }
    }

    private void perform(Outcome outcome) {
        for (Effect effect : outcome.effects()) {
            switch (effect) {
                case Effect.Persist write -> persist(write);
                case Effect.Send send -> send(send);
                case Effect.ReadLog read -> read(read);
                case Effect.Apply apply -> apply(apply);
                case Effect.Complete complete -> simulation.clients().completed(this, complete);
                case Effect.RoleChanged changed ->
                    trace("is " + changed.role() + " of epoch " + changed.epoch() + ", leader " + changed.leader().nodeId());
                case Effect.RoundEnded ended -> trace("ends " + ended.round());
                case Effect.Refused refused ->
                    throw new InvariantViolation(
                            "SoundPeers", key() + " refuses " + refused.from() + ", which " + refused.what());
                case Effect.Halt halt -> throw new InvariantViolation("CoreHolds", key() + " halts: " + halt.reason());
            }
        }
        deadline = outcome.nextDeadlineNanos();
        scheduleWake();
    }

    private void persist(Effect.Persist write) {
        disk.submit(write);
        if (planted.reportsBeforeSync(this)) {
            long thisLife = life;
            simulation.agenda().in(1, () -> {
                if (life == thisLife) {
                    onSynced(write.token());
                }
            });
        }
    }

    private void send(Effect.Send send) {
        if (send.after() <= durableToken || planted.leavesAtOnce(send)) {
            leave(send);
            return;
        }
        if (heldBack.size() >= MAX_HELD) {
            throw new InvariantViolation("BoundedQueues", key() + " holds " + heldBack.size() + " messages back");
        }
        heldBack.addLast(send);
    }

    private void leave(Effect.Send send) {
        Message said = planted.said(this, send.message());
        Effect.Send left = new Effect.Send(send.to(), send.lane(), send.correlation(), said, send.after());
        simulation.observers().forEach(observer -> observer.sent(this, left));
        simulation.network().send(this, left);
    }

    private void read(Effect.ReadLog read) {
        long thisLife = life;
        simulation.agenda().in(1 + random.nextLong(RunOptions.TIMEOUT_NANOS / 50), () -> {
            if (life == thisLife && isUp()) {
                List<Entry> entries = new ArrayList<>();
                long bytes = 0;
                for (long index = read.from(); index <= read.to(); index++) {
                    Entry entry = disk.log().get((int) index - 1);
                    bytes += entry.sizeBytes();
                    if (!entries.isEmpty() && bytes > read.maxBytes()) {
                        break;
                    }
                    entries.add(entry);
                }
                receive(now -> new Input.LogRead(now, read.peer(), read.session(), entries));
            }
        });
    }

    private void apply(Effect.Apply apply) {
        if (apply.from() != applied + 1) {
            throw new InvariantViolation("AppliedInOrder", key() + " applied " + applied + " and is to do " + apply);
        }
        for (long index = apply.from(); index <= apply.to(); index++) {
            applied = index;
            for (Observer observer : simulation.observers()) {
                observer.applied(this, index);
            }
            simulation.clients().applied(this, memory.get((int) index - 1));
        }
    }

    // ---- time

    private void scheduleWake() {
        if (deadline == Outcome.NEVER) {
            return;
        }
        long at = Math.max(deadline - clockAhead, simulation.now());
        if (at >= wakeAt) {
            return;
        }
        wakeAt = at;
        long thisLife = life;
        simulation.agenda().at(at, () -> {
            if (life == thisLife && wakeAt == at) {
                wakeAt = NO_WAKE;
                if (isRunning()) {
                    fireIfDue();
                }
            }
        });
    }

    private void fireIfDue() {
        if (deadline <= clock()) {
            step(new Input.TimeReached(clock()));
        } else {
            scheduleWake();
        }
    }

    void trace(String what) {
        if (simulation.trace().isOn()) {
            simulation.trace().add(key().nodeId(), what);
        }
    }
}
