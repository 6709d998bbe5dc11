package io.canvass.raft.core;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.CLUSTER;
import static io.canvass.raft.core.CoreFixture.Configs;
import static io.canvass.raft.core.CoreFixture.FULL;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.T;
import static io.canvass.raft.core.CoreFixture.hard;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.became;
import static io.canvass.raft.core.Effects.complete;
import static io.canvass.raft.core.Effects.notLeader;
import static io.canvass.raft.core.Effects.persist;
import static io.canvass.raft.core.Effects.reply;
import static io.canvass.raft.core.Effects.send;
import static io.canvass.raft.core.Messages.append;
import static io.canvass.raft.core.Messages.heartbeat;
import static io.canvass.raft.core.Messages.matched;
import static io.canvass.raft.core.Messages.resigning;
import static org.assertj.core.api.Assertions.assertThat;

/** Reads on a replica that does not lead: it asks and believes its leader alone, in one epoch (HAZARDS C6, C7). */
class ForwardedReadsTest {
    private static Effect readAt(long requestId, long index) {
        return complete(requestId, new Effect.Result.ReadAt(index));
    }

    private static Message.ReadIndexResponse confirmed(long epoch, long readId, long index) {
        return new Message.ReadIndexResponse(epoch, N2, readId, true, index);
    }

    /** Follows n2 and has asked it for requests 11 and 12, as its read number 1. */
    private static CoreFixture asking() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        replica.read(11L, 12L);
        return replica;
    }

    @Test
    void aFollowerAsksItsLeaderOnceForAllReadsOfAStep() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));

        assertThat(replica.read(11L, 12L))
                .containsExactly(send(N2, 1, new Message.ReadIndexRequest(CLUSTER, N2, 5, 1), 1));
        assertThat(replica.deadline()).isEqualTo(T + T);
        assertThat(replica.response(N2, 1, confirmed(5, 1, 3))).containsExactly(readAt(11, 3), readAt(12, 3));
        assertThat(replica.deadline()).isEqualTo(T + FULL);
    }

    @Test
    void aFollowerThatOnlyHadWordOfItsLeaderAsksItToo() {
        assertThat(Stands.followerThatDidNotHear(voters(3)).read(11L))
                .containsExactly(send(N2, 3, new Message.ReadIndexRequest(CLUSTER, N2, 5, 1), 1));
    }

    @Test
    void anAnswerCountsOnce() {
        CoreFixture replica = asking();
        replica.response(N2, 1, confirmed(5, 1, 3));
        assertThat(replica.response(N2, 1, confirmed(5, 1, 3))).isEmpty();
    }

    @Test
    void anAnswerCountsOnlyFromTheLeaderAskedInTheEpochOfTheQuestion() {
        CoreFixture replica = asking();
        assertThat(replica.response(N3, 1, confirmed(5, 1, 3))).isEmpty();
        assertThat(replica.response(CoreFixture.otherDisk(N2), 1, confirmed(5, 1, 3))).isEmpty();
        assertThat(replica.response(N2, 1, confirmed(4, 1, 3))).isEmpty();
        assertThat(replica.response(N2, 1, confirmed(5, 2, 3))).isEmpty();
        assertThat(replica.response(N2, 1, confirmed(5, 1, 3))).hasSize(2);
    }

    @Test
    void anAnswerOfAHigherEpochIsNotBelievedButItsEpochIs() {
        CoreFixture replica = asking();
        assertThat(replica.response(N2, 1, confirmed(6, 1, 3)))
                .containsExactly(
                        persist(2, hard(6, NONE, N2)),
                        notLeader(11, N2, 6),
                        notLeader(12, N2, 6),
                        became(RoleName.FOLLOWER, 6, N2));
    }

    @Test
    void anAnswerThatDoesNotConfirmFailsTheReads() {
        CoreFixture replica = asking();
        assertThat(replica.response(N2, 1, new Message.ReadIndexResponse(5, N2, 1, false, 0)))
                .containsExactly(notLeader(11, N2, 5), notLeader(12, N2, 5));
    }

    @Test
    void aReplicaThatKnowsNoLeaderFailsItsReadsAtOnce() {
        assertThat(Stands.unattachedWithHint(voters(3)).read(11L)).containsExactly(notLeader(11, NONE, 5));
        assertThat(Stands.prospectiveWithHint(voters(3)).read(11L)).containsExactly(notLeader(11, NONE, 5));
        assertThat(Stands.candidate(voters(3)).read(11L)).containsExactly(notLeader(11, NONE, 5));
        assertThat(Stands.resigned(voters(3)).read(11L)).containsExactly(notLeader(11, NONE, 5));
    }

    @Test
    void readsAskedOfALeaderThatIsFollowedNoMoreFail() {
        CoreFixture higher = asking();
        assertThat(higher.request(N3, heartbeat(6)))
                .containsExactly(
                        persist(2, hard(6, NONE, N3)),
                        notLeader(11, N3, 6),
                        notLeader(12, N3, 6),
                        became(RoleName.FOLLOWER, 6, N3),
                        reply(N3, matched(6, N3, 0), 2));

        CoreFixture resigned = asking();
        assertThat(resigned.request(N2, resigning(5, N3, N1)))
                .contains(notLeader(11, NONE, 5), notLeader(12, NONE, 5));

        CoreFixture prospective = asking();
        prospective.at(T + 900).request(N2, heartbeat(5));
        assertThat(prospective.timeReached(T + T)).containsExactly(notLeader(11, N2, 5), notLeader(12, N2, 5));
    }

    @Test
    void readsFailWhenTheirLeaderIsSilentForAnElectionTimeout() {
        CoreFixture replica = asking();
        assertThat(replica.timeReached(T + T - 1)).isEmpty();
        assertThat(replica.timeReached(T + T)).containsExactly(notLeader(11, N2, 5), notLeader(12, N2, 5));
        assertThat(replica.response(N2, 1, confirmed(5, 1, 3))).isEmpty();
    }

    @Test
    void readsFailWhenTheControlStreamToTheirLeaderBreaks() {
        CoreFixture replica = asking();
        assertThat(replica.step(new Input.PeerLost(T, N2, Lane.DATA))).isEmpty();
        assertThat(replica.step(new Input.PeerLost(T, N3, Lane.CONTROL))).isEmpty();
        assertThat(replica.step(new Input.PeerLost(T, N2, Lane.CONTROL)))
                .containsExactly(notLeader(11, N2, 5), notLeader(12, N2, 5));
    }

    @Test
    void moreReadsThanTheBoundAreAnsweredOverloadedAndRoomComesBack() {
        CoreFixture replica = Stands.followerThatHeard(voters(3).configured(Configs.of().reads(2)));
        replica.read(11L, 12L);
        assertThat(replica.read(13L)).containsExactly(complete(13, new Effect.Result.Overloaded()));
        replica.response(N2, 1, confirmed(5, 1, 3));
        assertThat(replica.read(14L, 15L)).hasSize(1);
        replica.timeReached(T + T);
        assertThat(replica.read(16L, 17L)).hasSize(1);
        replica.step(new Input.PeerLost(T + T, N2, Lane.CONTROL));
        assertThat(replica.read(18L, 19L)).hasSize(1);
    }

    @Test
    void aQuestionDoesNotWaitForEntriesThatAreStillBeingWritten() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        replica.request(N2, append(5, CoreFixture.at(3, 2), 0, CoreFixture.command(4, 5)));
        assertThat(replica.read(11L))
                .containsExactly(send(N2, 1, new Message.ReadIndexRequest(CLUSTER, N2, 5, 1), 1));
    }
}
