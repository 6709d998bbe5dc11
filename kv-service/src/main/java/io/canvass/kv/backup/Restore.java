package io.canvass.kv.backup;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

import io.canvass.kv.config.DataPaths;
import io.canvass.kv.store.Commands;
import io.canvass.kv.store.StateCopies;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.storage.OfflineRaftStore;
import io.canvass.raft.storage.StorageIdentity;
import org.springframework.util.FileSystemUtils;

/**
 * Makes an empty data directory that of a node of a new cluster, which begins with the state of a snapshot. On each
 * voter of the new cluster the same snapshot, list and raise must be given; all then have the same log base, the same
 * first entry and the same state.
 */
public final class Restore {
    /** What may lie in an empty directory: a file system of its own has it at its root. */
    private static final String NOT_FOREIGN = "lost+found";

    private final Path dataDir;
    private final String nodeId;
    private final Configuration voters;
    private final Optional<UUID> explicitId;
    private final long raise;

    /**
     * @param dataDir absent in a directory that exists, or empty
     * @param voters of the new cluster; {@code nodeId} is one of them
     * @param explicitId the new cluster's id, the same on all its nodes; if empty, a sole voter draws one, and others
     *     find the same by what they restore
     * @param raise of the revision, see {@link Revisions}
     */
    public Restore(Path dataDir, String nodeId, Configuration voters, Optional<UUID> explicitId, long raise) {
        this.dataDir = dataDir.toAbsolutePath().normalize();
        this.nodeId = nodeId;
        this.voters = voters;
        this.explicitId = explicitId;
        this.raise = raise;
    }

    /**
     * What was made.
     *
     * @param revision that of the store once the new cluster has a leader
     */
    public record Restored(SnapshotHeader snapshot, StorageIdentity identity, long revision) {}

    /**
     * Checks the snapshot, then makes the directory. If it fails, the directory is as it was; after a crash no node
     * starts on it.
     *
     * @throws InvalidSnapshotException if the snapshot is broken
     * @throws IllegalArgumentException if the revision cannot be raised so far; a sentence
     * @throws IOException if the directory is not empty, or the disk fails; a sentence in the first case
     */
    public Restored run(Path snapshot) throws IOException, InvalidSnapshotException {
        requireEmpty();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(snapshot))) {
            boolean existed = Files.exists(dataDir);
            Path restoring = DataPaths.restoring(dataDir);
            boolean done = false;
            if (!existed) {
                Files.createDirectory(dataDir);
            }
            Files.createDirectory(restoring);
            try {
                Restored restored = build(in, restoring);
                publish(restoring);
                done = true;
                return restored;
            } finally {
                if (!done) {
                    FileSystemUtils.deleteRecursively(restoring);
                    if (!existed) {
                        // Fails if it is not empty: then the names in it are in place, and tell themselves.
                        Files.deleteIfExists(dataDir);
                    }
                }
            }
        }
    }

    private void requireEmpty() throws IOException {
        if (Files.notExists(dataDir, LinkOption.NOFOLLOW_LINKS)) {
            Path parent = dataDir.getParent();
            if (parent == null || !Files.isDirectory(parent)) {
                throw new IOException("The directory " + dataDir + " cannot be made, as " + parent
                        + " is no directory. Nothing was written. Check that the volume is mounted.");
            }
            return;
        }
        try (Stream<Path> files = Files.list(dataDir)) {
            List<String> found = files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals(NOT_FOREIGN))
                    .sorted()
                    .limit(5)
                    .toList();
            if (!found.isEmpty()) {
                throw new IOException("The directory " + dataDir + " is not empty (" + String.join(", ", found)
                        + "). Nothing was written. Restore into an empty directory; move this one away if it is of"
                        + " no use.");
            }
        }
    }

    private Restored build(InputStream in, Path restoring) throws IOException, InvalidSnapshotException {
        Path copy = restoring.resolve("copy");
        SnapshotCheck.Verified verified;
        try {
            verified = new SnapshotCheck(copy).extract(in, Long.MAX_VALUE);
        } catch (SnapshotTooLargeException e) {
            throw new AssertionError("No size is too large here", e);
        }
        SnapshotHeader header = verified.header();
        Revisions.requireRoom(header.revision(), raise);
        StorageIdentity identity = OfflineRaftStore.begin(
                DataPaths.raft(restoring),
                explicitId.orElseGet(() -> newId(verified)),
                nodeId,
                new LogBase(header.base().position(), voters),
                Commands.raiseRevision(raise),
                header.createdAt().toEpochMilli());
        StateCopies.adopt(copy, DataPaths.state(restoring));
        return new Restored(header, identity, header.revision() + raise);
    }

    /**
     * Every node of the new cluster finds the same id without being told; one that was given another snapshot, list or
     * raise finds another, and is refused by the rest instead of corrupting them.
     */
    private UUID newId(SnapshotCheck.Verified verified) {
        if (voters.voters().size() == 1) {
            return UUID.randomUUID();
        }
        HexFormat hex = HexFormat.of();
        String name = "canvass restore " + hex.formatHex(verified.contentDigest().array()) + " " + raise + " "
                + hex.formatHex(voters.encode().array());
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * A node starts only when all of it is there: as long as the directory that is emptied here exists, it refuses to.
     */
    private void publish(Path restoring) throws IOException {
        sync(restoring);
        Files.move(DataPaths.raft(restoring), DataPaths.raft(dataDir), StandardCopyOption.ATOMIC_MOVE);
        Files.move(DataPaths.state(restoring), DataPaths.state(dataDir), StandardCopyOption.ATOMIC_MOVE);
        sync(dataDir);
        FileSystemUtils.deleteRecursively(restoring);
        sync(dataDir);
    }

    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
