package io.canvass.kv.store;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.RaiseRevision;
import io.canvass.proto.kv.v1.Result;
import io.canvass.raft.core.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

import static io.canvass.kv.store.TestLog.SMALL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class StateCopiesTest {
    @TempDir
    Path directory;

    private Path copyOf(KvStore store) {
        Path copy = directory.resolve("copy");
        store.checkpoint(copy);
        return copy;
    }

    private Path copyOfAFewKeys() {
        try (KvStore store = KvStore.open(directory.resolve("store"), SMALL)) {
            TestLog.applyAll(store, List.of(
                    TestLog.put("a", "1"), TestLog.put("b", "2"), TestLog.put("a", "3"), TestLog.delete("b")));
            return copyOf(store);
        }
    }

    @Test
    void aCopySaysHowFarItIsAndIsSound() {
        Path copy = copyOfAFewKeys();
        StoreState state = StateCopies.state(copy);
        assertThat(state.revision()).isEqualTo(4);
        assertThat(state.keyCount()).isEqualTo(1);
        assertThat(StateCopies.check(copy)).isEqualTo(state);
        assertThat(StateCopies.look(directory.resolve("store"))).isEqualTo(state);
    }

    @Test
    void aCopyBecomesTheStateOfANewNode() {
        Path copy = copyOfAFewKeys();
        StoreState state = StateCopies.check(copy);
        Path adopted = directory.resolve("adopted");
        StateCopies.adopt(copy, adopted);
        assertThat(copy).doesNotExist();
        try (KvStore store = KvStore.open(adopted, SMALL)) {
            assertThat(store.state()).isEqualTo(state);
            assertThat(store.get(Bytes.ofUtf8("a")).value().orElseThrow().value().toUtf8()).isEqualTo("3");
        }
        assertThatThrownBy(() -> StateCopies.adopt(adopted.resolve("state-1"), adopted))
                .hasMessageContaining("exists already");
    }

    /** Rows that no store writes, each in a copy whose tables are sound. */
    @ParameterizedTest
    @ValueSource(strings = {"a key without its value", "a key of the future", "a key too few", "half a row", "a"
            + " change of the future"})
    void whatDoesNotFitTogetherIsFound(String damage) throws Exception {
        Path copy = copyOfAFewKeys();
        try (Tuning tuning = new Tuning(SMALL);
                Database database = Database.open(copy, tuning);
                WriteBatch batch = new WriteBatch()) {
            put(batch, database, damage);
            database.write(batch);
            database.flush();
        }
        assertThatThrownBy(() -> StateCopies.check(copy))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("damaged");
    }

    private static void put(WriteBatch batch, Database database, String damage) throws RocksDBException {
        byte[] a = {'a'};
        switch (damage) {
            case "a key without its value" -> batch.put(database.index(), a, new KeyState(1, 2, 2, 0).encode());
            case "a key of the future" -> batch.put(database.index(), a, new KeyState(1, 9, 2, 0).encode());
            case "a key too few" -> batch.delete(database.index(), a);
            case "half a row" ->
                batch.put(database.versions(), KeyLayout.versionKey(a, 3), new byte[] {KeyLayout.PUT, 0});
            case "a change of the future" ->
                batch.put(database.changes(), KeyLayout.number(5), KeyLayout.change(KeyLayout.PUT, a));
            default -> throw new IllegalArgumentException(damage);
        }
    }

    @Test
    void aDirectoryThatIsNoCopyOrAStoreInUseIsRefused() throws Exception {
        Path empty = Files.createDirectory(directory.resolve("empty"));
        assertThatThrownBy(() -> StateCopies.check(empty)).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> StateCopies.look(directory.resolve("absent"))).hasMessageContaining("no state store");
        assertThat(directory.resolve("absent")).doesNotExist();
        try (KvStore store = KvStore.open(directory.resolve("store"), SMALL)) {
            assertThat(store.revision()).isZero();
            assertThatThrownBy(() -> StateCopies.look(directory.resolve("store"))).hasMessageContaining("in use");
        }
    }

    @Test
    void aRaiseMovesTheRevisionAndNothingElse() {
        try (KvStore store = KvStore.open(directory.resolve("store"), SMALL)) {
            TestLog.applyAll(store, List.of(TestLog.put("a", "1"), TestLog.put("b", "2")));
            long hash = store.stateHash();
            Result raised = TestLog.apply(store, raise(1000));
            assertThat(raised.getRevision()).isEqualTo(1002);
            assertThat(store.state().revision()).isEqualTo(1002);
            assertThat(store.state().compactRevision()).isEqualTo(1002);
            assertThat(store.keyCount()).isEqualTo(2);
            assertThat(store.stateHash()).isNotEqualTo(hash);
            assertThat(store.get(Bytes.ofUtf8("a")).value().orElseThrow().modRevision()).isEqualTo(1);
            assertThat(TestLog.apply(store, TestLog.put("a", "2")).getWritten().getEntry().getModRevision())
                    .isEqualTo(1003);
            assertThat(StateCopies.check(copyOf(store)).revision()).isEqualTo(1003);
        }
    }

    @Test
    void aRaiseOutOfBoundsIsNoCommand() {
        for (long by : new long[] {0, -1, Commands.MAX_REVISION_RAISE + 1}) {
            assertThatThrownBy(() -> Commands.parse(Bytes.wrap(raise(by).toByteArray())))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Commands.raiseRevision(by)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(Commands.parse(Commands.raiseRevision(7)).getRaiseRevision().getBy()).isEqualTo(7);
    }

    private static Command raise(long by) {
        return Command.newBuilder().setRaiseRevision(RaiseRevision.newBuilder().setBy(by)).build();
    }
}
