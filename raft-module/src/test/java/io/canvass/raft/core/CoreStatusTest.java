package io.canvass.raft.core;

import java.util.List;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.configurationOf;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Messages.append;
import static io.canvass.raft.core.Messages.heartbeat;
import static io.canvass.raft.core.Messages.knows;
import static io.canvass.raft.core.Messages.preVoteGranted;
import static io.canvass.raft.core.Messages.voteGranted;
import static org.assertj.core.api.Assertions.assertThat;

/** What a replica shows of itself: the numbers behind health and metrics. */
class CoreStatusTest {
    private static final LogPosition END = at(3, 2);

    private static long target(CoreFixture replica) {
        return replica.core.status().catchUpTarget();
    }

    @Test
    void everyPreVoteRoundIsCountedWonOrNot() {
        CoreFixture replica = voters(3).start();
        assertThat(replica.core.status().preVoteRounds()).isZero();
        replica.timeReached(replica.deadline());
        assertThat(replica.core.status().preVoteRounds()).isEqualTo(1);
        replica.timeReached(replica.deadline());
        assertThat(replica.core.status().preVoteRounds()).isEqualTo(2);
        replica.response(N2, replica.asked(N2), preVoteGranted(5, NONE, replica.round().id()));
        assertThat(replica.core.status().preVoteRounds()).as("a vote is none").isEqualTo(2);
    }

    @Test
    void theConfigurationIsTheOneInForce() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        assertThat(replica.core.configuration()).isEqualTo(configurationOf(List.of(N1, N2, N3)));

        replica.request(N2, append(5, END, 0, CoreFixture.configuration(4, 5, N1, N2)));

        assertThat(replica.core.configuration()).isEqualTo(configurationOf(List.of(N1, N2)));
        assertThat(replica.core.status().configuration()).isEqualTo(replica.core.configuration());
        assertThat(replica.core.configurations()).containsExactly(
                configurationOf(List.of(N1, N2, N3)), configurationOf(List.of(N1, N2)));
    }

    // ---- what is to be applied to have caught up

    @Test
    void beforeAnyLeaderIsHeardNobodyKnowsWhenAReplicaHasCaughtUp() {
        assertThat(target(Stands.unattachedWithHint(voters(3)))).isEqualTo(-1);
        assertThat(target(Stands.followerThatDidNotHear(voters(3)))).isEqualTo(-1);
    }

    @Test
    void aReplicaHasCaughtUpWithWhatTheFirstLeaderItHeardHadCommittedByThen() {
        CoreFixture replica = Stands.unattached(voters(3));
        replica.request(N2, append(5, END, 9));
        replica.request(N2, append(5, END, 12));
        replica.request(N3, append(6, END, 15));
        assertThat(target(replica)).isEqualTo(9);
    }

    /** A leader gives leave to commit no more than what the message reaches; how far the log goes it says beside. */
    @Test
    void whatIsCommittedBeyondWhatTheMessageReachesIsToBeCaughtUpWith() {
        CoreFixture replica = Stands.unattached(voters(3));
        replica.request(N2, knows(60_000, append(5, END, 3)));
        assertThat(target(replica)).isEqualTo(60_000);
        assertThat(replica.core.status().commitIndex()).isEqualTo(3);
    }

    @Test
    void nothingCommittedIsAnAnswerLikeAnyOtherAndStaysForAReplicaThatThenLeads() {
        CoreFixture replica = Stands.unattached(voters(3));
        replica.request(N2, heartbeat(5));
        replica.request(N2, append(5, END, 3));
        assertThat(target(replica)).isZero();

        replica.timeReached(replica.deadline());
        replica.response(N2, replica.asked(N2), preVoteGranted(5, NONE, replica.round().id()));
        replica.persisted();
        replica.response(N2, replica.asked(N2), voteGranted(6, replica.round().id()));

        assertThat(replica.role().name()).isEqualTo(RoleName.LEADER);
        assertThat(target(replica)).isZero();
    }

    @Test
    void aReplicaThatLeadsFirstHasCaughtUpWithTheEntryThatOpenedItsEpoch() {
        CoreFixture replica = Stands.leader(voters(3));
        assertThat(target(replica)).isEqualTo(4);
        replica.propose(1, "x");
        assertThat(target(replica)).isEqualTo(4);
    }

    // ---- peers

    @Test
    void aPeerThatDidNotAnswerYetWasNeverHeard() {
        CoreFixture replica = Stands.leader(voters(3));
        replica.at(1300).response(N3, Messages.follows(2, 1200, 4));
        assertThat(replica.core.status().peers())
                .containsExactly(new CoreStatus.Peer(N2, 0, -1), new CoreStatus.Peer(N3, 4, 1300));
    }
}
