package io.canvass.kv.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

import io.canvass.raft.core.Bytes;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksIterator;

/**
 * Copies of the state, as {@link KvStore#checkpoint} makes them, and states whose node does not run: how far they are,
 * whether they are sound, and how one becomes the state of a new node. Nothing here keeps anything open. Safe for any
 * thread, as long as each directory is used by one.
 */
public final class StateCopies {
    private static final int READAHEAD_BYTES = 2 << 20;

    private StateCopies() {}

    /**
     * How far a copy is. Reads one row; writes no data.
     *
     * @throws StoreException if it is no complete copy, or of another version's format
     */
    public static StoreState state(Path copy) {
        try (Tuning tuning = new Tuning(StoreLimits.DEFAULT);
                Database database = Database.openReadOnly(copy, tuning)) {
            return database.state(database.latest());
        }
    }

    /**
     * Reads every row of a copy: each must decode, every key must have its value, no revision may be above that of the
     * store, and there must be as many keys as the store says.
     *
     * @return how far it is
     * @throws StoreException if anything is amiss; it says what
     */
    public static StoreState check(Path copy) {
        try (Tuning tuning = new Tuning(StoreLimits.DEFAULT);
                Database database = Database.openReadOnly(copy, tuning);
                ReadOptions once = new ReadOptions().setFillCache(false).setReadaheadSize(READAHEAD_BYTES)) {
            StoreState state = database.state(database.latest());
            requireKeys(database, once, state);
            requireVersions(database, once, state);
            requireChanges(database, once, state);
            return state;
        }
    }

    private static void requireKeys(Database database, ReadOptions once, StoreState state) {
        long keys = 0;
        try (RocksIterator index = database.iterator(database.index(), once)) {
            for (index.seekToFirst(); index.isValid(); index.next()) {
                Bytes key = Bytes.wrap(index.key());
                KeyState found = KeyState.decode(index.value());
                requireRevision(found.modRevision(), state);
                StoredValue value = Reads.existing(database, once, key, found);
                if (value.createRevision() != found.createRevision() || value.version() != found.version()) {
                    throw StoreException.damaged("the index and the newest version of a key of " + key.size()
                            + " bytes contradict each other");
                }
                keys++;
            }
            Database.requireSound(index);
        }
        if (keys != state.keyCount()) {
            throw StoreException.damaged("it has " + keys + " keys where it says " + state.keyCount());
        }
    }

    private static void requireVersions(Database database, ReadOptions once, StoreState state) {
        try (RocksIterator versions = database.iterator(database.versions(), once)) {
            for (versions.seekToFirst(); versions.isValid(); versions.next()) {
                byte[] row = versions.key();
                if (row.length < Long.BYTES) {
                    throw StoreException.damaged("a version has a name of " + row.length + " bytes");
                }
                long revision = KeyLayout.revisionOf(row);
                requireRevision(revision, state);
                KeyLayout.stored(Bytes.EMPTY, revision, versions.value());
            }
            Database.requireSound(versions);
        }
    }

    private static void requireChanges(Database database, ReadOptions once, StoreState state) {
        try (RocksIterator changes = database.iterator(database.changes(), once)) {
            for (changes.seekToFirst(); changes.isValid(); changes.next()) {
                requireRevision(KeyLayout.number(changes.key()), state);
            }
            Database.requireSound(changes);
        }
    }

    private static void requireRevision(long revision, StoreState state) {
        if (revision < 1 || revision > state.revision()) {
            throw StoreException.damaged(
                    "it holds revision " + revision + ", but its own is " + state.revision());
        }
    }

    /**
     * How far the state of a node is that does not run.
     *
     * @param stateDirectory that of {@link KvStore#open(Path)}
     * @throws StoreException if there is none, it cannot be read, or a node has it open
     */
    public static StoreState look(Path stateDirectory) {
        StateDirectories directories = new StateDirectories(stateDirectory, InstallTrace.NONE);
        Optional<Path> found = Files.isDirectory(stateDirectory) ? directories.active() : Optional.empty();
        Path active =
                found.orElseThrow(() -> new StoreException("There is no state store in " + stateDirectory + "."));
        try (Tuning tuning = new Tuning(StoreLimits.DEFAULT);
                Database database = Database.open(active, tuning)) {
            return database.state(database.latest());
        }
    }

    /**
     * Makes a copy the state of a node that has none, durably. The copy is moved, not copied.
     *
     * @param stateDirectory absent, on the copy's file system
     * @throws StoreException if it exists, or the disk refuses
     */
    public static void adopt(Path copy, Path stateDirectory) {
        if (Files.exists(stateDirectory)) {
            throw new StoreException("The directory " + stateDirectory + " exists already. Nothing was changed.");
        }
        StateDirectories directories = new StateDirectories(stateDirectory, InstallTrace.NONE);
        directories.createRoot();
        try {
            Files.move(copy, directories.first(), StandardCopyOption.ATOMIC_MOVE);
            StateDirectories.sync(stateDirectory);
        } catch (IOException e) {
            throw new StoreException("The copy in " + copy + " could not be moved to " + stateDirectory + ": " + e, e);
        }
        directories.activate(directories.first());
    }
}
