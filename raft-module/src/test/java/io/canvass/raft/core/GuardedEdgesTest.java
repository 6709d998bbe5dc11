package io.canvass.raft.core;

import java.util.List;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.DRAW;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.hard;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** PREVOTE.md, Transitions: the one place that changes roles, epoch and vote asks first, and changes nothing if not. */
class GuardedEdgesTest {
    private static final StoredState STORED = new StoredState(
            1,
            hard(5, NONE, NONE),
            List.of(new StoredState.EpochStart(0, 1)),
            1,
            List.of(CoreFixture.configuration(1, 0, N1, N2, N3)),
            0);

    private static final RaftConfig CONFIG = CoreFixture.Configs.of().build();

    private final ReplicaState state = new ReplicaState(CONFIG, STORED, new ScriptedRandom(DRAW), 0);

    @Test
    void nobodyLeadsWithoutHavingBeenCandidate() {
        Role before = state.role();
        assertThatIllegalStateException()
                .isThrownBy(() ->
                        state.become(new Role.Leader(new Replication(state)), RoundSummary.Ending.WON))
                .withMessage("No way leads from UNATTACHED in epoch 5 to LEADER in epoch 5");
        assertThat(state.role()).isEqualTo(before);
    }

    @Test
    void nobodyBecomesCandidateWithoutACauseThatHolds() {
        Elections elections = new Elections(state);
        assertThatIllegalStateException()
                .isThrownBy(() -> elections.campaign(Edges.Promotion.ROUND_WON, RoundSummary.Ending.WON))
                .withMessage("A replica that is UNATTACHED may not become Candidate because of ROUND_WON");
        assertThatIllegalStateException()
                .isThrownBy(() -> elections.campaign(Edges.Promotion.SOLE_VOTER, RoundSummary.Ending.WON));
        assertThat(state.hardState()).isEqualTo(hard(5, NONE, NONE));
    }

    @Test
    void aVoteIsGivenOnceAndAnEpochNeverFalls() {
        state.grantVoteTo(N2);
        assertThatIllegalStateException()
                .isThrownBy(() -> state.grantVoteTo(N3))
                .withMessage("The vote of epoch 5 for " + N2 + " would be changed");
        assertThatIllegalStateException()
                .isThrownBy(() -> state.adopt(4))
                .withMessage("The epoch would fall from 5 to 4");
        assertThat(state.hardState()).isEqualTo(hard(5, N2, NONE));
    }

    @Test
    void aRoleIsNotLeftByGivingItOtherData() {
        Role before = state.role();
        assertThatIllegalStateException()
                .isThrownBy(() -> state.update(new Role.Follower(N2, true, new ElectionTimer.Never())))
                .withMessage("From UNATTACHED to FOLLOWER is an edge, not an update");
        assertThat(state.role()).isEqualTo(before);
    }
}
