package io.canvass.kv.health;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.canvass.kv.cluster.NodeGate;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.RoleName;
import io.canvass.raft.runtime.RaftStatus;

/** The JSON of OPERATIONS.md, section 2, field by field and in its order. What is not known is left out. */
final class RaftReport {
    private static final String OK = "ok";

    private RaftReport() {}

    /**
     * @param urls node id to base URL of the HTTP API, for members that tell none
     * @param revision the store's
     * @param compactRevision the store's: a recovery or a restore raises it, nothing else compacts revisions
     * @param alarms each a code, a colon and a sentence
     */
    static Map<String, Object> of(
            Condition condition, Map<String, String> urls, long revision, long compactRevision, List<String> alarms) {
        RaftStatus status = condition.status();
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("nodeId", status.self().nodeId());
        report.put("clusterId", status.clusterId().toString());
        report.put("directoryId", status.self().directoryId().toString());
        report.put("role", role(condition));
        report.put("voter", status.voter());
        report.put("epoch", status.epoch());
        if (condition.hasFreshLeader()) {
            report.put("leader", leader(status, urls));
        } else {
            report.put("noLeader", NoLeader.explain(condition));
        }
        if (status.leaderContactAgeMillis() >= 0) {
            report.put("leaderContactMs", status.leaderContactAgeMillis());
        }
        report.put("preVote", preVote(status.preVote()));
        report.put("log", log(status.log()));
        report.put("quorum", quorum(status.quorum()));
        report.put("peers", status.peers().stream().map(peer -> peer(status, peer)).toList());
        report.put("revision", revision);
        report.put("compactRevision", compactRevision);
        report.put("alarms", alarms);
        report.put("checks", checks(condition));
        return report;
    }

    /** The role as operators know it: KRaft's names, and what surrounds them. */
    static String role(Condition condition) {
        if (condition.gate() == NodeGate.State.STARTING) {
            return "STARTING";
        }
        if (condition.removed().isPresent()) {
            return "REMOVED";
        }
        RaftStatus status = condition.status();
        boolean voted = status.role() == RoleName.UNATTACHED && status.hasVoted();
        return voted ? "VOTED" : status.role().name();
    }

    static long lag(RaftStatus status, RaftStatus.Peer peer) {
        return Math.max(0, status.log().lastIndex() - peer.matchIndex());
    }

    private static Map<String, Object> leader(RaftStatus status, Map<String, String> urls) {
        Map<String, Object> leader = new LinkedHashMap<>();
        String id = status.leader().nodeId();
        leader.put("id", id);
        String url = status.configuration().members().stream()
                .filter(member -> member.key().nodeId().equals(id))
                .map(Configuration.Member::url)
                .filter(told -> !told.isEmpty())
                .findFirst()
                .orElse(urls.getOrDefault(id, ""));
        if (!url.isEmpty()) {
            leader.put("url", url);
        }
        return leader;
    }

    private static Map<String, Object> preVote(RaftStatus.PreVote preVote) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("enabled", preVote.enabled());
        report.put("state", preVote.campaigning() ? "CAMPAIGNING" : "IDLE");
        report.put("roundsTotal", preVote.roundsTotal());
        preVote.lastRound().ifPresent(last -> report.put("lastRound", round(last)));
        return report;
    }

    private static Map<String, Object> round(RaftStatus.LastRound last) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("round", last.round().id().toString());
        report.put("phase", last.round().phase().name());
        report.put("epoch", last.round().epoch());
        report.put("granted", last.round().granted());
        report.put("needed", last.round().needed());
        report.put("outcome", last.round().ending().name());
        Map<String, String> refusals = new TreeMap<>();
        last.round().refusedBy().forEach((node, reason) -> refusals.put(node, reason.name()));
        report.put("refusedBy", refusals);
        report.put("agoMs", last.ageMillis());
        return report;
    }

    private static Map<String, Object> log(RaftStatus.Log log) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("firstIndex", log.firstIndex());
        report.put("lastIndex", log.lastIndex());
        report.put("durableIndex", log.durableIndex());
        report.put("commitIndex", log.commitIndex());
        report.put("appliedIndex", log.appliedIndex());
        report.put("applyLag", applyLag(log));
        report.put("snapshotIndex", log.snapshotIndex());
        return report;
    }

    static long applyLag(RaftStatus.Log log) {
        return Math.max(0, log.commitIndex() - log.appliedIndex());
    }

    private static Map<String, Object> quorum(RaftStatus.Quorum quorum) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("voters", quorum.voters());
        report.put("observers", quorum.observers());
        report.put("needed", quorum.needed());
        report.put("reachable", quorum.reachable());
        report.put("failureTolerance", quorum.failureTolerance());
        return report;
    }

    private static Map<String, Object> peer(RaftStatus status, RaftStatus.Peer peer) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("id", peer.key().nodeId());
        report.put("voter", peer.voter());
        if (peer.matchIndex() >= 0) {
            report.put("matchIndex", peer.matchIndex());
            report.put("lag", lag(status, peer));
        }
        if (peer.contactAgeMillis() >= 0) {
            report.put("contactMs", peer.contactAgeMillis());
        }
        if (peer.maxVersion() > 0) {
            report.put("protocol", peer.minVersion() + " to " + peer.maxVersion());
        }
        report.put("connected", peer.connected());
        report.put("stableSinceMs", peer.stableMillis());
        if (!peer.detail().isEmpty()) {
            report.put("detail", peer.detail());
        }
        return report;
    }

    private static Map<String, String> checks(Condition condition) {
        RaftStatus status = condition.status();
        Map<String, String> checks = new LinkedHashMap<>();
        checks.put("hasLeader", condition.hasFreshLeader() ? OK : NoLeader.explain(condition));
        checks.put("caughtUp", status.caughtUp() ? OK : condition.behind());
        checks.put("votingMember", status.voter() ? OK : "The node gets the log and decides nothing");
        checks.put("notRemoved", condition.removed().orElse(OK));
        checks.put("noCorruption", condition.damage().orElse(OK));
        return checks;
    }
}
