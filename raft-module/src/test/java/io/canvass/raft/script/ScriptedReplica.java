package io.canvass.raft.script;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.random.RandomGenerator;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.Input;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.Outcome;
import io.canvass.raft.core.RaftConfig;
import io.canvass.raft.core.RaftCore;
import io.canvass.raft.core.ReplicaKey;
import org.jspecify.annotations.Nullable;

/** A process around a real core, which does what {@link Outcome} says and tells the transcript. */
final class ScriptedReplica {
    private final String name;
    private final RaftConfig config;
    private final RandomGenerator random;
    private final Configuration bootstrap;
    private final ScriptedDisk disk;
    private final ScriptCluster cluster;

    private @Nullable RaftCore core;
    private boolean paused;
    private long life;
    private long durableToken;
    private long deadline = Outcome.NEVER;
    private @Nullable LogBase installing;
    private final List<Effect.Send> held = new ArrayList<>();
    private boolean slowReads;
    private final Deque<Runnable> reads = new ArrayDeque<>();

    ScriptedReplica(ScriptCluster cluster, RaftConfig config, RandomGenerator random, Entry bootstrap) {
        this(cluster, config, random, Configuration.decode(bootstrap.data()), new ScriptedDisk(bootstrap));
    }

    private ScriptedReplica(
            ScriptCluster cluster, RaftConfig config, RandomGenerator random, Configuration bootstrap, ScriptedDisk disk) {
        this.cluster = cluster;
        this.name = config.self().nodeId();
        this.config = config;
        this.random = random;
        this.bootstrap = bootstrap;
        this.disk = disk;
    }

    /** The same node with an empty disk of this name; this one must be down, and is done. */
    ScriptedReplica withOtherDisk(ReplicaKey key) {
        if (isUp()) {
            throw new ScriptException(name + " is up");
        }
        RaftConfig c = config;
        RaftConfig other = new RaftConfig(
                c.clusterId(), key, c.electionTimeoutNanos(), c.heartbeatNanos(), c.commitDelayNanos(),
                c.maxAppendBytes(), c.maxInflightAppends(), c.maxInflightBytes(), c.maxUncommittedBytes(),
                c.maxPendingReads(), c.maxTailBytes(), c.protocolVersion(), c.leaseReads(), c.leaseNanos());
        ScriptedReplica again = new ScriptedReplica(cluster, other, random, bootstrap, new ScriptedDisk(told()));
        again.life = life;
        return again;
    }

    /** The members as it hears of them at its first start, without the one of its own name. */
    private Configuration told() {
        List<Configuration.Member> voters = bootstrap.voters().stream()
                .filter(voter -> !voter.key().nodeId().equals(name))
                .toList();
        return new Configuration(voters, bootstrap.observers());
    }

    String name() {
        return name;
    }

    RaftConfig config() {
        return config;
    }

    ScriptedDisk disk() {
        return disk;
    }

    long life() {
        return life;
    }

    /** A paused process is up, and does nothing: what is sent to it waits, and its timers too. */
    void pause(boolean is) {
        core();
        paused = is;
    }

    boolean isRunning() {
        return isUp() && !paused;
    }

    boolean isPaused() {
        return paused;
    }

    boolean isUp() {
        return core != null;
    }

    RaftCore core() {
        if (core == null) {
            throw new ScriptException(name + " is down");
        }
        return core;
    }

    long deadline() {
        return deadline;
    }

    /** Role and epoch, as transcripts have them. */
    String state() {
        return isUp() ? core().role().name() + "@" + core().hardState().epoch() : "down";
    }

    void start() {
        if (isUp()) {
            throw new ScriptException(name + " is up already");
        }
        life++;
        durableToken = 0;
        RaftCore started = new RaftCore(config, disk.open(), random, cluster.now());
        core = started;
        perform(started.start(cluster.now()));
    }

    /** @param kept how many of the writes that were not synced reached the disk all the same */
    void crash(int kept) {
        core();
        for (int i = 0; i < kept; i++) {
            if (disk.unsynced().isEmpty()) {
                throw new ScriptException(name + " has fewer than " + kept + " writes that are not synced");
            }
            disk.sync();
        }
        disk.crash();
        held.clear();
        reads.clear();
        installing = null;
        core = null;
        paused = false;
        deadline = Outcome.NEVER;
        cluster.tell(name + " is down, keeps " + disk.hardState() + " and entries up to " + disk.last());
    }

    void step(Input input) {
        String before = state();
        Outcome outcome;
        try {
            outcome = core().step(input);
        } catch (IllegalStateException e) {
            throw new ScriptException(name + " threw on " + input, e);
        }
        if (!before.equals(state())) {
            cluster.tell(name + " " + before + " becomes " + state());
        }
        perform(outcome);
    }

    private void perform(Outcome outcome) {
        deadline = outcome.nextDeadlineNanos();
        for (Effect effect : outcome.effects()) {
            perform(effect);
        }
        while (!disk.isSlow() && isUp() && !disk.unsynced().isEmpty()) {
            sync();
        }
    }

    private void perform(Effect effect) {
        switch (effect) {
            case Effect.Persist write -> {
                disk.write(write);
                if (disk.isSlow()) {
                    cluster.tell(name + " writes " + words(write) + ", not synced");
                }
            }
            case Effect.Send send -> {
                if (send.after() <= durableToken) {
                    cluster.send(this, send);
                } else {
                    held.add(send);
                }
            }
            case Effect.ReadLog read -> read(read);
            case Effect.Apply apply -> {
                disk.applied(apply.to());
                cluster.tell(name + " applies " + apply.from() + " to " + apply.to());
            }
            case Effect.Complete complete -> cluster.tell(name + " answers request " + complete.requestId() + ": " + complete.result());
            case Effect.RoleChanged changed -> {}
            case Effect.RoundEnded ended ->
                cluster.tell(name + " ends round " + ended.round().id() + ": " + ended.round().ending() + ", "
                        + ended.round().granted() + " of " + ended.round().needed());
            case Effect.Refused refused -> cluster.tell(name + " refuses " + refused.from().nodeId() + ", which " + refused.what());
            case Effect.SendSnapshot send -> cluster.later(() -> cluster.sendSnapshot(this, send));
            case Effect.InstallSnapshot install -> {
                installing = install.base();
                cluster.tell(name + " is to install the snapshot up to " + install.base().position());
            }
            case Effect.Halt halt -> cluster.tell(name + " halts: " + halt.reason());
        }
    }

    /** Reads what is there now; the core is given it after the command under way, or, of slow reads, on command. */
    private void read(Effect.ReadLog asked) {
        List<Entry> entries = new ArrayList<>();
        for (long index = asked.from(); index <= Math.min(asked.to(), disk.last()); index++) {
            entries.add(disk.entry(index));
        }
        Runnable give = () -> step(new Input.LogRead(cluster.now(), asked.peer(), asked.session(), entries));
        if (slowReads) {
            cluster.tell(name + " reads " + asked.from() + " to " + asked.to() + " for " + asked.peer().nodeId());
            reads.addLast(give);
        } else {
            cluster.later(give);
        }
    }

    /** From now on entries that are read from disk are given to the core only on command. */
    void slowReads() {
        slowReads = true;
    }

    /** Gives the core what was read first. */
    void readLog() {
        if (reads.isEmpty()) {
            throw new ScriptException(name + " has read nothing");
        }
        reads.removeFirst().run();
    }

    /** How far an installation gets: each step includes those before it. */
    enum Step {
        NOTED,
        SWITCHED,
        DONE
    }

    /** Installs what the core asked for: notes it, then switches the state, then tells the core. */
    void install(Step upTo) {
        LogBase base = installing;
        if (base == null) {
            throw new ScriptException(name + " has nothing to install");
        }
        disk.note(base);
        if (upTo != Step.NOTED) {
            disk.applied(base.position().index());
        }
        if (upTo == Step.DONE) {
            installing = null;
            step(new Input.SnapshotInstalled(cluster.now(), base));
        }
    }

    private static String words(Effect.Persist write) {
        String truncated = write.log().truncateFrom() > 0 ? ", drops from " + write.log().truncateFrom() : "";
        String entries = write.log().entries().isEmpty()
                ? ""
                : ", entries " + write.log().entries().getFirst().index() + " to "
                        + write.log().entries().getLast().index();
        LogBase later = write.log().base();
        String base = later == null ? "" : ", begins after " + later.position();
        return write.state() + truncated + entries + base;
    }

    /** Syncs the oldest write, and lets go of what waited for it. */
    void sync() {
        if (disk.unsynced().isEmpty()) {
            throw new ScriptException(name + " has nothing to sync");
        }
        Effect.Persist write = disk.sync();
        durableToken = write.token().sequence();
        List<Effect.Send> free = held.stream().filter(send -> send.after() <= durableToken).toList();
        held.removeAll(free);
        free.forEach(send -> cluster.send(this, send));
        step(new Input.Persisted(cluster.now(), write.token()));
    }
}
