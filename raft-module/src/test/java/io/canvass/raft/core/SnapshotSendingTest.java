package io.canvass.raft.core;

import java.util.List;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.HEARTBEAT;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.T;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.command;
import static io.canvass.raft.core.CoreFixture.configurationOf;
import static io.canvass.raft.core.CoreFixture.hard;
import static io.canvass.raft.core.CoreFixture.otherDisk;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.compacted;
import static io.canvass.raft.core.Effects.send;
import static io.canvass.raft.core.Effects.sendData;
import static io.canvass.raft.core.Effects.sentTo;
import static io.canvass.raft.core.Messages.follows;
import static io.canvass.raft.core.Messages.knows;
import static io.canvass.raft.core.Messages.leads;
import static io.canvass.raft.core.Messages.takes;
import static org.assertj.core.api.Assertions.assertThat;

/** A leader and a peer that needs what the log no longer holds (HAZARDS F6, G3, G4, G7). */
class SnapshotSendingTest {
    private static final long ELECTED = Stands.FIRST_TIMEOUT;
    private static final HardState STATE = hard(5, N1, N1);

    private static LogBase base(long index, long epoch) {
        return new LogBase(at(index, epoch), configurationOf(List.of(N1, N2, N3)));
    }

    private static Message.AppendResponse mismatched(long session, LogPosition hint) {
        return follows(session, 0, ELECTED, new Message.AppendResult.Mismatched(hint));
    }

    /** Leads n2, which has all, and n3, which has not answered; its log 1@0 2@1 3@2 4@5 begins after 3@2. */
    private static CoreFixture compactedLeader() {
        CoreFixture replica = Stands.leader(voters(3));
        replica.response(N2, follows(1, ELECTED, 4));
        replica.response(N2, follows(1, ELECTED, 4));
        replica.compact(3, 0);
        replica.persisted();
        return replica;
    }

    /** The same, and a snapshot for n3 is under way, in session 4. */
    private static CoreFixture sending() {
        CoreFixture replica = compactedLeader();
        replica.response(N3, mismatched(2, LogPosition.ZERO));
        return replica;
    }

    private static Effect snapshotTo(ReplicaKey peer, long session) {
        return new Effect.SendSnapshot(peer, 5, session);
    }

    // ---- when

    @Test
    void aPeerThatAgreesOnlyBeforeTheBaseIsSentASnapshot() {
        assertThat(compactedLeader().response(N3, mismatched(2, at(1, 0)))).containsExactly(snapshotTo(N3, 4));
        assertThat(compactedLeader().response(N3, mismatched(2, at(2, 1)))).containsExactly(snapshotTo(N3, 4));
        assertThat(compactedLeader().response(N3, mismatched(2, LogPosition.ZERO))).containsExactly(snapshotTo(N3, 4));
    }

    @Test
    void aPeerThatMayAgreeAtTheBaseIsAskedThere() {
        assertThat(compactedLeader().response(N3, mismatched(2, at(3, 2))))
                .as("the search goes back at least by one")
                .containsExactly(snapshotTo(N3, 4));
        CoreFixture replica = compactedLeader();
        replica.propose(1, "x");
        replica.step(new Input.PeerLost(ELECTED, N3, Lane.DATA));
        replica.compact(4, 0);
        assertThat(replica.response(N3, follows(2, ELECTED, 4))).as("another session").isEmpty();
    }

    @Test
    void theFirstProbeMayStandRightBehindTheBase() {
        CoreFixture replica = Stands.leader(voters(3).base(at(10, 3)).log().applied(10));

        assertThat(replica.response(N2, follows(1, ELECTED, 11)))
                .contains(send(N2, 7, leads(N2, 1, at(11, 5), 11, ELECTED), 0), new Effect.Apply(11, 11));
        assertThat(replica.response(N3, mismatched(2, at(10, 3))))
                .as("10@3 was asked for")
                .containsExactly(snapshotTo(N3, 4));
    }

    @Test
    void aLogReadThatComesAfterTheLogWentIsNotSentASnapshotIs() {
        CoreFixture replica = Stands.leader(voters(3));
        replica.response(N2, follows(1, ELECTED, 4));
        replica.response(N3, mismatched(2, at(1, 0)));
        assertThat(replica.response(N3, follows(3, ELECTED, 1)))
                .containsExactly(new Effect.ReadLog(N3, 3, 2, 3, 1 << 20));
        replica.compact(3, 0);

        assertThat(replica.step(new Input.LogRead(ELECTED, N3, 3, List.of(command(2, 1), command(3, 2)))))
                .containsExactly(snapshotTo(N3, 4));
    }

    @Test
    void aPeerWhoseMatchIsBelowTheBaseIsSentHeartbeatsThatClaimNothing() {
        CoreFixture replica = Stands.leader(voters(3));
        replica.response(N2, follows(1, ELECTED, 4));
        replica.response(N3, mismatched(2, at(1, 0)));
        replica.response(N3, follows(3, ELECTED, 1));
        replica.compact(3, 0);

        List<Effect> effects = replica.timeReached(ELECTED + HEARTBEAT);
        assertThat(sentTo(N3, Message.AppendRequest.class, effects))
                .containsExactly(knows(4, leads(N3, 3, LogPosition.ZERO, 0, ELECTED + HEARTBEAT)));
        assertThat(sentTo(N2, Message.AppendRequest.class, effects))
                .containsExactly(leads(N2, 1, at(4, 5), 4, ELECTED + HEARTBEAT));
        assertThat(effects).contains(snapshotTo(N3, 4));
    }

    // ---- while it is under way

    @Test
    void nothingButHeartbeatsIsSentBesideIt() {
        CoreFixture replica = sending();

        assertThat(sentTo(N3, Message.class, replica.propose(1, "x"))).isEmpty();
        assertThat(replica.response(N3, follows(4, ELECTED, 0))).isEmpty();
        List<Effect> effects = replica.timeReached(ELECTED + HEARTBEAT);
        assertThat(sentTo(N3, Message.AppendRequest.class, effects))
                .containsExactly(knows(4, leads(N3, 4, LogPosition.ZERO, 0, ELECTED + HEARTBEAT)));
        assertThat(effects).noneMatch(Effect.SendSnapshot.class::isInstance);
    }

    @Test
    void eachPartThatIsTakenIsQuorumContact() {
        CoreFixture replica = sending();
        replica.response(N3, takes(4, ELECTED + 900, Message.SnapshotResult.TAKEN));
        replica.at(ELECTED + 950).response(N3, takes(4, ELECTED + 900, Message.SnapshotResult.TAKEN));

        assertThat(replica.core.status().leaderContactNanos()).isEqualTo(ELECTED + 900);
    }

    @Test
    void aMismatchMeanwhileMovesNothing() {
        assertThat(sending().response(N3, mismatched(4, at(2, 1)))).isEmpty();
    }

    @Test
    void aBrokenStreamOfEntriesDoesNotEndIt() {
        CoreFixture replica = sending();
        replica.step(new Input.PeerLost(ELECTED, N3, Lane.DATA));

        assertThat(replica.response(N3, takes(4, ELECTED, Message.SnapshotResult.INSTALLED)))
                .containsExactly(sendData(N3, 8, leads(N3, 5, at(4, 5), 4, ELECTED)));
    }

    // ---- its end

    @Test
    void whenItIsInstalledWhereTheLogsAgreeIsAskedAsEver() {
        CoreFixture replica = sending();

        assertThat(replica.response(N3, takes(4, ELECTED, Message.SnapshotResult.INSTALLED)))
                .containsExactly(sendData(N3, 8, leads(N3, 5, at(4, 5), 4, ELECTED)));
        assertThat(replica.response(N3, follows(5, 0, ELECTED, new Message.AppendResult.Mismatched(at(3, 2)))))
                .containsExactly(sendData(N3, 9, leads(N3, 6, at(3, 2), 4, ELECTED, CoreFixture.leaderChange(4, 5))));
    }

    @Test
    void whoLostOneIsAskedWithTheNextHeartbeatWhetherItStillNeedsOne() {
        CoreFixture replica = sending();

        assertThat(replica.step(new Input.PeerLost(ELECTED, N3, Lane.SNAPSHOT))).isEmpty();
        assertThat(replica.propose(1, "x")).noneMatch(Effect.SendSnapshot.class::isInstance);
        assertThat(replica.response(N3, takes(4, ELECTED, Message.SnapshotResult.INSTALLED)))
                .as("its session is over")
                .isEmpty();
        List<Effect> effects = replica.timeReached(ELECTED + HEARTBEAT);
        assertThat(effects).noneMatch(Effect.SendSnapshot.class::isInstance);
        assertThat(sentTo(N3, Message.AppendRequest.class, effects).getLast().prev()).isEqualTo(at(3, 2));
        assertThat(replica.response(N3, mismatched(5, LogPosition.ZERO))).containsExactly(snapshotTo(N3, 7));
    }

    @Test
    void whoIsBackWithWhatItInstalledNeedsNoSnapshotMore() {
        CoreFixture replica = sending();
        replica.step(new Input.PeerLost(ELECTED, N3, Lane.SNAPSHOT));
        replica.timeReached(ELECTED + HEARTBEAT);

        assertThat(replica.response(N3, follows(5, ELECTED + HEARTBEAT, 3)))
                .noneMatch(Effect.SendSnapshot.class::isInstance);
    }

    @Test
    void aPeerThatWasOnlyNeverReachedIsAskedBeforeItIsSentASnapshot() {
        CoreFixture replica = compactedLeader();
        replica.step(new Input.PeerLost(ELECTED, N3, Lane.DATA));

        List<Effect> effects = replica.timeReached(ELECTED + HEARTBEAT);
        assertThat(effects).noneMatch(Effect.SendSnapshot.class::isInstance);
        assertThat(sentTo(N3, Message.AppendRequest.class, effects).getLast().prev()).isEqualTo(at(3, 2));
    }

    @Test
    void aPeerThatIsBusyIsAskedAgainWithTheNextHeartbeat() {
        CoreFixture replica = sending();

        assertThat(replica.response(N3, takes(3, ELECTED, Message.SnapshotResult.BUSY)))
                .as("another session")
                .isEmpty();
        assertThat(replica.response(N3, takes(4, ELECTED, Message.SnapshotResult.BUSY))).isEmpty();
        assertThat(sentTo(N3, Message.AppendRequest.class, replica.timeReached(ELECTED + HEARTBEAT)).getLast().prev())
                .isEqualTo(at(3, 2));
        assertThat(replica.response(N3, mismatched(5, LogPosition.ZERO))).containsExactly(snapshotTo(N3, 7));
    }

    @Test
    void aLostStreamOfAPeerThatTakesNoneIsNothing() {
        CoreFixture replica = compactedLeader();

        assertThat(replica.step(new Input.PeerLost(ELECTED, N2, Lane.SNAPSHOT))).isEmpty();
        assertThat(sentTo(N2, Message.AppendRequest.class, replica.propose(1, "x")))
                .as("appends flow on in the same session")
                .hasSize(1);
    }

    @Test
    void whatAnotherReplicaOrSessionOrEpochAnswersMovesNothing() {
        CoreFixture replica = sending();

        assertThat(replica.response(N3, takes(3, ELECTED, Message.SnapshotResult.INSTALLED))).isEmpty();
        assertThat(replica.response(otherDisk(N3), takes(4, ELECTED, Message.SnapshotResult.INSTALLED))).isEmpty();
        assertThat(replica.response(CoreFixture.N4, takes(4, ELECTED, Message.SnapshotResult.INSTALLED))).isEmpty();
        assertThat(replica.response(
                        N3,
                        new Message.SnapshotResponse(4, N1, 4, ELECTED, Message.SnapshotResult.INSTALLED)))
                .isEmpty();
        assertThat(replica.response(N3, takes(4, ELECTED, Message.SnapshotResult.FENCED))).isEmpty();
        assertThat(replica.response(N2, takes(1, ELECTED, Message.SnapshotResult.INSTALLED)))
                .as("asked for none")
                .isEmpty();
    }

    @Test
    void aRefusalIsCountedAndIsNoContact() {
        CoreFixture replica = sending();

        assertThat(replica.at(ELECTED + 500).response(N3, takes(4, ELECTED + 400, Message.SnapshotResult.REFUSED)))
                .containsExactly(new Effect.Refused(N3, "refuses the leader of its own epoch"));
        assertThat(replica.core.status().leaderContactNanos()).isEqualTo(ELECTED);
    }

    @Test
    void whoLeadsNoMoreTakesNoAnswer() {
        CoreFixture replica = sending();
        replica.resign();

        assertThat(replica.response(N3, takes(4, ELECTED, Message.SnapshotResult.INSTALLED))).isEmpty();
        assertThat(replica.step(new Input.PeerLost(ELECTED, N3, Lane.SNAPSHOT))).isEmpty();
    }

    // ---- what has to follow it

    @Test
    void whatHasToFollowASnapshotUnderWayStaysInTheLogWithinBounds() {
        CoreFixture replica = sending();

        assertThat(replica.compact(4, 3)).as("the base it was asked for with").isEmpty();
        assertThat(replica.compact(4, 4)).as("it costs n3 its place").containsExactly(compacted(4, STATE, base(4, 5)));
    }

    @Test
    void whoTookASnapshotHoldsTheLogBackUntilItHasCaughtUp() {
        CoreFixture replica = sending();
        replica.response(N3, takes(4, ELECTED, Message.SnapshotResult.INSTALLED));

        assertThat(replica.compact(4, 3)).as("the snapshot is in place and ends before 4").isEmpty();
        replica.response(N3, follows(5, ELECTED, 4));
        assertThat(replica.compact(4, 3)).as("it has all").containsExactly(compacted(4, STATE, base(4, 5)));
    }

    @Test
    void whatFollowsASnapshotStaysWithinBounds() {
        CoreFixture replica = sending();
        replica.response(N3, takes(4, ELECTED, Message.SnapshotResult.INSTALLED));

        assertThat(replica.compact(4, 4)).as("it costs n3 its place").containsExactly(compacted(4, STATE, base(4, 5)));
    }

    @Test
    void whoIsGoneAfterItsSnapshotDoesNotHoldTheLogBackForEver() {
        CoreFixture replica = sending();
        replica.response(N3, takes(4, ELECTED, Message.SnapshotResult.INSTALLED));
        for (long time = ELECTED + HEARTBEAT; time <= ELECTED + T; time += HEARTBEAT) {
            replica.timeReached(time);
            replica.response(N2, follows(1, time, 4));
        }

        assertThat(replica.compact(4, 3)).containsExactly(compacted(4, STATE, base(4, 5)));
    }

    @Test
    void onlyAPeerThatTakesASnapshotHoldsTheLogBack() {
        assertThat(compactedLeader().compact(4, 3)).containsExactly(compacted(4, STATE, base(4, 5)));
    }

    @Test
    void aLeaderThatHearsOnlyThatPartsAreTakenKeepsItsOffice() {
        CoreFixture replica = sending();
        for (long time = ELECTED + HEARTBEAT; time <= ELECTED + 3 * T; time += HEARTBEAT) {
            replica.timeReached(time);
            replica.response(N3, takes(4, time, Message.SnapshotResult.TAKEN));
        }
        assertThat(replica.role().name()).isEqualTo(RoleName.LEADER);
    }
}
