package io.canvass.raft.core;

import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.FULL;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.hard;
import static io.canvass.raft.core.CoreFixture.leaderChange;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.became;
import static io.canvass.raft.core.Effects.persist;
import static io.canvass.raft.core.Effects.reply;
import static io.canvass.raft.core.Effects.send;
import static io.canvass.raft.core.Effects.voteEnded;
import static io.canvass.raft.core.Messages.askPreVote;
import static io.canvass.raft.core.Messages.heartbeat;
import static io.canvass.raft.core.Messages.matched;
import static io.canvass.raft.core.Messages.no;
import static io.canvass.raft.core.Messages.vote;
import static io.canvass.raft.core.Messages.yes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** PREVOTE.md, Transitions: the rows named "start". */
class StartTest {
    private static final LogPosition END = at(3, 2);
    private static final RoundId FIRST = new RoundId(1, 1);

    @Test
    void aSoleVoterBecomesCandidateAtOnceAndLeadsWhenItsVoteIsDurable() {
        CoreFixture replica = voters(1).start();

        assertThat(replica.started.effects())
                .containsExactly(persist(1, hard(6, N1, NONE)), became(RoleName.CANDIDATE, 6, NONE));
        assertThat(replica.at(7).persisted())
                .containsExactly(
                        persist(2, hard(6, N1, N1), leaderChange(4, 6)),
                        voteEnded(FIRST, 6, RoundSummary.Ending.WON, 1, 1),
                        became(RoleName.LEADER, 6, N1));
        assertThat(replica.persisted()).containsExactly(new Effect.Apply(1, 4));
    }

    @Test
    void aSoleVoterRaisesTheEpochWhateverItHadStored() {
        for (ReplicaKey vote : List.of(NONE, N1, N2)) {
            for (ReplicaKey leader : List.of(NONE, N1, N2)) {
                assertThat(voters(1).stored(5, vote, leader).start().started.effects())
                        .containsExactly(persist(1, hard(6, N1, NONE)), became(RoleName.CANDIDATE, 6, NONE));
            }
        }
    }

    @Test
    void aReplicaThatLedTheStoredEpochIsResignedInItAndTellsNobody() {
        CoreFixture replica = voters(3).stored(5, N1, N1).start();

        assertThat(replica.started)
                .isEqualTo(new Outcome(List.of(became(RoleName.RESIGNED, 5, NONE)), FULL));
        assertThat(replica.role())
                .isEqualTo(new Role.Resigned(List.of(), Set.of(), 0, 0, new ElectionTimer.At(FULL)));
        assertThat(replica.hardState()).isEqualTo(hard(5, N1, N1));
    }

    @Test
    void aReplicaThatLedTheStoredEpochVotesForNobodyInItAndProposesNothing() {
        CoreFixture replica = voters(3).stored(5, N1, N1).start();
        Message.VoteRequest request = vote(5, at(99, 4));

        assertThat(replica.request(N3, request))
                .containsExactly(reply(N3, no(request, 5, NONE, VoteRefusal.ALREADY_VOTED), 0));
        assertThat(replica.propose(1, "x")).containsExactly(Effects.notLeader(1, NONE, 5));
    }

    @Test
    void aReplicaThatLedTheStoredEpochCanvassesInItWhenItsTimerRunsOut() {
        CoreFixture replica = voters(3).stored(5, N1, N1).start();

        assertThat(replica.timeReached(FULL))
                .containsExactly(
                        became(RoleName.PROSPECTIVE, 5, NONE),
                        send(N2, 1, askPreVote(N2, 5, END, FIRST), 0),
                        send(N3, 2, askPreVote(N3, 5, END, FIRST), 0));
        assertThat(replica.role().rememberedLeader()).isEqualTo(NONE);
    }

    @Test
    void aLeaderOfTheSameNodeWithAnotherDiskIsNotItself() {
        ReplicaKey before = CoreFixture.otherDisk(N1);
        CoreFixture replica = voters(3).stored(5, NONE, before).start();

        assertThat(replica.role()).isEqualTo(new Role.Unattached(before, new ElectionTimer.At(FULL)));
    }

    @Test
    void anyOtherStartsUnattachedWithWhatIsStoredAndAFreshTimer() {
        for (ReplicaKey vote : List.of(NONE, N2, N1)) {
            for (ReplicaKey leader : List.of(NONE, N3)) {
                CoreFixture replica = voters(3).stored(5, vote, leader).start();

                assertThat(replica.started).isEqualTo(new Outcome(List.of(), FULL));
                assertThat(replica.role()).isEqualTo(new Role.Unattached(leader, new ElectionTimer.At(FULL)));
                assertThat(replica.hardState()).isEqualTo(hard(5, vote, leader));
            }
        }
    }

    @Test
    void aStoredLeaderIsAHintAndCountsAsContactOnlyWhenItIsHeard() {
        CoreFixture replica = voters(3).stored(5, NONE, N2).start().at(10);

        assertThat(replica.request(N2, heartbeat(5)))
                .containsExactly(became(RoleName.FOLLOWER, 5, N2), reply(N2, matched(5, N2, 0), 0));
    }

    @Test
    void aStoredVoteForItselfStaysAVoteAndPreVoteComesFirst() {
        CoreFixture replica = voters(3).stored(5, N1, NONE).start();
        Message.VoteRequest request = vote(5, at(99, 4));

        assertThat(replica.request(N3, request))
                .containsExactly(reply(N3, no(request, 5, NONE, VoteRefusal.ALREADY_VOTED), 0));
        assertThat(replica.timeReached(FULL))
                .containsExactly(
                        became(RoleName.PROSPECTIVE, 5, NONE),
                        send(N2, 1, askPreVote(N2, 5, END, FIRST), 0),
                        send(N3, 2, askPreVote(N3, 5, END, FIRST), 0));
        assertThat(replica.hardState()).isEqualTo(hard(5, N1, NONE));
    }

    @Test
    void whoLedOrStoodInTheStoredEpochGivesItsVoteInAHigherOne() {
        for (ReplicaKey leader : List.of(N1, NONE)) {
            CoreFixture replica = voters(3).stored(5, N1, leader).start().at(10);
            Message.VoteRequest request = vote(6, END);

            assertThat(replica.request(N3, request))
                    .containsExactly(
                            persist(1, hard(6, N3, NONE)),
                            became(RoleName.UNATTACHED, 6, NONE),
                            reply(N3, yes(request, 6, NONE), 1));
            assertThat(replica.role()).isEqualTo(new Role.Unattached(NONE, new ElectionTimer.WhenDurable(1)));
        }
    }

    @Test
    void anObserverStartsUnattachedWithoutATimer() {
        CoreFixture replica =
                voters(3).voters(N2, N3).observers(N1).stored(5, NONE, N2).start();

        assertThat(replica.started).isEqualTo(new Outcome(List.of(), Outcome.NEVER));
        assertThat(replica.role()).isEqualTo(new Role.Unattached(N2, new ElectionTimer.Never()));
        assertThat(replica.timeReached(100 * FULL)).isEmpty();
    }

    @Test
    void aStoredEpochBehindTheLastEntryOfTheLogRefusesToStartAndSaysWhy() {
        assertThatThrownBy(() -> voters(3).epoch(4).log(0, 5).start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The stored epoch 4 is behind the log's last entry 2@5: the vote store was lost or damaged."
                        + " This replica must not vote; restore its data directory as a whole, or replace the replica");
    }

    @Test
    void aStoredEpochEqualToThatOfTheLastEntryStarts() {
        assertThat(voters(3).epoch(5).log(0, 5).start().role().name()).isEqualTo(RoleName.UNATTACHED);
    }

    @Test
    void whatTheStateMachineHoldsIsNeverHandedOutAgain() {
        CoreFixture replica = voters(3).applied(2).start().at(10);

        assertThat(replica.request(N2, Messages.append(5, END, 3)))
                .containsExactly(
                        persist(1, hard(5, NONE, N2)),
                        became(RoleName.FOLLOWER, 5, N2),
                        reply(N2, matched(5, N2, 3), 1),
                        new Effect.Apply(3, 3));
    }
}
