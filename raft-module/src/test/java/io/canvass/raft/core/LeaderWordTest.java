package io.canvass.raft.core;

import java.util.List;
import java.util.function.Function;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.FULL;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.N4;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.T;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.hard;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.became;
import static io.canvass.raft.core.Effects.persist;
import static io.canvass.raft.core.Effects.preVoteEnded;
import static io.canvass.raft.core.Effects.refused;
import static io.canvass.raft.core.Effects.reply;
import static io.canvass.raft.core.Effects.voteEnded;
import static io.canvass.raft.core.Messages.append;
import static io.canvass.raft.core.Messages.fenced;
import static io.canvass.raft.core.Messages.heartbeat;
import static io.canvass.raft.core.Messages.matched;
import static io.canvass.raft.core.Messages.mismatched;
import static io.canvass.raft.core.Messages.preVoteGranted;
import static io.canvass.raft.core.Messages.preVoteRefused;
import static io.canvass.raft.core.Messages.voteRefused;
import static org.assertj.core.api.Assertions.assertThat;

/** PREVOTE.md, Transitions: the rows in which a replica hears a leader, or hears of one. */
class LeaderWordTest {
    private static final RoundId FIRST = new RoundId(1, 1);
    private static final RoundId SECOND = new RoundId(1, 2);

    // ---- leader contact

    @Test
    void unattachedFollowsTheLeaderItHearsAndKeepsItsVote() {
        CoreFixture replica = Stands.votedForN2(voters(3)).at(1100);

        assertThat(replica.request(N3, heartbeat(5)))
                .containsExactly(
                        persist(2, hard(5, N2, N3)),
                        became(RoleName.FOLLOWER, 5, N3),
                        reply(N3, matched(5, N3, 0), 2));

        assertThat(replica.role()).isEqualTo(new Role.Follower(N3, true, new ElectionTimer.At(1100 + FULL)));
    }

    @Test
    void prospectiveWithoutALeaderFollowsTheOneItHearsAndItsRoundIsGone() {
        CoreFixture replica = Stands.prospective(voters(3)).at(1300);

        assertThat(replica.request(N2, heartbeat(5)))
                .containsExactly(
                        persist(1, hard(5, NONE, N2)),
                        preVoteEnded(FIRST, 5, RoundSummary.Ending.ENDED_BY_LEADER_CONTACT, 1, 2),
                        became(RoleName.FOLLOWER, 5, N2),
                        reply(N2, matched(5, N2, 0), 1));

        assertThat(replica.role()).isEqualTo(new Role.Follower(N2, true, new ElectionTimer.At(1300 + FULL)));
    }

    @Test
    void candidateFollowsTheLeaderOfItsEpochAndKeepsTheVoteForItself() {
        CoreFixture replica = Stands.candidate(voters(3)).at(1300);

        assertThat(replica.request(N2, heartbeat(5)))
                .containsExactly(
                        persist(2, hard(5, N1, N2)),
                        voteEnded(SECOND, 5, RoundSummary.Ending.ENDED_BY_LEADER_CONTACT, 1, 2),
                        became(RoleName.FOLLOWER, 5, N2),
                        reply(N2, matched(5, N2, 0), 2));

        assertThat(replica.role()).isEqualTo(new Role.Follower(N2, true, new ElectionTimer.At(1300 + FULL)));
    }

    @Test
    void followerArmsAFreshTimerAtEachContactMatchedOrNot() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));

        assertThat(replica.at(1100).request(N2, heartbeat(5)))
                .containsExactly(reply(N2, matched(5, N2, 0), 1));
        assertThat(replica.deadline()).isEqualTo(1100 + FULL);
        assertThat(replica.at(1200).request(N2, append(5, at(7, 4), 0)))
                .containsExactly(reply(N2, mismatched(5, N2, at(3, 2)), 1));
        assertThat(replica.deadline()).isEqualTo(1200 + FULL);
    }

    @Test
    void followerThatOnlyHadWordOfItsLeaderHearsIt() {
        CoreFixture replica = Stands.followerThatDidNotHear(voters(3)).at(1300);

        assertThat(replica.request(N2, heartbeat(5))).containsExactly(reply(N2, matched(5, N2, 0), 1));

        assertThat(replica.role()).isEqualTo(new Role.Follower(N2, true, new ElectionTimer.At(1300 + FULL)));
    }

    @Test
    void anyRoleFollowsTheLeaderOfAHigherEpochThatItHearsAndItsVoteIsCleared() {
        for (Function<CoreFixture.Builder, CoreFixture> stand : everyRole()) {
            CoreFixture replica = stand.apply(voters(3));
            long token = replica.lastToken().sequence() + 1;
            replica.at(replica.now() + 10);

            List<Effect> effects = replica.request(N3, heartbeat(8));

            assertThat(effects)
                    .startsWith(persist(token, hard(8, NONE, N3)))
                    .endsWith(became(RoleName.FOLLOWER, 8, N3), reply(N3, matched(8, N3, 0), token));
            assertThat(effects.subList(1, effects.size() - 2))
                    .allMatch(e -> e instanceof Effect.RoundEnded ended
                            && ended.round().ending() == RoundSummary.Ending.HIGHER_EPOCH);
            assertThat(replica.role())
                    .isEqualTo(new Role.Follower(N3, true, new ElectionTimer.At(replica.now() + FULL)));
        }
    }

    @Test
    void aLowerEpochChangesNothingAndIsAnsweredWithTheOwnEpochAndLeader() {
        for (Function<CoreFixture.Builder, CoreFixture> stand : everyRole()) {
            CoreFixture replica = stand.apply(voters(3));
            Role before = replica.role();
            HardState hardState = replica.hardState();
            ReplicaKey leader =
                    switch (before.name()) {
                        case LEADER -> N1;
                        case FOLLOWER -> N2;
                        case UNATTACHED, PROSPECTIVE -> before.rememberedLeader();
                        case CANDIDATE, RESIGNED -> NONE;
                    };

            assertThat(replica.request(N3, append(4, at(3, 2), 3)))
                    .containsExactly(reply(
                            N3,
                            Messages.answer(5, leader, new Message.AppendResult.Fenced()),
                            replica.lastToken().sequence()));
            assertThat(replica.request(N3, Messages.resigning(4, N1)))
                    .containsExactly(reply(
                            N3, new Message.ResigningResponse(5, leader), replica.lastToken().sequence()));
            assertThat(replica.request(N3, Messages.transfer(4, 0)))
                    .containsExactly(reply(
                            N3, new Message.TransferResponse(5, leader, false), replica.lastToken().sequence()));
            assertThat(replica.role()).isEqualTo(before);
            assertThat(replica.hardState()).isEqualTo(hardState);
        }
    }

    // ---- word of a leader in the own epoch

    @Test
    void prospectiveToldOfALeaderOfItsEpochFollowsItUnheardAndTheGrantInThatAnswerIsNotUsed() {
        for (Message.VoteResponse answer :
                List.of(preVoteGranted(5, N2, FIRST), preVoteRefused(5, N2, FIRST))) {
            CoreFixture replica = Stands.prospective(voters(3));
            ElectionTimer timer = replica.role().electionTimer();

            assertThat(replica.at(1300).response(N3, 2, answer))
                    .containsExactly(
                            persist(1, hard(5, NONE, N2)),
                            preVoteEnded(FIRST, 5, RoundSummary.Ending.LEADER_NAMED, 1, 2),
                            became(RoleName.FOLLOWER, 5, N2));

            assertThat(replica.role()).isEqualTo(new Role.Follower(N2, false, timer));
        }
    }

    @Test
    void candidateToldOfALeaderOfItsEpochFollowsItUnheard() {
        CoreFixture replica = Stands.candidate(voters(3));
        ElectionTimer timer = replica.role().electionTimer();

        assertThat(replica.response(N3, 4, voteRefused(5, N2, SECOND)))
                .containsExactly(
                        persist(2, hard(5, N1, N2)),
                        voteEnded(SECOND, 5, RoundSummary.Ending.LEADER_NAMED, 1, 2),
                        became(RoleName.FOLLOWER, 5, N2));

        assertThat(replica.role()).isEqualTo(new Role.Follower(N2, false, timer));
    }

    @Test
    void namingTheLeaderThatIsAlreadyRememberedChangesNothingTheAnswerCountsAsWhatItIs() {
        CoreFixture refusing = Stands.prospectiveWithHint(voters(3));
        assertThat(refusing.response(N3, 2, preVoteRefused(5, N2, FIRST))).isEmpty();
        assertThat(refusing.round().refused()).containsOnlyKeys("n3");

        CoreFixture granting = Stands.prospectiveWithHint(voters(5));
        assertThat(granting.response(N3, 2, preVoteGranted(5, N2, FIRST))).isEmpty();
        assertThat(granting.round().granted()).containsExactly("n1", "n3");
    }

    @Test
    void anAnswerOfAnotherRoundThatNamesALeaderOfTheOwnEpochIsNotUsed() {
        CoreFixture replica = Stands.prospective(voters(3));
        replica.timeReached(FULL + FULL);
        Role before = replica.role();

        assertThat(replica.response(N3, 2, preVoteRefused(5, N2, FIRST))).isEmpty();

        assertThat(replica.role()).isEqualTo(before);
    }

    @Test
    void anAnswerThatNamesTheLeaderOfALowerEpochIsOnlyAnAnswer() {
        CoreFixture replica = Stands.prospective(voters(5));

        assertThat(replica.response(N3, 2, preVoteGranted(4, N2, FIRST))).isEmpty();

        assertThat(replica.round().granted()).containsExactly("n1", "n3");
        assertThat(replica.role().rememberedLeader()).isEqualTo(NONE);
    }

    // ---- word of a higher epoch

    @Test
    void anyResponseThatNamesALeaderOfAHigherEpochIsAdoptedAndThatLeaderFollowedUnheard() {
        for (Function<CoreFixture.Builder, CoreFixture> stand : everyRole()) {
            for (Message.Response response : responses(8, N3)) {
                CoreFixture replica = stand.apply(voters(3));
                boolean led = replica.role() instanceof Role.Leader;
                ElectionTimer timer =
                        led ? new ElectionTimer.At(replica.now() + FULL) : replica.role().electionTimer();
                long token = replica.lastToken().sequence() + 1;

                List<Effect> effects = replica.response(N2, response);

                assertThat(effects)
                        .startsWith(persist(token, hard(8, NONE, N3)))
                        .endsWith(became(RoleName.FOLLOWER, 8, N3));
                assertThat(replica.role()).isEqualTo(new Role.Follower(N3, false, timer));
            }
        }
    }

    @Test
    void anyResponseOfAHigherEpochIsAdoptedAndTheRunningTimerGoesOn() {
        for (Function<CoreFixture.Builder, CoreFixture> stand : everyRole()) {
            for (Message.Response response : responses(8, NONE)) {
                CoreFixture replica = stand.apply(voters(3));
                boolean led = replica.role() instanceof Role.Leader;
                ElectionTimer timer =
                        led ? new ElectionTimer.At(replica.now() + FULL) : replica.role().electionTimer();
                long token = replica.lastToken().sequence() + 1;

                List<Effect> effects = replica.response(N2, response);

                assertThat(effects)
                        .startsWith(persist(token, hard(8, NONE, NONE)))
                        .endsWith(became(RoleName.UNATTACHED, 8, NONE));
                assertThat(replica.role()).isEqualTo(new Role.Unattached(NONE, timer));
            }
        }
    }

    @Test
    void aLateFencedAnswerOfAHigherEpochReachesAFollowerThatHearsItsLeader() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        ElectionTimer timer = replica.role().electionTimer();

        assertThat(replica.response(N3, 1, fenced(6, NONE, FIRST)))
                .containsExactly(persist(2, hard(6, NONE, NONE)), became(RoleName.UNATTACHED, 6, NONE));

        assertThat(replica.role()).isEqualTo(new Role.Unattached(NONE, timer));
    }

    /** Its own configuration may be the older one. */
    @Test
    void aLeaderOutsideTheOwnVoterSetIsFollowedAndTheVoteIsKept() {
        for (long epoch : new long[] {5, 6}) {
            CoreFixture replica = voters(3).stored(5, N2, NONE).start().at(T);
            ReplicaKey kept = epoch == 5 ? N2 : NONE;

            assertThat(replica.request(N4, heartbeat(epoch)))
                    .containsExactly(
                            persist(1, hard(epoch, kept, N4)),
                            became(RoleName.FOLLOWER, epoch, N4),
                            reply(N4, matched(epoch, N4, 0), 1));
            assertThat(replica.role()).isEqualTo(new Role.Follower(N4, true, new ElectionTimer.At(T + FULL)));
        }
    }

    @Test
    void aReplicaThatIsNamedAsLeaderOfAHigherEpochItselfDoesNotFollowItself() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));

        assertThat(replica.response(N3, 1, fenced(6, N1, FIRST)))
                .containsExactly(persist(2, hard(6, NONE, NONE)), became(RoleName.UNATTACHED, 6, NONE));
    }

    @Test
    void theEpochOfAForeignClusterIsNotAdoptedItsAnswerIsARefusal() {
        CoreFixture replica = Stands.prospective(voters(3));
        replica.response(N2, 1, preVoteRefused(5, NONE, FIRST));

        assertThat(replica.response(N3, 2, new Message.VoteResponse(
                        99, N3, false, true, FIRST, VoteError.INCONSISTENT_CLUSTER_ID, VoteRefusal.INVALID)))
                .containsExactly(preVoteEnded(
                        FIRST,
                        5,
                        RoundSummary.Ending.LOST,
                        1,
                        2,
                        refused(N2, VoteRefusal.LEADER_ALIVE),
                        refused(N3, VoteRefusal.INVALID)));

        assertThat(replica.hardState()).isEqualTo(hard(5, NONE, NONE));
    }

    // ---- helpers

    private static List<Function<CoreFixture.Builder, CoreFixture>> everyRole() {
        return List.of(
                Stands::unattached,
                Stands::unattachedWithHint,
                Stands::votedForN2,
                Stands::prospective,
                Stands::prospectiveWithHint,
                Stands::candidate,
                Stands::followerThatHeard,
                Stands::followerThatDidNotHear,
                Stands::leader,
                Stands::resigned);
    }

    private static List<Message.Response> responses(long epoch, ReplicaKey leader) {
        return List.of(
                preVoteRefused(epoch, leader, FIRST),
                preVoteRefused(epoch, leader, new RoundId(7, 7)),
                voteRefused(epoch, leader, FIRST),
                fenced(epoch, leader, FIRST),
                Messages.answer(epoch, leader, new Message.AppendResult.Fenced()),
                new Message.ResigningResponse(epoch, leader),
                new Message.TransferResponse(epoch, leader, false),
                new Message.ReadIndexResponse(epoch, leader, 1, false, 0));
    }
}
