package io.canvass.raft.simulation;

import java.util.Set;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A check that has never failed is not yet a check: each of these faults is found, by the observer that is there to find it. */
class PlantedFaultsTest {
    private static final long SEEDS = 200;

    @Test
    void aVoteThatIsNotDurableIsHeard() {
        assertFound(PlantedFault.VOTE_NOT_AWAITED, Set.of("SaidIsDurable"));
    }

    @Test
    void anAnswerThatVouchesForUnsyncedEntriesIsHeard() {
        assertFound(PlantedFault.APPEND_NOT_AWAITED, Set.of("SaidIsDurable"));
    }

    @Test
    void aGrantForALogThatIsBehindIsHeard() {
        assertFound(PlantedFault.LOG_NOT_COMPARED, Set.of("LogsAreCompared", "LeaderCompleteness"));
    }

    @Test
    void aLeaderThatCountsItsUnsyncedLogCommitsWithoutAQuorum() {
        assertFound(
                PlantedFault.LEADER_COUNTS_UNSYNCED, Set.of("CommittedOnQuorum", "AppliedIsCommittedAndDurable"));
    }

    @Test
    void aForgottenVoteIsGivenTwice() {
        assertFound(PlantedFault.VOTE_FORGOTTEN, Set.of("VoteOncePerEpoch"));
    }

    @Test
    void aFollowerThatVouchesForItsWholeLogIsHeard() {
        assertFound(PlantedFault.MATCHED_BEYOND_THE_MESSAGE, Set.of("SaidIsDurable", "CommittedOnQuorum"));
    }

    @Test
    void aRunThatFailsIsMadeSmaller() {
        RunPlan plan = RunPlan.of(1, PlantedFault.VOTE_FORGOTTEN, RunOptions.ANY_SIZE);
        long seed = 1;
        while (RandomRun.failure(plan) == null) {
            plan = RunPlan.of(++seed, PlantedFault.VOTE_FORGOTTEN, RunOptions.ANY_SIZE);
        }
        Shrinker.Shrunk shrunk = Shrinker.shrink(plan);
        RandomRun.Failure smaller = RandomRun.failure(shrunk.plan());
        assertThat(smaller).isNotNull();
        assertThat(shrunk.invariant()).isEqualTo("VoteOncePerEpoch");
        // The death of a leader after all faults is enough by itself.
        assertThat(shrunk.kept()).isLessThanOrEqualTo(4).isLessThan(shrunk.strikes());
    }

    private static void assertFound(PlantedFault planted, Set<String> by) {
        InvariantViolation found = null;
        for (long seed = 1; seed <= SEEDS && found == null; seed++) {
            RandomRun.Failure failure = RandomRun.failure(RunPlan.of(seed, planted, RunOptions.ANY_SIZE));
            found = failure == null ? null : failure.violation();
        }
        assertThat(found).as("the violation that " + planted + " leads to").isNotNull();
        assertThat(by).contains(found == null ? "nothing" : found.invariant());
    }
}
