package io.canvass.raft.core;

import java.util.List;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.command;
import static io.canvass.raft.core.CoreFixture.hard;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.became;
import static io.canvass.raft.core.Effects.persist;
import static io.canvass.raft.core.Effects.reply;
import static io.canvass.raft.core.Effects.rewrite;
import static io.canvass.raft.core.Messages.append;
import static io.canvass.raft.core.Messages.matched;
import static io.canvass.raft.core.Messages.mismatched;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** A follower's log: what it appends, truncates, commits, applies and acknowledges (HAZARDS E6, E7, F3 to F5, F10). */
class FollowerLogTest {
    private static final LogPosition END = at(3, 2);
    private static final HardState STATE = hard(5, NONE, N2);

    private final CoreFixture replica = Stands.followerThatHeard(voters(3));

    // ---- appending and acknowledging

    @Test
    void newEntriesAreAcknowledgedWhenTheyAreDurableWithExactlyWhatTheRequestProved() {
        assertThat(replica.request(N2, append(5, END, 0, command(4, 5), command(5, 5))))
                .containsExactly(
                        persist(2, STATE, command(4, 5), command(5, 5)), reply(N2, matched(5, N2, 5), 2));
        assertThat(replica.core.status().durableIndex()).isEqualTo(3);
        replica.persisted();
        assertThat(replica.core.status().durableIndex()).isEqualTo(5);
    }

    /** It may become a voter, and what it acknowledged then counts (HAZARDS E15). */
    @Test
    void anObserverAcknowledgesNothingBeforeItIsDurableEither() {
        CoreFixture observer = Stands.followerThatHeard(CoreFixture.voters(3).voters(N2, N3).observers(N1));

        assertThat(observer.request(N2, append(5, END, 0, command(4, 5))))
                .containsExactly(persist(2, STATE, command(4, 5)), reply(N2, matched(5, N2, 4), 2));
        assertThat(observer.core.status().durableIndex()).isEqualTo(3);
        observer.persisted();
        assertThat(observer.core.status().durableIndex()).isEqualTo(4);
    }

    @Test
    void anAnswerNeverClaimsTheOwnLastIndex() {
        assertThat(replica.request(N2, append(5, at(1, 0), 0))).containsExactly(reply(N2, matched(5, N2, 1), 1));
        assertThat(replica.request(N2, append(5, at(1, 0), 0, command(2, 1))))
                .containsExactly(reply(N2, matched(5, N2, 2), 1));
    }

    @Test
    void anAnswerWaitsForWritesThatAreStillUnderWay() {
        replica.request(N2, append(5, END, 0, command(4, 5)));

        assertThat(replica.request(N2, append(5, at(4, 5), 0))).containsExactly(reply(N2, matched(5, N2, 4), 2));
    }

    @Test
    void aRepeatedOrOlderAppendTruncatesNothing() {
        replica.request(N2, append(5, END, 0, command(4, 5), command(5, 5), command(6, 5)));

        assertThat(replica.request(N2, append(5, END, 0, command(4, 5))))
                .containsExactly(reply(N2, matched(5, N2, 4), 2));
        assertThat(replica.request(N2, append(5, at(4, 5), 0))).containsExactly(reply(N2, matched(5, N2, 4), 2));
        assertThat(replica.end()).isEqualTo(at(6, 5));
    }

    @Test
    void ofAnOverlappingAppendOnlyTheNewEntriesAreWritten() {
        replica.request(N2, append(5, END, 0, command(4, 5)));

        assertThat(replica.request(N2, append(5, END, 0, command(4, 5), command(5, 5))))
                .containsExactly(persist(3, STATE, command(5, 5)), reply(N2, matched(5, N2, 5), 3));
    }

    // ---- truncating

    @Test
    void aLogIsTruncatedOnlyAtTheFirstEntryOfAnotherEpoch() {
        replica.request(N2, append(5, END, 0, command(4, 5), command(5, 5), command(6, 5)));

        assertThat(replica.request(N3, append(6, END, 0, command(4, 5), command(5, 6))))
                .containsExactly(
                        rewrite(3, 1, hard(6, NONE, N3), 5, command(5, 6)),
                        became(RoleName.FOLLOWER, 6, N3),
                        reply(N3, matched(6, N3, 5), 3));
        assertThat(replica.end()).isEqualTo(at(5, 6));
    }

    @Test
    void truncatingAtOrBelowTheCommitIndexThrows() {
        ReplicaLog log = new ReplicaLog(stored(3), 1 << 20);
        log.commitUpTo(2);
        assertThatIllegalStateException()
                .isThrownBy(() -> log.truncate(2))
                .withMessage("The log would be truncated from 2 on, but it is committed up to 2");
        assertThatIllegalStateException().isThrownBy(() -> log.truncate(1));
        log.truncate(3);
        assertThat(log.lastIndex()).isEqualTo(2);
    }

    @Test
    void committingBeyondTheEndOfTheLogThrows() {
        ReplicaLog log = new ReplicaLog(stored(3), 1 << 20);
        assertThatIllegalStateException().isThrownBy(() -> log.commitUpTo(4));
    }

    private static StoredState stored(long lastIndex) {
        Entry configuration = new Entry(
                1, 0, EntryKind.CONFIGURATION, 0, CoreFixture.configurationOf(List.of(N2)).encode());
        return new StoredState(
                1, HardState.INITIAL, List.of(new StoredState.EpochStart(0, 1)), lastIndex, List.of(configuration), 0);
    }

    // ---- mismatch

    @Test
    void aLogThatIsTooShortAnswersWithItsEnd() {
        assertThat(replica.request(N2, append(5, at(9, 5), 0, command(10, 5))))
                .containsExactly(reply(N2, mismatched(5, N2, END), 1));
    }

    @Test
    void anEntryOfAnotherEpochAnswersWithTheLastPlaceWhereTheLogsMayAgree() {
        CoreFixture follower = Stands.followerThatHeard(voters(3).log(0, 1, 1, 3, 3, 3, 4));
        // 6 is of epoch 3 here: all of 3 is newer than 2, so only what is of epoch 1 may agree.
        assertThat(follower.request(N2, append(5, at(6, 2), 0)))
                .containsExactly(reply(N2, mismatched(5, N2, at(3, 1)), 1));
        // 7 is of epoch 4 here and of 5 there: 7 itself may not, but nothing newer than 5 stands in the way.
        assertThat(follower.request(N2, append(5, at(7, 5), 0)))
                .containsExactly(reply(N2, mismatched(5, N2, at(7, 4)), 1));
        assertThat(follower.request(N2, append(5, at(1, 1), 0)))
                .containsExactly(reply(N2, mismatched(5, N2, at(1, 0)), 1));
    }

    // ---- committing and applying

    @Test
    void theCommitIndexNeverGoesBeyondWhatTheMessageProved() {
        replica.request(N2, append(5, END, 0, command(4, 5), command(5, 5)));
        replica.persisted();

        assertThat(replica.request(N2, append(5, END, 5)))
                .containsExactly(reply(N2, matched(5, N2, 3), 2), new Effect.Apply(1, 3));
        assertThat(replica.commitIndex()).isEqualTo(3);
    }

    @Test
    void theCommitIndexNeverFalls() {
        replica.request(N2, append(5, END, 3));
        assertThat(replica.request(N2, append(5, END, 1))).containsExactly(reply(N2, matched(5, N2, 3), 1));
        assertThat(replica.commitIndex()).isEqualTo(3);
    }

    @Test
    void aMismatchCommitsNothing() {
        replica.request(N2, append(5, at(9, 5), 9));
        assertThat(replica.commitIndex()).isZero();
    }

    @Test
    void onlyWhatIsCommittedAndDurableHereIsAppliedEachIndexOnceAndInOrder() {
        assertThat(replica.request(N2, append(5, END, 5, command(4, 5), command(5, 5))))
                .containsExactly(
                        persist(2, STATE, command(4, 5), command(5, 5)),
                        reply(N2, matched(5, N2, 5), 2),
                        new Effect.Apply(1, 3));
        assertThat(replica.persisted()).containsExactly(new Effect.Apply(4, 5));
        assertThat(replica.persisted()).isEmpty();
    }

    // ---- durability

    @Test
    void aCompletionOfAnOverwrittenAppendNeverVouchesForWhatReplacedIt() {
        replica.request(N2, append(5, END, 0, command(4, 5), command(5, 5)));
        replica.request(N3, append(6, END, 5, command(4, 6), command(5, 6)));

        assertThat(replica.persisted(2, 0)).isEmpty();
        assertThat(replica.core.status().durableIndex()).isEqualTo(3);
        assertThat(replica.persisted(3, 1)).containsExactly(new Effect.Apply(4, 5));
        assertThat(replica.core.status().durableIndex()).isEqualTo(5);
    }

    @Test
    void aTruncationTakesBackWhatWasDurable() {
        replica.request(N2, append(5, END, 0, command(4, 5), command(5, 5)));
        replica.persisted();

        replica.request(N3, append(6, END, 0, command(4, 6), command(5, 6), command(6, 6)));

        assertThat(replica.core.status().durableIndex()).isEqualTo(3);
        assertThat(replica.persisted(2, 1)).isEmpty();
        assertThat(replica.core.status().durableIndex()).isEqualTo(3);
        replica.persisted();
        assertThat(replica.core.status().durableIndex()).isEqualTo(6);
    }

    @Test
    void oneCompletionCoversAllWritesBeforeIt() {
        replica.request(N2, append(5, END, 0, command(4, 5)));
        replica.request(N2, append(5, at(4, 5), 0, command(5, 5)));
        replica.request(N2, append(5, at(5, 5), 0, command(6, 5)));

        replica.persisted(3, 0);
        assertThat(replica.core.status().durableIndex()).isEqualTo(5);
        replica.persisted(4, 0);
        assertThat(replica.core.status().durableIndex()).isEqualTo(6);
    }

    @Test
    void aCompletionThatWasNeverAskedForThrows() {
        for (Token token : List.of(new Token(9, 0), new Token(1, 7), new Token(0, 0))) {
            CoreFixture fresh = Stands.followerThatHeard(voters(3));
            assertThatIllegalStateException().isThrownBy(() -> fresh.persisted(token.sequence(), token.generation()));
        }
    }
}
