package io.canvass.raft.core;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.FULL;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.T;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.command;
import static io.canvass.raft.core.CoreFixture.configuration;
import static io.canvass.raft.core.CoreFixture.hard;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.became;
import static io.canvass.raft.core.Effects.persist;
import static io.canvass.raft.core.Effects.preVoteEnded;
import static io.canvass.raft.core.Effects.reply;
import static io.canvass.raft.core.Messages.append;
import static io.canvass.raft.core.Messages.heartbeat;
import static io.canvass.raft.core.Messages.matched;
import static io.canvass.raft.core.Messages.preVoteGranted;
import static io.canvass.raft.core.Messages.resigning;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * PREVOTE.md, Words and Roles: voter is who stands in the latest configuration of the own log, from the moment it is
 * appended, and an observer is only ever Unattached or Follower, with no timer (HAZARDS A33, D2, H4).
 */
class MembershipTimerTest {
    private static final LogPosition END = at(3, 2);

    private static CoreFixture observer() {
        return Stands.followerThatHeard(voters(3).voters(N2, N3).observers(N1));
    }

    @Test
    void anObserverThatBecomesVoterHasATimerFromTheEntryOnThatMakesItOne() {
        CoreFixture replica = observer().at(1100);
        Entry promotion = configuration(4, 5, N1, N2, N3);

        assertThat(replica.request(N2, append(5, END, 0, promotion)))
                .containsExactly(persist(2, hard(5, NONE, N2), promotion), reply(N2, matched(5, N2, 4), 2));

        assertThat(replica.role()).isEqualTo(new Role.Follower(N2, true, new ElectionTimer.At(1100 + FULL)));
        replica.timeReached(1100 + FULL);
        assertThat(replica.role().name()).isEqualTo(RoleName.PROSPECTIVE);
    }

    @Test
    void aVoterThatIsRemovedHasATimerUntilThatIsCommitted() {
        CoreFixture replica = Stands.followerThatHeard(voters(3)).at(1100);

        replica.request(N2, append(5, END, 0, configuration(4, 5, N2, N3)));
        assertThat(replica.role()).isEqualTo(new Role.Follower(N2, true, new ElectionTimer.At(1100 + FULL)));

        replica.request(N2, append(5, new LogPosition(5, 4), 4));

        assertThat(replica.role()).isEqualTo(new Role.Follower(N2, true, new ElectionTimer.Never()));
        assertThat(replica.deadline()).isEqualTo(Outcome.NEVER);
    }

    @Test
    void whoIsRemovedAsksForVotesUntilThatIsCommittedAndDoesNotCountItself() {
        CoreFixture replica = Stands.followerThatHeard(voters(3)).at(1100);
        replica.request(N2, append(5, END, 0, configuration(4, 5, N2, N3)));
        replica.persisted();
        replica.timeReached(1100 + FULL);
        RoundId round = replica.round().id();

        assertThat(replica.round().granted()).isEmpty();
        assertThat(replica.response(N2, replica.asked(N2), preVoteGranted(5, NONE, round))).isEmpty();
        assertThat(replica.response(N3, replica.asked(N3), preVoteGranted(5, NONE, round)))
                .contains(preVoteEnded(round, 5, RoundSummary.Ending.WON, 2, 2), persist(3, hard(6, N1, NONE)));
    }

    @Test
    void aTruncationBringsBackTheConfigurationBeforeAndItsTimer() {
        CoreFixture replica = Stands.followerThatHeard(voters(3)).at(1100);
        replica.request(N2, append(5, END, 0, configuration(4, 5, N2, N3)));

        replica.at(1200).request(N3, append(6, END, 0, command(4, 6)));

        assertThat(replica.core.configuration().isVoter(N1)).isTrue();
        assertThat(replica.role()).isEqualTo(new Role.Follower(N3, true, new ElectionTimer.At(1200 + FULL)));
    }

    @Test
    void aProspectiveThatIsNoVoterAnyMoreEndsItsRoundAndHasNoTimer() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        replica.request(N2, resigning(5, N1, N3));
        replica.timeReached(replica.now());
        Entry removal = configuration(4, 5, N2, N3);

        // The leader resigned, so this is no contact; but the entry counts, and that it is committed.
        assertThat(replica.request(N2, append(5, END, 4, removal)))
                .containsExactly(
                        persist(2, hard(5, NONE, N2), removal),
                        preVoteEnded(new RoundId(1, 1), 5, RoundSummary.Ending.GUARD_REFUSED, 1, 2),
                        became(RoleName.UNATTACHED, 5, NONE),
                        reply(N2, matched(5, NONE, 4), 2),
                        new Effect.Apply(1, 3));

        assertThat(replica.role()).isEqualTo(new Role.Unattached(N2, new ElectionTimer.Never()));
        assertThat(replica.response(N3, 2, preVoteGranted(5, NONE, new RoundId(1, 1)))).isEmpty();
        assertThat(replica.timeReached(10 * T)).isEmpty();
        assertThat(replica.deadline()).isEqualTo(Outcome.NEVER);
    }

    @Test
    void anObserverNeverCampaigns() {
        CoreFixture replica = observer();
        assertThat(replica.timeReached(100 * T)).isEmpty();
        replica.request(N2, resigning(5, N1));
        assertThat(replica.timeReached(200 * T)).isEmpty();
        assertThat(replica.request(N2, heartbeat(5))).containsExactly(reply(N2, matched(5, NONE, 0), 1));
    }
}
