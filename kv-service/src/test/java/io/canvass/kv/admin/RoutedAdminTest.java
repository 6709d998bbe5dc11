package io.canvass.kv.admin;

import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import io.canvass.kv.cluster.Gates;
import io.canvass.kv.cluster.LoopbackPeers;
import io.canvass.kv.cluster.NodeGate;
import io.canvass.kv.cluster.ReplicationException;
import io.canvass.kv.cluster.ReplicationException.Reason;
import io.canvass.kv.cluster.Statuses;
import io.canvass.kv.logging.RequestScope;
import io.canvass.proto.kv.v1.AdminReply;
import io.canvass.proto.kv.v1.AdminReply.Refusal;
import io.canvass.proto.kv.v1.AdminRequest;
import io.canvass.proto.kv.v1.PromoteMember;
import io.canvass.proto.kv.v1.SafeToStop;
import io.canvass.raft.core.MemberChange;
import io.canvass.raft.core.RoleName;
import io.canvass.raft.runtime.RaftException;
import io.canvass.raft.runtime.RaftStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Requests of operators that were made of kv-1, which follows kv-2, over real sockets. */
@Timeout(60)
class RoutedAdminTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofSeconds(4);
    private static final AdminRequest PROMOTE = AdminRequest.newBuilder()
            .setPromote(PromoteMember.newBuilder().setId("kv-4"))
            .build();

    private final LoopbackPeers peers = new LoopbackPeers();
    private final FakeLeader kv1 = new FakeLeader(Situations.led());
    private final FakeLeader kv2 = new FakeLeader(Situations.leader());

    @AfterEach
    void close() {
        peers.close();
    }

    @Test
    void theLeaderDoesItAndItsAnswerComesBack() throws InterruptedException {
        peers.serve("kv-2", service(kv2, Statuses.CLUSTER));
        AdminReply reply = admin(Gates.open()).ask(PROMOTE, LONG);
        assertThat(reply.getRefusal()).isEqualTo(Refusal.NONE);
        assertThat(reply.getIndex()).isEqualTo(42);
        assertThat(kv2.asked()).containsExactly("change Promote");
        assertThat(kv1.asked()).isEmpty();
    }

    @Test
    void theLeaderWorksForTheRequestOfTheOperator() throws InterruptedException {
        peers.serve("kv-2", service(kv2, Statuses.CLUSTER));
        try (RequestScope _ = RequestScope.open("shop-1")) {
            admin(Gates.open()).ask(PROMOTE, LONG);
        }
        assertThat(kv2.requestIds()).containsExactly("shop-1");
    }

    @Test
    void whoLeadsDoesItItself() throws InterruptedException {
        kv1.status(Situations.leader());
        assertThat(admin(Gates.open()).ask(PROMOTE, LONG).getIndex()).isEqualTo(42);
        assertThat(kv1.asked()).containsExactly("change Promote");
    }

    @Test
    void aRefusalThatPassesIsAskedAgainAndOneThatStaysIsNot() throws InterruptedException {
        peers.serve("kv-2", service(kv2, Statuses.CLUSTER));
        kv2.refuses(MemberChange.Refusal.NO_COMMIT_IN_EPOCH).refuses(MemberChange.Refusal.TRANSFERRING)
                .fails(new RaftException.Superseded(43, 8)).refuses(MemberChange.Refusal.CHANGE_PENDING);
        assertThat(admin(Gates.open()).ask(PROMOTE, LONG).getRefusal()).isEqualTo(Refusal.CHANGE_PENDING);
        assertThat(kv2.asked()).hasSize(4);
    }

    @Test
    void aLeaderThatStaysUnreadyIsToldAsSuch() throws InterruptedException {
        peers.serve("kv-2", service(kv2, Statuses.CLUSTER));
        for (int tries = 0; tries < 100; tries++) {
            kv2.refuses(MemberChange.Refusal.NO_COMMIT_IN_EPOCH);
        }
        AdminReply reply = admin(Gates.open()).ask(PROMOTE, SHORT);
        assertThat(reply.getRefusal()).isEqualTo(Refusal.NOT_READY);
        assertThat(reply.getDetail()).contains("has committed nothing of epoch 7");
    }

    @Test
    void whileNobodyLeadsItIsWaitedFor() throws InterruptedException {
        peers.serve("kv-2", service(kv2, Statuses.CLUSTER));
        kv1.status(leaderless());
        CompletableFuture<AdminReply> reply = inBackground(LONG);
        kv1.status(Situations.led());
        await().atMost(LONG).until(reply::isDone);
        assertThat(reply.resultNow().getIndex()).isEqualTo(42);
        kv1.status(leaderless());
        assertFails(SHORT, Reason.NO_QUORUM, "No leader took the request in time");
    }

    @Test
    void aLeaderThatCannotBeReachedSurelyDidNothing() throws InterruptedException {
        peers.serve("kv-2", service(kv2, Statuses.CLUSTER));
        peers.kill("kv-2");
        assertFails(SHORT, Reason.NO_QUORUM, "kv-2");
        assertThat(kv2.asked()).isEmpty();
    }

    @Test
    void aLeaderThatDiesOverItMayHaveDoneIt() throws InterruptedException {
        peers.serve("kv-2", service(kv2, Statuses.CLUSTER));
        assertThat(kv2.changesLater()).isNotDone();
        CompletableFuture<AdminReply> reply = inBackground(LONG);
        await().atMost(LONG).until(() -> !kv2.asked().isEmpty());
        peers.kill("kv-2");
        await().atMost(LONG).until(reply::isDone);
        assertThat(reply.exceptionNow()).isInstanceOfSatisfying(
                ReplicationException.class, e -> assertThat(e.reason()).isEqualTo(Reason.OUTCOME_UNKNOWN));
    }

    @Test
    void whatChangesNothingIsAskedAgainWhateverHappened() throws InterruptedException {
        peers.serve("kv-2", service(kv2, Statuses.CLUSTER));
        AdminRequest look = AdminRequest.newBuilder().setSafeToStop(SafeToStop.newBuilder().setId("kv-0")).build();
        assertThat(admin(Gates.open()).ask(look, LONG).getDetail()).startsWith("Stopping kv-0 leaves 2 of 3");
        peers.kill("kv-2");
        assertThatThrownBy(() -> admin(Gates.open()).ask(look, SHORT)).isInstanceOfSatisfying(
                ReplicationException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NO_QUORUM));
    }

    @Test
    void aLeaderOfAnotherClusterDoesNothing() throws InterruptedException {
        peers.serve("kv-2", service(kv2, new UUID(9, 9)));
        assertThat(admin(Gates.open()).ask(PROMOTE, LONG).getRefusal()).isEqualTo(Refusal.INVALID);
        assertThat(kv2.asked()).isEmpty();
    }

    @Test
    void aLeaderThatStartsIsAskedAgain() {
        peers.serve("kv-2", new AdminService());
        assertFails(SHORT, Reason.NO_QUORUM, "starts");
    }

    @Test
    void aNodeThatStartsOrStopsTakesNoRequests() {
        assertThatThrownBy(() -> admin(Gates.starting()).ask(PROMOTE, LONG)).isInstanceOfSatisfying(
                ReplicationException.class, e -> assertThat(e.reason()).isEqualTo(Reason.STARTING));
        assertThatThrownBy(() -> admin(Gates.draining()).ask(PROMOTE, LONG)).isInstanceOfSatisfying(
                ReplicationException.class, e -> assertThat(e.reason()).isEqualTo(Reason.DRAINING));
    }

    @Test
    void theClusterIsDescribedByItsLeaderOrElseByThisNode() throws InterruptedException {
        RoutedAdmin admin = admin(Gates.open());
        assertThat(admin.describe(LONG).getNodeId()).as("no way to kv-2").isEqualTo("kv-1");
        peers.serve("kv-2", service(kv2, Statuses.CLUSTER));
        await().atMost(LONG).until(() -> admin.describe(LONG).getLeads());
        kv1.status(leaderless());
        assertThat(admin.describe(LONG).getLeads()).isFalse();
        assertThat(admin.describe(LONG).getLeaderId()).isEmpty();
        assertThat(admin.describe(LONG).getMembersList()).hasSize(4).noneMatch(member -> member.hasLag());
    }

    private CompletableFuture<AdminReply> inBackground(Duration timeout) {
        CompletableFuture<AdminReply> reply = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                reply.complete(admin(Gates.open()).ask(PROMOTE, timeout));
            } catch (InterruptedException | RuntimeException e) {
                reply.completeExceptionally(e);
            }
        });
        return reply;
    }

    private void assertFails(Duration timeout, Reason reason, String words) {
        assertThatThrownBy(() -> admin(Gates.open()).ask(PROMOTE, timeout))
                .isInstanceOfSatisfying(ReplicationException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessageContaining(words);
    }

    private RoutedAdmin admin(NodeGate gate) {
        return new RoutedAdmin(
                kv1, gate, new LeaderAdmin(kv1, Map.of(), Situations.CURRENCY), new AdminClient(peers), Map.of());
    }

    private static AdminService service(FakeLeader raft, UUID cluster) {
        AdminService service = new AdminService();
        service.attach(new LeaderAdmin(raft, Map.of(), Situations.CURRENCY), cluster);
        return service;
    }

    private static RaftStatus leaderless() {
        return Statuses.follower().role(RoleName.UNATTACHED).noLeader(10)
                .configuration(Situations.configuration(), 40, true).get();
    }
}
