package io.canvass.raft.storage;

import java.util.List;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Effect.Persist;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.StoredState.EpochStart;
import io.canvass.raft.core.Token;
import io.canvass.raft.storage.MergedWrite.IndexRange;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Bases among the writes of one merge. */
class MergedBaseTest {
    /** Begins after 2 of epoch 1; holds 3 of epoch 1, 4 to 6 of epoch 2. */
    private final LogShape shape = new LogShape(new LogPosition(1, 2));

    MergedBaseTest() {
        shape.append(3, 1);
        shape.append(4, 2);
        shape.append(5, 2);
        shape.append(6, 2);
    }

    private MergedWrite merge(Persist... writes) {
        return MergedWrite.of(shape, Stores.epoch(2), List.of(writes));
    }

    private void assertContradicts(String objection, Persist... writes) {
        assertThatThrownBy(() -> merge(writes)).isInstanceOf(StorageException.class)
                .hasMessageContainingAll("contradicts what is stored", objection);
    }

    private static Entry entry(long index, long epoch) {
        return Stores.command(index, epoch, "entry");
    }

    private static Persist append(Entry... entries) {
        return Stores.append(Stores.epoch(2), entries);
    }

    private static Persist compact(long index, long epoch) {
        return Stores.compact(Stores.epoch(2), Stores.base(index, epoch));
    }

    private static Persist replace(long index, long epoch) {
        return Stores.replace(Stores.epoch(2), Stores.base(index, epoch));
    }

    @Test
    void aBaseDropsWhatIsStoredUpToItAndNoMore() {
        MergedWrite merged = merge(compact(4, 2));

        assertThat(merged.purged()).isEqualTo(new IndexRange(3, 4));
        assertThat(merged.truncated().isEmpty()).isTrue();
        assertThat(merged.base()).isEqualTo(Stores.base(4, 2));
        assertThat(merged.changesLog()).isTrue();
        assertThat(shape.base()).isEqualTo(new LogPosition(2, 4));
        assertThat(shape.epochs()).containsExactly(new EpochStart(2, 5));
    }

    @Test
    void theLastOfSeveralBasesCounts() {
        MergedWrite merged = merge(compact(3, 1), append(entry(7, 2)), compact(5, 2));

        assertThat(merged.base()).isEqualTo(Stores.base(5, 2));
        assertThat(merged.purged()).isEqualTo(new IndexRange(3, 5));
        assertThat(merged.puts()).containsExactly(entry(7, 2));
    }

    @Test
    void anEntryThatIsAppendedAndDroppedInOneMergeIsNeverWritten() {
        MergedWrite merged = merge(append(entry(7, 2), entry(8, 2)), compact(7, 2));

        assertThat(merged.puts()).containsExactly(entry(8, 2));
        assertThat(merged.purged()).isEqualTo(new IndexRange(3, 6));
        assertThat(shape.end()).isEqualTo(new LogPosition(2, 8));
    }

    @Test
    void anEntryThatReplacesATruncatedOneAndIsDroppedLeavesNoneOfBoth() {
        MergedWrite merged = merge(Stores.persist(Stores.epoch(2), 4, entry(4, 2)), compact(4, 2));

        assertThat(merged.puts()).isEmpty();
        assertThat(merged.purged()).isEqualTo(new IndexRange(3, 4));
        assertThat(merged.truncated()).isEqualTo(new IndexRange(5, 6));
        assertThat(shape.end()).isEqualTo(new LogPosition(2, 4));
    }

    @Test
    void aTruncationAfterABaseKeepsTheBase() {
        MergedWrite merged = merge(compact(4, 2), Stores.persist(Stores.epoch(3), 5));

        assertThat(merged.purged()).isEqualTo(new IndexRange(3, 4));
        assertThat(merged.truncated()).isEqualTo(new IndexRange(5, 6));
        assertThat(shape.end()).isEqualTo(new LogPosition(2, 4));
        assertThat(shape.epochs()).isEmpty();
    }

    @Test
    void aSnapshotBeyondTheEndReplacesAll() {
        MergedWrite merged = merge(append(entry(7, 2)), replace(20, 2), append(entry(21, 2)));

        assertThat(merged.puts()).containsExactly(entry(21, 2));
        assertThat(merged.purged()).isEqualTo(new IndexRange(3, 6));
        assertThat(merged.truncated().isEmpty()).isTrue();
        assertThat(shape.base()).isEqualTo(new LogPosition(2, 20));
        assertThat(shape.epochs()).containsExactly(new EpochStart(2, 21));
    }

    @Test
    void aSnapshotInTheMiddleOfAnotherHistoryLeavesNothingOfItBehind() {
        MergedWrite merged = merge(Stores.replace(Stores.epoch(3), Stores.base(4, 3)),
                Stores.append(Stores.epoch(3), entry(5, 3)));

        assertThat(merged.puts()).containsExactly(entry(5, 3));
        assertThat(merged.purged()).as("6 is gone too, and 5 is deleted before it is written")
                .isEqualTo(new IndexRange(3, 6));
        assertThat(shape.end()).isEqualTo(new LogPosition(3, 5));
    }

    @Test
    void aBaseAfterASnapshotIsTheBase() {
        MergedWrite merged = merge(replace(20, 2), append(entry(21, 2), entry(22, 2)), compact(21, 2));

        assertThat(merged.base()).isEqualTo(Stores.base(21, 2));
        assertThat(merged.puts()).containsExactly(entry(22, 2));
        assertThat(merged.purged()).isEqualTo(new IndexRange(3, 6));
    }

    @Test
    void aBaseThatIsNotInTheLogIsRefused() {
        assertContradicts("a base at 7@2, which is not in a log that ends at 6@2", compact(7, 2));
    }

    @Test
    void aBaseOfAnotherEpochThanTheEntryIsRefused() {
        assertContradicts("a base at 5@1", compact(5, 1));
    }

    @Test
    void aBaseThatDoesNotRiseIsRefused() {
        assertContradicts("a base at 2@1 after one at 2@1", compact(2, 1));
    }

    @Test
    void aSnapshotBelowTheBaseIsRefused() {
        assertContradicts("a base at 1@1 after one at 2@1", replace(1, 1));
    }

    /** HAZARDS G1. */
    @Test
    void aSnapshotThatWouldDropAnAcknowledgedTailIsRefused() {
        assertContradicts("a log which holds that place", replace(5, 2));
    }

    @Test
    void aSnapshotWithEntriesIsRefused() {
        assertContradicts("entries in the write", new Effect.Persist(Token.NOTHING, Stores.epoch(2),
                new Effect.LogWrite(1, List.of(entry(21, 2)), Stores.base(20, 2))));
    }

    /** HAZARDS F5. */
    @Test
    void aTruncationAtOrBelowTheBaseIsRefused() {
        assertContradicts("a truncation from 2 on in a log that begins after 2", Stores.persist(Stores.epoch(2), 2));
    }

    /** HAZARDS E5. */
    @Test
    void aSnapshotOfAnEpochThatIsNotYetStoredIsRefused() {
        assertContradicts("epoch 2 below epoch 3", replace(20, 3));
    }

    @Test
    void anEntryBelowTheEpochOfTheBaseIsRefused() {
        assertContradicts("epoch 1 after one of epoch 2", replace(20, 2), append(entry(21, 1)));
    }
}
