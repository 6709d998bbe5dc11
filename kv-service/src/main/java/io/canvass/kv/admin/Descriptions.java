package io.canvass.kv.admin;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.ClusterDescription;
import io.canvass.proto.kv.v1.MemberDescription;
import io.canvass.proto.kv.v1.MemberPromotion;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.runtime.RaftStatus;

/** A replica's memory of the cluster, in words that can be sent. */
final class Descriptions {
    private Descriptions() {}

    /** @param urls node id to base URL of the HTTP API, for members that tell none */
    static ClusterDescription of(RaftStatus status, Map<String, String> urls) {
        RaftStatus.Quorum quorum = status.quorum();
        ClusterDescription.Builder cluster = ClusterDescription.newBuilder()
                .setNodeId(status.self().nodeId())
                .setLeads(status.leads())
                .setClusterId(Uuids.bytes(status.clusterId()))
                .setLeaderId(status.leader().nodeId())
                .setEpoch(status.epoch())
                .setCommitIndex(status.log().commitIndex())
                .setLastIndex(status.log().lastIndex())
                .setConfigurationIndex(status.configurationIndex())
                .setConfigurationCommitted(status.configurationCommitted())
                .setConfigurationFormat(status.configuration().format())
                .setVoters(quorum.voters())
                .setObservers(quorum.observers())
                .setNeeded(quorum.needed())
                .setReachable(quorum.reachable())
                .setFailureTolerance(quorum.failureTolerance());
        Map<String, RaftStatus.Peer> peers = new HashMap<>();
        status.peers().forEach(peer -> peers.put(peer.key().nodeId(), peer));
        for (Configuration.Member member : status.configuration().voters()) {
            cluster.addMembers(member(status, member, peers, urls).setVoter(true));
        }
        for (Configuration.Member member : status.configuration().observers()) {
            cluster.addMembers(member(status, member, peers, urls));
        }
        return cluster.build();
    }

    private static MemberDescription.Builder member(
            RaftStatus status,
            Configuration.Member member,
            Map<String, RaftStatus.Peer> peers,
            Map<String, String> urls) {
        String id = member.key().nodeId();
        String url = member.url().isEmpty() ? urls.getOrDefault(id, "") : member.url();
        MemberDescription.Builder described = MemberDescription.newBuilder()
                .setId(id)
                .setDirectoryId(directory(member.key().directoryId()))
                .setAddress(member.address())
                .setUrl(url)
                .setPromotion(
                        member.promotion() == Configuration.Promotion.AUTO
                                ? MemberPromotion.MEMBER_PROMOTION_AUTO
                                : MemberPromotion.MEMBER_PROMOTION_MANUAL)
                .setMinVersion(member.minVersion())
                .setMaxVersion(member.maxVersion());
        RaftStatus.Peer peer = peers.get(id);
        if (id.equals(status.self().nodeId())) {
            self(status, described);
        } else if (peer != null) {
            peer(status, member, peer, described);
        }
        return described;
    }

    private static void self(RaftStatus status, MemberDescription.Builder described) {
        described.setConnected(true).setContactMillis(0);
        if (status.leads()) {
            described.setMatchIndex(status.log().lastIndex()).setLag(0);
        }
    }

    private static void peer(
            RaftStatus status, Configuration.Member member, RaftStatus.Peer peer, MemberDescription.Builder described) {
        described.setConnected(peer.connected()).setStableMillis(peer.stableMillis()).setDetail(peer.detail());
        if (peer.contactAgeMillis() >= 0) {
            described.setContactMillis(peer.contactAgeMillis());
        }
        if (peer.matchIndex() >= 0) {
            described.setMatchIndex(peer.matchIndex()).setLag(lag(status, peer));
        }
        // What its connection proves is newer than what the log says of it.
        if (peer.maxVersion() > 0) {
            described.setMinVersion(peer.minVersion()).setMaxVersion(peer.maxVersion());
        }
        if (!peer.seen().matches(member.key())) {
            described.setSeenDirectoryId(directory(peer.seen().directoryId()));
        }
    }

    static long lag(RaftStatus status, RaftStatus.Peer peer) {
        return Math.max(0, status.log().lastIndex() - peer.matchIndex());
    }

    private static ByteString directory(UUID id) {
        return id.equals(ReplicaKey.UNASSIGNED) ? ByteString.EMPTY : Uuids.bytes(id);
    }
}
