package io.canvass.raft.core;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.FULL;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.N4;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.hard;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.became;
import static io.canvass.raft.core.Effects.persist;
import static io.canvass.raft.core.Effects.preVoteEnded;
import static io.canvass.raft.core.Effects.reply;
import static io.canvass.raft.core.Messages.no;
import static io.canvass.raft.core.Messages.vote;
import static io.canvass.raft.core.Messages.yes;
import static org.assertj.core.api.Assertions.assertThat;

/** PREVOTE.md, the grant table, column "standard vote, same epoch": each receiver in epoch 5. */
class StandardVoteGrantTableTest {
    private static final LogPosition SAME = at(3, 2);
    private static final RoundId FIRST = new RoundId(1, 1);

    @Test
    void unattachedWithoutAVoteGrantsIfTheLogIsUpToDateAndNoLeaderIsKnown() {
        CoreFixture replica = Stands.unattached(voters(3));
        Message.VoteRequest request = vote(5, SAME);

        assertThat(replica.request(N3, request))
                .containsExactly(persist(1, hard(5, N3, NONE)), reply(N3, yes(request, 5, NONE), 1));

        assertThat(replica.role()).isEqualTo(new Role.Unattached(NONE, new ElectionTimer.WhenDurable(1)));
        assertThat(replica.hardState()).isEqualTo(hard(5, N3, NONE));
    }

    @Test
    void unattachedWithoutAVoteRefusesALogThatIsBehind() {
        assertRefuses(Stands.unattached(voters(3)), N3, at(2, 2), NONE, VoteRefusal.LOG_BEHIND);
        assertRefuses(Stands.unattached(voters(3)), N3, at(99, 1), NONE, VoteRefusal.LOG_BEHIND);
    }

    @Test
    void unattachedThatKnowsALeaderOfThisEpochRefusesEvenThatLeader() {
        assertRefuses(Stands.unattachedWithHint(voters(3)), N3, SAME, N2, VoteRefusal.LEADER_KNOWN);
        assertRefuses(Stands.unattachedWithHint(voters(3)), N2, SAME, N2, VoteRefusal.LEADER_KNOWN);
    }

    @Test
    void unattachedWithAVoteForXGrantsToXAgainWhateverItsLog() {
        CoreFixture replica = Stands.votedForN2(voters(3));
        long token = replica.lastToken().sequence();
        for (LogPosition log : new LogPosition[] {SAME, at(1, 0)}) {
            replica.at(replica.now() + 10);
            Message.VoteRequest request = vote(5, log);

            assertThat(replica.request(N2, request)).containsExactly(reply(N2, yes(request, 5, NONE), token));

            assertThat(replica.role())
                    .isEqualTo(new Role.Unattached(NONE, new ElectionTimer.At(replica.now() + FULL)));
            assertThat(replica.hardState()).isEqualTo(hard(5, N2, NONE));
        }
    }

    @Test
    void unattachedWithAVoteForXGrantsToNobodyElse() {
        assertRefuses(Stands.votedForN2(voters(3)), N3, at(99, 4), NONE, VoteRefusal.ALREADY_VOTED);
        assertRefuses(
                Stands.votedForN2(voters(3)), CoreFixture.otherDisk(N2), at(99, 4), NONE, VoteRefusal.ALREADY_VOTED);
    }

    @Test
    void prospectiveWithoutAVoteGrantsAndItsRoundEnds() {
        CoreFixture replica = Stands.prospective(voters(3));
        Message.VoteRequest request = vote(5, SAME);

        assertThat(replica.request(N3, request))
                .containsExactly(
                        persist(1, hard(5, N3, NONE)),
                        preVoteEnded(FIRST, 5, RoundSummary.Ending.VOTED_FOR_OTHER, 1, 2),
                        became(RoleName.UNATTACHED, 5, NONE),
                        reply(N3, yes(request, 5, NONE), 1));

        assertThat(replica.role()).isEqualTo(new Role.Unattached(NONE, new ElectionTimer.WhenDurable(1)));
    }

    @Test
    void prospectiveRefusesALogThatIsBehindAndCanvassesOn() {
        assertRefuses(Stands.prospective(voters(3)), N3, at(2, 2), NONE, VoteRefusal.LOG_BEHIND);
    }

    @Test
    void prospectiveThatKnowsALeaderOfThisEpochRefuses() {
        assertRefuses(Stands.prospectiveWithHint(voters(3)), N3, SAME, N2, VoteRefusal.LEADER_KNOWN);
        assertRefuses(Stands.prospectiveWithHint(voters(3)), N2, SAME, N2, VoteRefusal.LEADER_KNOWN);
    }

    @Test
    void prospectiveWithAVoteForXGrantsToXAgainAndItsRoundEnds() {
        CoreFixture replica = prospectiveThatVotedForN2();
        Message.VoteRequest request = vote(5, SAME);

        assertThat(replica.request(N2, request))
                .containsExactly(
                        preVoteEnded(FIRST, 5, RoundSummary.Ending.VOTED_FOR_OTHER, 1, 2),
                        became(RoleName.UNATTACHED, 5, NONE),
                        reply(N2, yes(request, 5, NONE), replica.lastToken().sequence()));

        assertThat(replica.role()).isEqualTo(new Role.Unattached(NONE, new ElectionTimer.At(replica.now() + FULL)));
    }

    @Test
    void prospectiveWithAVoteForXGrantsToNobodyElse() {
        assertRefuses(prospectiveThatVotedForN2(), N3, at(99, 4), NONE, VoteRefusal.ALREADY_VOTED);
    }

    @Test
    void prospectiveThatWasCandidateKeepsTheVoteForItself() {
        CoreFixture replica = Stands.candidate(voters(3));
        replica.timeReached(replica.deadline());
        assertThat(replica.role().name()).isEqualTo(RoleName.PROSPECTIVE);

        assertRefuses(replica, N3, at(99, 4), NONE, VoteRefusal.ALREADY_VOTED);
        assertThat(replica.hardState()).isEqualTo(hard(5, N1, NONE));
    }

    @Test
    void candidateRefuses() {
        assertRefuses(Stands.candidate(voters(3)), N3, at(99, 4), NONE, VoteRefusal.ALREADY_VOTED);
    }

    @Test
    void followerThatHeardRefusesEvenItsLeader() {
        assertRefuses(Stands.followerThatHeard(voters(3)), N3, at(99, 4), N2, VoteRefusal.LEADER_KNOWN);
        assertRefuses(Stands.followerThatHeard(voters(3)), N2, at(99, 4), N2, VoteRefusal.LEADER_KNOWN);
    }

    @Test
    void followerThatDidNotHearRefuses() {
        assertRefuses(Stands.followerThatDidNotHear(voters(3)), N3, at(99, 4), N2, VoteRefusal.LEADER_KNOWN);
        assertRefuses(Stands.followerThatDidNotHear(voters(3)), N2, at(99, 4), N2, VoteRefusal.LEADER_KNOWN);
    }

    @Test
    void leaderRefuses() {
        assertRefuses(Stands.leader(voters(3)), N3, at(99, 4), N1, VoteRefusal.LEADER_ALIVE);
    }

    @Test
    void resignedRefuses() {
        assertRefuses(Stands.resigned(voters(3)), N3, at(99, 4), NONE, VoteRefusal.ALREADY_VOTED);
    }

    @Test
    void membershipOfTheRequesterIsNotAsked() {
        CoreFixture replica = Stands.unattached(voters(3));
        Message.VoteRequest request = vote(5, SAME);

        assertThat(replica.request(N4, request))
                .containsExactly(persist(1, hard(5, N4, NONE)), reply(N4, yes(request, 5, NONE), 1));
    }

    @Test
    void anObserverGrantsWithoutATimer() {
        CoreFixture replica = Stands.unattached(voters(3).voters(N2, N3).observers(N1));
        Message.VoteRequest request = vote(5, SAME);

        assertThat(replica.request(N3, request))
                .containsExactly(persist(1, hard(5, N3, NONE)), reply(N3, yes(request, 5, NONE), 1));

        assertThat(replica.role()).isEqualTo(new Role.Unattached(NONE, new ElectionTimer.Never()));
        assertThat(replica.deadline()).isEqualTo(Outcome.NEVER);
    }

    private static CoreFixture prospectiveThatVotedForN2() {
        CoreFixture replica = Stands.votedForN2(voters(3));
        replica.timeReached(replica.deadline());
        assertThat(replica.role().name()).isEqualTo(RoleName.PROSPECTIVE);
        assertThat(replica.hardState()).isEqualTo(hard(5, N2, NONE));
        return replica;
    }

    private static void assertRefuses(
            CoreFixture replica, ReplicaKey from, LogPosition log, ReplicaKey leader, VoteRefusal why) {
        Role role = replica.role();
        HardState hardState = replica.hardState();
        long deadline = replica.deadline();
        Message.VoteRequest request = vote(5, log);

        assertThat(replica.request(from, request))
                .containsExactly(reply(from, no(request, 5, leader, why), replica.lastToken().sequence()));

        assertThat(replica.role()).isEqualTo(role);
        assertThat(replica.hardState()).isEqualTo(hardState);
        assertThat(replica.deadline()).isEqualTo(deadline);
    }
}
