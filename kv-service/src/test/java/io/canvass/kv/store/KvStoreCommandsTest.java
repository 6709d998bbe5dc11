package io.canvass.kv.store;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.KeyValue;
import io.canvass.proto.kv.v1.Precondition;
import io.canvass.proto.kv.v1.Result;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.EntryKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static io.canvass.kv.store.TestLog.anyOf;
import static io.canvass.kv.store.TestLog.apply;
import static io.canvass.kv.store.TestLog.applyAll;
import static io.canvass.kv.store.TestLog.delete;
import static io.canvass.kv.store.TestLog.mustExist;
import static io.canvass.kv.store.TestLog.mustNotExist;
import static io.canvass.kv.store.TestLog.noneOf;
import static io.canvass.kv.store.TestLog.provided;
import static io.canvass.kv.store.TestLog.put;
import static io.canvass.kv.store.TestLog.returningPrevious;
import static org.assertj.core.api.Assertions.assertThat;

class KvStoreCommandsTest {
    private static final Bytes KEY = Bytes.ofUtf8("key");

    @TempDir
    Path directory;

    private KvStore store;

    @BeforeEach
    void open() {
        store = KvStore.open(directory, TestLog.SMALL);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void aNewStoreIsEmptyAtRevisionZero() {
        assertThat(store.appliedIndex()).isZero();
        assertThat(store.revision()).isZero();
        assertThat(store.keyCount()).isZero();
        assertThat(store.get(KEY)).isEqualTo(new KvReader.Lookup(0, Optional.empty()));
    }

    @Test
    void theFirstPutCreatesTheKeyAndLaterOnesCountItsVersions() {
        Result created = apply(store, put("key", "one"));
        apply(store, put("other", "x"));
        Result replaced = apply(store, put("key", "two"));

        assertThat(created.getRevision()).isEqualTo(1);
        assertThat(created.getWritten().getEntry()).isEqualTo(entry(1, 1, 1));
        assertThat(created.getWritten().hasPrevious()).isFalse();
        assertThat(replaced.getRevision()).isEqualTo(3);
        assertThat(replaced.getWritten().getEntry()).isEqualTo(entry(1, 3, 2));
        assertThat(store.get(KEY))
                .isEqualTo(new KvReader.Lookup(
                        3, Optional.of(new StoredValue(KEY, Bytes.ofUtf8("two"), 1, 3, 2, 0))));
        assertThat(store.keyCount()).isEqualTo(2);
    }

    @Test
    void aKeyThatWasDeletedAndComesBackIsANewOne() {
        apply(store, put("key", "one"));
        apply(store, put("key", "two"));
        Result deleted = apply(store, delete("key"));
        assertThat(deleted.getRevision()).isEqualTo(3);
        assertThat(deleted.getDeleted().getDeleted()).isEqualTo(1);
        assertThat(deleted.getDeleted().hasPrevious()).isFalse();
        assertThat(store.get(KEY)).isEqualTo(new KvReader.Lookup(3, Optional.empty()));
        assertThat(store.keyCount()).isZero();

        Result back = apply(store, put("key", "three"));

        assertThat(back.getWritten().getEntry()).isEqualTo(entry(4, 4, 1));
    }

    @Test
    void deletingNothingChangesNothing() {
        apply(store, put("other", "x"));
        StoreState before = store.state();

        Result result = apply(store, returningPrevious(delete("key")));

        assertThat(result.getRevision()).isEqualTo(1);
        assertThat(result.hasDeleted()).isTrue();
        assertThat(result.getDeleted().getDeleted()).isZero();
        assertThat(result.getDeleted().hasPrevious()).isFalse();
        assertThat(store.state().appliedIndex()).isEqualTo(2);
        assertThat(store.state().stateHash()).isEqualTo(before.stateHash());
    }

    @Test
    void thePreviousEntryComesWithItsValueWhereItIsAskedFor() {
        KeyValue one = entry(1, 1, 1).toBuilder().setValue(ByteString.copyFromUtf8("one")).build();
        KeyValue two = entry(1, 2, 2).toBuilder().setValue(ByteString.copyFromUtf8("two")).build();

        assertThat(apply(store, returningPrevious(put("key", "one"))).getWritten().hasPrevious()).isFalse();
        assertThat(apply(store, returningPrevious(put("key", "two"))).getWritten().getPrevious()).isEqualTo(one);
        assertThat(apply(store, returningPrevious(delete("key"))).getDeleted().getPrevious()).isEqualTo(two);
    }

    @Test
    void commandsOfOneBatchSeeTheEffectsOfThoseBeforeThem() {
        List<Result> results = applyAll(
                store,
                List.of(
                        put("key", "one"),
                        provided(anyOf(1L), returningPrevious(put("key", "two"))),
                        provided(mustNotExist(), returningPrevious(put("key", "never"))),
                        returningPrevious(delete("key")),
                        delete("key"),
                        provided(mustNotExist(), returningPrevious(put("key", "three")))));

        assertThat(results.get(1).getWritten().getPrevious().getValue().toStringUtf8()).isEqualTo("one");
        assertThat(results.get(2).getPreconditionFailed().getCurrent().getValue().toStringUtf8()).isEqualTo("two");
        assertThat(results.get(3).getDeleted().getPrevious().getValue().toStringUtf8()).isEqualTo("two");
        assertThat(results.get(4).getDeleted().getDeleted()).isZero();
        assertThat(results.get(5).getWritten().getEntry()).isEqualTo(entry(4, 4, 1));
        assertThat(results.get(5).getWritten().hasPrevious()).isFalse();
        assertThat(results).extracting(Result::getRevision).containsExactly(1L, 2L, 2L, 3L, 3L, 4L);
    }

    static Stream<Arguments> preconditions() {
        // The key, where it exists, was created at revision 1 and last written at 2.
        return Stream.of(
                Arguments.of("none", Precondition.getDefaultInstance(), true, true),
                Arguments.of("must exist", mustExist(), true, false),
                Arguments.of("must not exist", mustNotExist(), false, true),
                Arguments.of("any of, with its revision", anyOf(1L, 2L), true, false),
                Arguments.of("any of, without its revision", anyOf(1L, 3L), false, false),
                Arguments.of("any of nothing", anyOf(), false, false),
                Arguments.of("any of, with zero", anyOf(0L), false, false),
                Arguments.of("none of, with its revision", noneOf(1L, 2L), false, true),
                Arguments.of("none of, without its revision", noneOf(1L, 3L), true, true),
                Arguments.of("none of nothing", noneOf(), true, true),
                Arguments.of("none of, with zero", noneOf(0L), true, true));
    }

    @ParameterizedTest(name = "{0}: existing {2}, absent {3}")
    @MethodSource("preconditions")
    void aPreconditionOfAPutIsJudgedAgainstTheKeyAsItStands(
            String name, Precondition precondition, boolean holdsIfExisting, boolean holdsIfAbsent) {
        applyAll(store, List.of(put("key", "one"), put("key", "two")));
        expect(provided(precondition, put("absent", "new")), holdsIfAbsent, Optional.empty());
        expect(provided(precondition, put("key", "new")), holdsIfExisting, Optional.of(entry(1, 2, 2)));
    }

    @ParameterizedTest(name = "{0}: existing {2}, absent {3}")
    @MethodSource("preconditions")
    void aPreconditionOfADeleteIsJudgedAgainstTheKeyAsItStands(
            String name, Precondition precondition, boolean holdsIfExisting, boolean holdsIfAbsent) {
        applyAll(store, List.of(put("key", "one"), put("key", "two")));
        expect(provided(precondition, delete("absent")), holdsIfAbsent, Optional.empty());
        expect(provided(precondition, delete("key")), holdsIfExisting, Optional.of(entry(1, 2, 2)));
    }

    private void expect(Command command, boolean holds, Optional<KeyValue> current) {
        StoreState before = store.state();
        Result result = apply(store, command);
        assertThat(result.hasPreconditionFailed()).isEqualTo(!holds);
        if (!holds) {
            assertThat(result.getRevision()).isEqualTo(before.revision());
            assertThat(result.getPreconditionFailed().hasCurrent()).isEqualTo(current.isPresent());
            assertThat(result.getPreconditionFailed().getCurrent())
                    .isEqualTo(current.orElse(KeyValue.getDefaultInstance()));
            assertThat(store.revision()).isEqualTo(before.revision());
            assertThat(store.stateHash()).isEqualTo(before.stateHash());
        }
    }

    @Test
    void aFailedPreconditionShowsTheCurrentValueOnlyWhereItIsAskedFor() {
        apply(store, put("key", "one"));

        Result without = apply(store, provided(mustNotExist(), put("key", "x")));
        Result with = apply(store, provided(mustNotExist(), returningPrevious(put("key", "x"))));

        assertThat(without.getPreconditionFailed().getCurrent()).isEqualTo(entry(1, 1, 1));
        assertThat(with.getPreconditionFailed().getCurrent().getValue().toStringUtf8()).isEqualTo("one");
    }

    @Test
    void entriesOfOtherKindsMoveNothingButTheAppliedIndex() {
        apply(store, put("key", "one"));
        StoreState before = store.state();

        List<Result> results = store.apply(List.of(
                TestLog.entry(2, EntryKind.LEADER_CHANGE, new byte[0]),
                TestLog.entry(3, EntryKind.CONFIGURATION, new byte[] {1, 2, 3})));

        assertThat(results).containsExactly(Result.getDefaultInstance(), Result.getDefaultInstance());
        assertThat(store.state())
                .isEqualTo(new StoreState(3, TestLog.EPOCH, 1, 0, 1, before.stateHash()));
    }

    @Test
    void aValueMayBeEmptyOrOneMebibyte() {
        byte[] large = new byte[1 << 20];
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) (i * 31);
        }
        apply(store, put(ByteString.copyFromUtf8("large"), ByteString.copyFrom(large)));
        apply(store, put("empty", ""));

        assertThat(store.get(Bytes.ofUtf8("large")).value().orElseThrow().value()).isEqualTo(Bytes.wrap(large));
        assertThat(store.get(Bytes.ofUtf8("empty")).value().orElseThrow().value()).isEqualTo(Bytes.EMPTY);
        Result previous = apply(store, returningPrevious(delete("large")));
        assertThat(previous.getDeleted().getPrevious().getValue()).isEqualTo(ByteString.copyFrom(large));
    }

    private static KeyValue entry(long createRevision, long modRevision, long version) {
        return KeyValue.newBuilder()
                .setKey(ByteString.copyFromUtf8("key"))
                .setCreateRevision(createRevision)
                .setModRevision(modRevision)
                .setVersion(version)
                .build();
    }
}
