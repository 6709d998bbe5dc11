package io.canvass.raft.exploration;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** One world: a value for each {@link Bound}. */
final class Bounds {
    /** Budgets are kept in four bits each. */
    private static final int MAX_SPENT = 15;

    private final Map<Bound, Integer> values;

    private Bounds(Map<Bound, Integer> values) {
        this.values = values;
    }

    static Bounds usual() {
        Map<Bound, Integer> values = new EnumMap<>(Bound.class);
        for (Bound bound : Bound.values()) {
            values.put(bound, bound.usual);
        }
        return new Bounds(values);
    }

    int of(Bound bound) {
        return values.getOrDefault(bound, bound.usual);
    }

    boolean has(Bound bound) {
        return of(bound) > 0;
    }

    Bounds with(Bound bound, int value) {
        for (Bound spent : Bound.SPENT) {
            if (spent == bound && value > MAX_SPENT) {
                throw new IllegalArgumentException(bound.option() + " takes a number up to " + MAX_SPENT + ", not "
                        + value);
            }
        }
        Map<Bound, Integer> changed = new EnumMap<>(values);
        changed.put(bound, value);
        return new Bounds(changed);
    }

    /** Of options and numbers in turn, as on a command line. */
    static Bounds parse(List<String> words) {
        Bounds bounds = usual();
        for (int i = 0; i < words.size(); i += 2) {
            if (i + 1 == words.size()) {
                throw new IllegalArgumentException(words.get(i) + " takes a number");
            }
            bounds = bounds.with(named(words.get(i)), Integer.parseInt(words.get(i + 1)));
        }
        return bounds;
    }

    private static Bound named(String option) {
        for (Bound bound : Bound.values()) {
            if (bound.option().equals(option)) {
                return bound;
            }
        }
        throw new IllegalArgumentException("No such option: " + option);
    }

    /** What is not as usual, as on a command line. */
    @Override
    public String toString() {
        List<String> words = new ArrayList<>();
        values.forEach((bound, value) -> {
            if (value != bound.usual) {
                words.add(bound.option() + " " + value);
            }
        });
        return String.join(" ", words);
    }

    // ---- what is left of the budgets, four bits for each

    int budget() {
        int budget = 0;
        for (int i = 0; i < Bound.SPENT.length; i++) {
            budget |= of(Bound.SPENT[i]) << (4 * i);
        }
        return budget;
    }

    static int left(int budget, Bound bound) {
        return (budget >>> shift(bound)) & MAX_SPENT;
    }

    static int spend(int budget, Bound bound) {
        if (left(budget, bound) == 0) {
            throw new IllegalStateException("Nothing is left of " + bound);
        }
        return budget - (1 << shift(bound));
    }

    private static int shift(Bound bound) {
        for (int i = 0; i < Bound.SPENT.length; i++) {
            if (Bound.SPENT[i] == bound) {
                return 4 * i;
            }
        }
        throw new IllegalArgumentException(bound + " is not spent");
    }
}
