package io.canvass.raft.storage;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.StoredState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The directory of d, which joins the cluster of a, b and c: what is in it before it got anything, and after. */
class JoiningDirectoryTest {
    private static final Configuration KNOWN = Stores.voters("a", "b", "c");
    private static final LogBase NOTHING = new LogBase(LogPosition.ZERO, KNOWN);

    @TempDir
    Path parent;

    private Path directory() {
        return parent.resolve("raft");
    }

    private RocksRaftStore join() {
        return RocksRaftStore.open(directory(), Formation.joining("d", Stores.CLUSTER, KNOWN));
    }

    private RocksRaftStore reopen() {
        return RocksRaftStore.open(directory(), Formation.existing("d", Optional.empty()));
    }

    private StoredState reopened(long appliedIndex) {
        try (RocksRaftStore store = reopen()) {
            return store.recovered(appliedIndex);
        }
    }

    @Test
    void itBeginsWithWhatItWasToldAndAnEmptyLogAndIsTheSameAtEachStart() {
        try (RocksRaftStore store = join()) {
            StoredState state = store.recovered(0);
            assertThat(state).isEqualTo(new StoredState(1, HardState.INITIAL, NOTHING, List.of(), 0, List.of(), 0, true));
            assertThat(store.identity().clusterId()).isEqualTo(Stores.CLUSTER);
            assertThat(store.identity().nodeId()).isEqualTo("d");
            assertThat(store.bootstrap()).isEqualTo(KNOWN);
            assertThat(store.formed()).isTrue();
        }
        assertThat(reopened(0)).isEqualTo(
                new StoredState(2, HardState.INITIAL, NOTHING, List.of(), 0, List.of(), 0, true));
    }

    @Test
    void theOneOfItsOwnNameIsLeftOutOfWhatItWasTold() {
        Formation formation = Formation.joining("c", Stores.CLUSTER, KNOWN);
        assertThat(formation).isEqualTo(new Formation.Joining("c", Stores.CLUSTER, Stores.voters("a", "b")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Formation.joining("a", Stores.CLUSTER, Stores.voters("a")))
                .withMessageContaining("the only voter");
    }

    @Test
    void theLogComesFromItsFirstEntryOn() {
        Entry second = Stores.command(2, 3, "two");
        try (RocksRaftStore store = join()) {
            store.recovered(0);
            store.write(List.of(Stores.append(Stores.epoch(3), Stores.bootstrapEntry(), second)));
            assertThat(store.read(1, 2, Stores.NO_LIMIT)).containsExactly(Stores.bootstrapEntry(), second);
        }
        StoredState state = reopened(0);
        assertThat(state.base()).isEqualTo(NOTHING);
        assertThat(state.lastIndex()).isEqualTo(2);
        assertThat(state.configurations()).containsExactly(Stores.bootstrapEntry());
        assertThat(state.joined()).isTrue();

        Entry other = Stores.command(2, 4, "other");
        try (RocksRaftStore store = reopen()) {
            store.recovered(0);
            store.write(List.of(Stores.persist(Stores.epoch(4), 2, other)));
            store.write(List.of(Stores.compact(Stores.epoch(4), Stores.base(2, 4))));
        }
        assertThat(reopened(2).base()).isEqualTo(Stores.base(2, 4));
        assertThat(reopened(2).joined()).isTrue();
    }

    @Test
    void orItComesAsASnapshotAndACrashOnTheWayLeavesOneOrTheOther() {
        LogBase snapshot = Stores.base(20, 3);
        try (RocksRaftStore store = join()) {
            store.recovered(0);
            store.installing(snapshot);
        }
        StoredState before = reopened(0);
        assertThat(before.base()).isEqualTo(NOTHING);
        assertThat(before.lastIndex()).isZero();
        try (RocksRaftStore store = reopen()) {
            store.recovered(0);
            store.installing(snapshot);
        }
        StoredState after = reopened(20);
        assertThat(after.base()).isEqualTo(snapshot);
        assertThat(after.lastIndex()).isEqualTo(20);
        assertThat(after.hardState().epoch()).isEqualTo(3);
        assertThat(after.joined()).isTrue();
    }

    @Test
    void aSnapshotTakesTheEmptyLogsPlace() {
        try (RocksRaftStore store = join()) {
            store.recovered(0);
            store.installing(Stores.base(20, 3));
            store.write(List.of(Stores.replace(Stores.epoch(3), Stores.base(20, 3))));
        }
        assertThat(reopened(20).base()).isEqualTo(Stores.base(20, 3));
    }

    @Test
    void aStateThatIsAheadOfTheEmptyLogIsRefused() {
        join().close();
        assertThatThrownBy(() -> reopened(5))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("holds index 5");
    }

    @Test
    void aCrashWhileItIsFormattedLeavesAnEmptyDirectory() throws Exception {
        Files.createDirectories(directory().resolve(DataDirectory.UNFINISHED).resolve("half"));
        assertThat(RocksRaftStore.isFormatted(directory())).isFalse();
        join().close();
        assertThat(RocksRaftStore.isFormatted(directory())).isTrue();
        assertThat(directory().resolve(DataDirectory.UNFINISHED)).doesNotExist();
    }

    @Test
    void onlyAFormattedDirectoryIsGoneOnWith() {
        assertThat(RocksRaftStore.isFormatted(directory())).isFalse();
        assertThatThrownBy(this::reopen).isInstanceOf(StorageException.class).hasMessageContaining("an empty directory");
        assertThat(RocksRaftStore.isFormatted(directory())).isFalse();
    }

    @Test
    void theDirectoryOfAnotherClusterIsRefused() {
        join().close();
        UUID other = new UUID(8, 8);
        for (Formation formation : List.of(
                Formation.joining("d", other, KNOWN), Formation.existing("d", Optional.of(other)))) {
            assertThatThrownBy(() -> RocksRaftStore.open(directory(), formation))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContainingAll(Stores.CLUSTER.toString(), other.toString());
        }
    }

    @Test
    void aBaseThatIsSaidNotToBeIsRefused() throws Exception {
        join().close();
        try (LogDatabase database = LogDatabase.open(directory().resolve(DataDirectory.DATABASE))) {
            database.db().put(
                    database.meta(), MetaKey.LOG_BASE.bytes(), MetaCodec.noBase(MetaKey.LOG_BASE));
        }
        assertThatThrownBy(this::reopen)
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("no base of the log, in a directory that was formatted with one");
    }

    @Test
    void oneThatFoundsItsClusterIsFormedOnceItsLogHoldsMoreThanItsFirstEntry() {
        try (RocksRaftStore store = Stores.open(directory())) {
            store.recovered(0);
            assertThat(store.formed()).isFalse();
            store.write(List.of(Stores.append(Stores.epoch(1), Stores.command(2, 1, "two"))));
            assertThat(store.formed()).isTrue();
        }
        try (RocksRaftStore store = Stores.open(directory())) {
            assertThat(store.formed()).isTrue();
        }
    }
}
