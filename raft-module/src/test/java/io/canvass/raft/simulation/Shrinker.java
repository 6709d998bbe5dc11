package io.canvass.raft.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Makes a run that fails smaller, as long as the same promise breaks: fewer strikes of faults first, then gentler surroundings. */
final class Shrinker {
    /** Runs that are tried at most; each is as long as the first. */
    static final int MAX_TRIES = 1000;

    private final String invariant;
    private RunPlan smallest;
    private int tries;

    private Shrinker(RunPlan plan, String invariant) {
        this.smallest = plan;
        this.invariant = invariant;
    }

    /**
     * @param strikes how many strikes of faults there were until the failure
     * @param kept how many of them are still needed
     */
    record Shrunk(RunPlan plan, String invariant, int strikes, int kept, int tries) {}

    /** @throws IllegalArgumentException if the run does not fail */
    static Shrunk shrink(RunPlan plan) {
        RandomRun.Failure failure = RandomRun.failure(plan);
        if (failure == null) {
            throw new IllegalArgumentException("Seed " + plan.seed() + " breaks no promise");
        }
        Shrinker shrinker = new Shrinker(plan, failure.violation().invariant());
        int kept = shrinker.leaveOutStrikes(failure.strikes());
        shrinker.accept(shrinker.smallest.withCalmWeather());
        shrinker.accept(shrinker.smallest.withTrueClocks());
        return new Shrunk(shrinker.smallest, shrinker.invariant, failure.strikes(), kept, shrinker.tries);
    }

    private int leaveOutStrikes(int strikes) {
        List<Integer> left = new ArrayList<>();
        for (int strike = 0; strike < strikes; strike++) {
            left.add(strike);
        }
        for (int chunk = Math.max(1, left.size()); chunk >= 1; chunk /= 2) {
            int from = 0;
            while (from < left.size()) {
                Set<Integer> without = new TreeSet<>(left.subList(from, Math.min(left.size(), from + chunk)));
                if (accept(smallest.leavingOut(without))) {
                    left.removeAll(without);
                } else {
                    from += chunk;
                }
            }
        }
        return left.size();
    }

    private boolean accept(RunPlan smaller) {
        if (tries >= MAX_TRIES) {
            return false;
        }
        tries++;
        RandomRun.Failure failure = RandomRun.failure(smaller);
        if (failure == null || !failure.violation().invariant().equals(invariant)) {
            return false;
        }
        smallest = smaller;
        return true;
    }
}
