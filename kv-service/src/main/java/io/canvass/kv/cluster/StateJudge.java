package io.canvass.kv.cluster;

import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Compares what replicas say of their states (HAZARDS H6). Pure. */
final class StateJudge {
    private StateJudge() {}

    /** What came of a comparison. */
    sealed interface Verdict {
        /** No two replicas spoke of the same index. */
        record Nothing() implements Verdict {}

        /** All that spoke of this index agree. */
        record Same(long index) implements Verdict {}

        /**
         * A majority of all voters agrees, and these do not.
         *
         * @param odd node to hash
         */
        record Odd(long index, long majority, Set<String> agreed, Map<String, Long> odd) implements Verdict {}

        /**
         * They differ, and no majority of all voters agrees: nobody knows who is right.
         *
         * @param hashes by node
         */
        record Undecided(long index, Map<String, Long> hashes) implements Verdict {}
    }

    /**
     * States that once differ differ for ever, so the comparison is made at the highest index of which the most replicas
     * speak.
     *
     * @param said by node, hash by index
     * @param voters all of them, whether they said anything or not
     */
    static Verdict judge(Map<String, Map<Long, Long>> said, Set<String> voters) {
        Optional<Long> index = index(said.values());
        if (index.isEmpty()) {
            return new Verdict.Nothing();
        }
        Map<String, Long> hashes = new TreeMap<>();
        said.forEach((node, samples) -> {
            Long hash = samples.get(index.get());
            if (hash != null) {
                hashes.put(node, hash);
            }
        });
        Map<Long, Set<String>> groups = hashes.entrySet().stream()
                .collect(Collectors.groupingBy(
                        Map.Entry::getValue, Collectors.mapping(Map.Entry::getKey, Collectors.toCollection(TreeSet::new))));
        if (groups.size() == 1) {
            return new Verdict.Same(index.get());
        }
        for (Map.Entry<Long, Set<String>> group : groups.entrySet()) {
            long agreeing = group.getValue().stream().filter(voters::contains).count();
            if (agreeing > voters.size() / 2) {
                Map<String, Long> odd = new TreeMap<>(hashes);
                odd.keySet().removeAll(group.getValue());
                return new Verdict.Odd(index.get(), group.getKey(), group.getValue(), odd);
            }
        }
        return new Verdict.Undecided(index.get(), hashes);
    }

    private static Optional<Long> index(Collection<Map<Long, Long>> said) {
        Map<Long, Long> speakers = said.stream()
                .flatMap(samples -> samples.keySet().stream())
                .collect(Collectors.groupingBy(index -> index, Collectors.counting()));
        return speakers.entrySet().stream()
                .filter(entry -> entry.getValue() > 1)
                .max(Comparator.comparing((Map.Entry<Long, Long> entry) -> entry.getValue())
                        .thenComparing(Map.Entry::getKey))
                .map(Map.Entry::getKey);
    }
}
