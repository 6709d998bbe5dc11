package io.canvass.raft.exploration;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What an exploration found.
 *
 * @param states distinct ones
 * @param transitions ways from one state to another or back to itself
 * @param depth choices on the longest of the shortest ways
 * @param exhausted whether every state within the bounds of the world was seen: neither depth nor number of
 *     states ended the search
 * @param replicaStates distinct states of one replica
 * @param steps of the core that were made; all others were looked up
 * @param cuts how many ways led out of the world, and by which bound
 */
record Report(
        Bounds bounds,
        int states,
        long transitions,
        int depth,
        boolean exhausted,
        int replicaStates,
        int steps,
        Map<Sight, Integer> sights,
        Map<Bound, Long> cuts,
        Exploration.@Nullable Finding finding) {

    int seen(Sight sight) {
        return sights.getOrDefault(sight, 0);
    }

    /** For people; without a figure that depends on the machine. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("| figure | |\n|---|--:|");
        lines.add("| distinct states | " + states + " |");
        lines.add("| transitions | " + transitions + " |");
        lines.add("| depth | " + depth + " |");
        lines.add("| distinct states of one replica | " + replicaStates + " |");
        lines.add("| different steps of the core | " + steps + " |");
        cuts.forEach((bound, count) -> lines.add("| not followed, for " + bound.option() + " | " + count + " |"));
        lines.add("\n| states with | |\n|---|--:|");
        for (Sight sight : Sight.values()) {
            lines.add("| " + sight.words() + " | " + seen(sight) + " |");
        }
        lines.add("");
        lines.add(
                finding != null
                        ? "BROKEN after " + depth + " choices"
                        : exhausted ? "Nothing is broken; all states of this world were seen."
                                : "Nothing is broken; the search was cut off.");
        return lines;
    }
}
