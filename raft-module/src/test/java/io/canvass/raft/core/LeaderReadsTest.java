package io.canvass.raft.core;

import java.util.List;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.CLUSTER;
import static io.canvass.raft.core.CoreFixture.Configs;
import static io.canvass.raft.core.CoreFixture.HEARTBEAT;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.N4;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.OTHER_CLUSTER;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.hard;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.became;
import static io.canvass.raft.core.Effects.complete;
import static io.canvass.raft.core.Effects.notLeader;
import static io.canvass.raft.core.Effects.persist;
import static io.canvass.raft.core.Effects.reply;
import static io.canvass.raft.core.Effects.send;
import static io.canvass.raft.core.Effects.sentTo;
import static io.canvass.raft.core.Messages.follows;
import static io.canvass.raft.core.Messages.heartbeat;
import static io.canvass.raft.core.Messages.knows;
import static io.canvass.raft.core.Messages.leads;
import static io.canvass.raft.core.Messages.matched;
import static org.assertj.core.api.Assertions.assertThat;

/** ReadIndex on a leader: Raft dissertation, section 6.4 (HAZARDS C1 to C6). */
class LeaderReadsTest {
    private static final long ELECTED = Stands.FIRST_TIMEOUT;

    /** Entry 4, the first of its own epoch, is committed; n2 has it. */
    private static CoreFixture established(Configs configs) {
        CoreFixture replica = Stands.leader(voters(3).configured(configs));
        replica.response(N2, follows(1, ELECTED, 4));
        return replica;
    }

    private static CoreFixture established() {
        return established(Configs.of());
    }

    private static Message.AppendRequest asks(ReplicaKey to, long session, LogPosition prev, long sequence) {
        return knows(4, leads(to, session, prev, prev.index(), sequence, ELECTED, List.of()));
    }

    private static Message.AppendResponse confirms(long session, long sequence, long matched) {
        return follows(session, sequence, ELECTED, new Message.AppendResult.Matched(matched));
    }

    private static Effect readAt(long requestId, long index) {
        return complete(requestId, new Effect.Result.ReadAt(index));
    }

    @Test
    void aReadIsConfirmedByAMajorityThatAnswersARequestSentAfterItsRegistration() {
        CoreFixture replica = established();

        assertThat(replica.read(11L, 12L))
                .containsExactly(
                        send(N2, 8, asks(N2, 1, at(4, 5), 1), 0),
                        send(N3, 9, asks(N3, 2, LogPosition.ZERO, 1), 0));
        assertThat(replica.response(N2, confirms(1, 1, 4))).containsExactly(readAt(11, 4), readAt(12, 4));
        assertThat(replica.response(N3, confirms(2, 1, 0))).isEmpty();
    }

    @Test
    void anAnswerToARequestSentBeforeTheRegistrationConfirmsNothing() {
        CoreFixture replica = established();
        replica.read(11L);

        assertThat(replica.response(N2, confirms(1, 0, 4))).isEmpty();
        assertThat(replica.response(N3, confirms(2, 0, 0))).isEmpty();
        assertThat(replica.response(N2, confirms(1, 1, 4))).containsExactly(readAt(11, 4));
    }

    @Test
    void aFollowerThatMismatchesStillFollowsAndConfirms() {
        CoreFixture replica = established();
        replica.read(11L);

        assertThat(replica.response(N3, follows(2, 1, ELECTED, new Message.AppendResult.Mismatched(at(1, 0)))))
                .contains(readAt(11, 4));
    }

    @Test
    void aReadWaitsForTheFirstCommitOfTheOwnEpochAndThenForAConfirmationOfItsOwn() {
        CoreFixture replica = Stands.leader(voters(3));
        assertThat(replica.read(11L)).isEmpty();

        assertThat(replica.response(N2, follows(1, ELECTED, 4)))
                .containsExactly(
                        send(N2, 7, asks(N2, 1, at(4, 5), 1), 0),
                        send(N3, 8, asks(N3, 2, LogPosition.ZERO, 1), 0),
                        new Effect.Apply(1, 4));
        assertThat(replica.response(N2, confirms(1, 1, 4))).containsExactly(readAt(11, 4));
    }

    @Test
    void readsThatComeDuringARoundShareTheNextOne() {
        CoreFixture replica = established();
        replica.read(11L);
        assertThat(replica.read(12L)).isEmpty();
        assertThat(replica.read(13L)).isEmpty();

        assertThat(replica.response(N2, confirms(1, 1, 4)))
                .containsExactly(
                        readAt(11, 4),
                        send(N2, 10, asks(N2, 1, at(4, 5), 2), 0),
                        send(N3, 11, asks(N3, 2, LogPosition.ZERO, 2), 0));
        assertThat(replica.response(N2, confirms(1, 1, 4))).isEmpty();
        assertThat(replica.response(N3, confirms(2, 2, 0))).containsExactly(readAt(12, 4), readAt(13, 4));
    }

    @Test
    void aRoundThatGotLostIsAskedAgainWithTheNextHeartbeatAndTakesAllThatWaitAlong() {
        CoreFixture replica = established();
        replica.read(11L);
        replica.read(12L);
        long beat = ELECTED + HEARTBEAT;

        assertThat(sentTo(N2, Message.AppendRequest.class, replica.timeReached(beat)))
                .containsExactly(leads(N2, 1, at(4, 5), 4, 2, beat, List.of()));
        assertThat(replica.response(N2, confirms(1, 2, 4))).containsExactly(readAt(11, 4), readAt(12, 4));
    }

    @Test
    void aNumberThatWasNeverSentConfirmsNoLaterRead() {
        CoreFixture replica = established();
        replica.read(11L);
        assertThat(replica.response(N2, confirms(1, 99, 4))).containsExactly(readAt(11, 4));

        replica.read(12L);
        assertThat(replica.response(N2, confirms(1, 1, 4))).isEmpty();
        assertThat(replica.response(N2, confirms(1, 2, 4))).containsExactly(readAt(12, 4));
    }

    @Test
    void theIndexIsTheCommitIndexAtTheRegistration() {
        CoreFixture replica = established();
        replica.read(11L);
        replica.propose(1, "x");
        replica.persisted();
        replica.response(N2, confirms(1, 0, 5));
        assertThat(replica.commitIndex()).isEqualTo(5);

        replica.read(12L);
        assertThat(replica.response(N2, confirms(1, 1, 5))).startsWith(readAt(11, 4));
        assertThat(replica.response(N2, confirms(1, 2, 5))).containsExactly(readAt(12, 5));
    }

    @Test
    void onlyVotersConfirm() {
        CoreFixture replica = Stands.leader(voters(3).observers(N4));
        replica.response(N2, follows(1, ELECTED, 4));
        replica.read(11L);
        assertThat(replica.response(N4, confirms(3, 1, 0))).isEmpty();
    }

    @Test
    void anAnswerOfAnotherEpochOrReplicaConfirmsNothing() {
        CoreFixture replica = established();
        replica.read(11L);
        replica.response(N2, new Message.AppendResponse(
                4, N1, 1, 1, ELECTED, new Message.AppendResult.Matched(4)));
        replica.response(CoreFixture.otherDisk(N2), confirms(1, 1, 4));
        replica.response(N2, follows(1, 1, ELECTED, new Message.AppendResult.Refused()));
        assertThat(replica.response(N2, confirms(1, 1, 4))).containsExactly(readAt(11, 4));
    }

    @Test
    void aSoleVoterConfirmsItsReadsItself() {
        CoreFixture replica = voters(1).start();
        replica.persisted();
        assertThat(replica.read(11L)).isEmpty();
        assertThat(replica.persisted()).containsExactly(readAt(11, 4), new Effect.Apply(1, 4));
        assertThat(replica.read(12L)).containsExactly(readAt(12, 4));
    }

    @Test
    void readsThatWaitFailWhenTheLeaderResigns() {
        CoreFixture replica = established();
        replica.read(11L);
        replica.read(12L);
        replica.request(N3, new Message.ReadIndexRequest(CLUSTER, N1, 5, 70));

        assertThat(replica.resign())
                .contains(
                        notLeader(11, NONE, 5),
                        notLeader(12, NONE, 5),
                        reply(N3, new Message.ReadIndexResponse(5, NONE, 70, false, 0), 2));
    }

    @Test
    void readsThatWaitFailWhenAHigherEpochEndsTheLeadership() {
        CoreFixture replica = Stands.leader(voters(3));
        replica.read(11L);

        assertThat(replica.request(N3, heartbeat(6)))
                .containsExactly(
                        persist(3, hard(6, NONE, N3)),
                        notLeader(11, NONE, 6),
                        became(RoleName.FOLLOWER, 6, N3),
                        reply(N3, matched(6, N3, 0), 3));
    }

    @Test
    void moreReadsThanTheBoundAreAnsweredOverloaded() {
        CoreFixture replica = established(Configs.of().reads(2));
        replica.read(11L);
        assertThat(replica.read(12L, 13L))
                .containsExactly(
                        complete(12, new Effect.Result.Overloaded()), complete(13, new Effect.Result.Overloaded()));
        assertThat(replica.read(14L)).isEmpty();
        assertThat(replica.read(15L)).containsExactly(complete(15, new Effect.Result.Overloaded()));
        replica.response(N2, confirms(1, 1, 4));
        assertThat(replica.read(16L)).isEmpty();
    }

    // ---- asked by followers

    @Test
    void aFollowersReadIsConfirmedLikeAnOwnOne() {
        CoreFixture replica = established();

        assertThat(replica.request(N3, new Message.ReadIndexRequest(CLUSTER, N1, 5, 70))).hasSize(2);
        assertThat(replica.response(N2, confirms(1, 1, 4)))
                .containsExactly(reply(N3, new Message.ReadIndexResponse(5, N1, 70, true, 4), 2));
    }

    @Test
    void aFollowersReadBeyondTheBoundIsNotConfirmed() {
        CoreFixture replica = established(Configs.of().reads(1));
        replica.read(11L);
        assertThat(replica.request(N3, new Message.ReadIndexRequest(CLUSTER, N1, 5, 70)))
                .containsExactly(reply(N3, new Message.ReadIndexResponse(5, N1, 70, false, 0), 2));
    }

    @Test
    void aFollowersReadIsConfirmedOnlyByTheLeaderOfItsEpochThatItMeans() {
        CoreFixture replica = established();
        Effect no = reply(N3, new Message.ReadIndexResponse(5, N1, 70, false, 0), 2);
        assertThat(replica.request(N3, new Message.ReadIndexRequest(OTHER_CLUSTER, N1, 5, 70))).containsExactly(no);
        assertThat(replica.request(N3, new Message.ReadIndexRequest(CLUSTER, CoreFixture.otherDisk(N1), 5, 70)))
                .containsExactly(no);
        assertThat(replica.request(N3, new Message.ReadIndexRequest(CLUSTER, N1, 4, 70))).containsExactly(no);
        assertThat(replica.request(N3, new Message.ReadIndexRequest(CLUSTER, N1, 6, 70))).containsExactly(no);

        assertThat(Stands.resigned(voters(3)).request(N3, new Message.ReadIndexRequest(CLUSTER, N1, 5, 70)))
                .containsExactly(reply(N3, new Message.ReadIndexResponse(5, NONE, 70, false, 0), 2));
        assertThat(Stands.followerThatHeard(voters(3)).request(N3, new Message.ReadIndexRequest(CLUSTER, N1, 5, 70)))
                .containsExactly(reply(N3, new Message.ReadIndexResponse(5, N2, 70, false, 0), 1));
    }

    @Test
    void anAnswerToAReadDoesNotWaitForEntriesThatAreStillBeingWritten() {
        CoreFixture replica = established();
        replica.propose(1, "x");
        replica.request(N3, new Message.ReadIndexRequest(CLUSTER, N1, 5, 70));

        assertThat(replica.response(N2, confirms(1, 1, 4)))
                .containsExactly(reply(N3, new Message.ReadIndexResponse(5, N1, 70, true, 4), 2));
        assertThat(replica.lastToken().sequence()).isEqualTo(3);
    }
}
