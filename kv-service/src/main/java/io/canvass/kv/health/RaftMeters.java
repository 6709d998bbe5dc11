package io.canvass.kv.health;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

import io.canvass.kv.cluster.PeerAccess;
import io.canvass.kv.cluster.RaftAccess;
import io.canvass.kv.cluster.WriteOutcomes;
import io.canvass.proto.kv.v1.Alarm;
import io.canvass.raft.core.RoundSummary;
import io.canvass.raft.runtime.RaftStatus;
import io.canvass.raft.runtime.RoundOutcome;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.boot.health.contributor.Status;

/** The meters of OPERATIONS.md, section 2. Each is read from memory when it is scraped. */
final class RaftMeters implements MeterBinder {
    private static final List<String> ROLES = List.of(
            "STARTING", "UNATTACHED", "VOTED", "PROSPECTIVE", "CANDIDATE", "LEADER", "FOLLOWER", "RESIGNED", "REMOVED");

    private static final String OTHER_ALARM = "other";
    private static final List<String> ALARMS = List.of("corrupt", "states_differ", "disk_low", OTHER_ALARM);

    private final RaftAccess raft;
    private final NodeHealth node;
    private final PeerAccess peers;
    private final WriteOutcomes writes;
    private final StorageSizes sizes;

    RaftMeters(RaftAccess raft, NodeHealth node, PeerAccess peers, WriteOutcomes writes, StorageSizes sizes) {
        this.raft = raft;
        this.node = node;
        this.peers = peers;
        this.writes = writes;
        this.sizes = sizes;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        bindReplica(registry);
        bindRoles(registry);
        bindElections(registry);
        bindWrites(registry);
        sizes.bytes().keySet().forEach(store -> Gauge.builder("kv.storage.bytes", sizes, s -> s.bytes().getOrDefault(store, 0L))
                .tag("store", store)
                .baseUnit("bytes")
                .description("Bytes on disk, roughly")
                .register(registry));
        peers.refusals().keySet().forEach(reason -> FunctionCounter.builder(
                        "kv.peer.refusals", peers, p -> p.refusals().getOrDefault(reason, 0L))
                .tag("reason", reason)
                .description("What was refused at the peer port")
                .register(registry));
    }

    private void bindReplica(MeterRegistry registry) {
        gauge(registry, "kv.raft.last.index", "Last index of the log", r -> r.status().log().lastIndex());
        gauge(registry, "kv.raft.applied.index", "Last log index that is applied here", r -> r.status().log().appliedIndex());
        gauge(registry, "kv.raft.snapshot.index", "The log begins after this index", r -> r.status().log().snapshotIndex());
        gauge(registry, "kv.raft.voters", "Voters of the configuration in force", r -> r.status().quorum().voters());
        gauge(registry, "kv.raft.observers", "Observers of the configuration in force", r -> r.status().quorum().observers());
        gauge(registry, "kv.raft.voters.needed", "Voters that are a majority", r -> r.status().quorum().needed());
        gauge(registry, "kv.raft.voter", "1 if this node is a voter", r -> r.status().voter() ? 1 : 0);
        gauge(registry, "kv.raft.halted", "1 once the replica has stopped for good", r -> r.status().halted().isPresent() ? 1 : 0);
        gauge(registry, "kv.raft.damaged", "1 once what this node stores proved to be damaged", r -> r.status().damaged() ? 1 : 0);
        millis(registry, "kv.raft.loop.age", "Since the consensus loop last went round", RaftStatus::loopAgeMillis);
        millis(registry, "kv.raft.write.stalled", "How long the oldest write has waited for the disk", RaftStatus::stalledWriteMillis);
        Gauge.builder("kv.node.ready", node, n -> n.readiness().getStatus().equals(Status.UP) ? 1 : 0)
                .description("1 while this node answers that it is ready")
                .register(registry);
        for (String kind : ALARMS) {
            Gauge.builder("kv.alarms", node, n -> n.alarms().stream().filter(alarm -> kindOf(alarm).equals(kind)).count())
                    .tag("kind", kind)
                    .description("Alarms that health shows")
                    .register(registry);
        }
        gauge(registry, "kv.raft.epoch", "Epoch (Raft term)", r -> r.status().epoch());
        gauge(registry, "kv.raft.commit.index", "Last log index known to be committed", r -> r.status().log().commitIndex());
        gauge(registry, "kv.raft.apply.lag", "Entries committed and not applied here", r -> RaftReport.applyLag(r.status().log()));
        gauge(registry, "kv.raft.voters.reachable", "Voters heard from within an election timeout, this one included",
                r -> r.status().quorum().reachable());
        Gauge.builder("kv.raft.leader.known", node, n -> n.condition().hasFreshLeader() ? 1 : 0)
                .description("1 if a leader is known and was heard within an election timeout (on the leader: a quorum)")
                .register(registry);
        TimeGauge.builder("kv.raft.leader.contact", raft, TimeUnit.MILLISECONDS, RaftMeters::contactMillis)
                .description("Time since the leader was heard (on the leader: a quorum); not a number if never")
                .register(registry);
        FunctionCounter.builder("kv.raft.refused.messages", raft, r -> r.status().refusedMessages())
                .description("Messages that a sound peer of this cluster never sends")
                .register(registry);
    }

    private static double contactMillis(RaftAccess raft) {
        long millis = raft.status().leaderContactAgeMillis();
        return millis < 0 ? Double.NaN : millis;
    }

    private void bindRoles(MeterRegistry registry) {
        for (String role : ROLES) {
            Gauge.builder("kv.raft.role", node, n -> RaftReport.role(n.condition()).equals(role) ? 1 : 0)
                    .tag("role", lower(role))
                    .description("1 for the role that this replica has")
                    .register(registry);
        }
    }

    private void bindElections(MeterRegistry registry) {
        for (RoundSummary.Phase phase : RoundSummary.Phase.values()) {
            for (RoundSummary.Ending ending : RoundSummary.Ending.values()) {
                RoundOutcome round = new RoundOutcome(phase, ending);
                FunctionCounter.builder("kv.raft.elections", raft, r -> r.rounds().getOrDefault(round, 0L))
                        .tag("phase", phase == RoundSummary.Phase.PRE_VOTE ? "prevote" : "vote")
                        .tag("outcome", lower(ending.name()))
                        .description("Rounds of votes that ended")
                        .register(registry);
            }
        }
    }

    private void bindWrites(MeterRegistry registry) {
        for (WriteOutcomes.Outcome outcome : WriteOutcomes.Outcome.values()) {
            FunctionCounter.builder("kv.raft.proposals", writes, w -> w.count(outcome))
                    .tag("outcome", lower(outcome.name()))
                    .description("Writes asked of this node that ended, forwarded ones included")
                    .register(registry);
        }
    }

    private void millis(MeterRegistry registry, String name, String description, ToLongFunction<RaftStatus> value) {
        TimeGauge.builder(name, raft, TimeUnit.MILLISECONDS, r -> value.applyAsLong(r.status()))
                .description(description)
                .register(registry);
    }

    /** By the word in capitals that an alarm for which there is a runbook begins with. */
    private static String kindOf(Alarm alarm) {
        String word = lower(alarm.getCode());
        return ALARMS.contains(word) ? word : OTHER_ALARM;
    }

    private void gauge(MeterRegistry registry, String name, String description, ToDoubleFunction<RaftAccess> value) {
        Gauge.builder(name, raft, value).description(description).register(registry);
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
