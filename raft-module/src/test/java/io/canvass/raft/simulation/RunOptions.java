package io.canvass.raft.simulation;

import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;

import io.canvass.raft.core.RaftConfig;
import io.canvass.raft.core.ReplicaKey;

/**
 * What one run is made of. Each run draws only some of the faults: what always happens together hides what happens alone.
 *
 * @param oldPeer the number of the replica that is capped below Pre-Vote, or {@link #NO_OLD_PEER}
 * @param knowsDirectories whether the configuration names the voters' directories
 * @param maxTailBytes small: peers that are behind are served from the disk
 * @param slowestSyncNanos how long a write takes at most while the disk is well
 */
record RunOptions(
        int voters,
        int oldPeer,
        boolean leaseReads,
        boolean knowsDirectories,
        long heartbeatNanos,
        long commitDelayNanos,
        int maxTailBytes,
        int maxAppendBytes,
        Network.Weather weather,
        long slowestSyncNanos,
        Set<Faults.Kind> faults,
        long faultyNanos,
        PlantedFault planted) {
    /** T of PREVOTE.md in every run. */
    static final long TIMEOUT_NANOS = 1_000_000_000;

    static final int NO_OLD_PEER = -1;
    static final UUID CLUSTER = new UUID(0x0ca17a55L, 1);

    private static final int PLENTY_BYTES = 1 << 20;

    RunOptions {
        faults = Set.copyOf(faults);
    }

    /** A cluster on which nothing weighs: a script adds what it wants to see. */
    static RunOptions calm(int voters) {
        return new RunOptions(
                voters,
                NO_OLD_PEER,
                false,
                true,
                TIMEOUT_NANOS / 10,
                0,
                PLENTY_BYTES,
                PLENTY_BYTES,
                Network.Weather.CALM,
                TIMEOUT_NANOS / 1000,
                Set.of(),
                0,
                PlantedFault.NONE);
    }

    RunOptions withOldPeer(int number) {
        return new RunOptions(
                voters,
                number,
                leaseReads,
                knowsDirectories,
                heartbeatNanos,
                commitDelayNanos,
                maxTailBytes,
                maxAppendBytes,
                weather,
                slowestSyncNanos,
                faults,
                faultyNanos,
                planted);
    }

    RunOptions with(PlantedFault fault) {
        return new RunOptions(
                voters,
                oldPeer,
                leaseReads,
                knowsDirectories,
                heartbeatNanos,
                commitDelayNanos,
                maxTailBytes,
                maxAppendBytes,
                weather,
                slowestSyncNanos,
                faults,
                faultyNanos,
                fault);
    }

    RunOptions with(Network.Weather other) {
        return new RunOptions(
                voters,
                oldPeer,
                leaseReads,
                knowsDirectories,
                heartbeatNanos,
                commitDelayNanos,
                maxTailBytes,
                maxAppendBytes,
                other,
                slowestSyncNanos,
                faults,
                faultyNanos,
                planted);
    }

    /** As drawn. */
    static final int ANY_SIZE = 0;

    /** @param size how many voters there are to be, or {@link #ANY_SIZE} */
    static RunOptions draw(RandomGenerator random, PlantedFault planted, int size) {
        int[] sizes = {1, 2, 3, 3, 3, 3, 4, 5, 5, 5};
        int drawn = sizes[random.nextInt(sizes.length)];
        int voters = size == ANY_SIZE ? drawn : size;
        Set<Faults.Kind> faults = EnumSet.noneOf(Faults.Kind.class);
        for (Faults.Kind kind : Faults.Kind.values()) {
            if (random.nextInt(5) < 3) {
                faults.add(kind);
            }
        }
        boolean smallBounds = random.nextInt(3) == 0;
        return new RunOptions(
                voters,
                voters > 1 && random.nextInt(6) == 0 ? random.nextInt(voters) : NO_OLD_PEER,
                random.nextInt(4) == 0,
                random.nextBoolean(),
                random.nextInt(3) == 0 ? TIMEOUT_NANOS / 3 : TIMEOUT_NANOS / 10,
                random.nextBoolean() ? TIMEOUT_NANOS / 500 : 0,
                smallBounds ? 400 : PLENTY_BYTES,
                smallBounds ? 150 : PLENTY_BYTES,
                Network.Weather.draw(random),
                random.nextInt(4) == 0 ? TIMEOUT_NANOS / 5 : TIMEOUT_NANOS / 200,
                faults,
                TIMEOUT_NANOS * (8 + random.nextInt(18)),
                planted);
    }

    RaftConfig configOf(int number, ReplicaKey key) {
        return new RaftConfig(
                CLUSTER,
                key,
                TIMEOUT_NANOS,
                heartbeatNanos,
                commitDelayNanos,
                maxAppendBytes,
                4,
                4 * maxAppendBytes,
                PLENTY_BYTES,
                1000,
                maxTailBytes,
                isOld(number) ? 0 : RaftConfig.PRE_VOTE_VERSION,
                leaseReads);
    }

    boolean isOld(int number) {
        return number == oldPeer;
    }
}
