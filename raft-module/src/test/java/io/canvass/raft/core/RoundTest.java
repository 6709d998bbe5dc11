package io.canvass.raft.core;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** When a round is won and when it is lost (PREVOTE.md, Roles), for every count of voters and every set of answers. */
class RoundTest {
    private static final int MOST_VOTERS = 7;
    /** None, yes, no. */
    private static final int ANSWERS = 3;

    @Test
    void aRoundIsWonByAMajorityAndLostWhenTheRestCannotMakeOne() {
        for (int voters = 1; voters <= MOST_VOTERS; voters++) {
            int combinations = (int) Math.pow(ANSWERS, voters);
            for (int combination = 0; combination < combinations; combination++) {
                assertTally(voters, combination);
            }
        }
    }

    private static void assertTally(int voters, int combination) {
        Round round = begin(voters);
        int granted = 0;
        int silent = 0;
        int left = combination;
        for (int voter = 1; voter <= voters; voter++) {
            switch (left % ANSWERS) {
                case 0 -> silent++;
                case 1 -> {
                    granted++;
                    round = round.grantedBy("n" + voter);
                }
                default -> round = round.refusedBy("n" + voter, VoteRefusal.LOG_BEHIND);
            }
            left /= ANSWERS;
        }
        boolean won = 2 * granted > voters;
        boolean mayBeWon = 2 * (granted + silent) > voters;
        assertThat(round.tally())
                .as("%s of %s voters granted, %s are silent", granted, voters, silent)
                .isEqualTo(won ? Round.Tally.WON : mayBeWon ? Round.Tally.OPEN : Round.Tally.LOST);
    }

    @Test
    void aGrantThatIsRepeatedCountsOnce() {
        Round round = begin(3).grantedBy("n2").grantedBy("n2");
        assertThat(round.granted()).containsExactly("n2");
        assertThat(round.tally()).isEqualTo(Round.Tally.OPEN);
    }

    /** One that changes its mind is not asked again: its first answer stands. */
    @Test
    void onlyAVoterThatWasAskedAndHasNotAnsweredIsAwaited() {
        Round round = begin(3).grantedBy("n1").refusedBy("n2", VoteRefusal.LOG_BEHIND);
        assertThat(round.awaits(CoreFixture.N1)).isFalse();
        assertThat(round.awaits(CoreFixture.N2)).isFalse();
        assertThat(round.awaits(CoreFixture.N3)).isTrue();
        assertThat(round.awaits(CoreFixture.N4)).as("no voter of this round").isFalse();
        assertThat(round.awaits(CoreFixture.otherDisk(CoreFixture.N3))).as("another replica").isFalse();
        assertThat(round.closed().awaits(CoreFixture.N3)).as("the round is closed").isFalse();
    }

    private static Round begin(int voters) {
        List<ReplicaKey> keys =
                IntStream.rangeClosed(1, voters).mapToObj(CoreFixture::replica).toList();
        return Round.begin(new RoundId(1, 1), RoundSummary.Phase.PRE_VOTE, 5, keys, Map.of(), 0);
    }
}
