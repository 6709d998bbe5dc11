package io.canvass.raft.core;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.N4;
import static io.canvass.raft.core.CoreFixture.N5;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.hard;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Messages.heartbeat;
import static io.canvass.raft.core.Messages.preVoteGranted;
import static io.canvass.raft.core.Messages.preVoteRefused;
import static io.canvass.raft.core.Messages.unsupported;
import static io.canvass.raft.core.Messages.vote;
import static io.canvass.raft.core.Messages.voteGranted;
import static io.canvass.raft.core.Messages.voteRefused;
import static org.assertj.core.api.Assertions.assertThat;

/** Answers that would have won a round, and come when its asker has left it: for a vote it gave, or for a leader. */
class LateVoteAnswersTest {
    /** It may not win an epoch in which it has just voted for another. */
    @Test
    void aProspectiveThatGaveAVoteIsNotPromotedByTheGrantsOfTheRoundItLeft() {
        CoreFixture replica = Stands.prospective(voters(5));
        Round left = replica.round();
        replica.response(N3, replica.asked(N3), preVoteGranted(5, NONE, left.id()));
        replica.request(N2, vote(5, at(3, 2)));
        replica.persisted();
        assertThat(replica.hardState()).isEqualTo(hard(5, N2, NONE));
        Role voted = replica.role();

        for (ReplicaKey voter : new ReplicaKey[] {N2, N4, N5}) {
            assertThat(replica.response(voter, requestTo(voter, left), preVoteGranted(5, NONE, left.id()))).isEmpty();
        }

        assertThat(replica.role()).isEqualTo(voted);
        assertThat(replica.hardState()).isEqualTo(hard(5, N2, NONE));
    }

    /** Nor by an old peer's answer to the round it left. */
    @Test
    void aProspectiveThatGaveAVoteIsNotPromotedByAnOldPeersAnswer() {
        CoreFixture replica = Stands.prospective(voters(3));
        Round left = replica.round();
        replica.request(N2, vote(5, at(3, 2)));
        replica.persisted();

        assertThat(replica.response(N3, requestTo(N3, left), unsupported(5))).isEmpty();
        assertThat(replica.hardState()).isEqualTo(hard(5, N2, NONE));
    }

    @Test
    void aCandidateThatFollowsTheLeaderItHeardIsNotElectedByVotesThatComeLater() {
        CoreFixture replica = Stands.candidate(voters(3));
        Round left = replica.round();
        replica.request(N3, heartbeat(5));
        replica.persisted();
        Role follower = replica.role();
        assertThat(follower.name()).isEqualTo(RoleName.FOLLOWER);

        assertThat(replica.response(N2, requestTo(N2, left), voteGranted(5, left.id()))).isEmpty();
        assertThat(replica.response(N3, requestTo(N3, left), voteRefused(5, N3, left.id()))).isEmpty();

        assertThat(replica.role()).isEqualTo(follower);
    }

    @Test
    void aCandidateThatHasWordOfALeaderIsNotElectedByVotesThatComeLater() {
        CoreFixture replica = Stands.candidate(voters(5).epoch(4));
        assertThat(replica.role().name()).isEqualTo(RoleName.PROSPECTIVE);
        replica.response(N3, replica.asked(N3), preVoteGranted(4, NONE, replica.round().id()));
        replica.persisted();
        Round left = replica.round();
        replica.response(N2, replica.asked(N2), voteGranted(5, left.id()));
        replica.response(N3, replica.asked(N3), voteRefused(5, N4, left.id()));
        replica.persisted();
        Role follower = replica.role();
        assertThat(follower.name()).isEqualTo(RoleName.FOLLOWER);

        assertThat(replica.response(N5, requestTo(N5, left), voteGranted(5, left.id()))).isEmpty();

        assertThat(replica.role()).isEqualTo(follower);
    }

    @Test
    void answersThatComeAfterTheElectionWasWonChangeNothing() {
        CoreFixture replica = Stands.candidate(voters(3));
        Round won = replica.round();
        replica.response(N2, replica.asked(N2), voteGranted(5, won.id()));
        replica.persisted();
        Role leader = replica.role();

        assertThat(replica.response(N3, requestTo(N3, won), voteGranted(5, won.id()))).isEmpty();
        assertThat(replica.response(N3, requestTo(N3, won), voteRefused(5, NONE, won.id()))).isEmpty();
        assertThat(replica.response(N3, requestTo(N3, won), preVoteRefused(5, N2, won.id()))).isEmpty();

        assertThat(replica.role()).isSameAs(leader);
    }

    /** The number of the request that this voter was sent in that round. */
    private static long requestTo(ReplicaKey voter, Round round) {
        Long correlation = round.requests().get(voter.nodeId());
        if (correlation == null) {
            throw new AssertionError(voter + " was not asked in " + round);
        }
        return correlation;
    }
}
