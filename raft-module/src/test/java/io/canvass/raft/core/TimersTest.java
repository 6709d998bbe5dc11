package io.canvass.raft.core;

import java.util.List;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.FULL;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.T;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.command;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Messages.append;
import static io.canvass.raft.core.Messages.fenced;
import static io.canvass.raft.core.Messages.heartbeat;
import static io.canvass.raft.core.Messages.preVoteGranted;
import static io.canvass.raft.core.Messages.vote;
import static org.assertj.core.api.Assertions.assertThat;

/** PREVOTE.md, Words (T) and Timers and pauses: what arms a timer, when, and for how long. */
class TimersTest {
    @Property
    void aTimerIsDrawnUniformlyFromAboveOneToTwoTimeoutsEachTimeItIsArmed(
            @ForAll @LongRange(max = T - 1) long first, @ForAll @LongRange(max = T - 1) long second) {
        CoreFixture replica = voters(3).draws(first, second).start();
        assertThat(replica.deadline()).isEqualTo(T + 1 + first).isGreaterThan(T).isLessThanOrEqualTo(2 * T);

        replica.at(500).request(N2, heartbeat(5));

        assertThat(replica.deadline() - 500).isEqualTo(T + 1 + second).isGreaterThan(T).isLessThanOrEqualTo(2 * T);
    }

    @Test
    void theTimerOfAVoteGivenIsArmedWhenTheVoteIsDurable() {
        CoreFixture replica = Stands.unattached(voters(3));
        replica.request(N3, vote(5, at(3, 2)));
        assertThat(replica.deadline()).isEqualTo(Outcome.NEVER);
        assertThat(replica.timeReached(10 * T)).isEmpty();

        assertThat(replica.persisted()).isEmpty();

        assertThat(replica.role()).isEqualTo(new Role.Unattached(NONE, new ElectionTimer.At(10 * T + FULL)));
        assertThat(replica.deadline()).isEqualTo(10 * T + FULL);
    }

    @Test
    void aTimerIsArmedByTheWriteItWaitsForAndByNoEarlierOne() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        replica.request(N2, append(5, at(3, 2), 0, command(4, 5)));
        replica.request(N3, vote(6, at(9, 5)));
        assertThat(replica.role().electionTimer()).isEqualTo(new ElectionTimer.WhenDurable(3));

        replica.at(1100).persisted(2, 0);
        assertThat(replica.role().electionTimer()).isEqualTo(new ElectionTimer.WhenDurable(3));

        replica.at(1200).persisted(3, 0);
        assertThat(replica.role().electionTimer()).isEqualTo(new ElectionTimer.At(1200 + FULL));
    }

    @Test
    void adoptingAnEpochKeepsATimerThatStillWaitsForTheDisk() {
        CoreFixture replica = Stands.prospective(voters(3));
        replica.response(N2, 1, preVoteGranted(5, NONE, new RoundId(1, 1)));

        replica.response(N3, fenced(9, NONE, new RoundId(1, 1)));

        assertThat(replica.role()).isEqualTo(new Role.Unattached(NONE, new ElectionTimer.WhenDurable(1)));
        assertThat(replica.at(1500).persisted()).isEmpty();
        assertThat(replica.role()).isEqualTo(new Role.Unattached(NONE, new ElectionTimer.At(1500 + FULL)));
    }

    @Test
    void aLeaderThatAdoptsAnEpochArmsAFreshTimer() {
        CoreFixture replica = Stands.leader(voters(3)).at(1300);

        replica.request(N3, vote(9, at(1, 0)));

        assertThat(replica.role()).isEqualTo(new Role.Unattached(NONE, new ElectionTimer.At(1300 + FULL)));
    }

    @Test
    void grantingAStandardVoteReArmsTheTimerAndRefusingOneDoesNot() {
        CoreFixture replica = Stands.votedForN2(voters(3)).at(1400);
        replica.request(N3, vote(5, at(9, 4)));
        assertThat(replica.deadline()).isEqualTo(T + FULL);

        replica.request(N2, vote(5, at(9, 4)));
        assertThat(replica.deadline()).isEqualTo(1400 + FULL);
    }

    @Test
    void contactThatWasReceivedBeforeAPauseEndedIsHandledBeforeTheExpiredTimer() {
        CoreFixture replica = Stands.followerThatHeard(voters(3)).at(T + 3 * T);

        replica.request(N2, heartbeat(5));

        assertThat(replica.timeReached(T + 3 * T)).isEmpty();
        assertThat(replica.role()).isEqualTo(new Role.Follower(N2, true, new ElectionTimer.At(4 * T + FULL)));
    }

    @Test
    void aTimerRunsOutAtItsDeadlineAndNotBefore() {
        for (CoreFixture replica : List.of(
                Stands.unattached(voters(3)), Stands.followerThatHeard(voters(3)), Stands.candidate(voters(3)))) {
            RoleName before = replica.role().name();
            long deadline = replica.deadline();
            assertThat(replica.timeReached(deadline - 1)).isEmpty();
            assertThat(replica.role().name()).isEqualTo(before);
            replica.timeReached(deadline);
            assertThat(replica.role().name()).isEqualTo(RoleName.PROSPECTIVE);
        }
    }

    @Test
    void anObserverHasNoTimerInAnyRoleItTakes() {
        CoreFixture replica = Stands.unattached(voters(3).voters(N2, N3).observers(CoreFixture.N1));
        assertThat(replica.deadline()).isEqualTo(Outcome.NEVER);
        replica.request(N2, heartbeat(5));
        assertThat(replica.role()).isEqualTo(new Role.Follower(N2, true, new ElectionTimer.Never()));
        replica.request(N3, vote(6, at(9, 5)));
        assertThat(replica.role()).isEqualTo(new Role.Unattached(NONE, new ElectionTimer.Never()));
        replica.response(N3, fenced(7, N2, new RoundId(1, 1)));
        assertThat(replica.role()).isEqualTo(new Role.Follower(N2, false, new ElectionTimer.Never()));
        assertThat(replica.timeReached(100 * T)).isEmpty();
    }
}
