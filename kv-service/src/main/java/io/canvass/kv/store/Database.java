package io.canvass.kv.store;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * One RocksDB with the column families of {@link KeyLayout}. Every write is without a WAL: the log is the WAL.
 * Thread-safe but for {@link #close}, which nothing may overlap.
 */
final class Database implements AutoCloseable {
    /** In the order of the handles. */
    private static final List<String> FAMILIES = List.of("default", "meta", "index", "versions", "changes");

    private final RocksDB rocks;
    private final List<ColumnFamilyHandle> handles;
    private final WriteOptions withoutWal = new WriteOptions().setDisableWAL(true);
    private final ReadOptions latest = new ReadOptions();

    private Database(RocksDB rocks, List<ColumnFamilyHandle> handles) {
        this.rocks = rocks;
        this.handles = handles;
    }

    /** Opens a store that was completed before; one of an older format is brought to this version's. */
    static Database open(Path directory, Tuning tuning) {
        requireComplete(directory);
        return openKnown(directory, tuning);
    }

    private static void requireComplete(Path directory) {
        if (format(directory).isEmpty()) {
            throw new StoreException("The directory " + directory + " holds no complete state store: it has no format."
                    + " Nothing was changed." + StoreException.REMEDY);
        }
    }

    /** Opens a complete store to read it. Several may do so at a time, as long as nobody writes. */
    static Database openReadOnly(Path directory, Tuning tuning) {
        requireComplete(directory);
        return openKnown(directory, tuning, RocksDB::openReadOnly);
    }

    /** Makes an empty store, durably, or finishes what a crash left half made. */
    static Database create(Path directory, Tuning tuning) {
        boolean complete = format(directory).isPresent();
        Database database = openKnown(directory, tuning);
        try {
            if (!complete) {
                database.initialize();
            }
            return database;
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    private void initialize() {
        try (WriteBatch batch = new WriteBatch()) {
            // The rows of later formats come with the first command that needs them (Draft).
            batch.put(meta(), KeyLayout.FORMAT_KEY, KeyLayout.number(KeyLayout.OLDEST_FORMAT));
            batch.put(meta(), KeyLayout.STATE_KEY, StoreState.EMPTY.encode());
            write(batch);
            flush();
        } catch (RocksDBException e) {
            throw new StoreException("The state store could not be created: " + e.getMessage(), e);
        }
    }

    private static Database openKnown(Path directory, Tuning tuning) {
        return openKnown(directory, tuning, RocksDB::open);
    }

    /** To write, or only to read. */
    private interface Opening {
        RocksDB open(
                DBOptions options,
                String path,
                List<ColumnFamilyDescriptor> families,
                List<ColumnFamilyHandle> handles)
                throws RocksDBException;
    }

    private static Database openKnown(Path directory, Tuning tuning, Opening opening) {
        List<ColumnFamilyDescriptor> families = new ArrayList<>();
        for (String name : FAMILIES) {
            families.add(new ColumnFamilyDescriptor(name.getBytes(StandardCharsets.US_ASCII), tuning.family()));
        }
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try {
            return new Database(opening.open(tuning.database(), directory.toString(), families, handles), handles);
        } catch (RocksDBException e) {
            throw cannotOpen(directory, e);
        }
    }

    /**
     * The format that a directory was written in; empty if there is no store or it was never completed. Looks without
     * writing, so that a directory of a newer version is left as it is.
     */
    private static Optional<Long> format(Path directory) {
        if (!Files.exists(directory.resolve("CURRENT"))) {
            return Optional.empty();
        }
        try (Options options = new Options()) {
            List<String> found = RocksDB.listColumnFamilies(options, directory.toString()).stream()
                    .map(name -> new String(name, StandardCharsets.UTF_8))
                    .toList();
            if (!found.contains("meta")) {
                return Optional.empty();
            }
        } catch (RocksDBException e) {
            throw cannotOpen(directory, e);
        }
        Optional<Long> format = readFormat(directory);
        if (format.isPresent() && (format.get() < KeyLayout.OLDEST_FORMAT || format.get() > KeyLayout.FORMAT)) {
            throw new StoreException("The state store in " + directory + " has format " + format.get()
                    + "; this version knows format " + KeyLayout.FORMAT + " and those down to "
                    + KeyLayout.OLDEST_FORMAT + ". Nothing was changed. Start the version"
                    + " that wrote it, or a newer one.");
        }
        return format;
    }

    private static Optional<Long> readFormat(Path directory) {
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try (DBOptions options = new DBOptions();
                ColumnFamilyOptions family = new ColumnFamilyOptions();
                RocksDB rocks = RocksDB.openReadOnly(
                        options,
                        directory.toString(),
                        List.of(
                                new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, family),
                                new ColumnFamilyDescriptor("meta".getBytes(StandardCharsets.US_ASCII), family)),
                        handles)) {
            byte @Nullable [] row = rocks.get(handles.getLast(), KeyLayout.FORMAT_KEY);
            return row == null ? Optional.empty() : Optional.of(KeyLayout.number(row));
        } catch (RocksDBException e) {
            throw cannotOpen(directory, e);
        }
    }

    private static StoreException cannotOpen(Path directory, RocksDBException e) {
        String message = String.valueOf(e.getMessage());
        // RocksDB has no code for it; both of its sentences name the lock file.
        if (message.contains("LOCK: ")) {
            return new StoreException("The state store in " + directory + " is in use by another process or another"
                    + " store of this process. Nothing was changed. Stop the other one first.", e);
        }
        String sentence = "The state store in " + directory + " cannot be opened: " + message;
        return isDamage(e)
                ? new DamagedStateException(sentence + "." + StoreException.REMEDY, e)
                : new StoreException(sentence, e);
    }

    /** Whether a checksum, or what it guards, is wrong: not that a disk failed. */
    static boolean isDamage(RocksDBException e) {
        return e.getStatus() != null && e.getStatus().getCode() == Status.Code.Corruption;
    }

    ColumnFamilyHandle meta() {
        return handles.get(1);
    }

    ColumnFamilyHandle index() {
        return handles.get(2);
    }

    ColumnFamilyHandle versions() {
        return handles.get(3);
    }

    ColumnFamilyHandle changes() {
        return handles.get(4);
    }

    /** The family {@code default}, which every RocksDB has: an older version opens a store whose family is empty. */
    ColumnFamilyHandle system() {
        return handles.get(0);
    }

    /** Reads what was written last. */
    ReadOptions latest() {
        return latest;
    }

    Optional<byte[]> get(ColumnFamilyHandle family, ReadOptions options, byte[] key) {
        try {
            byte @Nullable [] row = rocks.get(family, options, key);
            return Optional.ofNullable(row);
        } catch (RocksDBException e) {
            throw cannotRead(e);
        }
    }

    KeyState keyState(ReadOptions options, byte[] key) {
        return get(index(), options, key).map(KeyState::decode).orElse(KeyState.ABSENT);
    }

    StoreState state(ReadOptions options) {
        return get(meta(), options, KeyLayout.STATE_KEY)
                .map(StoreState::decode)
                .orElseThrow(() -> StoreException.damaged("it does not say how far it is"));
    }

    /** Empty in a store of format 1. */
    Optional<SystemState> systemState(ReadOptions options) {
        return get(meta(), options, KeyLayout.SYSTEM_KEY).map(SystemState::decode);
    }

    /** Up to where the reclaimer is: what history below it is worth keeping is kept for good. */
    long reclaimed(ReadOptions options) {
        return get(meta(), options, KeyLayout.RECLAIMED_KEY).map(KeyLayout::number).orElse(0L);
    }

    long reclaimBase(ReadOptions options) {
        return get(meta(), options, KeyLayout.RECLAIM_BASE_KEY).map(KeyLayout::number).orElse(0L);
    }

    RocksIterator iterator(ColumnFamilyHandle family, ReadOptions options) {
        return rocks.newIterator(family, options);
    }

    /** Throws if the iterator ended because of an error: it says so only when asked. */
    static void requireSound(RocksIterator iterator) {
        try {
            iterator.status();
        } catch (RocksDBException e) {
            throw cannotRead(e);
        }
    }

    private static StoreException cannotRead(RocksDBException e) {
        String sentence = "The state store could not be read: " + e.getMessage();
        return isDamage(e) ? new DamagedStateException(sentence + ".", e) : new StoreException(sentence, e);
    }

    Snapshot snapshot() {
        return rocks.getSnapshot();
    }

    void release(Snapshot snapshot) {
        rocks.releaseSnapshot(snapshot);
    }

    /** All of the batch or nothing, in memory: it survives a crash once it is flushed. */
    void write(WriteBatch batch) throws RocksDBException {
        rocks.write(withoutWal, batch);
    }

    /** Returns when everything written so far is durable. */
    void flush() throws RocksDBException {
        try (FlushOptions options = new FlushOptions().setWaitForFlush(true)) {
            rocks.flush(options, handles);
        }
    }

    /**
     * Has everything written so far made durable in the background.
     *
     * @return whether that has begun; not while earlier flushes or compactions are so far behind that writes wait for
     *     them
     */
    boolean tryBeginFlush() throws RocksDBException {
        try (FlushOptions options = new FlushOptions().setWaitForFlush(false).setAllowWriteStall(true)) {
            rocks.flush(options, handles);
            return true;
        } catch (RocksDBException e) {
            if (e.getStatus() != null && e.getStatus().getCode() == Status.Code.TryAgain) {
                return false;
            }
            throw e;
        }
    }

    /** @param directory must not exist, its parent must */
    void checkpoint(Path directory) throws RocksDBException {
        try (Checkpoint checkpoint = Checkpoint.create(rocks)) {
            checkpoint.createCheckpoint(directory.toString());
        }
    }

    /** What makes up the state on the disk now; what is in memory only is not in it. */
    List<Scrub.Table> tables() {
        return rocks.getLiveFilesMetaData().stream()
                .map(file -> new Scrub.Table(
                        Path.of(file.path(), file.fileName().replaceFirst("^/", "")), file.size()))
                .toList();
    }

    /** Bytes of the files and of what waits in memory for a flush. */
    long sizeBytes() {
        try {
            return rocks.getAggregatedLongProperty("rocksdb.total-sst-files-size")
                    + rocks.getAggregatedLongProperty("rocksdb.cur-size-all-mem-tables");
        } catch (RocksDBException e) {
            throw cannotRead(e);
        }
    }

    /** Forgets what is not flushed. */
    @Override
    public void close() {
        handles.forEach(ColumnFamilyHandle::close);
        latest.close();
        withoutWal.close();
        rocks.close();
    }
}
