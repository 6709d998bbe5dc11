package io.canvass.raft.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.random.RandomGenerator;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.Input;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.Outcome;
import io.canvass.raft.core.RaftConfig;
import io.canvass.raft.core.RaftCore;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.Role;
import io.canvass.raft.core.RoleName;
import io.canvass.raft.core.StoredState;
import io.canvass.raft.core.Token;
import org.jspecify.annotations.Nullable;

/** A process around a real core, that owes it what {@link Outcome} says. It sleeps, crashes and starts again when told. */
final class SimulatedReplica {
    /** More than this held in one process is a leak. */
    static final int MAX_HELD = 20_000;

    private final Simulation simulation;
    private final int number;
    private final RandomGenerator random;
    private final Entry bootstrap;
    private final PlantedFault planted;
    private final Applier applier;
    private RaftConfig config;
    private SimulatedDisk disk;
    /** What its lost directories held when they were lost. */
    private final Map<ReplicaKey, List<Entry>> lostLogs = new HashMap<>();
    private int directory;
    private Snapshots snapshots;

    private @Nullable RaftCore core;
    private boolean paused;
    private final MachineTime time;
    /** The log as the core knows it, synced or not. */
    private final List<Entry> memory = new ArrayList<>();
    private final Deque<LongFunction<Input>> inbox = new ArrayDeque<>();
    private Effects effects;

    SimulatedReplica(Simulation simulation, int number, RandomGenerator random, Entry bootstrap) {
        this.simulation = simulation;
        this.number = number;
        this.random = random;
        this.bootstrap = bootstrap;
        this.planted = simulation.options().planted();
        this.config = simulation.options().configOf(number, Simulation.keyOf(number, directory));
        this.disk = new SimulatedDisk(simulation, random, bootstrap, diskOwner());
        this.snapshots = new Snapshots(simulation, this, random);
        this.applier = new Applier(simulation, this, random);
        this.effects = new Effects(simulation, this, random);
        this.time = new MachineTime(
                simulation, simulation.options().drawClockRate(random), this::isRunning,
                () -> step(new Input.TimeReached(clock())));
    }

    private SimulatedDisk.Owner diskOwner() {
        return new SimulatedDisk.Owner() {
            @Override
            public void durable(Token token) {
                onSynced(token);
            }

            @Override
            public void failed() {
                receive(now -> new Input.StorageFailed(now, "the disk is broken"));
            }
        };
    }

    /** The members as those who formed the cluster named them, without the one of its own name. */
    private Configuration told() {
        Configuration first = Configuration.decode(bootstrap.data());
        return new Configuration(without(first.voters()), without(first.observers()));
    }

    private List<Configuration.Member> without(List<Configuration.Member> members) {
        return members.stream()
                .filter(member -> !member.key().nodeId().equals(key().nodeId()))
                .toList();
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
        return applier.applied();
    }

    Machine machine() {
        return applier.machine();
    }

    Snapshots snapshots() {
        return snapshots;
    }

    Applier applier() {
        return applier;
    }

    /** The configuration in force by its log; by what is durable, if it is down. */
    Configuration latestConfiguration() {
        List<Entry> log = isUp() ? memory : afterCrash();
        for (int i = log.size() - 1; i >= 0; i--) {
            if (log.get(i).kind() == EntryKind.CONFIGURATION) {
                return Configuration.decode(log.get(i).data());
            }
        }
        return told();
    }

    /** Whether this entry was ever durable in that directory of this server, or in any of its own, lost by now or not. */
    boolean everHeld(ReplicaKey as, Entry entry) {
        if (as.matches(key()) && holds(afterCrash(), entry)) {
            return true;
        }
        return lostLogs.entrySet().stream()
                .anyMatch(lost -> as.matches(lost.getKey()) && holds(lost.getValue(), entry));
    }

    private static boolean holds(List<Entry> log, Entry entry) {
        return entry.index() <= log.size() && log.get((int) entry.index() - 1).equals(entry);
    }

    /** Whether it lost the directory by which the others know it: then it is nobody, until it is made a member anew. */
    boolean isForeign() {
        return directory > 0;
    }

    boolean isVoterIn(Configuration configuration) {
        return isAmong(configuration.voters());
    }

    boolean isMemberOf(Configuration configuration) {
        return isAmong(configuration.members());
    }

    /** Who came back with another disk is not whom the name of its node alone means. */
    private boolean isAmong(List<Configuration.Member> members) {
        return members.stream()
                .anyMatch(member -> isForeign() ? member.key().equals(key()) : member.key().matches(key()));
    }

    /** Which of its lives this is, from 1. */
    long life() {
        return time.life();
    }

    boolean isUp() {
        return core != null;
    }

    boolean isRunning() {
        return isUp() && !paused;
    }

    /** Whether a write is under way, or the word that it is done waits for a sleeper to wake up. */
    boolean awaitsDisk() {
        return disk.isBusy() || !inbox.isEmpty();
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
        time.boot(random);
        StoredState stored = disk.open(applier.flushed());
        memory.clear();
        memory.addAll(disk.log());
        applier.start();
        snapshots = new Snapshots(simulation, this, random);
        effects = new Effects(simulation, this, random);
        RaftCore started = new RaftCore(
                config, planted.tamper(stored), random, clock() - planted.startedAgoNanos());
        core = started;
        trace("starts, life " + life() + ", holds " + disk.log().size() + " entries, " + disk.hardState());
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
        disk.crash();
        applier.crash();
    }

    /** What a crash would leave of its log. */
    List<Entry> afterCrash() {
        return disk.afterCrash(applier.flushed());
    }

    /** Flushes its state, and lets its log begin later. */
    void compact(long keep, long keepAtMost) {
        applier.flush();
        long upTo = Math.max(0, applier.flushed() - keep);
        long must = Math.min(upTo, Math.max(0, applier.flushed() - keepAtMost));
        receive(now -> new Input.Compact(now, upTo, must));
    }

    /** Comes back with another disk, and so as another replica, that knows nothing. To be called while it is down. */
    void loseDisk() {
        trace("loses its disk");
        lostLogs.put(key(), List.copyOf(afterCrash()));
        directory++;
        config = simulation.options().configOf(number, Simulation.keyOf(number, directory));
        disk = new SimulatedDisk(simulation, random, told(), diskOwner());
        applier.lose();
    }

    /** From now on, and over restarts. */
    void clockGoesAt(int permille) {
        time.goAt(permille);
    }

    /** Its clock goes ahead, as after a time in which the machine did not run. */
    void jump(long nanos) {
        trace("jumps ahead by " + (double) nanos / RunOptions.TIMEOUT_NANOS + "T");
        time.jump(nanos);
    }

    void pause() {
        trace("falls asleep");
        paused = true;
    }

    /** What was received meanwhile is handled first, then the timer (HAZARDS A36). */
    void resume() {
        trace("wakes up, " + inbox.size() + " inputs are waiting");
        paused = false;
        while (isUp() && !inbox.isEmpty()) {
            take(inbox.removeFirst().apply(clock()));
        }
        if (isUp()) {
            applier.resume();
            time.fireIfDue();
        }
    }

    // ---- inputs

    long clock() {
        return time.read();
    }

    /** What has passed on this machine since the beginning. */
    long machineNanos() {
        return time.readSinceBeginning();
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
        take(arrival.apply(clock()));
    }

    /** What concerns the bytes of snapshots is the shell's. */
    private void take(Input input) {
        if (input instanceof Input.Received received
                && received.message() instanceof Message.SnapshotRequest part
                && !snapshots.takes(received.from(), part)) {
            return;
        }
        step(input);
        if (isUp()
                && input instanceof Input.Received received
                && received.message() instanceof Message.SnapshotResponse answer) {
            snapshots.answered(received.from(), answer);
        }
    }

    void onSynced(Token token) {
        receive(now -> persisted(now, token));
    }

    private Input persisted(long now, Token token) {
        return new Input.Persisted(now, new Token(effects.durable(token.sequence()), token.generation()));
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
                SimulatedDisk.change(memory, write.log(), simulation::snapshot);
            }
        }
    }

    private void perform(Outcome outcome) {
        if (effects.perform(outcome)) {
            time.awaitDeadline(outcome.nextDeadlineNanos());
        }
    }

    /** What the shell itself has to say, at once. */
    void leaveOnLane(ReplicaKey to, Lane lane, long correlation, Message message) {
        effects.leave(new Effect.Send(to, lane, correlation, message, 0));
    }

    void trace(String what) {
        if (simulation.trace().isOn()) {
            simulation.trace().add(key().nodeId(), what);
        }
    }
}
