package io.canvass.raft.storage;

import java.util.ArrayDeque;
import java.util.Deque;

/** Closes what it was given, the newest first: RocksDB's native objects must not outlive what they were made of. */
final class OwnedResources implements AutoCloseable {
    private final Deque<AutoCloseable> newestFirst = new ArrayDeque<>();

    <T extends AutoCloseable> T own(T resource) {
        newestFirst.push(resource);
        return resource;
    }

    /** Closes all, also if some fail. A second call does nothing. */
    @Override
    public void close() {
        StorageException failure = null;
        while (!newestFirst.isEmpty()) {
            try {
                newestFirst.pop().close();
            } catch (Exception e) {
                if (failure == null) {
                    failure = new StorageException("The Raft store was not closed cleanly (" + e.getMessage()
                            + "). Nothing that was acknowledged is lost by this.", e);
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
