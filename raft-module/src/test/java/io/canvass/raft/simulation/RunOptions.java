package io.canvass.raft.simulation;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.random.RandomGenerator;

import io.canvass.raft.core.RaftConfig;
import io.canvass.raft.core.ReplicaKey;

/**
 * What one run is made of. Each run draws only some of the faults, each with its own weight: what always happens together hides
 * what happens alone.
 *
 * @param harm how often each kind of fault strikes, against the others
 * @param faultyNanos how long faults strike
 */
record RunOptions(
        Cluster cluster,
        Pace pace,
        Bounds bounds,
        Network.Weather weather,
        Map<Faults.Kind, Integer> harm,
        long faultyNanos,
        PlantedFault planted) {
    /** T of PREVOTE.md in every run. */
    static final long TIMEOUT_NANOS = 1_000_000_000;

    static final UUID CLUSTER = new UUID(0x0ca17a55L, 1);

    /** As drawn. */
    static final int ANY_SIZE = 0;

    static final int MAX_VOTERS = 7;

    private static final int PLENTY_BYTES = 1 << 20;
    private static final int MANY = 1000;
    private static final int LEASELESS_DRAWS = 16;
    private static final int MOST_SERVERS = 16;
    static final int KEEPS_ALL = Integer.MAX_VALUE;

    /**
     * Voters have the first numbers, observers those behind them, then those that are no members yet.
     *
     * @param oldPeers the numbers of those that are capped below Pre-Vote
     * @param leaseReads whether replicas promise what lease reads need, and serve them
     * @param leaseless the numbers of those that do not all the same: their settings differ
     * @param knowsDirectories whether the configuration names the members' directories
     */
    record Cluster(
            int voters,
            int observers,
            int spares,
            Set<Integer> oldPeers,
            boolean leaseReads,
            Set<Integer> leaseless,
            boolean knowsDirectories) {
        int servers() {
            return voters + observers + spares;
        }
    }

    /**
     * @param slowestSyncNanos how long a write takes at most while the disk is well
     * @param slowestApplyNanos how long the applier takes at most to take up what is committed; 0: at once
     * @param clientPauseNanos how long clients wait at most from one request to the next
     * @param driftPermille by how much the clocks of machines go wrong at most
     */
    record Pace(
            long heartbeatNanos,
            long commitDelayNanos,
            long slowestSyncNanos,
            long slowestApplyNanos,
            long clientPauseNanos,
            int driftPermille) {}

    /**
     * @param maxTailBytes small: peers that are behind are served from the disk
     * @param keptEntries how many applied entries a log keeps; few: peers that are behind need a snapshot
     */
    record Bounds(
            int maxTailBytes, int maxAppendBytes, int maxUncommittedBytes, int maxPendingReads, int keptEntries) {
        static final Bounds PLENTY = new Bounds(PLENTY_BYTES, PLENTY_BYTES, PLENTY_BYTES, MANY, KEEPS_ALL);
    }

    RunOptions {
        harm = Map.copyOf(harm);
    }

    /** A cluster on which nothing weighs: a script adds what it wants to see. */
    static RunOptions calm(int voters) {
        return new RunOptions(
                new Cluster(voters, 0, 0, Set.of(), false, Set.of(), true),
                new Pace(TIMEOUT_NANOS / 10, 0, TIMEOUT_NANOS / 1000, 0, TIMEOUT_NANOS / 4, 0),
                Bounds.PLENTY,
                Network.Weather.CALM,
                Map.of(),
                0,
                PlantedFault.NONE);
    }

    int voters() {
        return cluster.voters();
    }

    int servers() {
        return cluster.servers();
    }

    RunOptions withOldPeer(int number) {
        return with(new Cluster(
                cluster.voters(),
                cluster.observers(),
                cluster.spares(),
                Set.of(number),
                cluster.leaseReads(),
                cluster.leaseless(),
                cluster.knowsDirectories()));
    }

    RunOptions with(Cluster other) {
        return new RunOptions(other, pace, bounds, weather, harm, faultyNanos, planted);
    }

    RunOptions with(PlantedFault fault) {
        return new RunOptions(cluster, pace, bounds, weather, harm, faultyNanos, fault);
    }

    RunOptions with(Network.Weather other) {
        return new RunOptions(cluster, pace, bounds, other, harm, faultyNanos, planted);
    }

    RunOptions with(Pace other) {
        return new RunOptions(cluster, other, bounds, weather, harm, faultyNanos, planted);
    }

    RunOptions withFaultsFor(long nanos) {
        return new RunOptions(cluster, pace, bounds, weather, harm, nanos, planted);
    }

    // ---- drawing

    /** @param size how many voters there are to be, or {@link #ANY_SIZE} */
    static RunOptions draw(RandomGenerator random, PlantedFault planted, int size) {
        Cluster cluster = drawCluster(random, size);
        return new RunOptions(
                cluster,
                drawPace(random),
                drawBounds(random),
                Network.Weather.draw(random),
                drawHarm(random),
                TIMEOUT_NANOS * (8 + random.nextInt(18)),
                planted);
    }

    private static Cluster drawCluster(RandomGenerator random, int size) {
        int[] sizes = {1, 2, 3, 3, 3, 3, 3, 3, 4, 5, 5, 5, 5, 6, MAX_VOTERS, MAX_VOTERS};
        int drawn = sizes[random.nextInt(sizes.length)];
        int voters = size == ANY_SIZE ? drawn : size;
        int observers = random.nextInt(4) == 0 ? 1 + random.nextInt(2) : 0;
        Set<Integer> old = new TreeSet<>();
        if (voters > 1 && random.nextInt(6) == 0) {
            int count = random.nextInt(3) == 0 ? 1 + random.nextInt(voters) : 1;
            while (old.size() < count) {
                old.add(random.nextInt(voters));
            }
        }
        int spares = random.nextInt(3) == 0 ? 1 + random.nextInt(2) : 0;
        int leases = random.nextInt(4 * LEASELESS_DRAWS);
        return new Cluster(
                voters,
                observers,
                spares,
                new HashSet<>(old),
                leases % 4 == 0,
                leaseless(leases / 4),
                random.nextBoolean());
    }

    /** Nobody in half of all runs; else every third server, or two of three, or all of them. */
    private static Set<Integer> leaseless(int draw) {
        int thirds = draw < LEASELESS_DRAWS / 2 ? 0 : draw - LEASELESS_DRAWS / 2;
        Set<Integer> numbers = new HashSet<>();
        for (int number = 0; number < MOST_SERVERS; number++) {
            if (((thirds >> (number % 3)) & 1) == 1) {
                numbers.add(number);
            }
        }
        return numbers;
    }

    private static Pace drawPace(RandomGenerator random) {
        int[] drifts = {0, 0, 0, 5, 50, 200};
        return new Pace(
                random.nextInt(3) == 0 ? TIMEOUT_NANOS / 3 : TIMEOUT_NANOS / 10,
                random.nextBoolean() ? TIMEOUT_NANOS / 500 : 0,
                random.nextInt(4) == 0 ? TIMEOUT_NANOS / 5 : TIMEOUT_NANOS / 200,
                random.nextBoolean() ? 0 : TIMEOUT_NANOS / (random.nextBoolean() ? 200 : 4),
                random.nextInt(4) == 0 ? TIMEOUT_NANOS / 25 : TIMEOUT_NANOS / 4,
                drifts[random.nextInt(drifts.length)]);
    }

    private static Bounds drawBounds(RandomGenerator random) {
        boolean smallTail = random.nextInt(3) == 0;
        boolean fewWait = random.nextInt(4) == 0;
        return new Bounds(
                smallTail ? 400 : PLENTY_BYTES,
                smallTail ? 150 : PLENTY_BYTES,
                fewWait ? 300 : PLENTY_BYTES,
                fewWait ? 3 : MANY,
                random.nextInt(3) > 0 ? random.nextInt(30) : KEEPS_ALL);
    }

    private static Map<Faults.Kind, Integer> drawHarm(RandomGenerator random) {
        int[] weights = {0, 0, 1, 1, 1, 2, 8};
        Map<Faults.Kind, Integer> harm = new EnumMap<>(Faults.Kind.class);
        for (Faults.Kind kind : Faults.Kind.values()) {
            int weight = weights[random.nextInt(weights.length)];
            if (weight > 0) {
                // Servers come and go rather often where they do at all: each change is a step of a longer way.
                harm.put(kind, kind == Faults.Kind.MEMBERS ? 6 * weight : weight);
            }
        }
        return harm;
    }

    // ---- what it means for one replica

    RaftConfig configOf(int number, ReplicaKey key) {
        RaftConfig config = new RaftConfig(
                CLUSTER,
                key,
                TIMEOUT_NANOS,
                pace.heartbeatNanos(),
                pace.commitDelayNanos(),
                bounds.maxAppendBytes(),
                4,
                4 * bounds.maxAppendBytes(),
                bounds.maxUncommittedBytes(),
                bounds.maxPendingReads(),
                bounds.maxTailBytes(),
                isOld(number) ? 0 : RaftConfig.PRE_VOTE_VERSION,
                false);
        return cluster.leaseReads() && !cluster.leaseless().contains(number) ? config.withLease(leaseNanos()) : config;
    }

    /** How long leases last: as long as the clocks allow. One that jumps keeps to no bound, so where some do there are no leases. */
    private long leaseNanos() {
        // A voter's T may be as short as T / (1 + d) in true time, and the leader may measure as little of it as (1 - d).
        long drift = pace.driftPermille();
        return harm.containsKey(Faults.Kind.CLOCK_JUMP) ? 0 : TIMEOUT_NANOS * (1000 - drift) / (1000 + drift) - 1;
    }

    boolean isOld(int number) {
        return cluster.oldPeers().contains(number);
    }

    /** The rate of one machine's clock. */
    int drawClockRate(RandomGenerator random) {
        int drift = pace.driftPermille();
        return drift == 0 ? LocalClock.TRUE_PERMILLE : LocalClock.TRUE_PERMILLE - drift + random.nextInt(2 * drift + 1);
    }
}
