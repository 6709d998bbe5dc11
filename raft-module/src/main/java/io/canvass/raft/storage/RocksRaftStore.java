package io.canvass.raft.storage;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Supplier;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.StoredState;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Raft store in one RocksDB: what {@link #write} has returned for is on the disk, through RocksDB's write-ahead
 * log, synced (HAZARDS E9 to E11).
 *
 * <p>Threads: one writes; {@link #installing}, {@link #read}, {@link #sizeBytes} and the rest may be called from any
 * thread at any time. {@link #close} waits for calls that are under way; calls after it throw a {@link
 * StorageException}.
 */
public final class RocksRaftStore implements RaftStore {
    private static final Logger LOG = LoggerFactory.getLogger(RocksRaftStore.class);

    private final Path directory;
    private final StorageIdentity identity;
    private final Configuration bootstrap;
    private final boolean joined;
    private final OwnedResources resources;
    private final LogDatabase database;
    private final LogReader reader;
    private final LogWriter writer;
    private final LogReclaimer reclaimer;
    private final Recovery recovery;

    /**
     * Held shared by whoever uses the database: a closed one is freed native memory, and touching that ends the
     * process.
     */
    private final ReentrantReadWriteLock lifetime = new ReentrantReadWriteLock();
    /** Hardly contended: there is one writer, and seldom somebody who notes that a snapshot is to be installed. */
    private final ReentrantLock writing = new ReentrantLock();
    private boolean closed;
    /** Of what is durable, as last known. */
    private volatile long lastIndex;

    private RocksRaftStore(Path directory, Opened opened, OwnedResources resources) {
        this.directory = directory;
        this.identity = opened.meta().identity();
        this.bootstrap = opened.meta().bootstrap();
        this.joined = opened.meta().format().isOfOneThatJoined();
        this.resources = resources;
        this.database = opened.database();
        LogShape shape = opened.log().shape();
        this.lastIndex = shape.lastIndex();
        this.reader = new LogReader(directory, database, shape.base().index());
        this.writer = resources.own(new LogWriter(directory, database, shape, opened.meta()));
        this.reclaimer = resources.own(new LogReclaimer(directory, database));
        this.recovery = new Recovery(directory, writer, opened.found(), opened.meta().installing());
        // A crash may have come between a deletion and this.
        reclaimer.dropped(shape.base().index());
    }

    private record Opened(LogDatabase database, StoredMeta meta, LogScan log) {
        private StoredState found() {
            return new StoredState(meta.boot() + 1, meta.hardState(), meta.base(), log.shape().epochs(),
                    log.shape().lastIndex(), log.configurations(), 0, meta.format().isOfOneThatJoined());
        }
    }

    /**
     * Opens the store of this node; formats the directory if it is empty or missing. Locks the directory until {@link
     * #close}, verifies the whole log, and counts this start durably.
     *
     * @param raftDirectory for this store alone; its parent exists
     * @throws StorageException if the directory is refused: it is in use, not writable, holds something else or another
     *     node's data, is damaged, or is of a newer format. It says which, and what to do; a refused directory is as
     *     it was
     */
    public static RocksRaftStore open(Path raftDirectory, Formation formation) {
        RocksLibrary.load();
        OwnedResources resources = new OwnedResources();
        try {
            DataDirectory directory = resources.own(DataDirectory.claim(raftDirectory));
            if (!directory.isFormatted()) {
                Admission.requireFormation(directory.path(), formation);
                StoreFormatter.format(directory, formation);
                LOG.info("Formatted {} for node {}", directory.path(), formation.nodeId());
            }
            Opened opened = open(directory, formation, resources);
            RocksRaftStore store = new RocksRaftStore(directory.path(), opened, resources);
            LOG.info("Opened {} of {}: start {}, epoch {}, log after {} up to {}", directory.path(),
                    store.identity.replica(), opened.meta().boot() + 1, opened.meta().hardState().epoch(),
                    opened.log().shape().base(), opened.log().shape().end());
            return store;
        } catch (RuntimeException | Error e) {
            closeAfter(resources, e);
            throw e;
        }
    }

    /**
     * Whether {@link #open} would find a directory that was formatted, and not format it: a look at names only, that
     * changes nothing. Damage is for {@code open} to find.
     */
    public static boolean isFormatted(Path raftDirectory) {
        return Files.isDirectory(raftDirectory.resolve(DataDirectory.DATABASE));
    }

    /** As {@link #inspect(Path, Function)}, for who only looks. */
    public static StoreInspection inspect(Path raftDirectory) {
        return inspect(raftDirectory, Function.identity());
    }

    /**
     * Verifies the store of a node that does not run, as {@link #open} does, and changes nothing of what it holds.
     *
     * @param use of what was found: no node can start on the directory before it returns
     * @return what {@code use} returned
     * @throws StorageException if the directory is in use, holds no store, or is damaged: it says which, and what to do
     */
    public static <T> T inspect(Path raftDirectory, Function<StoreInspection, T> use) {
        if (!Files.isDirectory(raftDirectory)) {
            throw Refusal.of(raftDirectory, "no such directory", "the Raft store of a node",
                    "Check the path of the data directory, and that its volume is mounted.");
        }
        RocksLibrary.load();
        try (OwnedResources resources = new OwnedResources()) {
            DataDirectory directory = resources.own(DataDirectory.claim(raftDirectory));
            if (!directory.isFormatted()) {
                throw Refusal.of(directory.path(), "no database in it", "the Raft store of a node",
                        "Check the path of the data directory.");
            }
            return use.apply(inspect(directory, resources));
        }
    }

    private static StoreInspection inspect(DataDirectory directory, OwnedResources resources) {
        try {
            LogDatabase database = resources.own(LogDatabase.open(directory.database()));
            StoredMeta meta = StoredMeta.read(database);
            LogScan log = LogScan.run(database, meta.logBegin());
            Admission.requireConsistent(meta, log);
            Admission.requireReadableConfigurations(log);
            LogBase installing = meta.installing();
            return new StoreInspection(
                    meta.identity(),
                    meta.hardState(),
                    meta.logBegin(),
                    log.shape().end(),
                    installing == null ? null : installing.position(),
                    OfflineRaftStore.latestConfiguration(meta, log));
        } catch (UnreadableException e) {
            throw Refusal.unreadable(directory.path(), e);
        } catch (RocksDBException e) {
            throw Refusal.unopenable(directory.path(), e);
        }
    }

    private static Opened open(DataDirectory directory, Formation formation, OwnedResources resources) {
        try {
            LogDatabase database = resources.own(LogDatabase.open(directory.database()));
            StoredMeta meta = StoredMeta.read(database);
            Admission.requireOwner(directory.path(), meta.identity(), formation);
            LogScan log = LogScan.run(database, meta.logBegin());
            Admission.requireConsistent(meta, log);
            Admission.requireReadableConfigurations(log);
            countBoot(directory.path(), database, meta.boot() + 1);
            return new Opened(database, meta, log);
        } catch (UnreadableException e) {
            throw Refusal.unreadable(directory.path(), e);
        } catch (RocksDBException e) {
            throw Refusal.unopenable(directory.path(), e);
        }
    }

    /** Durable before the first round of votes is named with it. The first write also proves that writes are synced. */
    private static void countBoot(Path directory, LogDatabase database, long boot) throws RocksDBException {
        long syncsBefore = database.walSyncs();
        try (WriteBatch batch = new WriteBatch()) {
            batch.put(database.meta(), MetaKey.BOOT.bytes(), MetaCodec.boot(boot));
            database.write(batch);
        }
        if (database.walSyncs() == syncsBefore) {
            throw new StorageException("The Raft store in " + directory + " was not opened, because RocksDB did not"
                    + " sync a write that it was told to sync. This is a fault of Canvass or of its RocksDB; please"
                    + " report it.");
        }
    }

    private static void closeAfter(OwnedResources resources, Throwable failure) {
        try {
            resources.close();
        } catch (StorageException e) {
            failure.addSuppressed(e);
        }
    }

    @Override
    public StorageIdentity identity() {
        return identity;
    }

    @Override
    public Configuration bootstrap() {
        return bootstrap;
    }

    @Override
    public boolean formed() {
        return joined || lastIndex > StoreFormatter.FIRST_INDEX;
    }

    @Override
    public StoredState recovered(long appliedIndex) {
        return changing(() -> recovery.recovered(appliedIndex));
    }

    @Override
    public void write(List<Effect.Persist> batch) {
        change(() -> {
            recovery.requireSettled();
            writer.write(batch);
        });
    }

    @Override
    public void installing(LogBase base) {
        change(() -> {
            recovery.requireSettled();
            writer.noteInstalling(base);
        });
    }

    private void change(Runnable change) {
        changing(() -> {
            change.run();
            return this;
        });
    }

    /** Runs what may write; whoever reads or reclaims learns what it has dropped. */
    private <T> T changing(Supplier<T> change) {
        lifetime.readLock().lock();
        try {
            requireOpen();
            writing.lock();
            try {
                long before = writer.shape().base().index();
                T result = change.get();
                long after = writer.shape().base().index();
                lastIndex = writer.shape().lastIndex();
                if (after > before) {
                    reader.dropped(after);
                    reclaimer.dropped(after);
                }
                return result;
            } finally {
                writing.unlock();
            }
        } finally {
            lifetime.readLock().unlock();
        }
    }

    @Override
    public List<Entry> read(long from, long to, int maxBytes) {
        lifetime.readLock().lock();
        try {
            requireOpen();
            return reader.read(from, to, maxBytes);
        } finally {
            lifetime.readLock().unlock();
        }
    }

    @Override
    public long sizeBytes() {
        lifetime.readLock().lock();
        try {
            requireOpen();
            return database.sizeBytes();
        } catch (RocksDBException e) {
            throw new StorageException("The size of " + directory + " is not known: " + e.getMessage(), e);
        } finally {
            lifetime.readLock().unlock();
        }
    }

    /** How often the write-ahead log was synced since the open; for tests. */
    long walSyncs() {
        lifetime.readLock().lock();
        try {
            requireOpen();
            return database.walSyncs();
        } finally {
            lifetime.readLock().unlock();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new StorageException("The Raft store in " + directory + " is closed.");
        }
    }

    /** Closes the database and releases the directory. A second call does nothing. */
    @Override
    public void close() {
        lifetime.writeLock().lock();
        try {
            closed = true;
            resources.close();
        } finally {
            lifetime.writeLock().unlock();
        }
    }
}
