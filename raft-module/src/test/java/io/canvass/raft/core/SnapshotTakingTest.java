package io.canvass.raft.core;

import java.util.List;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.FULL;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.OTHER_CLUSTER;
import static io.canvass.raft.core.CoreFixture.T;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.command;
import static io.canvass.raft.core.CoreFixture.configurationOf;
import static io.canvass.raft.core.CoreFixture.hard;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.became;
import static io.canvass.raft.core.Effects.compacted;
import static io.canvass.raft.core.Effects.persist;
import static io.canvass.raft.core.Effects.preVoteEnded;
import static io.canvass.raft.core.Effects.reply;
import static io.canvass.raft.core.Messages.THEIR_CLOCK;
import static io.canvass.raft.core.Messages.THEIR_SESSION;
import static io.canvass.raft.core.Messages.append;
import static io.canvass.raft.core.Messages.lastPart;
import static io.canvass.raft.core.Messages.matched;
import static io.canvass.raft.core.Messages.part;
import static io.canvass.raft.core.Messages.resigning;
import static io.canvass.raft.core.Messages.snapshot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** What a follower does with the parts of a snapshot, and with its log afterwards (HAZARDS A14, G1, G2, G3, G5). */
class SnapshotTakingTest {
    private static final Configuration THREE = configurationOf(List.of(N1, N2, N3));
    private static final LogBase SNAPSHOT = new LogBase(at(20, 4), THREE);
    private static final HardState FOLLOWS_N2 = hard(5, NONE, N2);

    private static Effect taken() {
        return reply(N2, snapshot(5, N2, Message.SnapshotResult.TAKEN), 1);
    }

    /** Follows n2, log 1@0 2@1 3@2, nothing applied; a snapshot up to 20@4 is being installed. */
    private static CoreFixture installing() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        replica.request(N2, lastPart(5, SNAPSHOT));
        return replica;
    }

    private static Effect.Persist replaced(long sequence, LogBase base) {
        return new Effect.Persist(
                new Token(sequence, 1), FOLLOWS_N2, new Effect.LogWrite(1, List.of(), base));
    }

    // ---- parts

    @Test
    void eachPartIsTakenAndIsContact() {
        CoreFixture replica = Stands.followerThatHeard(voters(3)).at(1500);

        assertThat(replica.request(N2, part(5, SNAPSHOT))).containsExactly(taken());
        assertThat(replica.role()).isEqualTo(new Role.Follower(N2, true, new ElectionTimer.At(1500 + FULL)));
    }

    @Test
    void aPartEndsARound() {
        CoreFixture replica = Stands.prospectiveWithHint(voters(3));

        assertThat(replica.request(N2, part(5, SNAPSHOT)))
                .containsExactly(
                        preVoteEnded(new RoundId(1, 1), 5, RoundSummary.Ending.ENDED_BY_LEADER_CONTACT, 1, 2),
                        became(RoleName.FOLLOWER, 5, N2),
                        reply(N2, snapshot(5, N2, Message.SnapshotResult.TAKEN), 0));
    }

    @Test
    void aPartOfAHigherEpochIsAdoptedDurablyBeforeItIsAnswered() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));

        assertThat(replica.request(N3, part(6, SNAPSHOT)))
                .containsExactly(
                        persist(2, hard(6, NONE, N3)),
                        became(RoleName.FOLLOWER, 6, N3),
                        reply(N3, snapshot(6, N3, Message.SnapshotResult.TAKEN), 2));
    }

    @Test
    void aPartOfALowerEpochIsFenced() {
        CoreFixture replica = Stands.followerThatHeard(voters(3)).at(1500);
        Role before = replica.role();

        assertThat(replica.request(N3, lastPart(4, SNAPSHOT)))
                .containsExactly(reply(N3, snapshot(5, N2, Message.SnapshotResult.FENCED), 1));
        assertThat(replica.role()).isEqualTo(before);
    }

    @Test
    void aSecondLeaderOfTheEpochIsRefused() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));

        assertThat(replica.request(N3, lastPart(5, SNAPSHOT)))
                .containsExactly(
                        new Effect.Refused(N3, "claims to lead epoch 5, which " + N2 + " leads"),
                        reply(N3, snapshot(5, N2, Message.SnapshotResult.REFUSED), 1));
    }

    @Test
    void aLeaderAndOneThatResignedAreAskedToInstallNothing() {
        for (CoreFixture replica : List.of(Stands.leader(voters(3)), Stands.resigned(voters(3)))) {
            Role before = replica.role();
            assertThat(replica.request(N2, lastPart(5, SNAPSHOT))).noneMatch(Effect.InstallSnapshot.class::isInstance);
            assertThat(replica.role()).isEqualTo(before);
        }
    }

    @Test
    void aPartForAnotherClusterOrReplicaOrOfAnEpochBeyondItsOwnIsRefusedAndTouchesNothing() {
        CoreFixture replica = Stands.followerThatHeard(voters(3)).at(1500);
        Role before = replica.role();
        Message.SnapshotRequest foreign = new Message.SnapshotRequest(
                OTHER_CLUSTER, N1, 9, THEIR_SESSION, SNAPSHOT, Bytes.ofUtf8("x"), true, THEIR_CLOCK);
        Message.SnapshotRequest misled = new Message.SnapshotRequest(
                CoreFixture.CLUSTER, N3, 9, THEIR_SESSION, SNAPSHOT, Bytes.ofUtf8("x"), true, THEIR_CLOCK);

        assertThat(replica.request(N2, foreign))
                .containsExactly(
                        new Effect.Refused(N2, "speaks for cluster " + OTHER_CLUSTER),
                        reply(N2, snapshot(5, N2, Message.SnapshotResult.REFUSED), 1));
        assertThat(replica.request(N2, misled))
                .containsExactly(
                        new Effect.Refused(N2, "means " + N3),
                        reply(N2, snapshot(5, N2, Message.SnapshotResult.REFUSED), 1));
        assertThat(replica.request(N2, lastPart(5, new LogBase(at(20, 6), THREE))))
                .containsExactly(
                        new Effect.Refused(N2, "sends a snapshot of an epoch beyond its own"),
                        reply(N2, snapshot(5, N2, Message.SnapshotResult.REFUSED), 1));
        assertThat(replica.role()).isEqualTo(before);
    }

    @Test
    void partsOfALeaderThatResignedAreNoContact() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        replica.request(N2, resigning(5, N3, N1));
        Role before = replica.role();

        assertThat(replica.at(1500).request(N2, part(5, SNAPSHOT)))
                .containsExactly(reply(N2, snapshot(5, NONE, Message.SnapshotResult.TAKEN), 1));
        assertThat(replica.role()).isEqualTo(before);
    }

    @Test
    void whatIsCommittedHereAlreadyNeedsNoSnapshot() {
        CoreFixture replica = Stands.followerThatHeard(voters(3).applied(3));

        assertThat(replica.request(N2, part(5, new LogBase(at(3, 2), THREE))))
                .containsExactly(reply(N2, snapshot(5, N2, Message.SnapshotResult.INSTALLED), 1));
        assertThat(replica.request(N2, lastPart(5, new LogBase(at(2, 1), THREE))))
                .containsExactly(reply(N2, snapshot(5, N2, Message.SnapshotResult.INSTALLED), 1));
    }

    // ---- installing

    @Test
    void theLastPartIsInstalledAndAnsweredWhenThatIsDone() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        replica.request(N2, part(5, SNAPSHOT));

        assertThat(replica.request(N2, lastPart(5, SNAPSHOT))).containsExactly(new Effect.InstallSnapshot(SNAPSHOT));
        assertThat(replica.installed(SNAPSHOT))
                .containsExactly(
                        replaced(2, SNAPSHOT), reply(N2, snapshot(5, N2, Message.SnapshotResult.INSTALLED), 2));

        assertThat(replica.end()).isEqualTo(at(20, 4));
        assertThat(replica.commitIndex()).isEqualTo(20);
        assertThat(replica.core.status().durableIndex()).isEqualTo(20);
        assertThat(replica.request(N2, append(5, at(20, 4), 21, command(21, 5))))
                .containsExactly(
                        new Effect.Persist(
                                new Token(3, 1), FOLLOWS_N2, new Effect.LogWrite(0, List.of(command(21, 5)))),
                        reply(N2, matched(5, N2, 21), 3));
        assertThat(replica.persisted()).containsExactly(new Effect.Apply(21, 21));
    }

    @Test
    void aPartOfAnotherSnapshotMeanwhileIsContactAndBegunAnewLater() {
        CoreFixture replica = installing().at(1500);

        assertThat(replica.request(N2, lastPart(5, new LogBase(at(30, 5), THREE))))
                .containsExactly(reply(N2, snapshot(5, N2, Message.SnapshotResult.BUSY), 1));
        assertThat(replica.role()).isEqualTo(new Role.Follower(N2, true, new ElectionTimer.At(1500 + FULL)));
    }

    @Test
    void whoSentItIsToldInWhateverEpochThatIs() {
        CoreFixture replica = installing();
        replica.request(N3, append(6, at(3, 2), 0));

        assertThat(replica.installed(SNAPSHOT))
                .containsExactly(
                        new Effect.Persist(
                                new Token(3, 1), hard(6, NONE, N3), new Effect.LogWrite(1, List.of(), SNAPSHOT)),
                        reply(N2, snapshot(6, N3, Message.SnapshotResult.INSTALLED), 3));
    }

    @Test
    void nothingIsAppliedAndNothingGoesMeanwhile() {
        CoreFixture replica = installing();

        assertThat(replica.request(N2, append(5, at(3, 2), 3)))
                .containsExactly(reply(N2, matched(5, N2, 3), 1));
        assertThat(replica.commitIndex()).isEqualTo(3);
        assertThat(replica.compact(3, 3)).isEmpty();
    }

    @Test
    void anInstallationThatWasNotAskedForThrows() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Stands.followerThatHeard(voters(3)).installed(SNAPSHOT))
                .withMessageContaining("20@4");
        assertThatIllegalStateException()
                .isThrownBy(() -> installing().installed(new LogBase(at(21, 4), THREE)));
    }

    // ---- the log afterwards

    @Test
    void aLogThatReachesThePlaceByThenKeepsWhatFollowsIt() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        LogBase four = new LogBase(at(4, 5), THREE);
        replica.request(N2, lastPart(5, four));
        replica.request(N2, append(5, at(3, 2), 0, command(4, 5), command(5, 5)));
        replica.persisted();

        assertThat(replica.installed(four))
                .containsExactly(
                        compacted(3, FOLLOWS_N2, four),
                        reply(N2, snapshot(5, N2, Message.SnapshotResult.INSTALLED), 3));
        assertThat(replica.end()).isEqualTo(at(5, 5));
        assertThat(replica.commitIndex()).isEqualTo(4);
        assertThat(replica.request(N2, append(5, at(5, 5), 5))).contains(new Effect.Apply(5, 5));
    }

    @Test
    void whatWasCommittedBeyondItMeanwhileIsAppliedAfterIt() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        LogBase four = new LogBase(at(4, 5), THREE);
        replica.request(N2, lastPart(5, four));
        replica.request(N2, append(5, at(3, 2), 6, command(4, 5), command(5, 5), command(6, 5)));
        assertThat(replica.persisted()).as("nothing is applied while the state is replaced").isEmpty();

        assertThat(replica.installed(four)).contains(compacted(3, FOLLOWS_N2, four), new Effect.Apply(5, 6));
        assertThat(replica.commitIndex()).isEqualTo(6);
    }

    @Test
    void aLogThatHoldsAnotherEntryThereBeginsAnewBehindIt() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        LogBase three = new LogBase(at(2, 4), THREE);
        replica.request(N2, lastPart(5, three));

        assertThat(replica.installed(three)).contains(replaced(2, three));
        assertThat(replica.end()).as("3@2 does not follow 2@4").isEqualTo(at(2, 4));
    }

    @Test
    void aSnapshotThatContradictsWhatIsCommittedByThenStopsTheReplica() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        LogBase three = new LogBase(at(3, 4), THREE);
        replica.request(N2, lastPart(5, three));
        replica.request(N2, append(5, at(3, 2), 3));

        assertThatIllegalStateException()
                .isThrownBy(() -> replica.installed(three))
                .withMessageContaining("3@4")
                .withMessageContaining("3@2");
    }

    @Test
    void aWriteUnderWayVouchesForNothingBeyondTheNewLog() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        replica.request(N2, lastPart(5, SNAPSHOT));
        replica.request(N2, append(5, at(3, 2), 0, command(4, 5)));
        Token write = replica.lastToken();
        replica.installed(SNAPSHOT);

        assertThat(replica.persisted(write.sequence(), write.generation())).isEmpty();
        assertThat(replica.core.status().durableIndex()).isEqualTo(20);
    }

    @Test
    void aWriteOfALogThatWasLongerVouchesForNothingBeyondTheNewLog() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        replica.request(N2, append(5, at(3, 2), 0, command(4, 5), command(5, 5)));
        Token write = replica.lastToken();
        LogBase four = new LogBase(at(4, 6), THREE);
        replica.request(N3, lastPart(6, four));
        replica.installed(four);

        replica.persisted(write.sequence(), write.generation());
        assertThat(replica.core.status().durableIndex())
                .as("5@5, which was being written, is gone")
                .isEqualTo(4);
    }

    @Test
    void theConfigurationOfTheSnapshotIsInForceWhenItIsInstalled() {
        CoreFixture replica = Stands.followerThatHeard(voters(3)).at(1500);
        LogBase without = new LogBase(at(20, 4), configurationOf(List.of(N2, N3)));
        replica.request(N2, lastPart(5, without));
        assertThat(replica.core.status().voter()).isTrue();
        replica.installed(without);

        assertThat(replica.core.configuration()).isEqualTo(without.configuration());
        assertThat(replica.role()).isEqualTo(new Role.Follower(N2, true, new ElectionTimer.Never()));
    }

    @Test
    void anObserverThatASnapshotMakesAVoterHasATimerFromThenOn() {
        CoreFixture replica = Stands.followerThatHeard(voters(3).voters(N2, N3).observers(N1)).at(1500);
        replica.request(N2, lastPart(5, SNAPSHOT));
        assertThat(replica.deadline()).isEqualTo(Outcome.NEVER);
        replica.at(1600).installed(SNAPSHOT);

        assertThat(replica.deadline()).isEqualTo(1600 + FULL);
    }

    @Test
    void aConfigurationThatWasNeverCommittedGivesWayToThatOfTheSnapshot() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        replica.request(N2, append(5, at(3, 2), 0, CoreFixture.configuration(4, 5, N1, N2)));
        replica.persisted();
        LogBase later = new LogBase(at(20, 6), THREE);
        replica.request(N3, lastPart(6, later));
        replica.installed(later);

        assertThat(replica.core.configuration()).isEqualTo(THREE);
        assertThat(replica.end()).isEqualTo(at(20, 6));
    }

    @Test
    void aCrashInTheMidstForgetsThatAnythingWasInstalled() {
        CoreFixture replica = voters(3).stored(5, NONE, N2).boot(2).start().at(T);

        assertThat(replica.request(N2, lastPart(5, SNAPSHOT))).contains(new Effect.InstallSnapshot(SNAPSHOT));
    }
}
