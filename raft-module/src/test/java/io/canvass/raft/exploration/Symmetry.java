package io.canvass.raft.exploration;

/**
 * Which states differ only in what replicas are called. The hash of a state is the least that any renaming gives it.
 * Replicas are alike but for their names, with one exception that {@code docs/exploration.md} names.
 */
final class Symmetry {
    private static final int[][] ALL = {{0, 1, 2}, {1, 0, 2}, {0, 2, 1}, {2, 1, 0}, {1, 2, 0}, {2, 0, 1}};
    /** The last one is unlike the others. */
    private static final int[][] OF_TWO = {{0, 1, 2}, {1, 0, 2}};

    private static final int[][] NONE = {{0, 1, 2}};

    private final int[][] renamings;

    Symmetry(Bounds bounds) {
        renamings = !bounds.has(Bound.SYMMETRY) ? NONE : bounds.has(Bound.OLD_PEER) ? OF_TWO : ALL;
    }

    int[][] renamings() {
        return renamings;
    }

    long hash(int[] state, Table<Replica> replicas, Table<Flight> flights, Table<History> histories) {
        int[] image = new int[state.length];
        long least = Long.MAX_VALUE;
        for (int renaming = 0; renaming < renamings.length; renaming++) {
            for (int number = 0; number < Cluster.VOTERS; number++) {
                image[renamings[renaming][number]] = replicas.image(state[number], renaming);
            }
            image[Space.HISTORY] = histories.image(state[Space.HISTORY], renaming);
            image[Space.BUDGET] = state[Space.BUDGET];
            for (int place = Space.FLIGHTS; place < state.length; place++) {
                insert(image, place, flights.image(state[place], renaming));
            }
            least = Math.min(least, StateSet.hash(image, image.length));
        }
        return least;
    }

    /** Keeps what stands before this place in order. */
    private static void insert(int[] sorted, int place, int value) {
        int at = place;
        while (at > Space.FLIGHTS && sorted[at - 1] > value) {
            sorted[at] = sorted[at - 1];
            at--;
        }
        sorted[at] = value;
    }
}
