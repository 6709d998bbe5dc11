package io.canvass.raft.core;

import java.util.List;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.CLUSTER;
import static io.canvass.raft.core.CoreFixture.HEARTBEAT;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.N4;
import static io.canvass.raft.core.CoreFixture.N5;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.T;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.became;
import static io.canvass.raft.core.Effects.notLeader;
import static io.canvass.raft.core.Effects.send;
import static io.canvass.raft.core.Messages.follows;
import static org.assertj.core.api.Assertions.assertThat;

/** PREVOTE.md, Check Quorum (HAZARDS B1 to B3, A28). */
class CheckQuorumTest {
    /** When the leader of {@link Stands} was elected: all voters are fresh then. */
    private static final long ELECTED = Stands.FIRST_TIMEOUT;

    @Test
    void quorumContactIsTheKthNewestOfTheTimesAtWhichAnsweredRequestsWereSent() {
        CoreFixture replica = Stands.leaderOfFive();
        assertThat(contact(replica)).isEqualTo(ELECTED);

        replica.at(1900);
        replica.response(N2, follows(1, 1500, 4));
        assertThat(contact(replica)).isEqualTo(ELECTED);
        replica.response(N3, follows(2, 1400, 4));
        assertThat(contact(replica)).isEqualTo(1400);
        replica.response(N4, follows(3, 1450, 4));
        assertThat(contact(replica)).isEqualTo(1450);
        replica.response(N5, follows(4, 1300, 4));
        assertThat(contact(replica)).isEqualTo(1450);
    }

    @Test
    void theTimeIsThatOfTheSendingNotOfTheAnswerAndNeverFallsNorLiesAhead() {
        CoreFixture replica = Stands.leader(voters(3));

        replica.at(1800).response(N2, follows(1, 1300, 4));
        assertThat(contact(replica)).isEqualTo(1300);
        replica.at(1810).response(N2, follows(1, 1250, 4));
        assertThat(contact(replica)).isEqualTo(1300);
        replica.at(1820).response(N2, follows(1, 99_999, 4));
        assertThat(contact(replica)).isEqualTo(1820);
    }

    @Test
    void anAnswerCountsMatchedOrNotAndWhateverItsSession() {
        CoreFixture replica = Stands.leader(voters(3));

        replica.at(1800)
                .response(N2, follows(1, 0, 1300, new Message.AppendResult.Mismatched(at(1, 0))));
        assertThat(contact(replica)).isEqualTo(1300);
        replica.response(N2, follows(1, 1400, 3));
        assertThat(contact(replica)).isEqualTo(1400);
    }

    @Test
    void anAnswerThatIsNoneOfTheOwnEpochDoesNotCount() {
        CoreFixture replica = Stands.leader(voters(3)).at(1800);

        replica.response(N2, new Message.AppendResponse(
                4, N1, 1, 0, 1500, new Message.AppendResult.Matched(3)));
        replica.response(N2, follows(1, 0, 1500, new Message.AppendResult.Fenced()));
        replica.response(N2, follows(1, 0, 1500, new Message.AppendResult.Refused()));
        replica.response(N2, 9, Messages.voteGranted(5, new RoundId(1, 2)));

        assertThat(contact(replica)).isEqualTo(ELECTED);
    }

    @Test
    void anObserverDoesNotCount() {
        CoreFixture replica = Stands.leader(voters(3).observers(N4)).at(1800);

        replica.response(N4, follows(3, 1500, 4));

        assertThat(contact(replica)).isEqualTo(ELECTED);
    }

    @Test
    void aLeaderWhoseQuorumContactIsAsOldAsTheTimeoutResignsAndSendsNothingElse() {
        CoreFixture replica = Stands.leader(voters(3));
        replica.at(ELECTED + 100).response(N2, follows(1, ELECTED + 50, 4));
        assertThat(replica.timeReached(ELECTED + 50 + T - 1)).isNotEmpty();
        assertThat(replica.role().name()).isEqualTo(RoleName.LEADER);
        assertThat(replica.deadline()).isEqualTo(ELECTED + 50 + T);
        List<ReplicaKey> successors = List.of(N2, N3);
        long correlation = replica.lastCorrelation();

        assertThat(replica.timeReached(ELECTED + 50 + T))
                .containsExactly(
                        send(N2, correlation + 1, new Message.ResigningRequest(CLUSTER, N2, 5, successors), 0),
                        send(N3, correlation + 2, new Message.ResigningRequest(CLUSTER, N3, 5, successors), 0),
                        became(RoleName.RESIGNED, 5, NONE));
    }

    @Test
    void aLeaderThatSleptIsNotALeaderWhateverWakesIt() {
        Message.Response late = follows(1, ELECTED, 4);
        long woken = ELECTED + T;
        List<Input> inputs = List.of(
                new Input.TimeReached(woken),
                new Input.Received(woken, N2, Lane.DATA, 5, late),
                new Input.LogRead(woken, N2, 1, List.of()),
                new Input.Resign(woken, ResignReason.REQUESTED));
        for (Input input : inputs) {
            CoreFixture replica = Stands.leader(voters(3));
            assertThat(replica.step(input)).containsExactlyElementsOf(resignation());
        }
    }

    @Test
    void aLeaderThatSleptConfirmsNoReadAndTakesNoProposal() {
        CoreFixture replica = Stands.leader(voters(3)).at(ELECTED + T);
        assertThat(replica.read(31L))
                .containsExactly(
                        resignation().get(0),
                        resignation().get(1),
                        notLeader(31, NONE, 5),
                        became(RoleName.RESIGNED, 5, NONE));

        replica = Stands.leader(voters(3)).at(ELECTED + T);
        assertThat(replica.propose(32, "x"))
                .containsExactly(
                        resignation().get(0),
                        resignation().get(1),
                        notLeader(32, NONE, 5),
                        became(RoleName.RESIGNED, 5, NONE));
    }

    @Test
    void aLeaderThatSleptCommitsNothingByItsOwnDisk() {
        CoreFixture replica = Stands.leader(voters(3));
        replica.propose(1, "x");
        replica.at(1300).response(N2, follows(1, 1250, 5));
        long before = replica.commitIndex();

        replica.at(1250 + T).persisted();

        assertThat(replica.role().name()).isEqualTo(RoleName.RESIGNED);
        assertThat(replica.commitIndex()).isEqualTo(before);
    }

    @Test
    void oneVoterAloneNeverResigns() {
        CoreFixture replica = voters(1).start();
        replica.persisted();
        replica.persisted();
        assertThat(replica.deadline()).isEqualTo(Outcome.NEVER);
        assertThat(replica.timeReached(100 * T)).isEmpty();
        assertThat(replica.role().name()).isEqualTo(RoleName.LEADER);
    }

    @Test
    void oneVoterAloneWithObserversNeverResigns() {
        CoreFixture replica = voters(1).observers(N2).start();
        replica.persisted();
        assertThat(replica.deadline()).isEqualTo(HEARTBEAT);
        replica.timeReached(100 * T);
        assertThat(replica.role().name()).isEqualTo(RoleName.LEADER);
    }

    @Test
    void aLeaderOutsideTheVoterSetDoesNotCountItself() {
        Configuration others = CoreFixture.configurationOf(List.of(N2, N3));
        StoredState stored = new StoredState(
                1,
                new HardState(5, N1, N1),
                List.of(new StoredState.EpochStart(0, 1)),
                1,
                List.of(new Entry(1, 0, EntryKind.CONFIGURATION, 0, others.encode())),
                0);
        ReplicaState state =
                new ReplicaState(CoreFixture.Configs.of().build(), stored, new ScriptedRandom(CoreFixture.DRAW), 0);
        Replication replication = new Replication(state);
        state.begin(10);
        replication.begin();
        state.begin(500);

        replication.onAppendResponse(N2, follows(1, 400, 2));

        assertThat(replication.quorumContactNanos()).isEqualTo(10);
        assertThat(replication.reachedByMajority(Progress::match, 99)).isZero();
        replication.onAppendResponse(N3, follows(2, 300, 2));
        assertThat(replication.quorumContactNanos()).isEqualTo(300);
        assertThat(replication.reachedByMajority(Progress::match, 0)).isEqualTo(2);
    }

    private static List<Effect> resignation() {
        List<ReplicaKey> successors = List.of(N2, N3);
        return List.of(
                send(N2, 7, new Message.ResigningRequest(CLUSTER, N2, 5, successors), 0),
                send(N3, 8, new Message.ResigningRequest(CLUSTER, N3, 5, successors), 0),
                became(RoleName.RESIGNED, 5, NONE));
    }

    private static long contact(CoreFixture replica) {
        return replica.core.status().leaderContactNanos();
    }
}
