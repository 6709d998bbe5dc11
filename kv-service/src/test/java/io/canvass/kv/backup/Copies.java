package io.canvass.kv.backup;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import com.google.protobuf.ByteString;
import io.canvass.kv.store.KvStore;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Put;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.runtime.StateCopy;
import org.springframework.util.FileSystemUtils;

/** States of a few keys, copies of them as a node makes them, and snapshots of those. */
public final class Copies {
    public static final UUID CLUSTER = new UUID(7, 7);
    public static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");
    public static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    public static final Backups.Limits LIMITS = new Backups.Limits(0, Duration.ofMinutes(5), 64 << 20);
    static final long EPOCH = 3;

    private Copies() {}

    public static Entry put(long index, String key, String value) {
        Put put = Put.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(ByteString.copyFromUtf8(value))
                .build();
        Bytes command = Bytes.wrap(Command.newBuilder().setPut(put).build().toByteArray());
        return new Entry(index, EPOCH, EntryKind.COMMAND, 1_700_000_000_000L, command);
    }

    /** Applies so many writes to as many keys, each as the next entry. */
    public static void fill(KvStore store, int keys) {
        for (int i = 0; i < keys; i++) {
            store.apply(List.of(put(store.state().appliedIndex() + 1, "key/" + i, "value " + i)));
        }
    }

    /**
     * Copies of a store, each in a directory of its own below {@code root}, as {@code RaftNode.copyState} makes them.
     */
    public static StateSource of(KvStore store, Path root) {
        return new StateSource() {
            private int made;

            @Override
            public synchronized StateCopy copy(BooleanSupplier stopped) throws IOException {
                Files.createDirectories(root);
                Path directory = root.resolve("copy-" + ++made);
                store.checkpoint(directory);
                LogPosition position =
                        new LogPosition(store.state().appliedEpoch(), store.state().appliedIndex());
                Member member = new Member(ReplicaKey.ofNode("kv-1"), "kv-1.example:9080");
                return new Copy(directory, new LogBase(position, Configuration.ofVoters(List.of(member))));
            }
        };
    }

    private record Copy(Path directory, LogBase base) implements StateCopy {
        @Override
        public List<File> files() {
            try (Stream<Path> all = Files.walk(directory)) {
                return all.filter(Files::isRegularFile)
                        .sorted()
                        .map(path -> new File(directory.relativize(path).toString(), sizeOf(path)))
                        .toList();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            try {
                FileSystemUtils.deleteRecursively(directory);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static long sizeOf(Path path) {
        try {
            return Files.size(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Backups backups(KvStore store, Path root) throws IOException {
        return new Backups(
                of(store, root.resolve("copies")), () -> CLUSTER, "kv-1", LIMITS, root.resolve("verifying"), CLOCK);
    }

    /** A snapshot of a store of so many keys. */
    public static byte[] snapshot(Path root, int keys) throws Exception {
        try (KvStore store = KvStore.open(root.resolve("store"))) {
            fill(store, keys);
            return snapshot(backups(store, root));
        }
    }

    public static byte[] snapshot(Backups backups) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Backups.Backup backup = backups.begin()) {
            backup.writeTo(out);
        }
        return out.toByteArray();
    }

    /** The beginning of a snapshot with a file of so many bytes. */
    public static byte[] announcing(long bytes) {
        Member member = new Member(ReplicaKey.ofNode("kv-1"), "kv-1.example:9080");
        SnapshotHeader header = new SnapshotHeader(CLUSTER, NOW, "kv-1",
                new LogBase(new LogPosition(EPOCH, 1), Configuration.ofVoters(List.of(member))), 1, 0, 1,
                List.of(new SnapshotHeader.File("000001.sst", bytes)));
        byte[] encoded = header.encode();
        ByteBuffer out = ByteBuffer.allocate(16 + encoded.length + SnapshotFormat.DIGEST_BYTES)
                .put(SnapshotFormat.magic())
                .putInt(SnapshotFormat.VERSION)
                .putInt(encoded.length)
                .put(encoded);
        MessageDigest digest = SnapshotFormat.sha256();
        digest.update(out.duplicate().flip());
        return out.put(digest.digest()).array();
    }
}
