package io.canvass.raft.core;

import java.util.List;

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
import static io.canvass.raft.core.CoreFixture.configurationOf;
import static io.canvass.raft.core.CoreFixture.hard;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.compacted;
import static io.canvass.raft.core.Effects.persist;
import static io.canvass.raft.core.Effects.reply;
import static io.canvass.raft.core.Effects.rewrite;
import static io.canvass.raft.core.Effects.send;
import static io.canvass.raft.core.Messages.answer;
import static io.canvass.raft.core.Messages.append;
import static io.canvass.raft.core.Messages.askPreVote;
import static io.canvass.raft.core.Messages.matched;
import static io.canvass.raft.core.Messages.mismatched;
import static io.canvass.raft.core.Messages.no;
import static io.canvass.raft.core.Messages.preVote;
import static io.canvass.raft.core.Messages.yes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** A log that begins later than with its first entry: what it keeps, how it agrees with a leader's (HAZARDS F6, F14). */
class CompactionTest {
    private static final Configuration THREE = configurationOf(List.of(N1, N2, N3));
    private static final HardState FOLLOWS_N2 = hard(5, NONE, N2);

    private static LogBase base(long index, long epoch) {
        return new LogBase(at(index, epoch), THREE);
    }

    /** Follows n2; its log 1@0 2@1 3@2 is applied, and begins after 2@1. */
    private static CoreFixture follower() {
        CoreFixture replica = Stands.followerThatHeard(voters(3).applied(3));
        replica.compact(2, 0);
        replica.persisted();
        return replica;
    }

    // ---- what goes

    @Test
    void whatIsAppliedMayGoAndTheLastOfItIsRememberedWithItsEpochAndTheConfigurationThere() {
        CoreFixture replica = voters(3).applied(3).start();

        assertThat(replica.compact(2, 0)).containsExactly(compacted(1, hard(5, NONE, NONE), base(2, 1)));
        assertThat(replica.end()).isEqualTo(at(3, 2));
        assertThat(replica.compact(3, 0)).containsExactly(compacted(2, hard(5, NONE, NONE), base(3, 2)));
        assertThat(replica.end()).as("a log that is only its base ends there").isEqualTo(at(3, 2));
    }

    @Test
    void whatIsNotHandedToApplyStaysWhateverIsAskedFor() {
        CoreFixture replica = voters(3).applied(2).start();
        assertThat(replica.compact(99, 99)).containsExactly(compacted(1, hard(5, NONE, NONE), base(2, 1)));
    }

    @Test
    void aLogNeverBeginsEarlierAgain() {
        CoreFixture replica = voters(3).applied(3).start();
        replica.compact(2, 0);

        assertThat(replica.compact(2, 0)).isEmpty();
        assertThat(replica.compact(1, 1)).isEmpty();
        assertThat(replica.compact(0, 0)).isEmpty();
    }

    @Test
    void theConfigurationRememberedIsTheOneInForceThereNotTheLatest() {
        CoreFixture replica = Stands.followerThatHeard(voters(3).applied(3));
        replica.request(N2, append(5, at(3, 2), 5, command(4, 5), configuration(5, 5, N1, N2)));
        replica.persisted();

        assertThat(replica.compact(4, 0)).containsExactly(compacted(3, FOLLOWS_N2, base(4, 5)));
        assertThat(replica.core.configuration()).isEqualTo(configurationOf(List.of(N1, N2)));
        assertThat(replica.compact(5, 0))
                .containsExactly(compacted(
                        4, FOLLOWS_N2, new LogBase(at(5, 5), configurationOf(List.of(N1, N2)))));
        assertThat(replica.core.configuration()).isEqualTo(configurationOf(List.of(N1, N2)));
    }

    @Test
    void whatASnapshotStandsForIsToldForAnyIndexFromTheBaseOn() {
        CoreFixture replica = follower();

        assertThat(replica.core.baseAt(2)).isEqualTo(base(2, 1));
        assertThat(replica.core.baseAt(3)).isEqualTo(base(3, 2));
        assertThatIllegalStateException().isThrownBy(() -> replica.core.baseAt(1));
    }

    @Test
    void beforeTheFirstEntryThereIsOnePlaceOnlyAndNoEpochIsBelowZero() {
        assertThat(base(0, 0).position()).isEqualTo(LogPosition.ZERO);
        assertThatIllegalArgumentException().isThrownBy(() -> base(0, 1)).withMessageContaining("0@1");
        assertThatIllegalArgumentException().isThrownBy(() -> base(-1, 0)).withMessageContaining("-1@0");
        assertThatIllegalArgumentException().isThrownBy(() -> base(1, -1));
    }

    // ---- agreeing with a leader

    @Test
    void whatIsBeforeTheBaseMatchesForOfThatThereIsOneHistory() {
        CoreFixture replica = follower();
        assertThat(replica.request(N2, append(5, LogPosition.ZERO, 0)))
                .containsExactly(reply(N2, matched(5, N2, 0), 2));
        assertThat(replica.request(N2, append(5, at(1, 0), 0))).containsExactly(reply(N2, matched(5, N2, 1), 2));
        assertThat(replica.request(N2, append(5, at(1, 0), 0, command(2, 1))))
                .containsExactly(reply(N2, matched(5, N2, 2), 2));
    }

    @Test
    void theBaseItselfMatchesByItsEpochAndWhoDeniesItIsRefused() {
        CoreFixture replica = follower();

        assertThat(replica.request(N2, append(5, at(2, 1), 0))).containsExactly(reply(N2, matched(5, N2, 2), 2));
        assertThat(replica.request(N2, append(5, at(2, 2), 0)))
                .containsExactly(
                        new Effect.Refused(N2, "contradicts entry 2, committed up to 3"),
                        reply(N2, answer(5, N2, new Message.AppendResult.Refused()), 2));
        assertThat(replica.request(N2, append(5, at(1, 0), 0, command(2, 2))))
                .containsExactly(
                        new Effect.Refused(N2, "contradicts entry 2, committed up to 3"),
                        reply(N2, answer(5, N2, new Message.AppendResult.Refused()), 2));
    }

    @Test
    void entriesAcrossTheBaseAreTakenFromWhereTheLogEnds() {
        assertThat(follower().request(N2, append(5, at(1, 0), 3, command(2, 1), command(3, 2), command(4, 5))))
                .containsExactly(persist(3, FOLLOWS_N2, command(4, 5)), reply(N2, matched(5, N2, 4), 3));
    }

    @Test
    void aLogThatIsOnlyItsBaseGoesOn() {
        CoreFixture replica = follower();
        replica.compact(3, 0);

        assertThat(replica.request(N2, append(5, at(3, 2), 3, command(4, 5))))
                .containsExactly(persist(4, FOLLOWS_N2, command(4, 5)), reply(N2, matched(5, N2, 4), 4));
        assertThat(replica.end()).isEqualTo(at(4, 5));
    }

    @Test
    void aLogMayBeCutBackToItsBaseAndNoFurther() {
        CoreFixture replica = Stands.followerThatHeard(voters(3).applied(2));
        replica.compact(2, 0);

        assertThat(replica.request(N2, append(5, at(2, 1), 2, command(3, 5))))
                .containsExactly(rewrite(3, 1, FOLLOWS_N2, 3, command(3, 5)), reply(N2, matched(5, N2, 3), 3));
        assertThat(replica.end()).isEqualTo(at(3, 5));
    }

    @Test
    void whereTheLogsMayAgreeIsInTheLogOrAtTheVeryBeginning() {
        CoreFixture replica = follower();
        assertThat(replica.request(N2, append(5, at(9, 5), 0)))
                .containsExactly(reply(N2, mismatched(5, N2, at(3, 2)), 2));
        assertThat(replica.request(N2, append(5, at(9, 1), 0)))
                .containsExactly(reply(N2, mismatched(5, N2, at(2, 1)), 2));
        assertThat(replica.request(N2, append(5, at(9, 0), 0)))
                .containsExactly(reply(N2, mismatched(5, N2, LogPosition.ZERO), 2));
    }

    // ---- starting from it

    @Test
    void aStartKnowsTheBaseAndWhatFollowsIt() {
        CoreFixture replica = voters(3).base(at(10, 3)).log(3, 4).applied(10).start();

        assertThat(replica.end()).isEqualTo(at(12, 4));
        assertThat(replica.commitIndex()).isEqualTo(10);
        assertThat(replica.core.configuration()).isEqualTo(THREE);
        replica.at(T).request(N2, append(5, at(10, 3), 12));
        assertThat(replica.commitIndex()).as("no more than was proved").isEqualTo(10);
        assertThat(replica.request(N2, append(5, at(11, 3), 12))).contains(new Effect.Apply(11, 11));
    }

    @Test
    void aLogThatIsOnlyItsBaseIsComparedByIt() {
        CoreFixture replica = voters(3).base(at(10, 3)).log().applied(10).start().at(T);

        Message.VoteRequest even = preVote(5, at(10, 3));
        assertThat(replica.request(N2, even)).containsExactly(reply(N2, yes(even, 5, NONE), 0));
        Message.VoteRequest shorter = preVote(5, at(9, 3));
        assertThat(replica.request(N2, shorter))
                .containsExactly(reply(N2, no(shorter, 5, NONE, VoteRefusal.LOG_BEHIND), 0));
        Message.VoteRequest older = preVote(5, at(99, 2));
        assertThat(replica.request(N2, older))
                .containsExactly(reply(N2, no(older, 5, NONE, VoteRefusal.LOG_BEHIND), 0));
    }

    @Test
    void aLogThatIsOnlyItsBaseIsOfferedByIt() {
        assertThat(voters(3).base(at(10, 3)).log().applied(10).start().timeReached(FULL))
                .contains(send(N2, 1, askPreVote(N2, 5, at(10, 3), new RoundId(1, 1)), 0));
    }

    @Test
    void aStoredEpochBehindTheBaseRefusesToStart() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> voters(3).epoch(2).base(at(10, 3)).log().applied(10).start())
                .withMessageContaining("10@3");
    }
}
