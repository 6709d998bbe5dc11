package io.canvass.kv.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

import io.canvass.raft.core.Entry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A directory that the last version of format 1 wrote is taken over as it is. */
class FormatOneTest {
    @TempDir
    Path directory;

    private Path old;

    @BeforeEach
    void unpack() throws IOException {
        old = directory.resolve("old");
        try (InputStream resource = FormatOneTest.class.getResourceAsStream("store-format-1.zip");
                ZipInputStream zip = new ZipInputStream(resource)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path target = old.resolve(entry.getName()).normalize();
                Files.createDirectories(target.getParent());
                Files.copy(zip, target);
            }
        }
    }

    @Test
    void itHasTheStateThatItsLogGivesToday() {
        Path today = directory.resolve("today");
        StoreState state;
        try (KvStore store = KvStore.open(today, TestLog.SMALL)) {
            store.apply(FormatOneLog.entries(1, FormatOneLog.ENTRIES));
            state = store.state();
        }
        try (KvStore store = KvStore.open(old, TestLog.SMALL)) {
            assertThat(store.state()).isEqualTo(state);
            assertThat(store.appliedIndex()).isEqualTo(FormatOneLog.ENTRIES);
        }
        assertThat(StoreFiles.rows(old)).isEqualTo(StoreFiles.rows(today));
    }

    @Test
    void itGoesOnAsAStoreOfTodayWould() {
        List<Entry> more = FormatOneLog.entries(FormatOneLog.ENTRIES + 1, FormatOneLog.ENTRIES + 60);
        StoreState state;
        try (KvStore store = KvStore.open(directory.resolve("today"), TestLog.SMALL)) {
            store.apply(FormatOneLog.entries(1, FormatOneLog.ENTRIES));
            store.apply(more);
            state = store.state();
        }
        try (KvStore store = KvStore.open(old, TestLog.SMALL)) {
            store.apply(more);
            assertThat(store.state()).isEqualTo(state);
        }
        try (KvStore store = KvStore.open(old, TestLog.SMALL)) {
            assertThat(store.state()).isEqualTo(state);
        }
    }

    @Test
    void aCopyOfItIsInstalled() {
        try (KvStore store = KvStore.open(directory.resolve("new"), TestLog.SMALL)) {
            store.install(old.resolve("state-1"));
            assertThat(store.appliedIndex()).isEqualTo(FormatOneLog.ENTRIES);
        }
        try (KvStore store = KvStore.open(directory.resolve("new"), TestLog.SMALL)) {
            store.apply(FormatOneLog.entries(FormatOneLog.ENTRIES + 1, FormatOneLog.ENTRIES + 5));
        }
    }

    @Test
    void itStaysAnOlderVersionsUntilACommandNeedsMore() {
        try (KvStore store = KvStore.open(old, TestLog.SMALL)) {
            store.apply(FormatOneLog.entries(FormatOneLog.ENTRIES + 1, FormatOneLog.ENTRIES + 5));
        }
        assertThat(StoreFiles.rows(old)).contains("0 666f726d6174 0000000000000001").noneMatch(row -> row.startsWith("4 "));

        try (KvStore store = KvStore.open(old, TestLog.SMALL)) {
            store.apply(List.of(TestLog.entry(FormatOneLog.ENTRIES + 6, TestLog.compact(0))));
        }
        assertThat(StoreFiles.rows(old)).contains("0 666f726d6174 0000000000000002");
    }
}
