package io.canvass.raft.exploration;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import io.canvass.raft.planted.Finding;

/**
 * Explores the variant of the core that it is loaded with: see {@code io.canvass.raft.planted.Variant#ask}. It is
 * given the options of {@code bin/explore}; it answers with a {@link Finding}, and if that is one with the way to it.
 */
public final class FirstFinding implements Function<List<String>, List<String>> {
    /** Made by name, in a variant. */
    public FirstFinding() {}

    @Override
    public List<String> apply(List<String> options) {
        Report report = new Exploration(Bounds.parse(options), line -> {}).run();
        Exploration.Finding finding = report.finding();
        if (finding == null) {
            String end = report.exhausted() ? "all of its states" : "cut off after states";
            return Finding.missed(end + ": " + report.states()).lines();
        }
        List<String> lines = new ArrayList<>(
                Finding.caught(finding.broken().invariant() + " after " + report.depth() + " choices").lines());
        lines.addAll(finding.walk().lines());
        lines.add("");
        lines.add("bin/explore " + String.join(" ", options) + " --show \"" + finding.walk().path() + "\"");
        return lines;
    }
}
