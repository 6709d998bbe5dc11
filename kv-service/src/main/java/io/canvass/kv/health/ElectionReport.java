package io.canvass.kv.health;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

import io.canvass.raft.runtime.Election;

/** An election as {@code /actuator/raft/elections} shows it: its story, and the same for programs. */
final class ElectionReport {
    private ElectionReport() {}

    static Map<String, Object> of(Election election) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("number", election.number());
        report.put("story", election.story());
        report.put("begunAt", Instant.ofEpochMilli(election.begunAtMillis()).toString());
        report.put("over", election.isOver());
        if (election.isOver()) {
            report.put("tookMs", election.tookMillis());
            report.put("leader", election.leader());
        }
        report.put("epoch", election.epoch());
        report.put("cause", election.cause().name());
        putKnown(report, "by", election.by());
        putKnown(report, "formerLeader", election.formerLeader());
        report.put("formerEpoch", election.formerEpoch());
        if (election.contactAgeMillis() >= 0) {
            report.put("leaderContactMs", election.contactAgeMillis());
        }
        report.put("steps", election.steps().stream().map(ElectionReport::step).toList());
        report.put("omittedSteps", election.omittedSteps());
        return report;
    }

    private static void putKnown(Map<String, Object> report, String name, String node) {
        if (!node.isEmpty()) {
            report.put(name, node);
        }
    }

    private static Map<String, Object> step(Election.Step step) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("afterMs", step.afterMillis());
        switch (step) {
            case Election.Step.Voted voted -> {
                report.put("votedFor", voted.candidate().nodeId());
                report.put("epoch", voted.epoch());
            }
            case Election.Step.Asked asked -> {
                report.put("round", asked.round().id().toString());
                report.put("phase", asked.round().phase().name());
                report.put("epoch", asked.round().epoch());
                report.put("outcome", asked.round().ending().name());
                report.put("grantedBy", asked.grantedBy());
                Map<String, String> refusals = new TreeMap<>();
                asked.round().refusedBy().forEach((node, reason) -> refusals.put(node, reason.name()));
                report.put("refusedBy", refusals);
                report.put("unanswered", asked.unanswered());
            }
        }
        return report;
    }
}
