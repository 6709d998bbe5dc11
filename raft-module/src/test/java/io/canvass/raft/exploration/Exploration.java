package io.canvass.raft.exploration;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * The search: all states of a world in the order of how many choices lead to them, so that the first violation has a
 * shortest way.
 */
final class Exploration {
    private final Bounds bounds;
    private final Space space;
    private final Consumer<String> progress;
    private final StateSet known = new StateSet();
    private final Map<Sight, Integer> sights = new EnumMap<>(Sight.class);
    private final Map<Bound, Long> cuts = new EnumMap<>(Bound.class);
    /**
     * For each state, in the order in which they were found: the one it was found from, and by which of its choices.
     */
    private int[] parents = new int[1 << 16];

    private int[] ordinals = new int[1 << 16];
    private long transitions;
    private int depth;
    private @Nullable Finding finding;

    /**
     * What may not be, and how it comes to it.
     *
     * @param walk the story, told by real cores with nothing merged
     */
    record Finding(Broken broken, Walk walk) {}

    /** @param progress is told now and then how far it has come */
    Exploration(Bounds bounds, Consumer<String> progress) {
        this.bounds = bounds;
        this.progress = progress;
        space = new Space(bounds);
    }

    /** Goes on until all is seen, a bound is met or something is broken. */
    Report run() {
        int[] root = Walk.begin(bounds).numberedIn(space);
        List<int[]> level = List.of(root);
        List<Integer> indexes = List.of(add(root, -1, -1));
        boolean exhausted = true;
        while (!level.isEmpty() && finding == null) {
            if (depth == bounds.of(Bound.DEPTH)) {
                exhausted = false;
                break;
            }
            List<int[]> next = new ArrayList<>();
            List<Integer> nextIndexes = new ArrayList<>();
            for (int i = 0; i < level.size() && finding == null; i++) {
                expand(root, level.get(i), indexes.get(i), next, nextIndexes);
            }
            depth++;
            progress.accept(depth + " deep: " + known.size() + " states, " + next.size() + " of them new");
            level = next;
            indexes = nextIndexes;
            if (known.size() >= bounds.of(Bound.STATES)) {
                exhausted = false;
                break;
            }
        }
        return new Report(
                bounds,
                known.size(),
                transitions,
                depth,
                exhausted && finding == null,
                space.replicaStates(),
                space.moves(),
                Map.copyOf(sights),
                Map.copyOf(cuts),
                finding);
    }

    private void expand(int[] root, int[] state, int index, List<int[]> next, List<Integer> nextIndexes) {
        List<Choice> choices = space.choices(state);
        for (int ordinal = 0; ordinal < choices.size(); ordinal++) {
            Space.Next to = space.next(state, choices.get(ordinal));
            if (to.broken() != null) {
                finding = new Finding(to.broken(), tell(root, index, choices.get(ordinal)));
                return;
            }
            if (to.cutBy() != null) {
                cuts.merge(to.cutBy(), 1L, Long::sum);
            }
            if (to.state() != null) {
                transitions++;
                if (known.add(space.hash(to.state()))) {
                    nextIndexes.add(note(to.state(), index, ordinal));
                    next.add(to.state());
                }
            }
        }
    }

    private int add(int[] root, int parent, int ordinal) {
        known.add(space.hash(root));
        return note(root, parent, ordinal);
    }

    private int note(int[] state, int parent, int ordinal) {
        int index = known.size() - 1;
        if (index == parents.length) {
            parents = Arrays.copyOf(parents, index * 2);
            ordinals = Arrays.copyOf(ordinals, index * 2);
        }
        parents[index] = parent;
        ordinals[index] = ordinal;
        for (Sight sight : Sight.values()) {
            if (sight.isIn(space, state)) {
                sights.merge(sight, 1, Integer::sum);
            }
        }
        return index;
    }

    /** The way to a state, and one choice more. */
    private Walk tell(int[] root, int index, Choice last) {
        List<Integer> way = new ArrayList<>();
        for (int at = index; parents[at] >= 0; at = parents[at]) {
            way.add(ordinals[at]);
        }
        Collections.reverse(way);
        Walk walk = Walk.begin(bounds);
        int[] state = root;
        for (int ordinal : way) {
            Choice choice = space.choices(state).get(ordinal);
            walk.takeAs(choice);
            int[] next = space.next(state, choice).state();
            if (next == null) {
                throw new IllegalStateException("A way that was gone is gone no more");
            }
            state = next;
        }
        walk.takeAs(last);
        return walk;
    }
}
