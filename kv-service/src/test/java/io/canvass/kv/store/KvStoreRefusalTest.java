package io.canvass.kv.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import com.google.protobuf.UnknownFieldSet;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Compare;
import io.canvass.proto.kv.v1.Idempotency;
import io.canvass.proto.kv.v1.Operation;
import io.canvass.proto.kv.v1.Precondition;
import io.canvass.proto.kv.v1.Txn;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

import static io.canvass.kv.store.TestLog.SMALL;
import static io.canvass.kv.store.TestLog.apply;
import static io.canvass.kv.store.TestLog.entry;
import static io.canvass.kv.store.TestLog.provided;
import static io.canvass.kv.store.TestLog.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class KvStoreRefusalTest {
    private static final UnknownFieldSet UNKNOWN = UnknownFieldSet.newBuilder()
            .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
            .build();

    @TempDir
    Path directory;

    static Stream<Arguments> commandsThatAreNotKnown() {
        Command put = put("key", "value");
        Command nested = Command.newBuilder()
                .setPut(put.getPut().toBuilder().setUnknownFields(UNKNOWN))
                .build();
        Command condition = provided(Precondition.newBuilder().setUnknownFields(UNKNOWN).build(), put);
        Precondition.Builder revisions = TestLog.anyOf(1L).toBuilder();
        revisions.getAnyOfBuilder().setUnknownFields(UNKNOWN);
        Command unknownBesidePut = put.toBuilder().setUnknownFields(UNKNOWN).build();
        Txn txn = Txn.newBuilder()
                .addThen(Operation.newBuilder().setPut(nested.getPut()))
                .build();
        Compare oddRelation = Compare.newBuilder().setRelationValue(77).setExists(true).build();
        Command unknownKey = TestLog.once("k", "d", put).toBuilder()
                .setIdempotency(Idempotency.newBuilder().setUnknownFields(UNKNOWN))
                .build();
        byte[] cutShort = put.toByteString().substring(0, 5).toByteArray();
        return Stream.of(
                Arguments.of("says nothing of what to do", new byte[0]),
                Arguments.of("the command has the unknown fields [99]", UNKNOWN.toByteArray()),
                Arguments.of("the command has the unknown fields [99]", unknownBesidePut.toByteArray()),
                Arguments.of("its put has the unknown fields [99]", nested.toByteArray()),
                Arguments.of("its precondition has the unknown fields [99]", condition.toByteArray()),
                Arguments.of(
                        "its list of revisions has the unknown fields [99]",
                        provided(revisions.build(), put).toByteArray()),
                Arguments.of(
                        "its put has the unknown fields [99]",
                        Command.newBuilder().setTxn(txn).build().toByteArray()),
                Arguments.of(
                        "its relation has the unknown number 77",
                        Command.newBuilder()
                                .setTxn(Txn.newBuilder().addCompare(oddRelation))
                                .build()
                                .toByteArray()),
                Arguments.of("its idempotency key has the unknown fields [99]", unknownKey.toByteArray()),
                Arguments.of("its bytes are not a command", cutShort),
                Arguments.of("its bytes are not a command", new byte[] {(byte) 0xff, 0x01, 0x02}));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("commandsThatAreNotKnown")
    void aCommandThatIsNotKnownStopsApplyAndChangesNothing(String why, byte[] data) {
        try (KvStore store = KvStore.open(directory, SMALL)) {
            apply(store, put("key", "before"));
            StoreState before = store.state();

            assertThatThrownBy(() -> store.apply(List.of(
                            entry(2, put("key", "in the same batch")), entry(3, EntryKind.COMMAND, data))))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("index 3 of epoch 3")
                    .hasMessageContaining(why)
                    .hasMessageContaining("This node runs an older version");

            assertThat(store.state()).isEqualTo(before);
            assertThat(store.get(Bytes.ofUtf8("key")).value().orElseThrow().value()).isEqualTo(Bytes.ofUtf8("before"));
            assertThat(apply(store, put("key", "after")).getRevision()).isEqualTo(2);
            assertThatIllegalArgumentException().isThrownBy(() -> Commands.parse(Bytes.wrap(data)));
        }
    }

    @Test
    void anEntryThatIsNotTheNextOneIsRefused() {
        try (KvStore store = KvStore.open(directory, SMALL)) {
            store.apply(List.of(entry(1, put("key", "one")), entry(2, put("key", "two"))));
            StoreState before = store.state();

            for (long index : new long[] {1, 2, 4}) {
                assertThatThrownBy(() -> store.apply(List.of(entry(index, put("key", "x")))))
                        .isInstanceOf(StoreException.class)
                        .hasMessageContaining("up to index 2")
                        .hasMessageContaining("index " + index + " instead of 3");
            }
            assertThatThrownBy(() -> store.apply(List.of(entry(3, put("key", "x")), entry(5, put("key", "x")))))
                    .hasMessageContaining("index 5 instead of 4");
            Entry olderEpoch = new Entry(
                    3, TestLog.EPOCH - 1, EntryKind.LEADER_CHANGE, TestLog.TIMESTAMP_MILLIS, Bytes.EMPTY);
            assertThatThrownBy(() -> store.apply(List.of(olderEpoch))).hasMessageContaining("is of epoch 2");

            assertThat(store.state()).isEqualTo(before);
            assertThat(store.apply(List.of())).isEmpty();
        }
    }

    @Test
    void aStoreOfANewerFormatIsRefusedAndLeftAsItIs() throws RocksDBException {
        try (KvStore store = KvStore.open(directory, SMALL)) {
            apply(store, put("key", "value"));
        }
        setFormat(KeyLayout.FORMAT + 1);
        List<String> before = StoreFiles.names(directory);

        assertThatThrownBy(() -> KvStore.open(directory, SMALL))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("has format 4; this version knows format 3")
                .hasMessageContaining("Nothing was changed");

        assertThat(StoreFiles.names(directory)).isEqualTo(before);
    }

    private void setFormat(long format) throws RocksDBException {
        try (Tuning tuning = new Tuning(SMALL);
                Database database = Database.open(directory.resolve("state-1"), tuning);
                WriteBatch batch = new WriteBatch()) {
            batch.put(database.meta(), KeyLayout.FORMAT_KEY, KeyLayout.number(format));
            database.write(batch);
            database.flush();
        }
    }

    @Test
    void aStoreThatIsOpenCannotBeOpenedASecondTime() {
        try (KvStore store = KvStore.open(directory, SMALL)) {
            assertThatThrownBy(() -> KvStore.open(directory, SMALL))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("is in use by another");
            // The first is none the worse for it.
            apply(store, put("key", "value"));
        }
        try (KvStore store = KvStore.open(directory, SMALL)) {
            assertThat(store.appliedIndex()).isEqualTo(1);
        }
    }

    @Test
    void aStoreThatAnotherProcessHasOpenIsRefused() throws Exception {
        try (ChildStore child = ChildStore.start(directory, ChildStore.Log.CHANGES)) {
            child.awaitBatches(1);

            assertThatThrownBy(() -> KvStore.open(directory, SMALL))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("is in use by another process");
        }
    }

    @Test
    void aStoreWithoutTheFileThatNamesTheActiveStateIsNotGuessedAt() throws IOException {
        KvStore.open(directory, SMALL).close();
        Files.move(directory.resolve("state-1"), directory.resolve("state-2"));
        Files.delete(directory.resolve("ACTIVE"));

        assertThatThrownBy(() -> KvStore.open(directory, SMALL))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("ACTIVE is missing");
        Files.writeString(directory.resolve("ACTIVE"), "state-1", StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> KvStore.open(directory, SMALL))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("names no state store");
        Files.writeString(directory.resolve("ACTIVE"), "state-2", StandardCharsets.US_ASCII);
        KvStore.open(directory, SMALL).close();
    }

    @Test
    void aStoreWhoseCreationWasCutShortIsFinished() throws IOException {
        KvStore.open(directory, SMALL).close();
        Files.delete(directory.resolve("ACTIVE"));
        KvStore.open(directory, SMALL).close();

        Path half = directory.resolve("half");
        Files.createDirectories(half.resolve("state-1"));
        Files.writeString(half.resolve("ACTIVE.tmp"), "sta", StandardCharsets.US_ASCII);
        try (KvStore store = KvStore.open(half, SMALL)) {
            assertThat(store.state()).isEqualTo(StoreState.EMPTY);
        }
        assertThat(StoreFiles.children(half)).containsExactly("ACTIVE", "state-1");
    }

    @Test
    void aClosedStoreSaysSo() {
        KvStore store = KvStore.open(directory, SMALL);
        store.close();
        store.close();

        assertThatThrownBy(() -> store.get(Bytes.EMPTY))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> store.range(Bytes.EMPTY, 1, 1)).hasMessageContaining("closed");
        assertThatThrownBy(() -> apply(store, put("key", "value"))).hasMessageContaining("closed");
        assertThatThrownBy(store::sizeBytes).hasMessageContaining("closed");
        assertThatThrownBy(() -> store.checkpoint(directory.resolve("copy"))).hasMessageContaining("closed");
        assertThat(Optional.of(store.revision())).contains(0L);
    }
}
