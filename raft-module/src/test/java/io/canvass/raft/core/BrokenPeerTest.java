package io.canvass.raft.core;

import java.util.List;
import java.util.function.Function;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.CLUSTER;
import static io.canvass.raft.core.CoreFixture.FULL;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.OTHER_CLUSTER;
import static io.canvass.raft.core.CoreFixture.T;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.command;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.reply;
import static io.canvass.raft.core.Messages.answer;
import static io.canvass.raft.core.Messages.append;
import static io.canvass.raft.core.Messages.heartbeat;
import static io.canvass.raft.core.Messages.preVoteGranted;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * PREVOTE.md, Transitions, last paragraph: what only a broken peer can send is refused and shown, and touches nothing;
 * a replica never follows itself.
 */
class BrokenPeerTest {
    private static final Message.AppendResult REFUSED = new Message.AppendResult.Refused();

    // ---- a second leader in one epoch

    @Test
    void aSecondLeaderInOneEpochIsRefusedByAllThatKnowTheFirst() {
        assertSecondLeaderRefused(Stands::followerThatHeard, N2, N2);
        assertSecondLeaderRefused(Stands::followerThatDidNotHear, N2, N2);
        assertSecondLeaderRefused(Stands::unattachedWithHint, N2, N2);
        assertSecondLeaderRefused(Stands::prospectiveWithHint, N2, N2);
        assertSecondLeaderRefused(Stands::leader, N1, N1);
        assertSecondLeaderRefused(Stands::resigned, N1, NONE);
    }

    @Test
    void aSecondLeaderIsRefusedByTheFirstEvenWhenItCanvassesAgainInItsEpoch() {
        assertSecondLeaderRefused(BrokenPeerTest::prospectiveThatLed, N1, NONE);
        assertSecondLeaderRefused(
                builder -> {
                    CoreFixture restarted = builder.stored(5, N1, N1).start();
                    restarted.timeReached(FULL);
                    return restarted;
                },
                N1,
                NONE);
    }

    private static CoreFixture prospectiveThatLed(CoreFixture.Builder builder) {
        CoreFixture replica = Stands.resigned(builder);
        replica.timeReached(FULL + FULL);
        assertThat(replica.role().name()).isEqualTo(RoleName.PROSPECTIVE);
        return replica;
    }

    private static void assertSecondLeaderRefused(
            Function<CoreFixture.Builder, CoreFixture> stand, ReplicaKey first, ReplicaKey named) {
        CoreFixture replica = stand.apply(voters(3));
        assertRefused(
                replica,
                N3,
                append(5, at(3, 2), 3, command(4, 5)),
                named,
                "claims to lead epoch 5, which " + first + " leads");
        assertRefusedNotice(replica, first, named);
    }

    private static void assertRefusedNotice(CoreFixture replica, ReplicaKey first, ReplicaKey named) {
        Role role = replica.role();
        assertThat(replica.request(N3, Messages.resigning(5, N1)))
                .containsExactly(
                        new Effect.Refused(N3, "claims to lead epoch 5, which " + first + " leads"),
                        reply(
                                N3,
                                new Message.ResigningResponse(5, named),
                                replica.lastToken().sequence()));
        assertThat(replica.role()).isEqualTo(role);
    }

    @Test
    void aSecondLeaderIsRefusedByACandidateThatWasToldThatTheFirstResigned() {
        CoreFixture replica = Stands.candidate(voters(3));
        replica.request(N2, Messages.resigning(5, N3, N1));
        assertRefused(
                replica,
                N3,
                append(5, at(3, 2), 3, command(4, 5)),
                NONE,
                "claims to lead epoch 5, which " + N2 + " leads");
    }

    @Test
    void aCandidateThatWasToldThatALeaderOfItsEpochResignedIsNoSecondOneWhateverItIsGranted() {
        CoreFixture replica = Stands.candidate(voters(3));
        replica.request(N2, Messages.resigning(5, N3, N1));

        assertThat(replica.response(N3, replica.asked(N3), Messages.voteGranted(5, new RoundId(1, 2))))
                .containsExactly(Effects.voteEnded(
                        new RoundId(1, 2), 5, RoundSummary.Ending.GUARD_REFUSED, 2, 2));

        assertThat(replica.role().name()).isEqualTo(RoleName.CANDIDATE);
    }

    @Test
    void anAnswerThatNamesASecondLeaderIsRefusedAndNotCounted() {
        CoreFixture replica = Stands.prospectiveWithHint(voters(3));
        Role before = replica.role();

        assertThat(replica.response(N3, 2, preVoteGranted(5, N3, new RoundId(1, 1))))
                .containsExactly(
                        new Effect.Refused(N3, "names " + N3 + " as leader of epoch 5, which " + N2 + " leads"));

        assertThat(replica.role()).isEqualTo(before);
    }

    @Test
    void anAnswerThatNamesASecondLeaderIsRefusedByTheFirstWhenItCanvassesAgainInItsEpoch() {
        CoreFixture replica = prospectiveThatLed(voters(3));
        Role before = replica.role();
        RoundId round = replica.round().id();

        assertThat(replica.response(N3, replica.asked(N3), preVoteGranted(5, N2, round)))
                .containsExactly(
                        new Effect.Refused(N3, "names " + N2 + " as leader of epoch 5, which " + N1 + " leads"));

        assertThat(replica.role()).isEqualTo(before);
    }

    @Test
    void anAnswerThatNamesTheAskerAsLeaderOfItsEpochIsOnlyAnAnswer() {
        CoreFixture replica = prospectiveThatLed(voters(3));

        replica.response(N3, replica.asked(N3), preVoteGranted(5, N1, replica.round().id()));

        assertThat(replica.role().name()).isEqualTo(RoleName.CANDIDATE);
    }

    // ---- itself

    @Test
    void aReplicaNeverFollowsItself() {
        for (Function<CoreFixture.Builder, CoreFixture> stand : everyRole()) {
            for (long epoch : new long[] {5, 9}) {
                CoreFixture replica = stand.apply(voters(3));
                ReplicaKey named = namedBy(replica);
                assertRefused(replica, N1, heartbeat(epoch), named, "is this replica itself");
                Role role = replica.role();
                assertThat(replica.request(N1, Messages.resigning(epoch, N1)))
                        .containsExactly(
                                new Effect.Refused(N1, "is this replica itself"),
                                reply(
                                        N1,
                                        new Message.ResigningResponse(5, named),
                                        replica.lastToken().sequence()));
                assertThat(replica.role()).isEqualTo(role);
            }
        }
    }

    // ---- appends that cannot be

    @Test
    void anAppendOfAForeignClusterOrForAnotherReplicaIsRefusedWhateverItsEpoch() {
        for (long epoch : new long[] {4, 5, 9}) {
            CoreFixture replica = Stands.followerThatHeard(voters(3)).at(1300);
            Message.AppendRequest foreign =
                    new Message.AppendRequest(OTHER_CLUSTER, N1, epoch, 40, at(3, 2), List.of(), 3, 0, 123_456);
            assertRefused(replica, N2, foreign, N2, "speaks for cluster " + OTHER_CLUSTER);
            for (ReplicaKey to : List.of(N3, CoreFixture.otherDisk(N1))) {
                Message.AppendRequest astray =
                        new Message.AppendRequest(CLUSTER, to, epoch, 40, at(3, 2), List.of(), 3, 0, 123_456);
                assertRefused(replica, N2, astray, N2, "means " + to);
            }
        }
    }

    @Test
    void entriesThatCannotBeOneLogAreRefused() {
        CoreFixture replica = Stands.followerThatHeard(voters(3)).at(1300);
        LogPosition end = at(3, 2);
        for (Message.AppendRequest request : List.of(
                append(9, at(-1, 2), 0),
                append(9, at(3, -1), 0),
                append(9, at(0, 2), 0),
                append(9, end, -1),
                append(5, at(3, 6), 0),
                append(9, end, 0, command(5, 5)),
                append(9, end, 0, command(4, 5), command(6, 5)),
                append(9, end, 0, command(4, 5), command(5, 4)),
                append(9, end, 0, command(4, 1)),
                append(9, end, 0, command(4, 10)))) {
            assertRefused(replica, N2, request, N2, "sends entries that cannot be one log");
        }
    }

    @Test
    void aConflictAtOrBelowTheCommitIndexIsRefusedAndIsNoContact() {
        for (long epoch : new long[] {5, 9}) {
            CoreFixture replica = Stands.followerThatHeard(voters(3));
            replica.at(1100).request(N2, append(5, at(3, 2), 3));
            replica.at(1300);
            assertRefused(
                    replica,
                    N2,
                    append(epoch, at(2, 1), 3, command(3, 5)),
                    N2,
                    "contradicts entry 3, committed up to 3");
            assertRefused(replica, N2, append(epoch, at(3, 5), 3), N2, "contradicts entry 3, committed up to 3");
            assertThat(replica.core.status().leaderContactNanos()).isEqualTo(1100);
        }
    }

    private static void assertRefused(
            CoreFixture replica, ReplicaKey from, Message.AppendRequest request, ReplicaKey named, String why) {
        Role role = replica.role();
        HardState hardState = replica.hardState();
        LogPosition end = replica.end();
        long deadline = replica.deadline();

        assertThat(replica.request(from, request))
                .containsExactly(
                        new Effect.Refused(from, why),
                        reply(from, answer(5, named, REFUSED), replica.lastToken().sequence()));

        assertThat(replica.role()).isEqualTo(role);
        assertThat(replica.hardState()).isEqualTo(hardState);
        assertThat(replica.end()).isEqualTo(end);
        assertThat(replica.deadline()).isEqualTo(deadline);
    }

    private static ReplicaKey namedBy(CoreFixture replica) {
        return switch (replica.role().name()) {
            case LEADER -> N1;
            case UNATTACHED, PROSPECTIVE, FOLLOWER -> replica.role().rememberedLeader();
            case CANDIDATE, RESIGNED -> NONE;
        };
    }

    private static List<Function<CoreFixture.Builder, CoreFixture>> everyRole() {
        return List.of(
                Stands::unattached,
                Stands::unattachedWithHint,
                Stands::votedForN2,
                Stands::prospective,
                Stands::candidate,
                Stands::followerThatHeard,
                Stands::leader,
                Stands::resigned,
                builder -> builder.start().at(T));
    }
}
