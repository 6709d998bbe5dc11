package io.canvass.raft.core;

import java.util.Arrays;

/** The one place where majorities are counted: votes, commits, reads, leadership (HAZARDS F2, C4). */
final class Quorum {
    private Quorum() {}

    static int majority(int voters) {
        return voters / 2 + 1;
    }

    /**
     * The largest value that a majority has reached: of n values, the n/2+1-th largest. Sorts its argument.
     *
     * @param perVoter one value per voter, at least one
     */
    static long reachedByMajority(long[] perVoter) {
        Arrays.sort(perVoter);
        return perVoter[perVoter.length - majority(perVoter.length)];
    }
}
