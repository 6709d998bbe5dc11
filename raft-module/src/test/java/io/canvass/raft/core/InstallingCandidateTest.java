package io.canvass.raft.core;

import java.util.List;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.FULL;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.configurationOf;
import static io.canvass.raft.core.CoreFixture.hard;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.preVoteEnded;
import static io.canvass.raft.core.Effects.reply;
import static io.canvass.raft.core.Messages.lastPart;
import static io.canvass.raft.core.Messages.preVoteGranted;
import static io.canvass.raft.core.Messages.transfer;
import static io.canvass.raft.core.Messages.unsupported;
import static org.assertj.core.api.Assertions.assertThat;

/** No promotion while a snapshot is being installed, whatever the cause (PREVOTE.md, lock 3; HAZARDS A35). */
class InstallingCandidateTest {
    private static final LogBase SNAPSHOT = new LogBase(at(20, 4), configurationOf(List.of(N1, N2, N3)));
    private static final RoundId FIRST = new RoundId(1, 1);
    private static final long ASKS_AT = 1000 + FULL;

    /** Follows n2, and installs its snapshot. */
    private static CoreFixture installing(CoreFixture.Builder builder) {
        CoreFixture replica = Stands.followerThatHeard(builder);
        replica.request(N2, lastPart(5, SNAPSHOT));
        return replica;
    }

    private static CoreFixture canvassing() {
        CoreFixture replica = installing(voters(3));
        replica.timeReached(ASKS_AT);
        return replica;
    }

    @Test
    void aRoundThatIsWonMeanwhileIsRefusedByTheGuard() {
        CoreFixture replica = canvassing();

        assertThat(replica.response(N3, replica.asked(N3), preVoteGranted(5, NONE, FIRST)))
                .containsExactly(preVoteEnded(FIRST, 5, RoundSummary.Ending.GUARD_REFUSED, 2, 2));
        assertThat(replica.hardState()).isEqualTo(hard(5, NONE, N2));
        assertThat(replica.deadline()).isEqualTo(ASKS_AT + FULL);
    }

    @Test
    void theSameRoundPromotesWhenTheInstallationIsDone() {
        CoreFixture replica = canvassing();
        replica.installed(SNAPSHOT);
        replica.persisted();

        replica.response(N3, replica.asked(N3), preVoteGranted(5, NONE, FIRST));
        assertThat(replica.hardState()).isEqualTo(hard(6, N1, NONE));
    }

    @Test
    void anOldPeersAnswerDoesNotPromoteEither() {
        CoreFixture replica = canvassing();

        assertThat(replica.response(N3, replica.asked(N3), unsupported(5)))
                .containsExactly(preVoteEnded(FIRST, 5, RoundSummary.Ending.GUARD_REFUSED, 1, 2));
    }

    @Test
    void aTransferOrderIsRefusedMeanwhileAndObeyedAfterwards() {
        CoreFixture replica = installing(voters(3));

        assertThat(replica.request(N2, transfer(5, 3)))
                .containsExactly(reply(N2, new Message.TransferResponse(5, N2, false), 1));
        replica.installed(SNAPSHOT);
        assertThat(replica.request(N2, transfer(5, 20))).contains(persist(3, hard(6, N1, NONE), 1));
    }

    @Test
    void aCappedReplicaArmsAFreshTimerInstead() {
        CoreFixture replica = installing(voters(3).capped());

        assertThat(replica.timeReached(ASKS_AT)).isEmpty();
        assertThat(replica.role()).isEqualTo(new Role.Follower(N2, true, new ElectionTimer.At(ASKS_AT + FULL)));
        replica.installed(SNAPSHOT);
        replica.timeReached(ASKS_AT + FULL);
        assertThat(replica.role().name()).isEqualTo(RoleName.CANDIDATE);
    }

    private static Effect.Persist persist(long sequence, HardState state, long generation) {
        return new Effect.Persist(new Token(sequence, generation), state, Effect.LogWrite.NONE);
    }
}
