package io.canvass.raft.storage;

import java.nio.file.Path;
import java.util.List;

import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.StoredState;
import io.canvass.raft.core.StoredState.EpochStart;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A crash at each point between the note of a snapshot and the log that begins after it (HAZARDS G1). All writes are
 * synced, so that a store that is closed is one that crashed.
 */
class InterruptedInstallTest {
    private static final long LAST = 6;
    private static final long APPLIED = 2;

    /** How the log stands to the snapshot. */
    enum Relation {
        LOG_IS_SHORTER(20, 3),
        LOG_IS_OF_ANOTHER_HISTORY(4, 3),
        LOG_HOLDS_THE_PLACE(4, 2),
        LOG_ENDS_THERE(6, 2);

        private final long index;
        private final long epoch;

        Relation(long index, long epoch) {
            this.index = index;
            this.epoch = epoch;
        }

        private LogBase base() {
            return Stores.base(index, epoch);
        }

        private boolean isHeld() {
            return epoch == 2;
        }
    }

    @TempDir
    Path parent;

    private Path directory() {
        return parent.resolve("raft");
    }

    /** Entries 2 and 3 of epoch 1, 4 to 6 of epoch 2. */
    @BeforeEach
    void writeALog() {
        try (RocksRaftStore store = Stores.open(directory())) {
            for (long index = 2; index <= LAST; index++) {
                long epoch = index < 4 ? 1 : 2;
                store.write(List.of(Stores.append(Stores.epoch(3), Stores.command(index, epoch, "old"))));
            }
        }
    }

    private void note(LogBase base) {
        try (RocksRaftStore store = Stores.open(directory())) {
            store.recovered(APPLIED);
            store.installing(base);
        }
    }

    private StoredState recover(long appliedIndex) {
        try (RocksRaftStore store = Stores.open(directory())) {
            return store.recovered(appliedIndex);
        }
    }

    private void assertWholeLog(StoredState state) {
        assertThat(state.base()).isNull();
        assertThat(state.lastIndex()).isEqualTo(LAST);
        assertThat(state.epochs()).containsExactly(
                new EpochStart(0, 1), new EpochStart(1, 2), new EpochStart(2, 4));
        assertThat(state.configurations()).containsExactly(Stores.bootstrapEntry());
        assertThat(state.hardState()).isEqualTo(Stores.epoch(3));
    }

    private void assertBeginsAfter(Relation relation, StoredState state) {
        assertThat(state.base()).isEqualTo(relation.base());
        assertThat(state.configurations()).isEmpty();
        assertThat(state.hardState()).isEqualTo(Stores.epoch(3));
        assertThat(state.appliedIndex()).isEqualTo(relation.index);
        boolean goesOn = relation.isHeld() && relation.index < LAST;
        assertThat(state.lastIndex()).isEqualTo(goesOn ? LAST : relation.index);
        assertThat(state.epochs()).isEqualTo(
                goesOn ? List.of(new EpochStart(2, relation.index + 1)) : List.of());
    }

    private void assertNoNote() throws Exception {
        try (LogDatabase database = LogDatabase.open(directory().resolve(DataDirectory.DATABASE))) {
            assertThat(StoredMeta.read(database).installing()).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCrashBeforeTheSwitchKeepsTheLog(Relation relation) throws Exception {
        note(relation.base());
        assertWholeLog(recover(APPLIED));
        assertNoNote();
        assertWholeLog(recover(APPLIED));
    }

    @ParameterizedTest
    @EnumSource
    void aCrashAfterTheSwitchLetsTheLogBeginThere(Relation relation) throws Exception {
        note(relation.base());
        assertBeginsAfter(relation, recover(relation.index));
        assertNoNote();
        assertBeginsAfter(relation, recover(relation.index));
    }

    @ParameterizedTest
    @EnumSource
    void aCrashAfterTheWriteFindsTheSameAsOneBeforeIt(Relation relation) throws Exception {
        try (RocksRaftStore store = Stores.open(directory())) {
            store.installing(relation.base());
            store.write(List.of(relation.isHeld()
                    ? Stores.compact(Stores.epoch(3), relation.base())
                    : Stores.replace(Stores.epoch(3), relation.base())));
        }
        assertNoNote();
        assertBeginsAfter(relation, recover(relation.index));
    }

    @ParameterizedTest
    @EnumSource
    void aSecondCrashBetweenOpenAndRecoveryChangesNothing(Relation relation) {
        note(relation.base());
        Stores.open(directory()).close();
        assertBeginsAfter(relation, recover(relation.index));
    }

    @ParameterizedTest
    @EnumSource
    void theLogGoesOnAfterARecoveredInstallation(Relation relation) {
        note(relation.base());
        try (RocksRaftStore store = Stores.open(directory())) {
            long next = store.recovered(relation.index).lastIndex() + 1;
            store.write(List.of(Stores.append(Stores.epoch(3), Stores.command(next, 3, "new"))));
            assertThat(store.read(next, next, 1)).containsExactly(Stores.command(next, 3, "new"));
            assertThat(store.read(relation.index, next, 1)).isEmpty();
        }
        assertThat(recover(relation.index).epochs().getLast().epoch()).isEqualTo(3);
    }

    @Test
    void whatFollowsASnapshotThatTheLogHoldsMayBeAppliedAlready() {
        note(Relation.LOG_HOLDS_THE_PLACE.base());
        StoredState state = recover(LAST);
        assertThat(state.base()).isEqualTo(Relation.LOG_HOLDS_THE_PLACE.base());
        assertThat(state.lastIndex()).isEqualTo(LAST);
        assertThat(state.appliedIndex()).isEqualTo(LAST);
    }

    @Test
    void aStateMachineBeyondTheSnapshotThatTheLogDoesNotHoldIsRefusedAndTheNoteKept() {
        note(Relation.LOG_IS_OF_ANOTHER_HISTORY.base());
        try (RocksRaftStore store = Stores.open(directory())) {
            assertThatThrownBy(() -> store.recovered(5)).isInstanceOf(StorageException.class)
                    .hasMessageContainingAll("ends at index 4", "holds index 5");
            assertBeginsAfter(Relation.LOG_IS_OF_ANOTHER_HISTORY, store.recovered(4));
        }
    }

    /** kvctl heal refuses then, so it is not what to type. */
    @Test
    void aStateThatIsLostWhileASnapshotIsNotedIsNoneToHeal() {
        try (RocksRaftStore store = Stores.open(directory())) {
            store.write(List.of(Stores.compact(Stores.epoch(3), Stores.base(4, 2))));
            store.installing(Stores.base(20, 3));
        }
        try (RocksRaftStore store = Stores.open(directory())) {
            assertThatThrownBy(() -> store.recovered(3)).isInstanceOf(StorageException.class)
                    .hasMessageContainingAll("The state was lost", "replaced as one that lost its disk")
                    .hasMessageNotContaining("kvctl heal");
            assertThat(store.recovered(4).lastIndex()).isEqualTo(LAST);
        }
    }

    @Test
    void anEpochThatWasNotYetDurableRisesToThatOfTheSnapshot() {
        note(Stores.base(20, 7));
        StoredState state = recover(20);
        assertThat(state.hardState()).isEqualTo(Stores.epoch(7));
        assertThat(recover(20)).isEqualTo(new StoredState(state.boot() + 1, Stores.epoch(7), Stores.base(20, 7),
                List.of(), 20, List.of(), 20));
    }

    @Test
    void onlyABaseAtOrAboveTheSnapshotTakesTheNoteBack() throws Exception {
        LogBase noted = Stores.base(5, 2);
        try (RocksRaftStore store = Stores.open(directory())) {
            store.installing(noted);
            store.write(List.of(Stores.compact(Stores.epoch(3), Stores.base(4, 2))));
        }
        try (LogDatabase database = LogDatabase.open(directory().resolve(DataDirectory.DATABASE))) {
            assertThat(StoredMeta.read(database).installing()).isEqualTo(noted);
        }
        try (RocksRaftStore store = Stores.open(directory())) {
            assertThat(store.recovered(4).base()).isEqualTo(Stores.base(4, 2));
            store.installing(noted);
            store.write(List.of(Stores.compact(Stores.epoch(3), Stores.base(6, 2))));
        }
        assertNoNote();
    }

    @Test
    void aLaterNoteReplacesAnEarlierOne() {
        try (RocksRaftStore store = Stores.open(directory())) {
            store.installing(Stores.base(4, 3));
            store.installing(Stores.base(9, 3));
        }
        assertWholeLog(recover(4));
    }

    @Test
    void aNoteIsOneSync() {
        try (RocksRaftStore store = Stores.open(directory())) {
            long before = store.walSyncs();
            store.installing(Stores.base(20, 3));
            assertThat(store.walSyncs()).isEqualTo(before + 1);
        }
    }

    @Test
    void aFailedNoteIsFinalAsAnyWrite() {
        try (RocksRaftStore store = Stores.open(directory())) {
            store.write(List.of(Stores.compact(Stores.epoch(3), Stores.base(4, 2))));
            assertThatThrownBy(() -> store.installing(Stores.base(4, 2))).isInstanceOf(StorageException.class)
                    .hasMessageContaining("the log begins after 4@2 already");
            assertThatThrownBy(() -> store.installing(Stores.base(20, 3)))
                    .hasMessageContaining("an earlier write failed");
            assertThatThrownBy(() -> store.write(List.of(Stores.append(Stores.epoch(4)))))
                    .hasMessageContaining("an earlier write failed");
        }
    }

    @Test
    void nothingIsWrittenBeforeAnInterruptedInstallationIsBroughtToItsEnd() {
        note(Stores.base(20, 3));
        try (RocksRaftStore store = Stores.open(directory())) {
            assertThatThrownBy(() -> store.write(List.of(Stores.append(Stores.epoch(4)))))
                    .isInstanceOf(StorageException.class).hasMessageContaining("was interrupted");
            store.recovered(APPLIED);
            store.write(List.of(Stores.append(Stores.epoch(4))));
        }
    }
}
