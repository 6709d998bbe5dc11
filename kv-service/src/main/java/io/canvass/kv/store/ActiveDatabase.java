package io.canvass.kv.store;

import java.nio.file.Path;
import java.util.concurrent.locks.StampedLock;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The database that is the state now. Whoever uses it keeps it from being replaced and closed meanwhile; he must not wait for
 * another use of it. Thread-safe.
 */
final class ActiveDatabase {
    /** Held shared by whoever uses the database, exclusively by whoever replaces or closes it. */
    private final StampedLock lock = new StampedLock();

    private Path directory;
    private Database database;
    private boolean closed;

    ActiveDatabase(Path directory, Database database) {
        this.directory = directory;
        this.database = database;
    }

    /** @throws StoreException if the store is closed */
    <T> T use(Function<Database, T> work) {
        long stamp = lock.readLock();
        try {
            if (closed) {
                throw new StoreException("The state store is closed.");
            }
            return work.apply(database);
        } finally {
            lock.unlockRead(stamp);
        }
    }

    /** @return what the work says; false if the store is closed */
    boolean useIfOpen(Predicate<Database> work) {
        long stamp = lock.readLock();
        try {
            return !closed && work.test(database);
        } finally {
            lock.unlockRead(stamp);
        }
    }

    /** Where it is. For the thread that replaces it. */
    Path directory() {
        return directory;
    }

    /**
     * Closes the present one; waits for all who use it.
     *
     * @param taken called before anybody can use the new one
     */
    void replace(Path newDirectory, Database by, Runnable taken) {
        long stamp = lock.writeLock();
        try {
            database.close();
            database = by;
            directory = newDirectory;
            taken.run();
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    /** Waits for all who use it. A second call does nothing. */
    void close(Runnable behindIt) {
        long stamp = lock.writeLock();
        try {
            if (!closed) {
                closed = true;
                database.close();
                behindIt.run();
            }
        } finally {
            lock.unlockWrite(stamp);
        }
    }
}
