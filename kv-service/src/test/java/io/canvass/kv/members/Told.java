package io.canvass.kv.members;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import io.canvass.kv.cluster.FakeRaft;
import io.canvass.kv.cluster.NodeGate;
import io.canvass.kv.cluster.Statuses;
import io.canvass.kv.config.ClusterPlan;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.Configuration.Promotion;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.runtime.RaftStatus;
import io.canvass.raft.transport.PeerSecurity;

/** Nodes that say what a test told them to say, by address. */
final class Told {
    private final Map<String, CompletableFuture<NodeStanding>> answers = new ConcurrentHashMap<>();

    CompletableFuture<NodeStanding> ask(String address) {
        return answers.getOrDefault(
                address, CompletableFuture.failedFuture(new IllegalStateException("Connection refused: " + address)));
    }

    Told says(NodeStanding standing) {
        answers.put(address(standing.nodeId()), CompletableFuture.completedFuture(standing));
        return this;
    }

    Told says(String address, NodeStanding standing) {
        answers.put(address, CompletableFuture.completedFuture(standing));
        return this;
    }

    Told isSilent(String nodeId) {
        answers.remove(address(nodeId));
        return this;
    }

    static String address(String nodeId) {
        return nodeId + ":9080";
    }

    static About about(String nodeId) {
        return About.of("http://" + nodeId + ":8080", 0, 2);
    }

    static NodeStanding founder(ReplicaKey replica) {
        return formed(replica, Statuses.CONFIGURATION, 1, true, false);
    }

    static NodeStanding joined(ReplicaKey replica) {
        return standing(replica, new NodeStanding.Joining());
    }

    static NodeStanding formed(
            ReplicaKey replica, Configuration configuration, long index, boolean founded, boolean leads) {
        return standing(replica, new NodeStanding.Formed(configuration, index, true, leads, founded));
    }

    private static NodeStanding standing(ReplicaKey replica, NodeStanding.State state) {
        return new NodeStanding(replica, Optional.of(Statuses.CLUSTER), false, state, about(replica.nodeId()));
    }

    /** Of which all is written down. */
    static Member described(ReplicaKey replica) {
        return about(replica.nodeId()).of(replica, address(replica.nodeId()), Promotion.AUTO);
    }

    /** Of which only node and address are. */
    static Member unnamed(ReplicaKey replica) {
        return new Member(ReplicaKey.ofNode(replica.nodeId()), address(replica.nodeId()));
    }

    /** A member that is connected. */
    static RaftStatus.Peer connected(Member member, ReplicaKey seen, long matchIndex) {
        return new RaftStatus.Peer(
                member.key(), member.address(), true, matchIndex, 10, true, 60_000, "", seen, 0, 2);
    }

    /** A member that is not, for so long; somebody else may have answered in its place. */
    static RaftStatus.Peer gone(Member member, long millis, ReplicaKey seen) {
        return new RaftStatus.Peer(
                member.key(), member.address(), true, -1, millis, false, millis, "Connection refused", seen, 0, 2);
    }

    /** A node that runs, whose tasks run only when the test says so, and whom nobody answers. */
    static MembersNode node(FakeRaft raft, ClusterPlan plan, NodeGate gate, MembershipBoard board, Path removedFile) {
        Told nobody = new Told();
        About self = about("kv-1");
        Applicants applicants = new Applicants(nobody::ask, true, System::nanoTime);
        Acquaintances acquaintances = new Acquaintances(nobody::ask, System::nanoTime);
        return new MembersNode(
                new MembersNode.Parts(
                        plan,
                        self,
                        raft,
                        gate,
                        board,
                        new RemovedMarker(removedFile),
                        new MemberCalls(PeerSecurity.plain()),
                        new MemberKeeper(raft, applicants, acquaintances, self, 1000, System::nanoTime),
                        applicants,
                        new Joiner(raft, (_, _) -> new CompletableFuture<>(), "kv-1:9080", self, true, false),
                        new RemovalInquiry(raft, nobody::ask, System::nanoTime, true)),
                Statuses.CONFIGURATION);
    }
}
