package io.canvass.raft.storage;

import java.util.List;

import io.canvass.raft.core.Effect.Persist;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.StoredState.EpochStart;
import io.canvass.raft.storage.MergedWrite.IndexRange;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class MergedWriteTest {
    private final LogShape shape = shapeOf(0, 1, 1, 2, 2);

    private static LogShape shapeOf(long... epochs) {
        LogShape shape = new LogShape(LogPosition.ZERO);
        for (long epoch : epochs) {
            shape.append(shape.lastIndex() + 1, epoch);
        }
        return shape;
    }

    private MergedWrite merge(Persist... writes) {
        return MergedWrite.of(shape, Stores.epoch(2), List.of(writes));
    }

    private static Entry entry(long index, long epoch) {
        return Stores.command(index, epoch, "entry");
    }

    @Test
    void aLaterTruncationDropsEntriesOfAnEarlierWrite() {
        MergedWrite merged = merge(
                Stores.append(Stores.epoch(2), entry(6, 2), entry(7, 2)),
                Stores.persist(Stores.epoch(3), 7, entry(7, 3)));

        assertThat(merged.puts()).containsExactly(entry(6, 2), entry(7, 3));
        assertThat(merged.truncated().isEmpty()).isTrue();
        assertThat(shape.epochs()).containsExactly(
                new EpochStart(0, 1), new EpochStart(1, 2), new EpochStart(2, 4), new EpochStart(3, 7));
    }

    @Test
    void onlyStoredEntriesThatNothingOverwritesAreDeleted() {
        MergedWrite merged = merge(
                Stores.append(Stores.epoch(2), entry(6, 2)), Stores.persist(Stores.epoch(3), 3, entry(3, 3)));

        assertThat(merged.puts()).containsExactly(entry(3, 3));
        assertThat(merged.truncated()).isEqualTo(new IndexRange(4, 5));
        assertThat(shape.epochs()).containsExactly(new EpochStart(0, 1), new EpochStart(1, 2), new EpochStart(3, 3));
    }

    @Test
    void theStateIsThatOfTheLastWrite() {
        HardState voted = new HardState(4, ReplicaKey.ofNode("b"), ReplicaKey.NONE);

        assertThat(merge(Stores.append(Stores.epoch(3)), Stores.append(voted)).state()).isEqualTo(voted);
    }

    @Test
    void aGapIsRefused() {
        assertThatThrownBy(() -> merge(Stores.append(Stores.epoch(2), entry(7, 2))))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("log entry 7 where 6 must follow");
    }

    @Test
    void anEntryOverAStoredOneWithoutTruncationIsRefused() {
        assertThatThrownBy(() -> merge(Stores.append(Stores.epoch(2), entry(5, 2))))
                .hasMessageContaining("log entry 5 where 6 must follow");
    }

    @Test
    void anEpochThatFallsInTheLogIsRefused() {
        assertThatThrownBy(() -> merge(Stores.append(Stores.epoch(2), entry(6, 1))))
                .hasMessageContaining("epoch 1 after one of epoch 2");
    }

    @Test
    void anEntryOfAnEpochThatIsNotYetStoredIsRefused() {
        assertThatThrownBy(() -> merge(Stores.append(Stores.epoch(2), entry(6, 3))))
                .hasMessageContaining("epoch 2 below epoch 3 of log entry 6");
    }

    @Test
    void anEpochThatFallsInTheStateIsRefused() {
        assertThatThrownBy(() -> merge(Stores.append(Stores.epoch(1)))).hasMessageContaining("epoch 1 after epoch 2");
    }

    @Test
    void aVoteIsNeverTakenBackInItsEpoch() {
        HardState forB = new HardState(3, ReplicaKey.ofNode("b"), ReplicaKey.NONE);
        HardState forC = new HardState(3, ReplicaKey.ofNode("c"), ReplicaKey.NONE);

        assertThatThrownBy(() -> merge(Stores.append(forB), Stores.append(forC))).hasMessageContaining("vote for c");
        assertThatThrownBy(() -> merge(Stores.append(forB), Stores.append(Stores.epoch(3))))
                .hasMessageContaining("vote for none");
        assertThat(merge(Stores.append(forB), Stores.append(Stores.epoch(4))).state()).isEqualTo(Stores.epoch(4));
    }

    @Test
    void theEntryThatFormedTheClusterIsNeverTruncated() {
        assertThatThrownBy(() -> merge(Stores.persist(Stores.epoch(2), 1))).hasMessageContaining("truncation from 1");
    }

    @Test
    void aTruncationBeyondTheEndIsRefused() {
        assertThatThrownBy(() -> merge(Stores.persist(Stores.epoch(2), 7))).hasMessageContaining("ends at 5");
    }
}
