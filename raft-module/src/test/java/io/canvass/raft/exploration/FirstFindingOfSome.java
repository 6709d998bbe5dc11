package io.canvass.raft.exploration;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import io.canvass.raft.planted.Finding;

/**
 * Explores the variant of the core that it is loaded with in one small world after the other, until one of them breaks a promise:
 * see {@code io.canvass.raft.planted.Check}. Each world is seen whole in some seconds.
 */
public final class FirstFindingOfSome implements Function<List<String>, List<String>> {
    private static final List<String> WORLDS = List.of(
            "--timeouts 2 --in-flight 3",
            "--led 1 --timeouts 1 --in-flight 3 --heartbeats 2 --restarts 1 --slow-writes 1",
            "--led 1 --timeouts 1 --in-flight 3 --heartbeats 1 --resignations 1 --proposals 1",
            "--led 1 --timeouts 2 --in-flight 3 --lease-reads 1 --pauses 1",
            "--timeouts 2 --in-flight 3 --heartbeats 0 --old-peer 1");

    /** Made by name, in a variant. */
    public FirstFindingOfSome() {}

    @Override
    public List<String> apply(List<String> none) {
        List<String> missed = new ArrayList<>();
        for (String world : WORLDS) {
            Report report;
            try {
                report = new Exploration(Bounds.parse(List.of(world.split(" "))), line -> {}).run();
            } catch (RuntimeException e) {
                return Finding.caught(e.getClass().getSimpleName() + " in " + world).lines();
            }
            Exploration.Finding finding = report.finding();
            if (finding != null) {
                return Finding.caught(finding.broken().invariant() + " after " + report.depth() + " choices").lines();
            }
            missed.add(Long.toString(report.states()));
        }
        return Finding.missed("not in " + String.join(" + ", missed) + " states").lines();
    }
}
