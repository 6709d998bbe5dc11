package io.canvass.raft.core;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.N4;
import static io.canvass.raft.core.CoreFixture.N5;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Messages.follows;
import static org.assertj.core.api.Assertions.assertThat;

/** When an entry is committed: Raft dissertation, section 3.6.2, Figure 8 (HAZARDS F1, F2, E8). */
class CommitRuleTest {
    private static final long ELECTED = Stands.FIRST_TIMEOUT;

    @Test
    void anEntryOfAnEarlierEpochIsNotCommittedByCountingFigureEight() {
        CoreFixture replica = Stands.leaderOfFive();
        // Entry 3, of epoch 2, is on a majority: it may still be overwritten, so it is not committed.
        replica.response(N2, follows(1, ELECTED, 3));
        replica.response(N3, follows(2, ELECTED, 3));
        assertThat(replica.commitIndex()).isZero();
        // Entry 4, of the own epoch, commits all before it.
        replica.response(N2, follows(1, ELECTED, 4));
        assertThat(replica.commitIndex()).isZero();
        assertThat(replica.response(N3, follows(2, ELECTED, 4))).contains(new Effect.Apply(1, 4));
        assertThat(replica.commitIndex()).isEqualTo(4);
    }

    @Test
    void theLeaderCountsItselfOnlyUpToWhatIsDurableOnItsOwnDisk() {
        CoreFixture replica = Stands.leader(voters(3));
        replica.response(N2, follows(1, ELECTED, 4));
        replica.propose(1, "x");

        replica.response(N2, follows(1, ELECTED, 5));
        assertThat(replica.commitIndex()).isEqualTo(4);

        assertThat(replica.persisted()).contains(new Effect.Apply(5, 5));
        assertThat(replica.commitIndex()).isEqualTo(5);
    }

    @Test
    void aMajorityOfTheOthersCommitsWithoutTheLeadersDiskButItAppliesOnlyWhatIsDurableHere() {
        CoreFixture replica = Stands.leader(voters(3));
        replica.response(N2, follows(1, ELECTED, 4));
        replica.response(N3, follows(2, ELECTED, 4));
        replica.propose(1, "x");
        replica.response(N2, follows(1, ELECTED, 5));

        assertThat(replica.response(N3, follows(2, ELECTED, 5))).noneMatch(Effect.Apply.class::isInstance);
        assertThat(replica.commitIndex()).isEqualTo(5);
        assertThat(replica.persisted()).containsExactly(new Effect.Apply(5, 5));
    }

    @Test
    void oneVoterAloneCommitsWhatIsDurableAndNothingElse() {
        CoreFixture replica = voters(1).start();
        replica.persisted();
        replica.persisted();
        assertThat(replica.commitIndex()).isEqualTo(4);
        replica.propose(1, "x");
        assertThat(replica.commitIndex()).isEqualTo(4);
        assertThat(replica.persisted()).containsExactly(new Effect.Apply(5, 5));
    }

    @Test
    void anObserverCommitsNothing() {
        CoreFixture replica = Stands.leader(voters(3).observers(N4, N5));
        replica.response(N4, follows(3, ELECTED, 4));
        replica.response(N5, follows(4, ELECTED, 4));
        assertThat(replica.commitIndex()).isZero();
    }

    @Test
    void aFollowersLateWordOfAnEarlierLeadershipCommitsNothing() {
        CoreFixture replica = Stands.leader(voters(3));
        replica.response(N2, new Message.AppendResponse(
                4, N2, 1, 0, ELECTED, new Message.AppendResult.Matched(4)));
        assertThat(replica.commitIndex()).isZero();
    }
}
