package io.canvass.kv.health;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.canvass.kv.cluster.Alarms;
import io.canvass.kv.cluster.NodeGate;
import io.canvass.kv.cluster.RaftAccess;
import io.canvass.kv.members.Members;
import io.canvass.kv.store.KvReader;
import io.canvass.raft.runtime.Election;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/** The three answers about the replica, one per kind of probe (OPERATIONS.md, section 3). From memory. */
final class NodeHealth {
    private final RaftAccess raft;
    private final NodeGate gate;
    private final Members members;
    private final KvReader store;
    private final Map<String, String> urls;
    private final Limits limits;
    private final List<Alarms> alarms;

    NodeHealth(
            RaftAccess raft,
            NodeGate gate,
            Members members,
            KvReader store,
            Map<String, String> urls,
            Limits limits,
            List<Alarms> alarms) {
        this.raft = raft;
        this.gate = gate;
        this.members = members;
        this.store = store;
        this.urls = Map.copyOf(urls);
        this.limits = limits;
        this.alarms = List.copyOf(alarms);
    }

    Condition condition() {
        return new Condition(raft.status(), gate.state(), members.state(), limits);
    }

    List<Election> elections() {
        return raft.elections();
    }

    /** What an operator should look at, though it takes nothing out of service by itself. */
    List<String> alarms(Condition condition) {
        List<String> current = alarms.stream().flatMap(each -> each.current().stream()).toList();
        return RaftReport.alarms(condition, current);
    }

    Map<String, Object> report(Condition condition) {
        // In this order: both may be raised in between, and then the first must not be above the second.
        long compactRevision = store.compactRevision();
        List<String> current = alarms.stream().flatMap(each -> each.current().stream()).toList();
        return RaftReport.of(condition, urls, store.revision(), compactRevision, current);
    }

    /** Does this node see a working cluster? */
    Health cluster() {
        Condition condition = condition();
        return Health.status(clusterStatus(condition)).withDetails(report(condition)).build();
    }

    private static Status clusterStatus(Condition condition) {
        boolean out = condition.stuck().isPresent() || condition.removed().isPresent() || condition.damage().isPresent();
        if (out || !condition.hasFreshLeader()) {
            return Status.DOWN;
        }
        return condition.outOfService().isPresent() ? Status.OUT_OF_SERVICE : Status.UP;
    }

    /** Should clients come here? */
    Health readiness() {
        Condition condition = condition();
        if (condition.stuck().isPresent()) {
            return answer(Status.DOWN, condition.stuck());
        }
        Optional<String> reason = condition.outOfService().or(() -> leaderMissing(condition));
        return answer(reason.isPresent() ? Status.OUT_OF_SERVICE : Status.UP, reason);
    }

    /** Would a restart help? Never asks for a quorum, a leader or disk space. */
    Health liveness() {
        Optional<String> stuck = condition().stuck();
        return answer(stuck.isPresent() ? Status.DOWN : Status.UP, stuck);
    }

    private static Optional<String> leaderMissing(Condition condition) {
        boolean missing = condition.limits().readinessRequiresLeader() && !condition.hasFreshLeader() && !condition.isElecting();
        return missing ? Optional.of(NoLeader.explain(condition)) : Optional.empty();
    }

    private static Health answer(Status status, Optional<String> reason) {
        Health.Builder health = Health.status(status);
        reason.ifPresent(text -> health.withDetail("reason", text));
        return health.build();
    }
}
