package io.canvass.kv.backup;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;

import io.canvass.kv.store.StateCopies;
import io.canvass.kv.store.StoreException;
import io.canvass.kv.store.StoreState;
import io.canvass.raft.core.Bytes;
import org.springframework.util.FileSystemUtils;

/**
 * Whether a snapshot is sound: its container, every checksum, and that the state in it opens and every row of it
 * decodes. For one thread at a time.
 */
public final class SnapshotCheck {
    private final Path scratch;

    /**
     * What a sound snapshot holds.
     *
     * @param sha256 of all its bytes, as its {@code Repr-Digest} says
     * @param contentDigest with which it ends
     */
    public record Verified(SnapshotHeader header, Bytes sha256, Bytes contentDigest) {}

    /** @param scratch a directory of its own, for what is extracted; made where its parent exists */
    public SnapshotCheck(Path scratch) {
        this.scratch = scratch;
    }

    /** Removes what was extracted. */
    void clear() throws IOException {
        if (Files.exists(scratch, LinkOption.NOFOLLOW_LINKS)) {
            FileSystemUtils.deleteRecursively(scratch);
        }
    }

    /** Reads the stream to its end, and checks all; nothing of it is left afterwards. */
    public Verified run(InputStream snapshot, long maxBytes)
            throws IOException, InvalidSnapshotException, SnapshotTooLargeException {
        try {
            return extract(snapshot, maxBytes);
        } finally {
            clear();
        }
    }

    /** As {@link #run}, but leaves the state in the scratch directory, durably, if it is sound; else nothing. */
    Verified extract(InputStream snapshot, long maxBytes)
            throws IOException, InvalidSnapshotException, SnapshotTooLargeException {
        clear();
        Files.createDirectories(scratch);
        boolean sound = false;
        try {
            MessageDigest digest = SnapshotFormat.sha256();
            SnapshotReader reader = new SnapshotReader(new DigestInputStream(snapshot, digest), maxBytes);
            SnapshotHeader header = reader.extract(scratch);
            requireState(header);
            sound = true;
            return new Verified(header, Bytes.wrap(digest.digest()), reader.contentDigest());
        } finally {
            if (!sound) {
                clear();
            }
        }
    }

    private void requireState(SnapshotHeader header) throws InvalidSnapshotException {
        StoreState state;
        try {
            state = StateCopies.check(scratch);
        } catch (StoreException e) {
            throw new InvalidSnapshotException("the state in it cannot be used: " + e.getMessage(), e);
        }
        if (!header.describes(state)) {
            throw new InvalidSnapshotException("the state in it is of log index " + state.appliedIndex() + " and"
                    + " revision "
                    + state.revision() + ", but its header says index " + header.base().position().index()
                    + " and revision " + header.revision());
        }
    }
}
