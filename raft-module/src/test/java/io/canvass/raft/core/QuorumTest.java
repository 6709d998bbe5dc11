package io.canvass.raft.core;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The one place where majorities are counted, against brute force (HAZARDS F2). */
class QuorumTest {
    private static final int MOST_VOTERS = 7;
    /** Each voter is at one of so many places: enough for every order of values that matters. */
    private static final int PLACES = 4;

    @Test
    void whatAMajorityReachedIsTheLargestValueThatMoreThanHalfHaveForEveryVectorUpToSevenVoters() {
        for (int voters = 1; voters <= MOST_VOTERS; voters++) {
            long vectors = Math.round(Math.pow(PLACES, voters));
            for (long number = 0; number < vectors; number++) {
                long[] values = vector(number, voters);
                assertThat(Quorum.reachedByMajority(values.clone())).isEqualTo(byBruteForce(values));
            }
        }
    }

    @Property
    void soItIsForAnyValues(@ForAll @Size(min = 1, max = MOST_VOTERS) @LongRange(min = 0) long[] values) {
        assertThat(Quorum.reachedByMajority(values.clone())).isEqualTo(byBruteForce(values));
    }

    @Test
    void aMajorityIsMoreThanHalfAndTwoOfThemShareAVoter() {
        for (int voters = 1; voters <= 100; voters++) {
            int majority = Quorum.majority(voters);
            assertThat(2 * majority).isGreaterThan(voters);
            assertThat(2 * (majority - 1)).isLessThanOrEqualTo(voters);
        }
    }

    private static long[] vector(long number, int voters) {
        long[] values = new long[voters];
        long rest = number;
        for (int i = 0; i < voters; i++) {
            values[i] = rest % PLACES;
            rest /= PLACES;
        }
        return values;
    }

    private static long byBruteForce(long[] values) {
        long best = Long.MIN_VALUE;
        for (long candidate : values) {
            int reached = 0;
            for (long value : values) {
                if (value >= candidate) {
                    reached++;
                }
            }
            if (2 * reached > values.length) {
                best = Math.max(best, candidate);
            }
        }
        return best;
    }
}
