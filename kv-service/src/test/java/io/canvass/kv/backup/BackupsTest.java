package io.canvass.kv.backup;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;

import io.canvass.kv.store.KvStore;
import io.canvass.raft.core.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class BackupsTest {
    private static final int KEYS = 50;

    @TempDir
    Path temporary;

    private Path copies() {
        return temporary.resolve("copies");
    }

    private Backups backups(KvStore store, Backups.Limits limits) throws IOException {
        return new Backups(
                Copies.of(store, copies()),
                () -> Copies.CLUSTER,
                "kv-1",
                limits,
                temporary.resolve("verifying"),
                Copies.CLOCK);
    }

    @Test
    void aSnapshotIsOfTheMomentItWasBegunAndKnowsItsDigestAndLength() throws Exception {
        try (KvStore store = KvStore.open(temporary.resolve("store"))) {
            Copies.fill(store, KEYS);
            Backups backups = backups(store, Copies.LIMITS);
            byte[] bytes;
            try (Backups.Backup backup = backups.begin()) {
                Copies.fill(store, KEYS);
                assertThat(backup.header().revision()).isEqualTo(KEYS);
                assertThat(backup.header().index()).isEqualTo(KEYS);
                assertThat(backup.header().keyCount()).isEqualTo(KEYS);
                assertThat(backup.header().createdAt()).isEqualTo(Copies.NOW);
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                backup.writeTo(out);
                bytes = out.toByteArray();
                assertThat(backup.header().totalBytes()).isEqualTo(bytes.length);
                assertThat(backup.sha256())
                        .isEqualTo(Bytes.wrap(MessageDigest.getInstance("SHA-256").digest(bytes)));
            }
            assertThat(copies()).isEmptyDirectory();
            SnapshotCheck.Verified verified = backups.verify(new ByteArrayInputStream(bytes));
            assertThat(verified.header().revision()).isEqualTo(KEYS);
            assertThat(temporary.resolve("verifying")).doesNotExist();
        }
    }

    @Test
    void thereIsOneAtATimeAndAfterItTheNext() throws Exception {
        try (KvStore store = KvStore.open(temporary.resolve("store"))) {
            Copies.fill(store, 1);
            Backups backups = backups(store, Copies.LIMITS);
            Backups.Backup first = backups.begin();
            assertThatThrownBy(backups::begin).isInstanceOf(BackupRunningException.class);
            first.close();
            first.close();
            try (Backups.Backup second = backups.begin()) {
                assertThat(second.header().keyCount()).isEqualTo(1);
                assertThatThrownBy(backups::begin).isInstanceOf(BackupRunningException.class);
            }
        }
    }

    @Test
    void whoHasTheWholeOfOneCanHaveTheNextAtOnce() throws Exception {
        try (KvStore store = KvStore.open(temporary.resolve("store"))) {
            Copies.fill(store, KEYS);
            Backups backups = backups(store, Copies.LIMITS);
            Backups.Backup first = backups.begin();
            first.writeTo(new OutputStream() {
                private long left = first.header().totalBytes();

                @Override
                public void write(int one) throws IOException {
                    write(new byte[1], 0, 1);
                }

                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    left -= length;
                    if (left == 0) {
                        assertThat(copies()).isEmptyDirectory();
                        assertThatCode(() -> backups.begin().close()).doesNotThrowAnyException();
                    } else {
                        assertThatThrownBy(backups::begin).isInstanceOf(BackupRunningException.class);
                    }
                }
            });
            first.close();
            backups.begin().close();
        }
    }

    @Test
    void aClientThatGoesAwayLeavesNothing() throws Exception {
        try (KvStore store = KvStore.open(temporary.resolve("store"))) {
            Copies.fill(store, KEYS);
            Backups backups = backups(store, Copies.LIMITS);
            assertThatThrownBy(() -> {
                        try (Backups.Backup backup = backups.begin()) {
                            backup.writeTo(new GoneClient());
                        }
                    })
                    .hasMessage("gone");
            assertThat(copies()).isEmptyDirectory();
            backups.begin().close();
        }
    }

    private static final class GoneClient extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            throw new IOException("gone");
        }
    }

    @Test
    void whatTakesTooLongIsBrokenOffAndSoIsWhatIsUnderWayWhenTheNodeStops() throws Exception {
        try (KvStore store = KvStore.open(temporary.resolve("store"))) {
            Copies.fill(store, KEYS);
            Backups slow = backups(store, new Backups.Limits(1, Duration.ofSeconds(1), 1));
            assertThatThrownBy(slow::begin).hasMessageContaining("takes longer than 1 s");
            assertThat(copies()).isEmptyDirectory();

            Backups stopping = backups(store, Copies.LIMITS);
            try (Backups.Backup backup = stopping.begin()) {
                stopping.close();
                assertThatThrownBy(() -> backup.writeTo(OutputStream.nullOutputStream()))
                        .hasMessageContaining("The node stops");
            }
            assertThat(copies()).isEmptyDirectory();
        }
    }

    @Test
    void theRateIsKept() throws Exception {
        try (KvStore store = KvStore.open(temporary.resolve("store"))) {
            Copies.fill(store, KEYS);
            long bytes = Copies.snapshot(backups(store, Copies.LIMITS)).length;
            Backups slow = backups(store, new Backups.Limits(4 * bytes, Duration.ofMinutes(1), 1));
            long start = System.nanoTime();
            Copies.snapshot(slow);
            // Twice through all files, but the last chunk of which nobody waits for.
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(200));
        }
    }

    @Test
    void aStateThatIsNotTheOneOfItsHeaderIsRefused() throws Exception {
        byte[] one = Copies.snapshot(temporary.resolve("one"), KEYS);
        try (KvStore store = KvStore.open(temporary.resolve("store"))) {
            Backups backups = backups(store, Copies.LIMITS);
            assertThatThrownBy(() -> backups.verify(new ByteArrayInputStream(relabelled(one))))
                    .isInstanceOf(InvalidSnapshotException.class)
                    .hasMessageContaining("its header says");
            assertThat(temporary.resolve("verifying")).doesNotExist();
        }
    }

    /** The same files under a header of another revision, with digests that fit. */
    private byte[] relabelled(byte[] snapshot) throws Exception {
        Path files = Files.createDirectory(temporary.resolve("files"));
        SnapshotHeader header = new SnapshotReader(new ByteArrayInputStream(snapshot), Long.MAX_VALUE).extract(files);
        SnapshotHeader lie = new SnapshotHeader(header.clusterId(), header.createdAt(), header.nodeId(), header.base(),
                header.revision() + 1, 0, header.keyCount(), header.files());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new SnapshotWriter(lie, files, SnapshotWriter.Pace.NONE).write(out, () -> {});
        return out.toByteArray();
    }

    @Test
    void aFileOfTheStateThatIsMissingIsNoticedThoughAllDigestsFit() throws Exception {
        byte[] one = Copies.snapshot(temporary.resolve("one"), KEYS);
        Path files = Files.createDirectory(temporary.resolve("files"));
        SnapshotHeader header = new SnapshotReader(new ByteArrayInputStream(one), Long.MAX_VALUE).extract(files);
        SnapshotHeader less = new SnapshotHeader(header.clusterId(), header.createdAt(), header.nodeId(), header.base(),
                header.revision(), 0, header.keyCount(),
                header.files().stream().filter(file -> !file.path().endsWith(".sst")).toList());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new SnapshotWriter(less, files, SnapshotWriter.Pace.NONE).write(out, () -> {});
        try (KvStore store = KvStore.open(temporary.resolve("store"))) {
            assertThatThrownBy(() -> backups(store, Copies.LIMITS).verify(new ByteArrayInputStream(out.toByteArray())))
                    .isInstanceOf(InvalidSnapshotException.class)
                    .hasMessageContaining("the state in it cannot be used");
        }
    }

    @Test
    void whatAnEarlierProcessLeftIsRemovedAtTheStart() throws Exception {
        Path left = Files.createDirectories(temporary.resolve("verifying"));
        Files.writeString(left.resolve("half"), "x");
        try (KvStore store = KvStore.open(temporary.resolve("store"));
                InputStream none = InputStream.nullInputStream()) {
            Backups backups = backups(store, Copies.LIMITS);
            assertThat(left).doesNotExist();
            assertThatThrownBy(() -> backups.verify(none)).isInstanceOf(InvalidSnapshotException.class);
        }
    }
}
