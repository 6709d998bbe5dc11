package io.canvass.kv.health;

import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

import io.canvass.kv.cluster.RaftAccess;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.runtime.RaftListener;
import io.canvass.raft.runtime.RaftStatus;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;

/** What this node knows of each member: a series for each, there as long as it is one. */
final class PeerMeters implements RaftListener {
    /** The series of members that stay are left alone: taken out and put in again, a scrape meanwhile met them twice, and failed. */
    private static final boolean KEEP = false;

    private final String self;
    private final Supplier<RaftAccess> raft;
    private final MultiGauge contact;
    private final MultiGauge connected;
    private final MultiGauge lag;

    /**
     * @param self this node's id, of which nothing is told
     * @param raft asked when a value is read, for the members are told of before it is there
     */
    PeerMeters(MeterRegistry registry, String self, Supplier<RaftAccess> raft) {
        this.self = self;
        this.raft = raft;
        this.contact = MultiGauge.builder("kv.peer.contact")
                .baseUnit("seconds")
                .description("Since a message of this member arrived; not a number if none ever did")
                .register(registry);
        this.connected = MultiGauge.builder("kv.peer.connected")
                .description("1 while there is a connection to this member")
                .register(registry);
        this.lag = MultiGauge.builder("kv.peer.lag")
                .description("On the leader: entries of the log that this member lacks; elsewhere not a number")
                .register(registry);
    }

    @Override
    public void membersChanged(Configuration configuration) {
        List<String> peers = configuration.members().stream()
                .map(member -> member.key().nodeId())
                .filter(id -> !id.equals(self))
                .toList();
        rows(contact, peers, peer -> peer.contactAgeMillis() < 0 ? Double.NaN : peer.contactAgeMillis() / 1000.0);
        rows(connected, peers, peer -> peer.connected() ? 1 : 0);
        lag.register(
                peers.stream()
                        .map(id -> row(id, it -> it.valueOf(id, it::lagOf)))
                        .toList(),
                KEEP);
    }

    private void rows(MultiGauge gauge, List<String> peers, ToDoubleFunction<RaftStatus.Peer> value) {
        gauge.register(
                peers.stream().map(id -> row(id, it -> it.valueOf(id, (_, peer) -> value.applyAsDouble(peer)))).toList(),
                KEEP);
    }

    private MultiGauge.Row<PeerMeters> row(String id, ToDoubleFunction<PeerMeters> value) {
        return MultiGauge.Row.of(Tags.of("peer", id), this, value);
    }

    @FunctionalInterface
    private interface OfPeer {
        double value(RaftStatus status, RaftStatus.Peer peer);
    }

    private double valueOf(String id, OfPeer value) {
        RaftStatus status = raft.get().status();
        return status.peers().stream()
                .filter(peer -> peer.key().nodeId().equals(id))
                .mapToDouble(peer -> value.value(status, peer))
                .findFirst()
                .orElse(Double.NaN);
    }

    private double lagOf(RaftStatus status, RaftStatus.Peer peer) {
        return peer.matchIndex() < 0 ? Double.NaN : RaftReport.lag(status, peer);
    }
}
