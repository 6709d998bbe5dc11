package io.canvass.raft.storage;

import java.util.List;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.StoredState;

/**
 * What a replica must not lose: identity, epoch, vote and log. One thread writes; any thread may read what is durable.
 *
 * <p>After the first exception of {@link #write} or {@link #installing} nothing more may be written: what the disk
 * holds is then unknown, and a second sync that succeeds would prove nothing (HAZARDS E9). Implementations refuse
 * further writes themselves.
 */
public interface RaftStore extends AutoCloseable {
    /** Who this directory belongs to. */
    StorageIdentity identity();

    /** What the directory was formatted with: the first members of the cluster, or what a node that joins was told of them. */
    Configuration bootstrap();

    /**
     * Whether the cluster is known to exist: the log holds more than the entry that a directory is formatted with, or the
     * directory was formatted to join. Once true it stays so. From memory, for any thread.
     */
    boolean formed();

    /**
     * What was found when the store was opened. To be called before anything is written.
     *
     * <p>If the installation of a snapshot was noted ({@link #installing}) and had not come into the log, this brings
     * it to its end, durably. Where {@code appliedIndex} is below the snapshot, the state machine never switched: the
     * note goes, the log stays. Else the log begins after the snapshot: with what follows it there, if the log holds
     * that place, or empty.
     *
     * @param appliedIndex what the state machine holds: at least the index of the log's base, at most its last one or
     *     that of the snapshot that was noted
     * @throws StorageException if the log ends before {@code appliedIndex} or begins after what follows it, or that
     *     write fails
     */
    StoredState recovered(long appliedIndex);

    /**
     * Makes all of these durable in one atomic, synced batch, in their order. Returns when it is.
     *
     * <p>A write first truncates, then appends, then drops everything at or below its base, which must be in the log
     * then, and above the base before. A truncation from 1 on with a base is the exception: a snapshot replaces the
     * log, which is empty afterwards and begins after the base; there are no entries in such a write, and the log
     * does not hold that place. The disk space of what is dropped comes back later, by itself.
     *
     * @throws StorageException on the first failure, which is final
     */
    void write(List<Effect.Persist> batch);

    /**
     * Notes durably that a snapshot up to {@code base} is about to take the state machine's place: to be called
     * before that switch. A write whose base is at or above it takes the note back, in the same batch, and so does
     * {@link #recovered}; another note replaces it. The log itself does not change. May be called by another thread than
     * the one that writes.
     *
     * @param base above that of the log
     * @throws StorageException on the first failure, of this or of {@link #write}, which is final
     */
    void installing(LogBase base);

    /**
     * Entries from {@code from} to {@code to}, both included, in order: at least one, then as many as fit in
     * {@code maxBytes}. Each entry's checksum is verified.
     *
     * @return an empty list if {@code from} is at or below the log's base, also if it came to be while this was
     *     running: the entry is gone for good, and what it did is in the state machine. Never empty otherwise
     * @throws StorageException if an entry of the range is missing or damaged
     */
    List<Entry> read(long from, long to, int maxBytes);

    /** Bytes on disk, roughly; cheap enough for a metric. */
    long sizeBytes();

    @Override
    void close();
}
