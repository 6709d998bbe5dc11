package io.canvass.kv.store;

import java.nio.file.Path;
import java.util.List;

import com.google.protobuf.ByteString;
import io.canvass.raft.core.Bytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static io.canvass.kv.store.TestLog.apply;
import static io.canvass.kv.store.TestLog.bytes;
import static io.canvass.kv.store.TestLog.delete;
import static io.canvass.kv.store.TestLog.put;
import static io.canvass.kv.store.TestLog.string;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class KvStoreRangeTest {
    /** In order: prefixes of each other, zeros and 0xff inside and at the ends. */
    private static final List<Bytes> KEYS = List.of(
            bytes(0x00),
            bytes(0x00, 0x00),
            bytes(0x00, 0x01),
            bytes(0x00, 0xff),
            bytes(0x01),
            bytes(0x61),
            bytes(0x61, 0x00),
            bytes(0x61, 0x00, 0x00),
            bytes(0x61, 0x00, 0x01),
            bytes(0x61, 0x00, 0xff),
            bytes(0x61, 0x01),
            bytes(0x61, 0x61),
            bytes(0x61, 0xff),
            bytes(0x61, 0xff, 0x00),
            bytes(0x61, 0xff, 0xff),
            bytes(0x62),
            bytes(0xff),
            bytes(0xff, 0x00),
            bytes(0xff, 0xff),
            bytes(0xff, 0xff, 0x61));

    @TempDir
    Path directory;

    private KvStore store;

    @BeforeEach
    void open() {
        store = KvStore.open(directory, TestLog.SMALL);
        for (Bytes key : KEYS.reversed()) {
            // Twice, so that no key's history can pass for its neighbour's.
            apply(store, put(string(key), ByteString.copyFromUtf8("old")));
            apply(store, put(string(key), string(key).concat(ByteString.copyFromUtf8("!"))));
        }
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void theEmptyPrefixNamesAllKeysInTheOrderOfTheirUnsignedBytes() {
        KvReader.Page page = all(Bytes.EMPTY);

        assertThat(keys(page)).isEqualTo(KEYS);
        assertThat(page.revision()).isEqualTo(2L * KEYS.size());
        assertThat(page.more()).isFalse();
        assertThat(store.keyCount()).isEqualTo(KEYS.size());
    }

    @Test
    void eachKeyHasItsOwnValue() {
        for (StoredValue item : all(Bytes.EMPTY).items()) {
            assertThat(string(item.value())).isEqualTo(string(item.key()).concat(ByteString.copyFromUtf8("!")));
            assertThat(item.version()).isEqualTo(2);
            assertThat(store.get(item.key()).value()).contains(item);
        }
    }

    @Test
    void aPrefixNamesTheKeysThatBeginWithItAlsoWhereItEndsInFf() {
        for (Bytes prefix : KEYS) {
            assertThat(keys(all(prefix)))
                    .as("prefix %s", string(prefix))
                    .isEqualTo(KEYS.stream().filter(key -> string(key).startsWith(string(prefix))).toList());
        }
        assertThat(keys(all(bytes(0x61, 0xff)))).hasSize(3);
        assertThat(keys(all(bytes(0xff)))).hasSize(4);
        assertThat(all(bytes(0x61, 0x02)).items()).isEmpty();
    }

    @Test
    void noMoreThanTheLimitIsReadAndMoreSaysWhetherThereIsMore() {
        for (int limit = 1; limit <= KEYS.size() + 1; limit++) {
            KvReader.Page page = store.range(Bytes.EMPTY, limit, Long.MAX_VALUE);
            assertThat(keys(page)).isEqualTo(KEYS.subList(0, Math.min(limit, KEYS.size())));
            assertThat(page.more()).isEqualTo(limit < KEYS.size());
        }
        assertThat(store.range(bytes(0x61, 0xff), 3, Long.MAX_VALUE).more())
                .as("keys beyond the prefix do not count")
                .isFalse();
    }

    @Test
    void noMoreThanTheBytesAreReadButAtLeastOneItem() {
        // The first keys count 1 + 2, 2 + 3 and 2 + 3 bytes.
        assertThat(store.range(Bytes.EMPTY, 100, 0).items()).hasSize(1);
        assertThat(store.range(Bytes.EMPTY, 100, 7).items()).hasSize(1);
        assertThat(store.range(Bytes.EMPTY, 100, 7).more()).isTrue();
        assertThat(store.range(Bytes.EMPTY, 100, 8).items()).hasSize(2);
        assertThat(store.range(Bytes.EMPTY, 100, 12).items()).hasSize(2);
        assertThat(store.range(Bytes.EMPTY, 100, 13).items()).hasSize(3);
        assertThat(store.range(bytes(0xff, 0xff, 0x61), 100, 0).more()).isFalse();
    }

    @Test
    void deletedKeysAreNotNamed() {
        apply(store, delete(string(KEYS.get(6))));
        apply(store, delete(string(KEYS.getLast())));

        assertThat(keys(all(Bytes.EMPTY)))
                .isEqualTo(KEYS.stream()
                        .filter(key -> !key.equals(KEYS.get(6)) && !key.equals(KEYS.getLast()))
                        .toList());
        assertThat(store.get(KEYS.get(6)).value()).isEmpty();
        assertThat(store.get(KEYS.getLast()).value()).isEmpty();
    }

    @Test
    void aBoundThatMakesNoSenseIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> store.range(Bytes.EMPTY, 0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> store.range(Bytes.EMPTY, 1, -1));
    }

    @Test
    void theSizeCountsWhatIsWritten() {
        long before = store.sizeBytes();
        apply(store, put(ByteString.copyFromUtf8("large"), ByteString.copyFrom(new byte[1 << 20])));

        assertThat(store.sizeBytes()).isGreaterThan(before);
    }

    private KvReader.Page all(Bytes prefix) {
        return store.range(prefix, Integer.MAX_VALUE, Long.MAX_VALUE);
    }

    private static List<Bytes> keys(KvReader.Page page) {
        return page.items().stream().map(StoredValue::key).toList();
    }
}
