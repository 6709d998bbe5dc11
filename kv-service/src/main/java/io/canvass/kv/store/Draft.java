package io.canvass.kv.store;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

import com.google.protobuf.ByteString;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * What a run of entries makes of the rows, gathered for one write; each reads what those before it wrote. Nothing of
 * the database changes before {@link #commit}. For one thread.
 *
 * <p>A function of the database and the entries alone (HAZARDS H6): what is iterated is sorted.
 */
final class Draft implements AutoCloseable {
    /** One sample of time and revision in so many milliseconds. */
    static final long SAMPLE_MILLIS = 10_000;

    /** A key as this draft leaves it; the value is that of an existing key, empty for one that is gone. */
    record Standing(KeyState state, ByteString value) {
        static final Standing GONE = new Standing(KeyState.ABSENT, ByteString.EMPTY);
    }

    private final Database database;
    private final WriteBatch writes = new WriteBatch();
    private final NavigableMap<byte[], Standing> keys = new TreeMap<>(Arrays::compareUnsigned);
    private final NavigableMap<byte[], Optional<byte[]>> rows = new TreeMap<>(Arrays::compareUnsigned);
    /** Of the revision that is being made. */
    private final List<byte[]> changes = new ArrayList<>();

    private final List<LeaseChange> leaseChanges = new ArrayList<>();
    private final List<LockName> changedLocks = new ArrayList<>();
    private final Optional<byte[]> systemBefore;
    private final SystemState system;
    /** Whether the store has the rows of format 2 or later, or has them with this draft. */
    private boolean broughtUp;
    private long revision;
    private long compactRevision;
    private long keyCount;
    private long stateHash;

    Draft(Database database, StoreState before) {
        this.database = database;
        Optional<SystemState> stored = database.systemState(database.latest());
        systemBefore = stored.map(SystemState::encode);
        system = stored.orElseGet(SystemState::new);
        broughtUp = stored.isPresent();
        revision = before.revision();
        compactRevision = before.compactRevision();
        keyCount = before.keyCount();
        stateHash = before.stateHash();
    }

    Database database() {
        return database;
    }

    SystemState system() {
        return system;
    }

    /**
     * From here on the store is of a later format, at the same entry on every replica. Until then an older version can open it:
     * no command that needs more is in the log before all members know that kind (docs/versions.md).
     */
    void bringUp(long format) throws RocksDBException {
        boolean withAuth = format >= KeyLayout.SECURITY_FORMAT;
        if (!broughtUp || (withAuth && !system.withAuth)) {
            broughtUp = true;
            system.withAuth |= withAuth;
            writes.put(database.meta(), KeyLayout.FORMAT_KEY, KeyLayout.number(format));
        }
    }

    long stateHash() {
        return stateHash;
    }

    /** As it stands; the one that is being made, if a change was made since the last {@link #seal}. */
    long revision() {
        return revision;
    }

    /** The revision of a change that is made now: one for all until {@link #seal}. */
    long revisionOfChange() {
        return changes.isEmpty() ? revision + 1 : revision;
    }

    long compactRevision() {
        return compactRevision;
    }

    void compact(long to) {
        compactRevision = to;
        fold(HashChain.Event.COMPACTED, new byte[0], to, 0);
    }

    /** Time in entries goes on or stands still, whatever the clocks of leaders say. */
    void reach(long timeMillis) {
        if (broughtUp) {
            system.timeMillis = Math.max(system.timeMillis, timeMillis);
        }
    }

    /** History before it counts as compacted: what was lost may have had its revisions. */
    void raiseRevision(long by) {
        revision = Math.addExact(revision, by);
        compactRevision = revision;
        stateHash = HashChain.raise(stateHash, revision);
    }

    KeyState key(byte[] key) {
        Standing standing = keys.get(key);
        return standing != null ? standing.state() : database.keyState(database.latest(), key);
    }

    /** The value of a key that this draft has written. */
    Optional<ByteString> draftedValue(byte[] key) {
        return Optional.ofNullable(keys.get(key)).map(Standing::value);
    }

    void put(byte[] key, KeyState before, KeyState after, ByteString value) throws RocksDBException {
        change(KeyLayout.PUT, key);
        byte[] record = KeyLayout.putRecord(after, value);
        writes.put(database.index(), key, after.encode());
        writes.put(database.versions(), KeyLayout.versionKey(key, revision), record);
        keyCount += before.exists() ? 0 : 1;
        stateHash = HashChain.put(stateHash, key, after, record, KeyLayout.VALUE_OFFSET);
        keys.put(key, new Standing(after, value));
    }

    /** @param key exists */
    void delete(byte[] key) throws RocksDBException {
        change(KeyLayout.DELETE, key);
        writes.delete(database.index(), key);
        writes.put(database.versions(), KeyLayout.versionKey(key, revision), KeyLayout.deleteRecord());
        keyCount--;
        stateHash = HashChain.delete(stateHash, key, revision);
        keys.put(key, Standing.GONE);
    }

    void lockChanged(LockName lock) {
        changedLocks.add(lock);
        change(KeyLayout.LOCK, ByteBuffer.allocate(1 + lock.name().length)
                .put(lock.space())
                .put(lock.name())
                .array());
    }

    private void change(byte kind, byte[] key) {
        revision = revisionOfChange();
        changes.add(KeyLayout.change(kind, key));
    }

    void fold(HashChain.Event event, byte[] name, long one, long other) {
        stateHash = HashChain.event(stateHash, event, name, one, other);
    }

    /** Ends the revision that is being made, if anything was changed in it. */
    void seal() throws RocksDBException {
        if (changes.isEmpty()) {
            return;
        }
        writes.put(database.changes(), KeyLayout.number(revision), changes.size() == 1 ? changes.getFirst() : joined());
        changes.clear();
        if (broughtUp && system.timeMillis >= system.sampledMillis + SAMPLE_MILLIS) {
            system.sampledMillis = system.timeMillis;
            writes.put(
                    database.system(), SystemLayout.sample(system.timeMillis), KeyLayout.number(revision));
        }
    }

    private byte[] joined() {
        ByteBuffer row = ByteBuffer.allocate(changes.stream().mapToInt(change -> change.length).sum());
        changes.forEach(row::put);
        return row.array();
    }

    Optional<byte[]> row(byte[] row) {
        Optional<byte[]> drafted = rows.get(row);
        return drafted != null ? drafted : database.get(database.system(), database.latest(), row);
    }

    void putRow(byte[] row, byte[] value) throws RocksDBException {
        writes.put(database.system(), row, value);
        rows.put(row, Optional.of(value));
    }

    void deleteRow(byte[] row) throws RocksDBException {
        writes.delete(database.system(), row);
        rows.put(row, Optional.empty());
    }

    void leaseChanged(LeaseChange change) {
        leaseChanges.add(change);
    }

    List<LeaseChange> leaseChanges() {
        return leaseChanges;
    }

    List<LockName> changedLocks() {
        return changedLocks;
    }

    /** Keys that exist in a span, as this draft leaves them: the first of them, ascending. */
    List<byte[]> keysIn(KeySpan span, int limit) {
        return span.isEmpty()
                ? List.of()
                : merged(database.index(), keys, standing -> standing.state().exists(), span, limit);
    }

    /** As {@link #keysIn}, of the family {@code system}. */
    List<byte[]> rowsIn(KeySpan span, int limit) {
        return span.isEmpty() ? List.of() : merged(database.system(), rows, Optional::isPresent, span, limit);
    }

    private <T> List<byte[]> merged(
            ColumnFamilyHandle family,
            NavigableMap<byte[], T> drafted,
            Predicate<T> present,
            KeySpan span,
            int limit) {
        byte[] start = span.start().array();
        NavigableSet<byte[]> found = new TreeSet<>(Arrays::compareUnsigned);
        NavigableMap<byte[], T> inSpan = span.end().isPresent()
                ? drafted.subMap(start, true, span.end().get().array(), false)
                : drafted.tailMap(start, true);
        inSpan.forEach((key, state) -> {
            if (present.test(state)) {
                found.add(key);
            }
        });
        try (RocksIterator stored = database.iterator(family, database.latest())) {
            int taken = 0;
            for (stored.seek(start); stored.isValid() && taken < limit; stored.next()) {
                byte[] key = stored.key();
                if (!span.endsAfter(key)) {
                    break;
                }
                if (!inSpan.containsKey(key)) {
                    found.add(key);
                    taken++;
                }
            }
            Database.requireSound(stored);
        }
        return found.stream().limit(limit).toList();
    }

    /** Writes everything gathered, and how far the store is with it, as one. */
    StoreState commit(long appliedIndex, long appliedEpoch) throws RocksDBException {
        StoreState after =
                new StoreState(appliedIndex, appliedEpoch, revision, compactRevision, keyCount, stateHash);
        writes.put(database.meta(), KeyLayout.STATE_KEY, after.encode());
        byte[] systemAfter = system.encode();
        if (broughtUp && !systemBefore.filter(before -> Arrays.equals(before, systemAfter)).isPresent()) {
            writes.put(database.meta(), KeyLayout.SYSTEM_KEY, systemAfter);
        }
        database.write(writes);
        return after;
    }

    @Override
    public void close() {
        writes.close();
    }
}
