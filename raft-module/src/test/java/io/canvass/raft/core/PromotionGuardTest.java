package io.canvass.raft.core;

import java.util.List;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.DRAW;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.hard;
import static io.canvass.raft.core.Effects.preVoteEnded;
import static io.canvass.raft.core.Messages.preVoteGranted;
import static io.canvass.raft.core.Messages.unsupported;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * PREVOTE.md, Four locks, 3: what the guard asks at the moment of promotion although the other locks have ended the
 * round by then. So it is shown on a state that they were kept away from.
 */
class PromotionGuardTest {
    private static final RoundId FIRST = new RoundId(1, 1);

    private final ReplicaState state = new ReplicaState(
            CoreFixture.Configs.of().build(),
            new StoredState(
                    1,
                    hard(5, NONE, NONE),
                    List.of(new StoredState.EpochStart(0, 1)),
                    1,
                    List.of(CoreFixture.configuration(1, 0, N1, N2, N3)),
                    0),
            new ScriptedRandom(DRAW),
            0);

    private final Elections elections = new Elections(state);

    PromotionGuardTest() {
        elections.onTimer();
        state.finish();
        state.begin(1);
    }

    private long asked(ReplicaKey voter) {
        Round round = ReplicaState.roundOf(state.role());
        Long correlation = round == null ? null : round.requests().get(voter.nodeId());
        return correlation == null ? 0 : correlation;
    }

    private void assertRefused(int granted) {
        assertThat(state.role().name()).isEqualTo(RoleName.PROSPECTIVE);
        assertThat(state.hardState()).isEqualTo(hard(5, NONE, NONE));
        assertThat(state.finish())
                .contains(preVoteEnded(FIRST, 5, RoundSummary.Ending.GUARD_REFUSED, granted, 2));
    }

    @Test
    void noPromotionIfALeaderWasHeardSinceTheRoundBegan() {
        state.heardLeader();
        elections.onVoteResponse(N2, asked(N2), preVoteGranted(5, NONE, FIRST));
        assertRefused(2);
    }

    @Test
    void noPromotionByAnOldPeersAnswerEitherIfALeaderWasHeardSinceTheRoundBegan() {
        state.heardLeader();
        elections.onVoteResponse(N2, asked(N2), unsupported(5));
        assertRefused(1);
    }

    @Test
    void noPromotionOfAReplicaThatIsNoVoterAnyMore() {
        state.log.append(CoreFixture.configuration(2, 5, N2, N3));
        state.log.commitUpTo(2);
        elections.onVoteResponse(N2, asked(N2), preVoteGranted(5, NONE, FIRST));
        assertRefused(2);
    }
}
