package io.canvass.kv.store;

import java.util.OptionalLong;

import org.rocksdb.ReadOptions;
import org.rocksdb.Snapshot;

/** One state of a database, to be read from as long as this is open. Made for one read, by its thread. */
final class ReadView implements AutoCloseable {
    private final Database database;
    private final Snapshot snapshot;
    private final ReadOptions options;
    private final StoreState state;

    ReadView(Database database) {
        this.database = database;
        snapshot = database.snapshot();
        options = new ReadOptions().setSnapshot(snapshot);
        try {
            state = database.state(options);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    ReadOptions options() {
        return options;
    }

    StoreState state() {
        return state;
    }

    /**
     * The revision to read at.
     *
     * @param asked empty: the store's
     * @throws RevisionCompactedException if history is gone from there
     * @throws RevisionInFutureException if the store is not there yet
     */
    long revision(OptionalLong asked) {
        long revision = asked.orElse(state.revision());
        requireReadable(state, revision);
        return revision;
    }

    static void requireReadable(StoreState state, long revision) {
        if (revision < state.compactRevision()) {
            throw new RevisionCompactedException(revision, state.compactRevision());
        }
        if (revision > state.revision()) {
            throw new RevisionInFutureException(revision, state.revision());
        }
    }

    @Override
    public void close() {
        options.close();
        database.release(snapshot);
    }
}
