package io.canvass.kv.members;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.canvass.kv.cluster.FakeRaft;
import io.canvass.kv.cluster.NodeGate;
import io.canvass.kv.cluster.Statuses;
import io.canvass.kv.config.ClusterPlan;
import io.canvass.kv.members.Beginning.Verdict;
import io.canvass.proto.kv.v1.JoinReply;
import io.canvass.proto.kv.v1.JoinRequest;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.runtime.RaftStatus;
import io.canvass.raft.transport.PeerSecurity;
import io.canvass.raft.transport.Ports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Nodes that find each other through real sockets of this machine. */
@Timeout(60)
class DiscoveryTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final UUID CLUSTER = new UUID(1, 1);

    private final List<AutoCloseable> open = new ArrayList<>();
    private final Map<String, Integer> ports = new HashMap<>();
    private final MemberCalls calls = new MemberCalls(PeerSecurity.plain());

    @TempDir
    private Path folder;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
        calls.close();
    }

    @Test
    void threeFormWhenTheThirdComesAndNotBefore() throws Exception {
        Discovery one = begin("kv-1", "kv-1", "kv-2", "kv-3");
        Discovery two = begin("kv-2", "kv-1", "kv-2", "kv-3");
        await().atMost(LIMIT).until(() -> one.waitsFor().keySet().equals(Set.of("kv-3"))
                && two.waitsFor().keySet().equals(Set.of("kv-3")));
        assertThat(one.waitsFor().get("kv-3")).contains("Connection refused");
        assertThat(one.verdict()).isNotDone();
        Discovery three = begin("kv-3", "kv-1", "kv-2", "kv-3");
        for (Discovery node : List.of(one, two, three)) {
            assertThat(verdict(node)).isInstanceOf(Verdict.Form.class);
        }
    }

    @Test
    void twoWithDifferentListsBothLearnOfItThoughOneEndsAtOnce() throws Exception {
        Discovery one = begin("kv-1", "kv-1", "kv-2", "kv-3");
        Discovery two = begin("kv-2", "kv-1", "kv-2", "kv-4");
        for (Discovery node : List.of(one, two)) {
            assertThat(verdict(node)).isInstanceOfSatisfying(Verdict.Refuse.class, refused -> assertThat(refused.why())
                    .hasMessageContainingAll("kv-3@127.0.0.1:" + port("kv-3"), "kv-4@127.0.0.1:" + port("kv-4")));
        }
    }

    @Test
    void aListThatNamesThisNodeWithoutBeingOnItsOwnIsRefusedToo() throws Exception {
        Discovery one = begin("kv-1", "kv-1", "kv-2");
        Discovery four = begin("kv-4", "kv-1", "kv-4");
        assertThat(verdict(four)).isInstanceOf(Verdict.Refuse.class);
        assertThat(verdict(one)).isInstanceOf(Verdict.Refuse.class);
    }

    @Test
    void whoAsksANodeThatRunsJoinsItsClusterWhateverTheOthersDo() throws Exception {
        serve("kv-1", running(5));
        Discovery two = begin("kv-2", "kv-1", "kv-2", "kv-3");
        assertThat(verdict(two)).isInstanceOfSatisfying(Verdict.Join.class, join -> {
            assertThat(join.clusterId()).isEqualTo(Statuses.CLUSTER);
            assertThat(join.known()).isEqualTo(without("kv-2", Statuses.CONFIGURATION));
        });
    }

    @Test
    void anotherNodeAtThatAddressIsNotTheOneThatIsWaitedFor() throws Exception {
        serve("kv-2", running(5));
        Discovery three = begin("kv-3", "kv-2", "kv-3");
        await().atMost(LIMIT)
                .until(() -> three.waitsFor().getOrDefault("kv-2", "").equals("there is kv-1 at " + address("kv-2")));
        assertThat(three.verdict()).isNotDone();
    }

    @Test
    void aNodeThatRunsAnswersWhatItKnowsAndTakesRequestsToJoin() throws Exception {
        serve("kv-2", running(5));
        NodeStanding standing = calls.discover(address("kv-2")).get(20, TimeUnit.SECONDS);
        assertThat(standing.replica()).isEqualTo(Statuses.replica(1));
        assertThat(standing.state()).isEqualTo(new NodeStanding.Formed(Statuses.CONFIGURATION, 1, true, false, true));
        JoinReply reply = calls.join(address("kv-2"), JoinRequest.newBuilder()
                        .setClusterId(Standings.encode(Statuses.CLUSTER))
                        .setNodeId("kv-3")
                        .setDirectoryId(Standings.encode(new UUID(3, 3)))
                        .setAddress("127.0.0.1:1")
                        .build())
                .get(20, TimeUnit.SECONDS);
        assertThat(reply.getAnswer()).isEqualTo(JoinReply.Answer.NOT_LEADER);
        assertThat(reply.getLeaderAddress()).isEqualTo("kv-0:9080");
        assertThatThrownBy(() -> calls.join(address("kv-2"), JoinRequest.getDefaultInstance()).get(20, TimeUnit.SECONDS))
                .hasMessageContaining("node id");
    }

    @Test
    void aFounderWhoseLogHoldsNoMoreThanTheListHasNotFormed() throws Exception {
        serve("kv-2", running(1));
        NodeStanding standing = calls.discover(address("kv-2")).get(20, TimeUnit.SECONDS);
        assertThat(standing.state()).isEqualTo(new NodeStanding.Unformed(Beginning.list(Statuses.CONFIGURATION)));
    }

    /** kv-1 of kv-0, kv-1 and kv-2, which follows kv-0. */
    private MembersService running(long lastIndex) {
        FakeRaft raft = new FakeRaft(Statuses.follower()
                .log(new RaftStatus.Log(1, lastIndex, lastIndex, lastIndex, lastIndex, 0))
                .get());
        MembersNode node = Told.node(
                raft, plan("kv-1", "kv-0", "kv-1", "kv-2"), new NodeGate(), new MembershipBoard(), folder.resolve("REMOVED"));
        open.add(node);
        MembersService service = new MembersService();
        service.attach(node);
        return service;
    }

    private void serve(String nodeId, MembersService service) {
        open.add(new DiscoveryServer("127.0.0.1", port(nodeId), PeerSecurity.plain(), service));
    }

    private Discovery begin(String nodeId, String... voters) {
        ClusterPlan plan = plan(nodeId, voters);
        MemberCalls own = new MemberCalls(PeerSecurity.plain());
        Discovery discovery = new Discovery(
                plan,
                new NodeStanding(
                        ReplicaKey.ofNode(nodeId), Optional.of(CLUSTER), false, new NodeStanding.Unformed(Beginning.list(plan)),
                        Told.about(nodeId)),
                own);
        MembersService service = new MembersService();
        service.attach(discovery);
        serve(nodeId, service);
        open.add(own);
        open.add(discovery);
        discovery.start();
        return discovery;
    }

    private static Verdict verdict(Discovery discovery) throws Exception {
        return discovery.verdict().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private ClusterPlan plan(String nodeId, String... voters) {
        List<Member> members =
                Stream.of(voters).map(id -> new Member(ReplicaKey.ofNode(id), address(id))).toList();
        return new ClusterPlan(
                nodeId, CLUSTER, false, Configuration.ofVoters(members), Map.of(), "127.0.0.1", port(nodeId), address(nodeId));
    }

    private static Configuration without(String nodeId, Configuration all) {
        return Configuration.ofVoters(
                all.voters().stream().filter(member -> !member.key().nodeId().equals(nodeId)).toList());
    }

    private String address(String nodeId) {
        return "127.0.0.1:" + port(nodeId);
    }

    private int port(String nodeId) {
        return ports.computeIfAbsent(nodeId, _ -> Ports.next());
    }
}
