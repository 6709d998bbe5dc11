package io.canvass.raft.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.ReplicaKey;

/** Directories that are sent as snapshots, and what they stand for. */
final class SnapshotTrees {
    static final UUID CLUSTER = new UUID(7, 7);
    static final ReplicaKey PEER = new ReplicaKey("n2", new UUID(2, 2));
    static final LogBase BASE = base(41);

    private SnapshotTrees() {}

    static LogBase base(long index) {
        Configuration.Member member = new Configuration.Member(PEER, "n2:7000");
        return new LogBase(new LogPosition(6, index), Configuration.ofVoters(List.of(member)));
    }

    /**
     * Many files: empty ones first, last and between, some as long as a part or one byte more or less, some far longer.
     */
    static Path many(Path directory, int partBytes) throws IOException {
        int data = partBytes - SnapshotPart.PIECE_HEADER_BYTES;
        int[] sizes = {0, 1, data - 1, data, data + 1, 0, 0, 3 * data, 5 * data + 7, 100, 0};
        for (int i = 0; i < 44; i++) {
            Path place = i % 3 == 0 ? directory : directory.resolve("d" + i % 5).resolve("e" + i % 2);
            Files.createDirectories(place);
            Files.write(place.resolve(String.format("f%02d", i)), bytes(i, sizes[i % sizes.length]));
        }
        return directory;
    }

    static byte[] bytes(long seed, int size) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** What the files of a directory hold. */
    static Map<String, Bytes> read(Path directory) {
        Map<String, Bytes> content = new TreeMap<>();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.filter(Files::isRegularFile).toList()) {
                content.put(directory.relativize(path).toString(), Bytes.wrap(Files.readAllBytes(path)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return content;
    }

    static List<String> names(Path directory) {
        try (Stream<Path> all = Files.list(directory)) {
            return all.map(path -> path.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
