package io.canvass.kv.admin;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import io.canvass.kv.cluster.Statuses;
import io.canvass.proto.kv.v1.AddMember;
import io.canvass.proto.kv.v1.AdminReply;
import io.canvass.proto.kv.v1.AdminReply.Refusal;
import io.canvass.proto.kv.v1.AdminRequest;
import io.canvass.proto.kv.v1.DemoteMember;
import io.canvass.proto.kv.v1.DescribeCluster;
import io.canvass.proto.kv.v1.MemberDescription;
import io.canvass.proto.kv.v1.MemberPromotion;
import io.canvass.proto.kv.v1.PromoteMember;
import io.canvass.proto.kv.v1.RemoveMember;
import io.canvass.proto.kv.v1.ReplaceMember;
import io.canvass.proto.kv.v1.SafeToStop;
import io.canvass.proto.kv.v1.TransferLeadership;
import io.canvass.proto.kv.v1.UpdateMember;
import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.Configuration.Promotion;
import io.canvass.raft.core.Effect.Result.TransferFailed.Why;
import io.canvass.raft.core.MemberChange;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.runtime.RaftException;
import io.canvass.raft.runtime.RaftStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static io.canvass.kv.admin.Situations.lost;
import static io.canvass.kv.admin.Situations.member;
import static io.canvass.kv.admin.Situations.peer;
import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class LeaderAdminTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final UUID OTHER_DISK = new UUID(0x7d1b, 4);

    private final FakeLeader raft = new FakeLeader(Situations.leader());
    private final LeaderAdmin admin = new LeaderAdmin(raft, Map.of("kv-9", "http://kv-9:8080"), Situations.CURRENCY);

    @Test
    void whoDoesNotLeadDoesNothing() {
        raft.status(Situations.led());
        assertThat(ask(promote()).getRefusal()).isEqualTo(Refusal.NOT_LEADER);
        assertThat(raft.asked()).isEmpty();
    }

    @Test
    void aNewMemberIsAddedAsItWasDescribed() {
        AdminReply reply = ask(AdminRequest.newBuilder().setAdd(AddMember.newBuilder()
                .setId("kv-5").setAddress("kv-5:9080").setUrl("http://kv-5:8080").setDirectoryId(Uuids.bytes(OTHER_DISK))
                .setPromotion(MemberPromotion.MEMBER_PROMOTION_MANUAL)));
        assertThat(reply.getRefusal()).isEqualTo(Refusal.NONE);
        assertThat(reply.getIndex()).isEqualTo(42);
        assertThat(raft.changes()).containsExactly(new MemberChange.Add(new Member(
                new ReplicaKey("kv-5", OTHER_DISK), "kv-5:9080", "http://kv-5:8080", Promotion.MANUAL, (short) 0, (short) 0)));
    }

    @Test
    void aDirectoryThatIsNotToldIsAnyOfTheNode() {
        ask(AdminRequest.newBuilder().setAdd(AddMember.newBuilder().setId("kv-5").setAddress("kv-5:9080")));
        assertThat(raft.changes()).containsExactly(new MemberChange.Add(new Member(ReplicaKey.ofNode("kv-5"), "kv-5:9080")));
    }

    @Test
    void twoMembersDoNotShareAnAddress() {
        AdminReply reply = ask(AdminRequest.newBuilder().setAdd(AddMember.newBuilder().setId("kv-5").setAddress("kv-2:9080")));
        assertThat(reply.getRefusal()).isEqualTo(Refusal.INVALID);
        assertThat(reply.getDetail()).contains("kv-2 has the address kv-2:9080 already");
        assertThat(raft.asked()).isEmpty();
    }

    @Test
    void whatCannotBeWrittenDownIsInvalid() {
        AdminReply reply = ask(AdminRequest.newBuilder().setAdd(AddMember.newBuilder()
                .setId("kv-5").setAddress("kv-5:9080").setUrl("http://" + "x".repeat(5000))));
        assertThat(reply.getRefusal()).isEqualTo(Refusal.INVALID);
        assertThat(raft.asked()).isEmpty();
    }

    @Test
    void anObserverIsPromotedIfItIsNotTooFarBehind() {
        assertThat(ask(promote()).getRefusal()).isEqualTo(Refusal.NONE);
        assertThat(raft.changes()).containsExactly(new MemberChange.Promote(Statuses.replica(4), 1000));
        raft.status(Situations.leader(peer(0, 5120), peer(2, 5120), peer(4, 120))).refuses(MemberChange.Refusal.TOO_FAR_BEHIND);
        AdminReply refused = ask(promote());
        assertThat(refused.getRefusal()).isEqualTo(Refusal.TOO_FAR_BEHIND);
        assertThat(refused.getDetail()).isEqualTo("kv-4 is 5000 entries behind, and 1000 may be");
    }

    @Test
    void whatIsNotToldInAnUpdateStays() {
        ask(AdminRequest.newBuilder().setUpdate(UpdateMember.newBuilder().setId("kv-4").setAddress("elsewhere:9080")));
        ask(AdminRequest.newBuilder().setUpdate(UpdateMember.newBuilder().setId("kv-4").setUrl("")
                .setPromotion(MemberPromotion.MEMBER_PROMOTION_MANUAL)));
        assertThat(raft.changes()).containsExactly(
                new MemberChange.Update(member(4).at("elsewhere:9080")),
                new MemberChange.Update(new Member(Statuses.replica(4), "kv-4:9080", "", Promotion.MANUAL, (short) 0, (short) 0)));
    }

    @Test
    void whoeverIsDemotedStaysAnObserver() {
        AdminReply reply = ask(AdminRequest.newBuilder().setDemote(DemoteMember.newBuilder().setId("kv-2")));
        assertThat(reply.getRefusal()).isEqualTo(Refusal.NONE);
        assertThat(raft.asked()).containsExactly("check Demote", "change Update", "change Demote");
        assertThat(raft.changes().getFirst()).isInstanceOfSatisfying(
                MemberChange.Update.class, update -> assertThat(update.member().promotion()).isEqualTo(Promotion.MANUAL));
    }

    @Test
    void aDemotionThatWouldBeRefusedChangesNothing() {
        raft.refuses(MemberChange.Refusal.CHANGE_PENDING);
        ask(AdminRequest.newBuilder().setDemote(DemoteMember.newBuilder().setId("kv-2")));
        assertThat(raft.asked()).containsExactly("check Demote");
    }

    @ParameterizedTest
    @EnumSource(value = AdminRequest.KindCase.class, names = {"ADD", "PROMOTE", "DEMOTE", "REMOVE", "UPDATE", "REPLACE", "TRANSFER"})
    void aDryRunOnlyChecks(AdminRequest.KindCase kind) {
        raft.status(Situations.leader(
                peer(0, 5120), peer(2, 5120), peer(4, 5000, 10, new ReplicaKey("kv-4", OTHER_DISK))));
        AdminReply reply = ask(request(kind, "kv-2").setDryRun(true));
        assertThat(reply.getIndex()).isZero();
        assertThat(raft.changes()).isEmpty();
        assertThat(raft.asked()).noneMatch(asked -> asked.startsWith("change") || asked.startsWith("transfer"));
    }

    @ParameterizedTest
    @EnumSource(value = AdminRequest.KindCase.class, names = {"PROMOTE", "DEMOTE", "REMOVE", "UPDATE", "REPLACE", "TRANSFER", "SAFE_TO_STOP"})
    void aStrangerIsNoMember(AdminRequest.KindCase kind) {
        AdminReply reply = ask(request(kind, "kv-9"));
        assertThat(reply.getRefusal()).isEqualTo(Refusal.NOT_A_MEMBER);
        assertThat(reply.getDetail()).isEqualTo("kv-9 is no member of the cluster");
        assertThat(raft.asked()).isEmpty();
    }

    @Test
    void forceIsHandedOn() {
        ask(remove("kv-2").setForce(true));
        assertThat(raft.asked()).containsExactly("change Remove by force");
    }

    @Test
    void aLeaderThatIsToGoHandsOverFirstAndTheNextOneIsAsked() {
        raft.transfersBy(CompletableFuture.completedFuture(null), Situations.led());
        assertThat(ask(remove("kv-1")).getRefusal()).isEqualTo(Refusal.NOT_LEADER);
        assertThat(raft.asked()).as("kv-0 lacks nothing").containsExactly("check Remove", "transfer to kv-0");
    }

    @Test
    void aLeaderThatNobodySucceedsRemovesItself() {
        raft.transfersBy(CompletableFuture.failedFuture(new RaftException.TransferFailed(Why.REFUSED)), Situations.leader());
        assertThat(ask(remove("kv-1")).getIndex()).isEqualTo(42);
        assertThat(raft.asked()).containsExactly("check Remove", "transfer to kv-0", "change Remove");
    }

    @Test
    void aVoterThatDiedAMomentAgoIsNotReliedUpon() {
        RaftStatus.Peer justDied = new RaftStatus.Peer(
                Statuses.replica(2), "kv-2:9080", true, 5120, 5, false, 5, "Connection reset", Statuses.replica(2), 1, 2);
        raft.status(Situations.leader(peer(0, 5120), justDied));
        AdminReply reply = ask(remove("kv-0"));
        assertThat(reply.getRefusal()).as("the core would not refuse yet").isEqualTo(Refusal.WOULD_LOSE_QUORUM);
        assertThat(reply.getDetail()).contains("kv-2 is not connected (Connection reset)");
        assertThat(ask(remove("kv-0").setDryRun(true)).getRefusal()).isEqualTo(Refusal.WOULD_LOSE_QUORUM);
        assertThat(raft.asked()).isEmpty();
        assertThat(ask(remove("kv-2")).getRefusal()).as("who is gone may go").isEqualTo(Refusal.NONE);
        assertThat(ask(remove("kv-0").setForce(true)).getRefusal()).isEqualTo(Refusal.NONE);
    }

    @Test
    void aLeaderThatMayNotGoDoesNotHandOver() {
        raft.refuses(MemberChange.Refusal.CHANGE_PENDING);
        AdminReply reply = ask(remove("kv-1"));
        assertThat(reply.getRefusal()).isEqualTo(Refusal.CHANGE_PENDING);
        assertThat(reply.getDetail()).isEqualTo("The change before is not committed yet: at index 40 the members are to be the"
                + " voters kv-0, kv-1, kv-2 and the observers kv-4");
        assertThat(raft.asked()).containsExactly("check Remove");
    }

    @Test
    void votersThatANewLeaderHasNotHeardYetAreWaitedFor() {
        raft.refuses(MemberChange.Refusal.WOULD_LOSE_QUORUM).refuses(MemberChange.Refusal.WOULD_LOSE_QUORUM);
        assertThat(ask(remove("kv-2")).getIndex()).isEqualTo(42);
        assertThat(raft.asked()).hasSize(3);
    }

    @Test
    void aMajorityThatWouldBeMissingIsToldByName() {
        raft.status(Situations.leader(peer(0, 5120), lost(2)));
        AdminReply reply = ask(remove("kv-0"));
        assertThat(reply.getRefusal()).isEqualTo(Refusal.WOULD_LOSE_QUORUM);
        assertThat(reply.getDetail()).isEqualTo("After it the voters would be kv-1, kv-2, of which 2 must answer; but kv-2 is not"
                + " connected (Connection refused)");
        assertThat(raft.changes()).isEmpty();
    }

    @Test
    void aLostDiskIsReplacedByTheOneThatConnected() {
        raft.status(Situations.leader(peer(0, 5120), peer(2, 0, 10, new ReplicaKey("kv-2", OTHER_DISK))));
        ask(request(AdminRequest.KindCase.REPLACE, "kv-2"));
        assertThat(raft.changes()).containsExactly(
                new MemberChange.Replace(Statuses.replica(2), member(2).as(new ReplicaKey("kv-2", OTHER_DISK))));
    }

    @Test
    void aDiskThatNobodySawAndNobodyNamedIsNotKnown() {
        raft.status(Situations.leader(peer(0, 5120), lost(2)));
        assertThat(ask(request(AdminRequest.KindCase.REPLACE, "kv-2")).getRefusal()).isEqualTo(Refusal.DIRECTORY_UNKNOWN);
        assertThat(raft.asked()).isEmpty();
    }

    @Test
    void aDiskThatIsInUseIsNotLost() {
        AdminRequest.Builder named = AdminRequest.newBuilder().setReplace(
                ReplaceMember.newBuilder().setId("kv-2").setDirectoryId(Uuids.bytes(OTHER_DISK)).setAddress("new:9080"));
        assertThat(ask(named).getRefusal()).isEqualTo(Refusal.DIRECTORY_IN_USE);
        assertThat(raft.asked()).isEmpty();
        assertThat(ask(named.setForce(true)).getRefusal()).isEqualTo(Refusal.NONE);
        assertThat(raft.changes()).containsExactly(new MemberChange.Replace(
                Statuses.replica(2), member(2).as(new ReplicaKey("kv-2", OTHER_DISK)).at("new:9080")));
        AdminRequest.Builder leader = AdminRequest.newBuilder().setForce(true).setReplace(
                ReplaceMember.newBuilder().setId("kv-1").setDirectoryId(Uuids.bytes(OTHER_DISK)));
        assertThat(ask(leader).getRefusal()).as("nobody replaces himself").isEqualTo(Refusal.DIRECTORY_IN_USE);
    }

    @Test
    void leadershipGoesToWhomWasNamed() {
        raft.transfersBy(CompletableFuture.completedFuture(null), Situations.led());
        AdminReply reply = ask(transfer("kv-2"));
        assertThat(reply.getRefusal()).isEqualTo(Refusal.NONE);
        assertThat(reply.getCluster().getLeaderId()).isEqualTo("kv-2");
        assertThat(raft.asked()).containsExactly("transfer to kv-2");
    }

    @Test
    void withoutANameItGoesToWhoLacksLeast() {
        raft.transfersBy(CompletableFuture.completedFuture(null), Situations.led());
        raft.status(Situations.leader(peer(0, 5000), peer(2, 5120)));
        ask(transfer(""));
        assertThat(raft.asked()).containsExactly("transfer to kv-2");
        raft.status(Situations.alone());
        assertThat(ask(transfer("")).getRefusal()).isEqualTo(Refusal.TRANSFER_FAILED);
    }

    @Test
    void whoIsBehindOrNotThereOrNoVoterDoesNotLead() {
        raft.status(Situations.leader(peer(0, 3000), lost(2), peer(4, 5120)));
        assertThat(ask(transfer("kv-0")).getDetail()).isEqualTo("kv-0 is 2120 entries behind, and 1000 may be");
        assertThat(ask(transfer("kv-2")).getRefusal()).isEqualTo(Refusal.TRANSFER_FAILED);
        assertThat(ask(transfer("kv-4")).getRefusal()).isEqualTo(Refusal.NOT_A_VOTER);
        assertThat(ask(transfer("kv-1")).getRefusal()).isEqualTo(Refusal.NOTHING_TO_DO);
        assertThat(raft.asked()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "REFUSED, TRANSFER_FAILED", "NO_SUCH_VOTER, TRANSFER_FAILED", "NO_VOTER_ANSWERS, TRANSFER_FAILED",
        "BUSY, NOT_READY", "TIMED_OUT, OUTCOME_UNKNOWN"
    })
    void aTransferThatFailedSaysWhetherItMayStillHappen(Why why, Refusal refusal) {
        raft.transfersBy(CompletableFuture.failedFuture(new RaftException.TransferFailed(why)), Situations.leader());
        assertThat(ask(transfer("kv-2")).getRefusal()).isEqualTo(refusal);
    }

    @Test
    void anotherLeaderThanTheOneThatWasNamedIsAFailure() {
        raft.transfersBy(CompletableFuture.completedFuture(null), Situations.led());
        AdminReply reply = ask(transfer("kv-0"));
        assertThat(reply.getRefusal()).isEqualTo(Refusal.TRANSFER_FAILED);
        assertThat(reply.getDetail()).isEqualTo("The voters elected kv-2, not kv-0");
    }

    @ParameterizedTest
    @EnumSource(value = MemberChange.Refusal.class, mode = EnumSource.Mode.EXCLUDE, names = "WOULD_LOSE_QUORUM")
    void everyRefusalOfTheCoreIsExplained(MemberChange.Refusal refusal) {
        raft.refuses(refusal);
        AdminReply reply = ask(promote());
        assertThat(reply.getRefusal()).isEqualTo(Refusals.of(refusal));
        assertThat(reply.getDetail()).isNotBlank().doesNotContain(refusal.name()).doesNotEndWith(".");
    }

    @Test
    void failuresSayWhetherItMayHaveHappened() {
        raft.fails(new RaftException.OutcomeUnknown("The replica stops"))
                .fails(new RaftException.Superseded(43, 8))
                .fails(new RaftException.Overloaded("too many"))
                .fails(new RaftException.Stopped("The replica has stopped"))
                .fails(new RaftException.NotLeader(Statuses.replica(2), 8));
        assertThat(List.of(ask(promote()), ask(promote()), ask(promote()), ask(promote()), ask(promote())))
                .extracting(AdminReply::getRefusal)
                .containsExactly(
                        Refusal.OUTCOME_UNKNOWN, Refusal.SUPERSEDED, Refusal.OVERLOADED, Refusal.STOPPING, Refusal.NOT_LEADER);
    }

    @Test
    void aChangeThatIsNotCommittedInTimeMayStillBe() throws InterruptedException {
        assertThat(raft.changesLater()).isNotDone();
        assertThat(admin.answer(promote().build(), Duration.ofMillis(20)).getRefusal()).isEqualTo(Refusal.OUTCOME_UNKNOWN);
    }

    @Test
    void aNewerRequestIsRefused() {
        assertThat(ask(AdminRequest.newBuilder()).getRefusal()).isEqualTo(Refusal.NOT_SUPPORTED);
    }

    @Test
    void theDescriptionSaysWhatOnlyALeaderKnows() {
        raft.status(Situations.leader(peer(0, 5120), lost(2), peer(4, 5000, 10, new ReplicaKey("kv-4", OTHER_DISK))));
        var cluster = ask(AdminRequest.newBuilder().setDescribe(DescribeCluster.getDefaultInstance())).getCluster();
        assertThat(cluster.getLeads()).isTrue();
        assertThat(cluster.getMembersList()).extracting(MemberDescription::getId).containsExactly("kv-0", "kv-1", "kv-2", "kv-4");
        assertThat(cluster.getMembersList()).extracting(MemberDescription::getLag).containsExactly(0L, 0L, 120L, 120L);
        assertThat(cluster.getMembers(2).getConnected()).isFalse();
        assertThat(cluster.getMembers(2).getDetail()).isEqualTo("Connection refused");
        assertThat(Uuids.of(cluster.getMembers(3).getSeenDirectoryId())).contains(OTHER_DISK);
        assertThat(cluster.getMembers(0).getSeenDirectoryId().isEmpty()).isTrue();
        assertThat(cluster.getMembers(0).getMaxVersion()).isEqualTo(2);
    }

    private AdminReply ask(AdminRequest.Builder request) {
        try {
            return admin.answer(request.build(), LONG);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static AdminRequest.Builder promote() {
        return AdminRequest.newBuilder().setPromote(PromoteMember.newBuilder().setId("kv-4"));
    }

    private static AdminRequest.Builder remove(String id) {
        return AdminRequest.newBuilder().setRemove(RemoveMember.newBuilder().setId(id));
    }

    private static AdminRequest.Builder transfer(String to) {
        return AdminRequest.newBuilder().setTransfer(TransferLeadership.newBuilder().setTo(to));
    }

    private static AdminRequest.Builder request(AdminRequest.KindCase kind, String id) {
        AdminRequest.Builder request = AdminRequest.newBuilder();
        return switch (kind) {
            case ADD -> request.setAdd(AddMember.newBuilder().setId("kv-8").setAddress("kv-8:9080"));
            case PROMOTE -> request.setPromote(PromoteMember.newBuilder().setId(id));
            case DEMOTE -> request.setDemote(DemoteMember.newBuilder().setId(id));
            case REMOVE -> remove(id);
            case UPDATE -> request.setUpdate(UpdateMember.newBuilder().setId(id).setAddress("new:9080"));
            case REPLACE -> request.setReplace(ReplaceMember.newBuilder().setId(id));
            case TRANSFER -> transfer(id);
            case SAFE_TO_STOP -> request.setSafeToStop(SafeToStop.newBuilder().setId(id));
            case DESCRIBE, KIND_NOT_SET -> throw new IllegalArgumentException("No request about one member");
        };
    }
}
