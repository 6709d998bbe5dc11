package io.canvass.raft.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.BooleanSupplier;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.ReplicaKey;
import org.jspecify.annotations.Nullable;

/** One cluster in virtual time, with everything that watches it. Replicas are named n0, n1, ... by their numbers. */
final class Simulation {
    private static final long SLOWEST_LEADER_NANOS = 2 * RunOptions.TIMEOUT_NANOS;

    private final RunOptions options;
    private final Machine.Kind machines;
    private final Agenda agenda = new Agenda();
    private final Trace trace;
    private final Network network;
    private final Clients clients;
    private final List<SimulatedReplica> replicas = new ArrayList<>();
    private final List<Observer> observers;
    private final Map<LogPosition, List<Entry>> snapshots = new HashMap<>();
    private final Tally tally = new Tally();
    private final SplittableRandom leadersPace;

    Simulation(RunOptions options, long seed, boolean traced) {
        this(options, Registers.KIND, seed, traced);
    }

    Simulation(RunOptions options, Machine.Kind machines, long seed, boolean traced) {
        this.options = options;
        this.machines = machines;
        SplittableRandom random = new SplittableRandom(seed);
        leadersPace = new SplittableRandom(~seed);
        trace = new Trace(traced, agenda);
        network = new Network(this, random.split());
        clients = new Clients(this, random.split());
        Entry bootstrap = bootstrap();
        for (int number = 0; number < options.servers(); number++) {
            replicas.add(new SimulatedReplica(this, number, random.split(), bootstrap));
        }
        observers = List.of(
                tally,
                new RareEdges(this),
                new ElectionSafety(),
                new Promotions(this),
                new PreVoteIsPure(),
                new LogSafety(this),
                new MembershipSafety(),
                new HandoverSafety(),
                new SaidIsDurable(),
                new StableLeadership(this),
                new StateHashes(),
                new Timers(),
                new Bounds());
    }

    /** @param directory which of its directories, from 0 */
    static ReplicaKey keyOf(int number, int directory) {
        return new ReplicaKey("n" + number, new UUID(0xd15cL + directory, number + 1));
    }

    private Entry bootstrap() {
        List<Configuration.Member> members = new ArrayList<>();
        for (int number = 0; number < options.voters() + options.cluster().observers(); number++) {
            ReplicaKey key = keyOf(number, 0);
            ReplicaKey named = options.cluster().knowsDirectories() ? key : ReplicaKey.ofNode(key.nodeId());
            members.add(new Configuration.Member(named, key.nodeId() + ":7000"));
        }
        Configuration configuration = new Configuration(
                members.subList(0, options.voters()), members.subList(options.voters(), members.size()));
        return new Entry(1, 0, EntryKind.CONFIGURATION, 0, configuration.encode());
    }

    /** Those who would be voters by this configuration as they are now: not with another disk. */
    List<SimulatedReplica> votersOf(Configuration configuration) {
        return replicas.stream()
                .filter(r -> r.isVoterIn(configuration))
                .toList();
    }

    /** Whether a majority is left if these are gone, by every configuration that anybody has in its log. */
    boolean canDoWithout(Set<SimulatedReplica> gone) {
        for (SimulatedReplica any : replicas) {
            Configuration configuration = any.latestConfiguration();
            long left = votersOf(configuration).stream().filter(r -> !gone.contains(r)).count();
            if (left < configuration.majority()) {
                return false;
            }
        }
        return true;
    }

    RunOptions options() {
        return options;
    }

    /** Notes what a snapshot up to this place holds. What is committed is the same everywhere. */
    void keepSnapshot(LogBase base, List<Entry> log) {
        snapshots.computeIfAbsent(
                base.position(), position -> List.copyOf(log.subList(0, (int) position.index())));
    }

    List<Entry> snapshot(LogBase base) {
        List<Entry> kept = snapshots.get(base.position());
        if (kept == null) {
            throw new InvariantViolation("SoundSnapshots", "nobody took a snapshot up to " + base.position());
        }
        return kept;
    }

    Machine.Kind machines() {
        return machines;
    }

    /** Closes what the replicas hold. */
    void end() {
        replicas.forEach(replica -> replica.applier().close());
    }

    Agenda agenda() {
        return agenda;
    }

    Trace trace() {
        return trace;
    }

    Network network() {
        return network;
    }

    Clients clients() {
        return clients;
    }

    Tally tally() {
        return tally;
    }

    List<Observer> observers() {
        return observers;
    }

    List<SimulatedReplica> replicas() {
        return replicas;
    }

    SimulatedReplica replica(int number) {
        return replicas.get(number);
    }

    SimulatedReplica replica(String nodeId) {
        return replicas.get(Integer.parseInt(nodeId.substring(1)));
    }

    long now() {
        return agenda.now();
    }

    /** As it was in the beginning. */
    int majority() {
        return options.voters() / 2 + 1;
    }

    // ---- running

    void startAll() {
        replicas.forEach(SimulatedReplica::start);
        if (machines.tickNanos() > 0) {
            replicas.forEach(replica -> tick(replica, leadersPace.split()));
        }
    }

    /** A leader looks now and then what it has to propose of its own accord; its thread may be slow to do so. */
    private void tick(SimulatedReplica replica, SplittableRandom pace) {
        if (replica.isRunning() && replica.leads()) {
            long epoch = epochOf(replica);
            for (Bytes command : replica.machine().due(replica.clock())) {
                clients.workload().due(replica.number(), epoch, command);
                long delay = pace.nextInt(4) == 0 ? pace.nextLong(SLOWEST_LEADER_NANOS) : 0;
                agenda.in(delay, () -> {
                    if (replica.isUp()) {
                        clients.proposeOwn(replica, command);
                    }
                });
            }
        }
        agenda.in(1 + pace.nextLong(machines.tickNanos()), () -> tick(replica, pace));
    }

    List<Long> machineNanos() {
        return replicas.stream().map(SimulatedReplica::machineNanos).toList();
    }

    void runFor(long nanos) {
        long until = now() + nanos;
        while (agenda.runNext(until)) {
            // Each event is judged by the observers as it happens.
        }
    }

    /** Runs until this is true, looked at after every event; answers whether it became true in time. */
    boolean runUntil(BooleanSupplier reached, long withinNanos) {
        long until = now() + withinNanos;
        while (!reached.getAsBoolean()) {
            if (!agenda.runNext(until)) {
                return reached.getAsBoolean();
            }
        }
        return true;
    }

    /** The leader of the highest epoch among those that are up and lead, if any does. */
    @Nullable SimulatedReplica leader() {
        SimulatedReplica best = null;
        for (SimulatedReplica replica : replicas) {
            if (replica.leads()
                    && (best == null || epochOf(replica) > epochOf(best))) {
                best = replica;
            }
        }
        return best;
    }

    private static long epochOf(SimulatedReplica replica) {
        return replica.core().hardState().epoch();
    }
}
