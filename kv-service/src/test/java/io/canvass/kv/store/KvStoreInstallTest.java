package io.canvass.kv.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import io.canvass.raft.core.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static io.canvass.kv.store.TestLog.SMALL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class KvStoreInstallTest {
    private static final long COPIED = 2000;

    @TempDir
    Path directory;

    @Test
    void aCopyInstalledElsewhereIsTheSameStateAndGoesOn() {
        Path copy = directory.resolve("copy");
        try (KvStore source = KvStore.open(directory.resolve("source"), SMALL);
                KvStore target = KvStore.open(directory.resolve("target"), SMALL)) {
            source.apply(ChildStore.entries(1, COPIED));
            target.apply(ChildStore.entries(1, 10));
            source.checkpoint(copy);
            assertThat(source.appliedIndex()).as("a copy makes the source durable, too").isEqualTo(COPIED);
            StoreState copied = source.state();
            source.apply(ChildStore.entries(COPIED + 1, COPIED + 500));

            target.install(copy);

            assertThat(target.state()).isEqualTo(copied);
            assertThat(target.appliedIndex()).isEqualTo(COPIED);
            target.apply(ChildStore.entries(COPIED + 1, COPIED + 500));
            assertThat(target.state()).isEqualTo(source.state());
            assertThat(target.range(Bytes.EMPTY, 1000, Long.MAX_VALUE))
                    .isEqualTo(source.range(Bytes.EMPTY, 1000, Long.MAX_VALUE));
        }
        assertThat(StoreFiles.rows(directory.resolve("target")))
                .isEqualTo(StoreFiles.rows(directory.resolve("source")));
        assertThat(StoreFiles.children(directory.resolve("target"))).containsExactly("ACTIVE", "state-2");
    }

    @Test
    void aCopyStaysAsItIsWhenTheStoreItWasInstalledInGoesOn() {
        Path copy = checkpoint(COPIED);
        List<String> before = StoreFiles.names(copy);
        for (String name : List.of("one", "two")) {
            try (KvStore store = KvStore.open(directory.resolve(name), SMALL)) {
                store.install(copy);
                store.apply(ChildStore.entries(COPIED + 1, COPIED + 2000));
            }
        }
        assertThat(StoreFiles.names(copy)).isEqualTo(before);
        assertThat(StoreFiles.rows(directory.resolve("one"))).isEqualTo(StoreFiles.rows(directory.resolve("two")));
    }

    @Test
    void aCrashAtAnyStepOfAnInstallLeavesTheOldStateOrTheNewOne() {
        Path copy = checkpoint(COPIED);
        Path home = directory.resolve("store");
        List<InstallTrace.Step> steps = new ArrayList<>();
        boolean[] installing = new boolean[1];
        KvStore store = KvStore.open(home, SMALL, step -> {
            if (installing[0]) {
                StoreFiles.copy(home, directory.resolve("image-" + steps.size()));
                steps.add(step);
            }
        });
        StoreState before;
        StoreState after;
        try (store) {
            store.apply(ChildStore.entries(1, 10));
            store.flush();
            before = store.state();
            installing[0] = true;
            store.install(copy);
            installing[0] = false;
            after = store.state();
        }

        assertThat(steps).contains(InstallTrace.Step.values());
        assertThat(after.appliedIndex()).isEqualTo(COPIED);
        Set<StoreState> seen = new TreeSet<>((one, other) -> Long.compare(one.appliedIndex(), other.appliedIndex()));
        for (int i = 0; i < steps.size(); i++) {
            Path image = directory.resolve("image-" + i);
            boolean pointed = i >= steps.indexOf(InstallTrace.Step.POINTED);
            try (KvStore again = KvStore.open(image, SMALL)) {
                assertThat(again.state()).as("after step %d, %s", i, steps.get(i)).isEqualTo(pointed ? after : before);
                assertThat(StoreFiles.children(image)).containsExactly("ACTIVE", pointed ? "state-2" : "state-1");
                seen.add(again.state());
                again.apply(ChildStore.entries(again.appliedIndex() + 1, COPIED + 100));
                assertThat(again.state().appliedIndex()).isEqualTo(COPIED + 100);
            }
        }
        assertThat(seen).containsExactly(before, after);
    }

    @Test
    void afterACrashTheInstallCanBeRepeated() {
        Path copy = checkpoint(COPIED);
        Path home = directory.resolve("store");
        KvStore crashed = KvStore.open(home, SMALL, step -> {
            if (step == InstallTrace.Step.POINTER_WRITTEN && Files.exists(home.resolve("state-2"))) {
                throw new StoreException("crash");
            }
        });
        assertThatThrownBy(() -> crashed.install(copy)).hasMessageContaining("takes no more writes");
        assertThatThrownBy(() -> crashed.apply(ChildStore.entries(1, 1))).hasMessageContaining("takes no more writes");
        crashed.close();

        try (KvStore store = KvStore.open(home, SMALL)) {
            assertThat(store.state()).isEqualTo(StoreState.EMPTY);
            store.install(copy);
            assertThat(store.appliedIndex()).isEqualTo(COPIED);
        }
    }

    @Test
    void aCopyThatIsIncompleteIsRefusedAndTheStateStays() throws IOException {
        Path copy = checkpoint(COPIED);
        Path empty = Files.createDirectory(directory.resolve("empty"));
        Path torn = StoreFiles.copy(copy, directory.resolve("torn"));
        for (String name : StoreFiles.children(torn)) {
            if (name.endsWith(".sst")) {
                Files.delete(torn.resolve(name));
            }
        }
        try (KvStore store = KvStore.open(directory.resolve("store"), SMALL)) {
            store.apply(ChildStore.entries(1, 10));
            StoreState before = store.state();
            for (Path bad : List.of(empty, torn, directory.resolve("absent"))) {
                assertThatThrownBy(() -> store.install(bad)).isInstanceOf(StoreException.class);
                assertThat(store.state()).isEqualTo(before);
            }
            assertThat(StoreFiles.children(directory.resolve("store"))).containsExactly("ACTIVE", "state-1");
            store.install(copy);
            assertThat(store.state().appliedIndex()).isEqualTo(COPIED);
        }
    }

    @Test
    void aCopyThatWouldGoBackIsRefused() {
        Path copy = checkpoint(COPIED);
        try (KvStore store = KvStore.open(directory.resolve("store"), SMALL)) {
            store.apply(ChildStore.entries(1, COPIED + 1));
            StoreState before = store.state();

            assertThatThrownBy(() -> store.install(copy))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("index 2000")
                    .hasMessageContaining("would go back");

            assertThat(store.state()).isEqualTo(before);
            store.apply(ChildStore.entries(COPIED + 2, COPIED + 3));
        }
    }

    @Test
    void aCopyIsMadeOnlyInAnEmptyOrAbsentDirectory() throws IOException {
        Path empty = Files.createDirectory(directory.resolve("empty"));
        Path full = Files.createDirectory(directory.resolve("full"));
        Files.createFile(full.resolve("something"));
        try (KvStore store = KvStore.open(directory.resolve("store"), SMALL)) {
            store.apply(ChildStore.entries(1, 10));
            store.checkpoint(empty);
            assertThat(StoreFiles.children(empty)).contains("CURRENT");
            assertThatThrownBy(() -> store.checkpoint(full))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("is not empty");
            assertThat(StoreFiles.children(full)).containsExactly("something");
        }
    }

    private Path checkpoint(long index) {
        Path copy = directory.resolve("copy");
        try (KvStore source = KvStore.open(directory.resolve("source"), SMALL)) {
            source.apply(ChildStore.entries(1, index));
            source.checkpoint(copy);
        }
        return copy;
    }
}
