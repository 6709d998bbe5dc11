package io.canvass.raft.core;

import java.util.List;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.FULL;
import static io.canvass.raft.core.CoreFixture.HEARTBEAT;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.hard;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.reply;
import static io.canvass.raft.core.Effects.sentTo;
import static io.canvass.raft.core.Messages.fenced;
import static io.canvass.raft.core.Messages.heartbeat;
import static io.canvass.raft.core.Messages.preVoteGranted;
import static io.canvass.raft.core.Messages.resigning;
import static io.canvass.raft.core.Messages.transfer;
import static org.assertj.core.api.Assertions.assertThat;

/** PREVOTE.md, Transitions: who obeys a transfer order, whom a resignation notice moves, and who has confirmed one. */
class NoticeAndOrderTest {
    @Test
    void anOrderIsRefusedByAReplicaThatFollowsNobodyThoughTheNoticeOfItsSenderIsYoung() {
        CoreFixture replica = Stands.unattached(voters(3));
        replica.request(N2, resigning(5, N1));
        Role before = replica.role();

        assertThat(replica.request(N2, transfer(5, 3)))
                .containsExactly(reply(N2, new Message.TransferResponse(5, NONE, false), 1));

        assertThat(replica.role()).isEqualTo(before);
    }

    @Test
    void anOrderIsRefusedByAReplicaThatNeverHeardThatLeaderHoweverYoungItsClockIs() {
        CoreFixture replica = voters(3).start().at(10);
        replica.response(N3, fenced(7, N2, new RoundId(1, 1)));
        assertThat(replica.role().rememberedLeader()).isEqualTo(N2);

        assertThat(replica.at(20).request(N2, transfer(7, 3)))
                .containsExactly(reply(N2, new Message.TransferResponse(7, N2, false), 1));
    }

    @Test
    void aNoticeOfAHigherEpochMovesAReplicaUnlessLeaseReadsBindIt() {
        CoreFixture heard = Stands.followerThatHeard(voters(3));
        heard.request(N3, resigning(6, N1));
        assertThat(heard.hardState()).isEqualTo(hard(6, NONE, N3));

        CoreFixture bound = Stands.followerThatHeard(voters(3).leaseReads());
        bound.request(N3, resigning(6, N1));
        assertThat(bound.hardState()).isEqualTo(hard(5, NONE, N2));

        CoreFixture free = Stands.followerThatDidNotHear(voters(3).leaseReads());
        free.request(N3, resigning(6, N1));
        assertThat(free.hardState()).isEqualTo(hard(6, NONE, N3));
    }

    @Test
    void anAnswerOfALowerEpochConfirmsNoNotice() {
        CoreFixture replica = Stands.resigned(voters(3));
        replica.response(N2, new Message.ResigningResponse(4, NONE));
        replica.response(N3, new Message.ResigningResponse(5, NONE));

        List<Effect> reminded = replica.timeReached(replica.now() + HEARTBEAT);

        assertThat(sentTo(N2, Message.ResigningRequest.class, reminded)).hasSize(1);
        assertThat(sentTo(N3, Message.ResigningRequest.class, reminded)).isEmpty();
    }

    @Test
    void anEpochThatIsRaisedForgetsTheResignationOfTheLeaderBefore() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        replica.request(N2, resigning(5, N1));
        replica.timeReached(replica.now());
        replica.response(N3, replica.asked(N3), preVoteGranted(5, NONE, replica.round().id()));
        replica.persisted();
        assertThat(replica.role().name()).isEqualTo(RoleName.CANDIDATE);

        replica.request(N3, heartbeat(6));

        assertThat(replica.role())
                .isEqualTo(new Role.Follower(N3, true, new ElectionTimer.At(replica.now() + FULL)));
    }
}
