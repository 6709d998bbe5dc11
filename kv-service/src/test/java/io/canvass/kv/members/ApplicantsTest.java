package io.canvass.kv.members;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

import io.canvass.kv.cluster.Statuses;
import io.canvass.proto.kv.v1.JoinReply;
import io.canvass.proto.kv.v1.JoinReply.Answer;
import io.canvass.proto.kv.v1.JoinRequest;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.MemberChange;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.runtime.RaftStatus;
import org.junit.jupiter.api.Test;

import static io.canvass.kv.cluster.Statuses.replica;
import static io.canvass.kv.members.Told.connected;
import static io.canvass.kv.members.Told.described;
import static io.canvass.kv.members.Told.gone;
import static io.canvass.kv.members.Told.joined;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Nodes that ask kv-1 to be added to kv-0, kv-1 and kv-2. */
class ApplicantsTest {
    private static final ReplicaKey NEW = replica(3);
    private static final ReplicaKey NEW_DISK = new ReplicaKey("kv-2", new UUID(9, 9));
    private static final Member LOST = described(replica(2));

    private final Told told = new Told();
    private final AtomicLong now = new AtomicLong(1);
    private final Applicants applicants = new Applicants(told::ask, true, now::get);
    private final RaftStatus leader = leader(connected(LOST, replica(2), 5120));

    @Test
    void aNewNodeIsAddedOnceItHasAnsweredAtItsAddress() {
        assertThat(applicants.join(request(NEW), leader).getAnswer()).isEqualTo(Answer.ACCEPTED);
        applicants.verify();
        assertThat(applicants.wanted(leader, false)).isEmpty();
        assertThat(applicants.join(request(NEW), leader).getDetail()).contains("does not answer at kv-3:9080", "Connection refused");
        told.says(joined(NEW));
        applicants.verify();
        assertThat(applicants.wanted(leader, false)).containsExactly(new MemberChange.Add(described(NEW)));
        assertThat(applicants.wanted(leader, true)).containsExactly(new MemberChange.Add(new Member(NEW, "kv-3:9080")));
        applicants.done(new MemberChange.Add(described(NEW)));
        assertThat(applicants.wanted(leader, false)).isEmpty();
    }

    @Test
    void whoAskedOnceMoreBeforeItKnewThatItIsInIsNotBroughtBackWhenItIsRemoved() {
        told.says("kv-2:9080", joined(replica(2)));
        applicants.join(request(replica(2)), leader);
        applicants.verify();
        assertThat(applicants.wanted(leader, false)).as("it is a member").isEmpty();
        assertThat(applicants.wanted(removed(), false)).as("it was removed").isEmpty();
    }

    @Test
    void whoHasStoppedAskingIsNotAddedAnyMore() {
        told.says(joined(NEW));
        applicants.join(request(NEW), leader);
        applicants.verify();
        now.addAndGet(Applicants.PATIENCE.toNanos() - 1);
        assertThat(applicants.wanted(leader, false)).hasSize(1);
        now.addAndGet(1);
        assertThat(applicants.wanted(leader, false)).isEmpty();
    }

    @Test
    void anAddressWhereAnotherReplicaAnswersIsNotBelieved() {
        told.says(joined(new ReplicaKey("kv-3", new UUID(5, 5))));
        applicants.join(request(NEW), leader);
        applicants.verify();
        assertThat(applicants.wanted(leader, false)).isEmpty();
        assertThat(applicants.join(request(NEW), leader).getDetail()).contains("there is kv-3/");
    }

    @Test
    void theIdOfAMemberThatIsConnectedIsNotGivenAway() {
        told.says(joined(NEW_DISK));
        JoinReply reply = applicants.join(request(NEW_DISK), leader);
        applicants.verify();
        assertThat(reply.getAnswer()).isEqualTo(Answer.WAITS);
        assertThat(reply.getDetail()).contains("two nodes have the same id");
        assertThat(applicants.wanted(leader, false)).isEmpty();
        ReplicaKey asLeader = new ReplicaKey("kv-1", new UUID(9, 9));
        assertThat(applicants.join(request(asLeader), leader).getDetail()).contains("the id of the leader");
    }

    @Test
    void aLostDiskIsReplacedWhenNobodyIsThereAnyMoreOrTheNewOneAnswersInItsPlace() {
        told.says(joined(NEW_DISK));
        RaftStatus justGone = leader(gone(LOST, 500, replica(2)));
        assertThat(applicants.join(request(NEW_DISK), justGone).getDetail()).contains("was connected a moment ago");
        RaftStatus answered = leader(gone(LOST, 500, NEW_DISK));
        assertThat(applicants.join(request(NEW_DISK), answered).getAnswer()).isEqualTo(Answer.ACCEPTED);
        applicants.verify();
        MemberChange replace = new MemberChange.Replace(LOST.key(), described(NEW_DISK));
        assertThat(applicants.wanted(answered, false)).containsExactly(replace);
        assertThat(applicants.wanted(justGone, false)).isEmpty();
        assertThat(applicants.wanted(leader(gone(LOST, Applicants.GONE.toMillis(), replica(2))), false)).containsExactly(replace);
        applicants.refused(replace, "no majority");
        assertThat(applicants.join(request(NEW_DISK), answered).getDetail()).isEqualTo("not now: no majority");
    }

    @Test
    void aMemberThatHasMovedIsWrittenDownAtItsNewAddress() {
        JoinRequest moved = request(replica(2)).toBuilder().setAddress("kv-9:9080").build();
        told.says("kv-9:9080", joined(NEW));
        applicants.join(moved, leader);
        applicants.verify();
        assertThat(applicants.wanted(leader, false)).as("somebody else is there").isEmpty();
        told.says("kv-9:9080", joined(replica(2)));
        applicants.verify();
        assertThat(applicants.wanted(leader, false)).containsExactly(new MemberChange.Update(LOST.at("kv-9:9080")));
    }

    @Test
    void whomTheLogNamesAndTheConfigurationDoesNotWasRemovedAndIsNotBroughtBack() {
        told.says(joined(NEW));
        applicants.join(request(NEW), leader);
        applicants.verify();
        assertThat(applicants.wanted(leader, false)).hasSize(1);
        Configuration with = Configuration.ofVoters(List.of(described(replica(0)), described(replica(1)), described(NEW)));
        RaftStatus gone = Statuses.leader().configurations(with, removed().configuration()).get();
        assertThat(applicants.wanted(gone, false)).as("asked a moment before it was removed").isEmpty();
        JoinReply reply = applicants.join(request(NEW), gone);
        assertThat(reply.getAnswer()).isEqualTo(Answer.REFUSED);
        assertThat(reply.getDetail()).contains("was removed", "an operator adds it");
        assertThat(applicants.join(request(NEW_DISK), gone).getAnswer()).as("another replica").isEqualTo(Answer.ACCEPTED);
    }

    /** The leader's log begins with 1001. */
    @Test
    void whoHasEntriesIsAddedOnlyIfTheLogTellsAllThatHappenedSince() {
        assertThat(applicants.join(request(NEW, 1500, 1000), leader).getAnswer()).isEqualTo(Answer.ACCEPTED);
        told.says(joined(NEW));
        applicants.verify();
        assertThat(applicants.wanted(leader, false)).containsExactly(new MemberChange.Add(described(NEW)));
        JoinReply old = applicants.join(request(NEW, 1500, 999), leader);
        assertThat(old.getAnswer()).isEqualTo(Answer.REFUSED);
        assertThat(old.getDetail()).contains("those up to 999", "begins with 1001", "An operator adds it");
        assertThatThrownBy(() -> applicants.join(request(NEW, 5, 6), leader)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> applicants.join(request(NEW, -1, -1), leader)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whoStopsAskingIsForgottenAndNoMoreThanABoundMayAsk() {
        for (int i = 0; i < Configuration.MAX_MEMBERS; i++) {
            assertThat(applicants.join(request(replica(100 + i)), leader).getAnswer()).isEqualTo(Answer.ACCEPTED);
        }
        assertThat(applicants.join(request(NEW), leader).getAnswer()).isEqualTo(Answer.WAITS);
        now.addAndGet(Applicants.PATIENCE.plus(Duration.ofMillis(1)).toNanos());
        assertThat(applicants.join(request(NEW), leader).getAnswer()).isEqualTo(Answer.ACCEPTED);
    }

    @Test
    void whoDoesNotLeadSaysWhoDoes() {
        JoinReply reply = applicants.join(request(NEW), Statuses.follower().get());
        assertThat(reply.getAnswer()).isEqualTo(Answer.NOT_LEADER);
        assertThat(reply.getLeaderAddress()).isEqualTo("kv-0:9080");
        assertThat(reply.getDetail()).contains("leads");
        assertThat(applicants.join(request(NEW), Statuses.follower().noLeader(5).get()).getLeaderAddress()).isEmpty();
    }

    @Test
    void anotherClusterAndALeaderThatLeavesItToItsOperatorRefuse() {
        JoinRequest foreign = request(NEW).toBuilder().setClusterId(Standings.encode(new UUID(6, 6))).build();
        assertThat(applicants.join(foreign, leader).getAnswer()).isEqualTo(Answer.REFUSED);
        Applicants off = new Applicants(told::ask, false, now::get);
        assertThat(off.join(request(NEW), leader).getDetail()).contains("kv.cluster.auto-join is off");
        assertThat(off.wanted(leader, false)).isEmpty();
    }

    @Test
    void aRequestThatCannotBeIsRefused() {
        assertThatThrownBy(() -> applicants.join(JoinRequest.getDefaultInstance(), leader))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> applicants.join(request(NEW).toBuilder().setAddress("h".repeat(513)).build(), leader))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> applicants.join(request(NEW).toBuilder().setMinVersion(7).build(), leader))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static RaftStatus leader(RaftStatus.Peer lost) {
        Member zero = described(replica(0));
        return Statuses.leader()
                .configuration(Configuration.ofVoters(List.of(zero, described(replica(1)), LOST)), 5, true)
                .peers(connected(zero, replica(0), 5120), lost)
                .get();
    }

    /** The leader's status when kv-2 is no member any more. */
    private static RaftStatus removed() {
        Member zero = described(replica(0));
        return Statuses.leader()
                .configuration(Configuration.ofVoters(List.of(zero, described(replica(1)))), 6, true)
                .peers(connected(zero, replica(0), 5120))
                .get();
    }

    private static JoinRequest request(ReplicaKey key, long lastIndex, long committedIndex) {
        return request(key).toBuilder().setLastIndex(lastIndex).setCommittedIndex(committedIndex).build();
    }

    private static JoinRequest request(ReplicaKey key) {
        About about = Told.about(key.nodeId());
        return JoinRequest.newBuilder()
                .setClusterId(Standings.encode(Statuses.CLUSTER))
                .setNodeId(key.nodeId())
                .setDirectoryId(Standings.encode(key.directoryId()))
                .setAddress(Told.address(key.nodeId()))
                .setUrl(about.url())
                .setMinVersion(about.minVersion())
                .setMaxVersion(about.maxVersion())
                .build();
    }
}
