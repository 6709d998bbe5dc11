package io.canvass.kv.health;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

import io.canvass.kv.cluster.Alarms;
import io.canvass.kv.cluster.NodeAlarms;
import io.canvass.kv.cluster.NodeGate;
import io.canvass.kv.cluster.RaftAccess;
import io.canvass.kv.members.Members;
import io.canvass.kv.store.KvReader;
import io.canvass.proto.kv.v1.Alarm;
import io.canvass.raft.runtime.Election;
import io.canvass.raft.runtime.RaftStatus;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/** The three answers about the replica, one per kind of probe (OPERATIONS.md, section 3), and its alarms. From memory. */
final class NodeHealth implements NodeAlarms {
    private final RaftAccess raft;
    private final NodeGate gate;
    private final Members members;
    private final KvReader store;
    private final Map<String, String> urls;
    private final Limits limits;
    private final List<Alarms> others;
    /** How many refused messages an operator has seen. */
    private final AtomicLong seenMessages = new AtomicLong();

    NodeHealth(
            RaftAccess raft,
            NodeGate gate,
            Members members,
            KvReader store,
            Map<String, String> urls,
            Limits limits,
            List<Alarms> others) {
        this.raft = raft;
        this.gate = gate;
        this.members = members;
        this.store = store;
        this.urls = Map.copyOf(urls);
        this.limits = limits;
        this.others = List.copyOf(others);
    }

    Condition condition() {
        return new Condition(raft.status(), gate.state(), members.state(), limits);
    }

    List<Election> elections() {
        return raft.elections();
    }

    Map<String, Object> report(Condition condition) {
        // In this order: both may be raised in between, and then the first must not be above the second.
        long compactRevision = store.compactRevision();
        List<String> alarms = alarms(condition).stream().map(AlarmList::text).toList();
        return RaftReport.of(condition, urls, store.revision(), compactRevision, alarms);
    }

    @Override
    public List<Alarm> alarms() {
        return alarms(condition());
    }

    /** What an operator should look at, though it takes nothing out of service by itself. */
    List<Alarm> alarms(Condition condition) {
        List<String> more = others.stream().flatMap(each -> each.current().stream()).toList();
        return AlarmList.of(condition, seenMessages.get(), more);
    }

    @Override
    public List<Alarm> disarm() {
        RaftStatus status = raft.status();
        long before = seenMessages.getAndAccumulate(status.refusedMessages(), Math::max);
        return AlarmList.strangeMessages(status, before).stream().toList();
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
