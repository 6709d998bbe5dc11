package io.canvass.raft.core;

import java.util.List;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.Configs;
import static io.canvass.raft.core.CoreFixture.HEARTBEAT;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.T;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.hard;
import static io.canvass.raft.core.CoreFixture.leaderChange;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.complete;
import static io.canvass.raft.core.Effects.notLeader;
import static io.canvass.raft.core.Effects.persist;
import static io.canvass.raft.core.Effects.send;
import static io.canvass.raft.core.Effects.sendData;
import static io.canvass.raft.core.Effects.sentTo;
import static io.canvass.raft.core.Messages.follows;
import static io.canvass.raft.core.Messages.knows;
import static io.canvass.raft.core.Messages.leads;
import static org.assertj.core.api.Assertions.assertThat;

/** A leader's appends: what is sent when, how much at once, and which answers count (HAZARDS E8, F7, F11, F12). */
class LeaderReplicationTest {
    private static final long ELECTED = Stands.FIRST_TIMEOUT;
    private static final HardState STATE = hard(5, N1, N1);
    /** What an entry of {@link #entry} counts for in bounds. */
    private static final int ENTRY = entry(5).sizeBytes();

    private static Entry entry(long index) {
        return new Entry(index, 5, EntryKind.COMMAND, 0, Bytes.ofUtf8("x"));
    }

    private static Effect appended(long requestId, long index) {
        return complete(requestId, new Effect.Result.Appended(index, 5));
    }

    /** A leader of three whose first entry n2 has and that is committed; n3 has not answered. */
    private static CoreFixture established(Configs configs) {
        CoreFixture replica = Stands.leader(voters(3).configured(configs));
        replica.response(N2, follows(1, ELECTED, 4));
        replica.response(N2, follows(1, ELECTED, 4));
        return replica;
    }

    // ---- proposals

    @Test
    void aPeerOfWhichNothingIsKnownIsAskedOneAppendAtATime() {
        CoreFixture replica = Stands.leader(voters(3));

        assertThat(replica.propose(1, "x")).containsExactly(persist(3, STATE, entry(5)), appended(1, 5));
    }

    @Test
    void theAnswerToTheFirstAppendCommitsItAndTellsThePeerAtOnce() {
        CoreFixture replica = Stands.leader(voters(3));

        assertThat(replica.response(N2, follows(1, ELECTED, 4)))
                .containsExactly(
                        send(N2, 7, leads(N2, 1, at(4, 5), 4, ELECTED), 0), new Effect.Apply(1, 4));
    }

    @Test
    void withACommitDelayAPeerIsToldSoonUnlessMoreEntriesTellItBefore() {
        long delay = HEARTBEAT / 5;
        CoreFixture replica = Stands.leader(voters(3).configured(Configs.of().commitDelay(delay)));

        assertThat(replica.response(N2, follows(1, ELECTED, 4))).containsExactly(new Effect.Apply(1, 4));
        assertThat(replica.deadline()).isEqualTo(ELECTED + delay);
        assertThat(replica.timeReached(ELECTED + delay))
                .containsExactly(send(N2, 7, leads(N2, 1, at(4, 5), 4, ELECTED + delay), 0));
        assertThat(replica.deadline()).as("a follower that knows it is not told again").isEqualTo(ELECTED + HEARTBEAT);

        replica.propose(1, "x");
        replica.persisted();
        replica.response(N2, follows(1, ELECTED + delay, 5));
        assertThat(replica.deadline()).isEqualTo(ELECTED + 2 * delay);
        assertThat(sentTo(N2, Message.AppendRequest.class, replica.propose(2, "x")))
                .containsExactly(leads(N2, 1, at(5, 5), 5, ELECTED + delay, entry(6)));
        assertThat(replica.timeReached(ELECTED + 2 * delay)).as("the entries told it").isEmpty();
        assertThat(replica.deadline()).isEqualTo(ELECTED + HEARTBEAT);
    }

    @Test
    void aPeerThatAgreesGetsEachProposalAtOnceWithoutWaitingForTheOwnDisk() {
        CoreFixture replica = established(Configs.of());

        assertThat(replica.propose(1, "x"))
                .containsExactly(
                        persist(3, STATE, entry(5)),
                        appended(1, 5),
                        sendData(N2, 8, leads(N2, 1, at(4, 5), 4, ELECTED, entry(5))));
        assertThat(replica.propose(2, "x"))
                .containsExactly(
                        persist(4, STATE, entry(6)),
                        appended(2, 6),
                        sendData(N2, 9, leads(N2, 1, at(5, 5), 4, ELECTED, entry(6))));
    }

    @Test
    void onlyALeaderTakesProposals() {
        assertThat(Stands.followerThatHeard(voters(3)).propose(1, "x")).containsExactly(notLeader(1, N2, 5));
        assertThat(Stands.prospectiveWithHint(voters(3)).propose(1, "x")).containsExactly(notLeader(1, NONE, 5));
        assertThat(Stands.candidate(voters(3)).propose(1, "x")).containsExactly(notLeader(1, NONE, 5));
    }

    // ---- bounds

    @Test
    void appendsUnderWayAreBoundedInNumber() {
        CoreFixture replica = established(Configs.of().inflight(2, 1 << 20));
        for (long request = 1; request <= 5; request++) {
            replica.propose(request, "x");
        }
        assertThat(replica.lastCorrelation()).isEqualTo(9);

        List<Effect> effects = replica.response(N2, follows(1, ELECTED, 5));

        assertThat(sentTo(N2, Message.AppendRequest.class, effects))
                .containsExactly(leads(N2, 1, at(6, 5), 4, ELECTED, entry(7), entry(8), entry(9)));
    }

    @Test
    void appendsUnderWayAreBoundedInBytesByAtMostOneAppendMore() {
        CoreFixture replica = established(Configs.of().inflight(64, ENTRY + 1));
        replica.propose(1, "x");
        replica.propose(2, "x");
        assertThat(replica.lastCorrelation()).isEqualTo(9);
        assertThat(replica.propose(3, "x")).containsExactly(persist(5, STATE, entry(7)), appended(3, 7));

        List<Effect> effects = replica.response(N2, follows(1, ELECTED, 6));

        assertThat(sentTo(N2, Message.AppendRequest.class, effects))
                .containsExactly(leads(N2, 1, at(6, 5), 4, ELECTED, entry(7)));
    }

    @Test
    void oneEntryLargerThanTheBoundIsStillSentAlone() {
        CoreFixture replica = established(Configs.of().append(1).inflight(64, 1));
        assertThat(sentTo(N2, Message.AppendRequest.class, replica.propose(1, "x")))
                .containsExactly(leads(N2, 1, at(4, 5), 4, ELECTED, entry(5)));
        assertThat(sentTo(N2, Message.AppendRequest.class, replica.propose(2, "x"))).isEmpty();
    }

    @Test
    void oneAppendIsBoundedInBytes() {
        CoreFixture replica = established(Configs.of().append(2 * ENTRY));
        List<Input.Proposal> proposals = List.of(
                new Input.Proposal(1, Bytes.ofUtf8("x")),
                new Input.Proposal(2, Bytes.ofUtf8("x")),
                new Input.Proposal(3, Bytes.ofUtf8("x")));

        assertThat(replica.step(new Input.Propose(ELECTED, 0, proposals)))
                .containsExactly(
                        persist(3, STATE, entry(5), entry(6), entry(7)),
                        appended(1, 5),
                        appended(2, 6),
                        appended(3, 7),
                        sendData(N2, 8, leads(N2, 1, at(4, 5), 4, ELECTED, entry(5), entry(6))),
                        sendData(N2, 9, leads(N2, 1, at(6, 5), 4, ELECTED, entry(7))));
    }

    @Test
    void whatIsNotCommittedIsBoundedInBytesAndTheBoundIsGivenBackByTheCommit() {
        CoreFixture replica = established(Configs.of().uncommitted(2 * ENTRY));
        replica.propose(1, "x");
        replica.propose(2, "x");
        assertThat(replica.propose(3, "x")).containsExactly(complete(3, new Effect.Result.Overloaded()));
        replica.persisted();

        replica.response(N2, follows(1, ELECTED, 5));
        assertThat(replica.propose(4, "x")).contains(appended(4, 7));
        assertThat(replica.propose(5, "x")).containsExactly(complete(5, new Effect.Result.Overloaded()));
    }

    @Test
    void theBoundDoesNotLeakWhenLeadershipIsLostAndRegained() {
        CoreFixture replica = voters(1).configured(Configs.of().uncommitted(ENTRY)).start();
        replica.persisted();
        replica.propose(1, "x");
        assertThat(replica.propose(2, "x")).containsExactly(complete(2, new Effect.Result.Overloaded()));
        replica.resign();
        replica.timeReached(replica.deadline());
        replica.persisted();
        assertThat(replica.role().name()).isEqualTo(RoleName.LEADER);
        replica.persisted();

        assertThat(replica.propose(3, "x")).anyMatch(e -> e instanceof Effect.Complete complete
                && complete.result() instanceof Effect.Result.Appended);
    }

    // ---- heartbeats

    @Test
    void aHeartbeatClaimsNothingThatThePeerMightNotHave() {
        CoreFixture replica = established(Configs.of());
        replica.propose(1, "x");
        long beat = ELECTED + HEARTBEAT;

        assertThat(replica.timeReached(beat))
                .containsExactly(
                        send(N2, 9, leads(N2, 1, at(4, 5), 4, beat), 0),
                        send(N3, 10, knows(4, leads(N3, 2, LogPosition.ZERO, 0, beat)), 0),
                        sendData(N3, 11, knows(4, leads(N3, 2, at(3, 2), 3, beat))));
        assertThat(replica.deadline()).isEqualTo(beat + HEARTBEAT);
        assertThat(replica.timeReached(beat + HEARTBEAT - 1)).isEmpty();
    }

    @Test
    void theAnswerToAHeartbeatDoesNotEndTheProbing() {
        CoreFixture replica = Stands.leader(voters(3));
        replica.timeReached(ELECTED + HEARTBEAT);

        assertThat(replica.response(N2, follows(1, ELECTED + HEARTBEAT, 0))).isEmpty();
        assertThat(sentTo(N2, Message.AppendRequest.class, replica.propose(1, "x"))).isEmpty();
    }

    @Test
    void aProbeThatIsRepeatedAsksAgainButBearsNoEntriesAgain() {
        CoreFixture replica = Stands.leader(voters(3));
        long beat = ELECTED + HEARTBEAT;
        assertThat(sentTo(N2, Message.AppendRequest.class, replica.timeReached(beat)))
                .containsExactly(leads(N2, 1, LogPosition.ZERO, 0, beat), leads(N2, 1, at(3, 2), 0, beat));

        // The first was lost: the answer to the second says where the logs agree, and then the entries come.
        assertThat(sentTo(N2, Message.AppendRequest.class, replica.response(N2, follows(1, beat, 3))))
                .containsExactly(leads(N2, 1, at(3, 2), 0, beat, leaderChange(4, 5)));
    }

    @Test
    void aProbeInANewSessionBearsEntriesAgain() {
        CoreFixture replica = established(Configs.of());
        replica.propose(1, "x");
        for (long session = 3; session <= 4; session++) {
            long beat = ELECTED + (session - 2) * HEARTBEAT;
            replica.step(new Input.PeerLost(replica.now(), N2, Lane.DATA));
            assertThat(sentTo(N2, Message.AppendRequest.class, replica.timeReached(beat)))
                    .containsExactly(
                            leads(N2, session, at(4, 5), 4, beat), leads(N2, session, at(4, 5), 4, beat, entry(5)));
        }
    }

    @Test
    void theAnswerToAHeartbeatSendsNothingThatAProbeUnderWayBears() {
        CoreFixture replica = established(Configs.of());
        replica.propose(1, "x");
        replica.step(new Input.PeerLost(ELECTED, N2, Lane.DATA));
        long beat = ELECTED + HEARTBEAT;
        replica.timeReached(beat);

        assertThat(replica.response(N2, follows(3, beat, 4))).as("the heartbeat's").isEmpty();
        assertThat(sentTo(N2, Message.AppendRequest.class, replica.propose(2, "x"))).isEmpty();
        assertThat(sentTo(N2, Message.AppendRequest.class, replica.response(N2, follows(3, beat, 5))))
                .containsExactly(leads(N2, 3, at(5, 5), 4, beat, entry(6)));
    }

    @Test
    void anAppendUnderWayForAWholeTimeoutIsAskedAfterInANewSession() {
        CoreFixture replica = established(Configs.of());
        replica.propose(1, "x");
        long later = ELECTED + T - 1;
        replica.at(later).response(N2, follows(1, later, 4));
        assertThat(sentTo(N2, Message.AppendRequest.class, replica.timeReached(later)))
                .containsExactly(leads(N2, 1, at(4, 5), 4, later));

        long stuck = later + HEARTBEAT;
        assertThat(sentTo(N2, Message.AppendRequest.class, replica.timeReached(stuck)))
                .containsExactly(
                        leads(N2, 1, at(4, 5), 4, stuck), leads(N2, 3, at(4, 5), 4, stuck, entry(5)));
    }

    // ---- answers

    @Test
    void anAnswerOfAnotherSessionMovesNothing() {
        CoreFixture replica = established(Configs.of());
        replica.propose(1, "x");
        replica.persisted();

        assertThat(replica.response(N2, follows(2, ELECTED, 5))).isEmpty();
        assertThat(replica.response(N2, follows(99, ELECTED, 5))).isEmpty();
        assertThat(replica.response(
                        N2, follows(99, 0, ELECTED, new Message.AppendResult.Mismatched(at(1, 0)))))
                .isEmpty();

        assertThat(replica.commitIndex()).isEqualTo(4);
        assertThat(replica.response(N2, follows(1, ELECTED, 5)))
                .containsExactly(
                        send(N2, 9, leads(N2, 1, at(5, 5), 5, ELECTED), 0), new Effect.Apply(5, 5));
    }

    @Test
    void anOlderAnswerNeverLowersWhatAPeerIsKnownToHave() {
        CoreFixture replica = established(Configs.of());
        replica.propose(1, "x");
        replica.response(N2, follows(1, ELECTED, 5));

        assertThat(replica.response(N2, follows(1, ELECTED, 3))).isEmpty();

        assertThat(replica.core.status().peers().getFirst().matchIndex()).isEqualTo(5);
    }

    @Test
    void aStreamThatBrokeIsAskedAfterInANewSessionWithTheNextHeartbeat() {
        CoreFixture replica = established(Configs.of());
        replica.propose(1, "x");

        assertThat(replica.step(new Input.PeerLost(ELECTED, N2, Lane.DATA))).isEmpty();
        replica.persisted();
        assertThat(replica.response(N2, follows(1, ELECTED, 5))).isEmpty();
        assertThat(replica.commitIndex()).isEqualTo(4);
        long beat = ELECTED + HEARTBEAT;
        assertThat(sentTo(N2, Message.AppendRequest.class, replica.timeReached(beat)))
                .containsExactly(leads(N2, 3, at(4, 5), 4, beat), leads(N2, 3, at(4, 5), 4, beat, entry(5)));
    }

    @Test
    void aControlStreamThatBrokeLosesNoAppend() {
        CoreFixture replica = established(Configs.of());
        replica.propose(1, "x");
        replica.persisted();
        assertThat(replica.step(new Input.PeerLost(ELECTED, N2, Lane.CONTROL))).isEmpty();

        replica.response(N2, follows(1, ELECTED, 5));

        assertThat(replica.commitIndex()).isEqualTo(5);
    }

    @Test
    void anAnswerThatOnlyABrokenPeerGivesIsRefusedAndShown() {
        CoreFixture replica = established(Configs.of());
        assertThat(replica.response(N2, follows(1, ELECTED, 9)))
                .containsExactly(new Effect.Refused(N2, "claims entry 9 of a log that ends at 4"));
        assertThat(replica.response(N2, follows(1, 0, ELECTED, new Message.AppendResult.Refused())))
                .containsExactly(new Effect.Refused(N2, "refuses the leader of its own epoch"));
        assertThat(replica.response(CoreFixture.otherDisk(N2), follows(1, ELECTED, 4)))
                .containsExactly(new Effect.Refused(
                        CoreFixture.otherDisk(N2), "answers for " + N2 + ", which is another replica"));
        assertThat(replica.response(CoreFixture.replica(7), follows(1, ELECTED, 4))).isEmpty();
    }

    @Test
    void aFencedRequestOfAnEpochThatItLedBeforeMovesNothing() {
        CoreFixture replica = established(Configs.of());
        List<CoreStatus.Peer> before = replica.core.status().peers();
        assertThat(replica.response(N2, follows(1, 0, ELECTED + 1, new Message.AppendResult.Fenced()))).isEmpty();
        assertThat(replica.core.status().peers()).extracting(CoreStatus.Peer::matchIndex)
                .isEqualTo(before.stream().map(CoreStatus.Peer::matchIndex).toList());
    }

    @Test
    void aNodeThatComesBackWithAnotherDiskIsAReplicaThatKnowsNothing() {
        CoreFixture replica = Stands.leader(voters(3).voters(N1, ReplicaKey.ofNode("n2"), N3));
        replica.response(N2, follows(1, ELECTED, 4));
        assertThat(replica.core.status().peers().getFirst())
                .isEqualTo(new CoreStatus.Peer(N2, 4, ELECTED));
        ReplicaKey wiped = CoreFixture.otherDisk(N2);

        assertThat(replica.response(wiped, follows(1, 0, ELECTED, new Message.AppendResult.Refused()))).isEmpty();

        assertThat(replica.core.status().peers().getFirst().key()).isEqualTo(wiped);
        assertThat(replica.core.status().peers().getFirst().matchIndex()).isZero();
        assertThat(replica.commitIndex()).isEqualTo(4);
        long beat = ELECTED + HEARTBEAT;
        assertThat(sentTo(wiped, Message.AppendRequest.class, replica.timeReached(beat)))
                .containsExactly(
                        knows(4, leads(wiped, 3, LogPosition.ZERO, 0, beat)), leads(wiped, 3, at(4, 5), 4, beat));
    }
}
