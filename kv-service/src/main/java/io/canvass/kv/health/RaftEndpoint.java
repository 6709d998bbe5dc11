package io.canvass.kv.health;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.runtime.RaftStatus;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/** {@code /actuator/raft}: the report of health, and the two views that KRaft's quorum tool knows, and the last elections. */
@Endpoint(id = "raft")
public class RaftEndpoint {
    private final NodeHealth node;

    /** The views beside the whole report. */
    public enum View {
        STATUS,
        REPLICATION,
        ELECTIONS
    }

    RaftEndpoint(NodeHealth node) {
        this.node = node;
    }

    @ReadOperation
    public Map<String, Object> report() {
        return node.report(node.condition());
    }

    @ReadOperation
    public Map<String, Object> view(@Selector View view) {
        Condition condition = node.condition();
        return switch (view) {
            case STATUS -> status(condition);
            case ELECTIONS -> Map.of("elections", node.elections().reversed().stream().map(ElectionReport::of).toList());
            case REPLICATION -> Map.of("replicas", replicas(condition));
        };
    }

    private static Map<String, Object> status(Condition condition) {
        RaftStatus status = condition.status();
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("clusterId", status.clusterId().toString());
        view.put("leaderId", condition.hasFreshLeader() ? status.leader().nodeId() : "");
        view.put("epoch", status.epoch());
        view.put("commitIndex", status.log().commitIndex());
        if (status.leads()) {
            view.put("maxFollowerLag", status.peers().stream().mapToLong(peer -> RaftReport.lag(status, peer)).max().orElse(0));
            view.put(
                    "maxFollowerContactMs",
                    status.peers().stream().mapToLong(RaftStatus.Peer::contactAgeMillis).max().orElse(0));
        }
        view.put("voters", members(status, true));
        view.put("observers", members(status, false));
        return view;
    }

    private static List<String> members(RaftStatus status, boolean voters) {
        List<String> members = new ArrayList<>();
        if (status.voter() == voters) {
            members.add(status.self().nodeId());
        }
        status.peers().stream()
                .filter(peer -> peer.voter() == voters)
                .forEach(peer -> members.add(peer.key().nodeId()));
        members.sort(null);
        return members;
    }

    private static List<Map<String, Object>> replicas(Condition condition) {
        RaftStatus status = condition.status();
        List<Map<String, Object>> rows = new ArrayList<>();
        Map<String, Object> self = row(status, status.self(), status.voter());
        self.put("lastIndex", status.log().lastIndex());
        rows.add(self);
        for (RaftStatus.Peer peer : status.peers()) {
            Map<String, Object> row = row(status, peer.key(), peer.voter());
            if (peer.matchIndex() >= 0) {
                row.put("lastIndex", peer.matchIndex());
                row.put("lag", RaftReport.lag(status, peer));
            }
            if (peer.contactAgeMillis() >= 0) {
                row.put("contactMs", peer.contactAgeMillis());
            }
            rows.add(row);
        }
        return rows;
    }

    private static Map<String, Object> row(RaftStatus status, ReplicaKey key, boolean voter) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("nodeId", key.nodeId());
        row.put("directoryId", key.directoryId().toString());
        row.put("status", status.leader().matches(key) ? "Leader" : voter ? "Follower" : "Observer");
        return row;
    }
}
