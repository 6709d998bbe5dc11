package io.canvass.raft.storage;

import java.util.List;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.StoredState;

/**
 * What a replica must not lose: identity, epoch, vote and log. One thread writes; any thread may read what is durable.
 *
 * <p>After the first exception of {@link #write} nothing more may be written: what the disk holds is then unknown, and a
 * second sync that succeeds would prove nothing (HAZARDS E9). Implementations refuse further writes themselves.
 */
public interface RaftStore extends AutoCloseable {
    /** Who this directory belongs to. */
    StorageIdentity identity();

    /**
     * What was found when the store was opened.
     *
     * @param appliedIndex what the state machine holds, at most the last index of the log
     * @throws StorageException if the log ends before {@code appliedIndex}
     */
    StoredState recovered(long appliedIndex);

    /**
     * Makes all of these durable in one atomic, synced batch, in their order. Returns when it is.
     *
     * @throws StorageException on the first failure, which is final
     */
    void write(List<Effect.Persist> batch);

    /**
     * Entries from {@code from} to {@code to}, both included, in order: at least one, then as many as fit in
     * {@code maxBytes}. Each entry's checksum is verified.
     *
     * @throws StorageException if an entry of the range is missing or damaged
     */
    List<Entry> read(long from, long to, int maxBytes);

    /** Bytes on disk, roughly; cheap enough for a metric. */
    long sizeBytes();

    @Override
    void close();
}
