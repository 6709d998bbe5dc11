package io.canvass.raft.simulation;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.simulation.Script.T;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@code kv.read.lease.max-clock-drift} is for: reads by lease are linearizable while clocks keep to it, and are not where
 * they do not. A leader is cut off, another one is elected and acknowledges writes, and the first one is asked all the while.
 */
class LeaseDriftTest {
    private static final int BOUND_PERMILLE = 200;
    private static final long STEP = T / 50;
    private static final int TRUE = LocalClock.TRUE_PERMILLE;

    @Test
    void clocksAtTheVeryBoundServeNothingThatIsOld() {
        assertThat(cutOffLeader(TRUE - BOUND_PERMILLE, TRUE + BOUND_PERMILLE)).isEmpty();
        assertThat(cutOffLeader(TRUE + BOUND_PERMILLE, TRUE - BOUND_PERMILLE)).isEmpty();
    }

    @Test
    void aLeaderWhoseClockIsSlowerThanThatServesWhatIsNotTrueAnyMore() {
        assertThat(cutOffLeader(TRUE / 4, TRUE))
                .hasValueSatisfying(found -> assertThat(found).hasMessageContaining("LinearizableReads"));
    }

    /** Nothing is served by lease then, so no clock can do harm. */
    @Test
    void whereTheOthersPromiseNothingNoClockMakesAReadOld() {
        int leader = new Script(options(Set.of())).steadyLeader().number();
        Set<Integer> others = new HashSet<>(Set.of(0, 1, 2));
        others.remove(leader);
        Run run = new Run(others);
        assertThat(run.old.number()).isEqualTo(leader);
        assertThat(run.old.config().leaseNanos()).as("it would").isPositive();
        assertThat(run.cutOff(TRUE / 4, TRUE)).isEmpty();
        assertThat(run.script.count(Tally.Count.READS_BY_LEASE)).isZero();
    }

    private static Optional<InvariantViolation> cutOffLeader(int leadersRate, int othersRate) {
        Run run = new Run(Set.of());
        Optional<InvariantViolation> found = run.cutOff(leadersRate, othersRate);
        assertThat(run.script.count(Tally.Count.READS_BY_LEASE)).as("reads by lease").isPositive();
        return found;
    }

    /** @param leaseless the numbers of those whose settings have no lease reads */
    private static RunOptions options(Set<Integer> leaseless) {
        return RunOptions.calm(3)
                .with(new RunOptions.Cluster(3, 0, 0, Set.of(), true, leaseless, true))
                .with(new RunOptions.Pace(T / 10, 0, T / 1000, 0, T / 4, BOUND_PERMILLE));
    }

    /** A cluster of three, and who led it first. */
    private static final class Run {
        private final Script script;
        private final SimulatedReplica old;

        Run(Set<Integer> leaseless) {
            script = new Script(options(leaseless));
            script.simulation.replicas().forEach(replica -> replica.clockGoesAt(TRUE));
            old = script.steadyLeader();
        }

        /** From here on clocks go at these rates; what was found wrong, if anything. */
        Optional<InvariantViolation> cutOff(int leadersRate, int othersRate) {
            old.clockGoesAt(leadersRate);
            script.others(old).forEach(other -> other.clockGoesAt(othersRate));
            script.simulation.runFor(3 * T);
            assertThat(script.leader()).as("it leads on").isSameAs(old);
            writeAndRead(T);
            script.isolate(old);
            try {
                writeAndRead(8 * T);
            } catch (InvariantViolation found) {
                return Optional.of(found);
            }
            assertThat(script.leader()).as("another one was elected").isNotSameAs(old);
            return Optional.empty();
        }

        private void writeAndRead(long nanos) {
            for (long spent = 0; spent < nanos; spent += STEP) {
                SimulatedReplica newest = script.simulation.leader();
                if (newest != null) {
                    script.simulation.clients().propose(newest, 1);
                }
                script.simulation.clients().read(old, 1);
                script.simulation.runFor(STEP);
            }
        }
    }
}
