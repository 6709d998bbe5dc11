package io.canvass.kv.store;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.canvass.proto.kv.v1.LockSpace;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.Ticket;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Entry;
import io.canvass.raft.runtime.StateMachine;
import org.rocksdb.RocksDBException;

/**
 * The key-value state machine: etcd's data model in a RocksDB of its own (DESIGN.md, The key-value state machine).
 *
 * <p><b>Durability.</b> Writes go without a WAL; the replicated log is it. After a crash the store is as it was after
 * some earlier entry, in all its parts, and says after which ({@link #appliedIndex}); the log is replayed from there.
 * {@link #close} and {@link #checkpoint} make everything applied durable.
 *
 * <p><b>Threads.</b> {@link #apply}, {@link #checkpoint}, {@link #install} and {@link #close} are for one thread, the
 * applier's; {@link #flush} and the reads are for any, at any time; reads never see a part of a batch. A read begun after apply returned
 * sees what it applied.
 *
 * <p><b>Errors.</b> A {@link StoreException} of apply is fatal. If the entry was at fault, the state is unchanged; if
 * the write itself failed, this object refuses all further writes, for what memory holds is no longer known, and close
 * does not flush it.
 */
public final class KvStore implements StateMachine<Result>, KvReader {
    private final StateDirectories directories;
    private final Tuning tuning;
    private final StoreLimits limits;
    private final InstallTrace trace;
    private final StateSamples samples = new StateSamples();
    private final Soundness soundness;
    private final ActiveDatabase active;

    private final AtomicReference<StoreState> state;
    private volatile AuthState auth;
    private volatile long durableIndex;

    private long unflushedBytes;

    private final List<StoreObserver> observers = new CopyOnWriteArrayList<>();
    private final Reclamation reclamation = new Reclamation(this::reclaimStep, this::isReclaimDue);
    private final KvQueries queries = new Queries(this);

    private KvStore(StateDirectories directories, Tuning tuning, StoreLimits limits, InstallTrace trace) {
        this.directories = directories;
        this.tuning = tuning;
        this.limits = limits;
        this.trace = trace;
        this.soundness = new Soundness(directories.root());
        Path directory = directories.active().orElse(directories.first());
        Database database = openDatabase(directories, directory, tuning);
        try {
            active = new ActiveDatabase(directory, database);
            state = new AtomicReference<>(database.state(database.latest()));
            auth = loadAuth(database);
            // There is no WAL: what was found at the start came from the disk.
            durableIndex = state.get().appliedIndex();
            samples.replaced(state.get());
            directories.removeAllBut(directory);
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
        reclamation.beginIfDue();
    }

    /** As {@link #open(Path, StoreLimits)} with {@link StoreLimits#DEFAULT}. */
    public static KvStore open(Path directory) {
        return open(directory, StoreLimits.DEFAULT);
    }

    /**
     * Opens the store in {@code directory}, or makes an empty one there; finishes or undoes what a crash interrupted.
     *
     * @throws StoreException if another process has it open, if it was written by a newer version, or if it cannot be
     *     read; nothing is changed then
     */
    public static KvStore open(Path directory, StoreLimits limits) {
        return open(directory, limits, InstallTrace.NONE);
    }

    static KvStore open(Path directory, StoreLimits limits, InstallTrace trace) {
        StateDirectories directories = new StateDirectories(directory, trace);
        directories.createRoot();
        Tuning tuning = new Tuning(limits);
        try {
            return new KvStore(directories, tuning, limits, trace);
        } catch (RuntimeException e) {
            tuning.close();
            throw e;
        }
    }

    private static AuthState loadAuth(Database from) {
        long revision = from.systemState(from.latest()).map(system -> system.authRevision).orElse(0L);
        return revision == 0 ? AuthState.EMPTY : AuthRows.load(from, from.latest(), revision);
    }

    private static Database openDatabase(StateDirectories directories, Path directory, Tuning tuning) {
        if (directories.active().isEmpty()) {
            Database created = Database.create(directory, tuning);
            try {
                directories.activate(directory);
                return created;
            } catch (RuntimeException e) {
                created.close();
                throw e;
            }
        }
        Database opened = Database.open(directory, tuning);
        // Only now, under RocksDB's lock: another process may have installed a copy since the name was read.
        if (!directories.active().equals(Optional.of(directory))) {
            opened.close();
            throw new StoreException("The state store of " + directory + " is in use by another process. Stop the other"
                    + " one first.");
        }
        return opened;
    }

    /**
     * The last index whose effect survives a crash, as far as is known: what {@link #open} found, or what the last
     * {@link #checkpoint} or {@link #install} made durable. How far the store is in memory: {@link #state}.
     */
    @Override
    public long appliedIndex() {
        return durableIndex;
    }

    /** How far the store is, with the hash that replicas compare. Any thread. */
    public StoreState state() {
        return state.get();
    }

    /**
     * The hash over all changes up to {@code state().appliedIndex()}; take both from one {@link #state} to compare
     * replicas.
     */
    public long stateHash() {
        return state.get().stateHash();
    }

    /** Roles and principals as they stand after the last applied entry. Any thread. */
    public AuthState auth() {
        return auth;
    }

    /** How many keys exist. Any thread. */
    public long keyCount() {
        return state.get().keyCount();
    }

    @Override
    public long revision() {
        return state.get().revision();
    }

    @Override
    public long compactRevision() {
        return state.get().compactRevision();
    }

    /**
     * {@inheritDoc}
     *
     * @throws StoreException if an entry is not the next one, or a command that this version does not know: nothing of
     *     the batch is applied then; or if the write fails
     */
    @Override
    public List<Result> apply(List<Entry> entries) {
        return entries.isEmpty()
                ? List.of()
                : soundness.watch(() -> active.use(database -> applyAll(database, entries)));
    }

    private List<Result> applyAll(Database database, List<Entry> entries) {
        soundness.requireWritable();
        try (CommandBatch batch = new CommandBatch(database, state.get(), auth, samples)) {
            List<Result> results = new ArrayList<>(entries.size());
            for (Entry entry : entries) {
                results.add(batch.apply(entry));
            }
            AuthState authBefore = auth;
            commit(database, batch, entries);
            tell(state.get(), batch, authBefore);
            return results;
        }
    }

    private void tell(StoreState applied, CommandBatch batch, AuthState authBefore) {
        List<KvQueries.Change.Lock> queues = batch.changedQueues();
        for (StoreObserver observer : observers) {
            if (batch.auth() != authBefore) {
                observer.authChanged(batch.auth());
            }
            observer.applied(applied, batch.leaseChanges());
            if (!queues.isEmpty()) {
                observer.queuesChanged(queues);
            }
        }
    }

    private void commit(Database database, CommandBatch batch, List<Entry> entries) {
        try {
            long compacted = state.get().compactRevision();
            StoreState applied = batch.commit();
            auth = batch.auth();
            publish(applied);
            if (state.get().compactRevision() > compacted) {
                reclamation.begin();
            }
            for (Entry entry : entries) {
                unflushedBytes += entry.sizeBytes();
            }
            if (unflushedBytes >= limits.replayBytes() && database.tryBeginFlush()) {
                unflushedBytes = 0;
            }
        } catch (RocksDBException e) {
            throw soundness.failed("The entries from index " + entries.getFirst().index() + " to " + entries.getLast().index()
                    + " could not be written to the state store", e);
        }
    }

    /** A reader's snapshot may hold a batch that apply is about to publish: whoever is first publishes it. */
    private void publish(StoreState seen) {
        state.accumulateAndGet(seen, StoreState::later);
    }

    /** {@link Reclamation} asks for one step after the other. */
    private boolean reclaimStep() {
        try {
            return active.useIfOpen(database -> soundness.isSound() && soundness.watch(() -> reclaimSome(database)));
        } catch (StoreException e) {
            // Damage is told already; a disk that cannot be read takes no more writes either.
            soundness.refuseWrites(String.valueOf(e.getMessage()));
            return false;
        }
    }

    private boolean reclaimSome(Database database) {
        try {
            return Reclaimer.step(database, state.get());
        } catch (RocksDBException e) {
            throw soundness.failed("Compacted history could not be removed", e);
        }
    }

    private boolean isReclaimDue() {
        return active.useIfOpen(database -> soundness.isSound() && Reclaimer.isDue(database, state.get()));
    }

    /** Up to which revision compacted history was removed from the disk; behind the compact revision for a while. */
    public long reclaimedRevision() {
        return read((source, view) -> source.reclaimed(view.options()));
    }

    /** Has {@code observer} told of all that is applied from now on. Before the first apply, or between two. */
    public void observe(StoreObserver observer) {
        observers.add(observer);
    }

    /**
     * {@inheritDoc}
     *
     * @throws DamagedStateException if damage was found, now or before
     */
    @Override
    public Lookup get(Bytes key) {
        return soundness.watch(() -> active.use(database -> lookUp(database, key)));
    }

    private Lookup lookUp(Database database, Bytes key) {
        soundness.requireReadable();
        while (true) {
            long revision = state.get().revision();
            Optional<StoredValue> found = Reads.get(database, key, revision);
            if (state.get().compactRevision() <= revision) {
                return new Lookup(revision, found);
            }
            // History at that revision went while it was read; the store has gone on since.
        }
    }

    /** Where an owner stands in the queue of a lock or election: its ticket, whether it holds or waits. */
    public Optional<Ticket> ticket(LockSpace space, Bytes name, Bytes owner) {
        LockName lock = new LockName((byte) space.getNumber(), name.array());
        return read((source, view) -> SystemReads.ticket(source, view.options(), lock, owner.array()));
    }

    /** All reads beside those of one key and of a prefix. */
    public KvQueries queries() {
        return queries;
    }

    /** A read of one state of the store, which this node publishes by it. */
    <T> T read(BiFunction<Database, ReadView, T> reading) {
        return soundness.watch(() -> active.use(database -> readOne(database, reading)));
    }

    private <T> T readOne(Database database, BiFunction<Database, ReadView, T> reading) {
        soundness.requireReadable();
        try (ReadView view = new ReadView(database)) {
            // Else this thread could read an older revision next.
            publish(view.state());
            return reading.apply(database, view);
        }
    }

    @Override
    public Page range(Bytes prefix, int limit, long maxBytes) {
        if (limit < 1 || maxBytes < 0) {
            throw new IllegalArgumentException("A range needs a limit above zero and no negative size: limit "
                    + limit + ", " + maxBytes + " bytes");
        }
        return soundness.watch(() -> active.use(database -> {
            soundness.requireReadable();
            Reads.View view = Reads.range(database, prefix, limit, maxBytes);
            // Else this thread could read an older revision next.
            publish(view.state());
            return view.page();
        }));
    }

    /** The hash after the entry at this index of the log, if it was applied lately. Any thread. */
    public Optional<Long> hashAt(long index) {
        return samples.at(index);
    }

    /**
     * Hashes to compare with other replicas': that of the newest state, and those at some earlier indices which all
     * replicas remember alike. At most {@value StateSamples#SPARSE} and one. Any thread.
     */
    public List<StateSample> samples() {
        List<StateSample> all = new ArrayList<>(samples.sparse());
        StoreState now = state.get();
        all.add(new StateSample(now.appliedIndex(), now.stateHash()));
        return all;
    }

    /** What is wrong with the state, once that was found; from then on nothing is read from it or written. Any thread. */
    public Optional<String> damage() {
        return soundness.damage();
    }

    /** Has damage told, once, on the thread that finds it. The listener must not throw. */
    public void onDamage(Consumer<String> listener) {
        soundness.onDamage(listener);
    }

    /**
     * Takes the state out of service, also beyond a restart: somebody knows that it is wrong. Any thread; waits for the
     * disk.
     *
     * @param why a sentence
     */
    public void condemn(String why) {
        soundness.found(why);
    }

    /**
     * Verifies the checksums of all tables of the state, beside everything else; damage takes the state out of service.
     * Any thread.
     *
     * @param bytesPerSecond above zero
     * @param stopped asked now and then
     * @return how many tables were verified
     * @throws DamagedStateException if one is damaged
     * @throws StoreException if one cannot be read
     */
    public int scrub(long bytesPerSecond, BooleanSupplier stopped) throws InterruptedException {
        try {
            return new Scrub(bytesPerSecond, stopped).run(active.use(Database::tables));
        } catch (DamagedStateException e) {
            soundness.found(String.valueOf(e.getMessage()));
            throw e;
        }
    }

    /** {@inheritDoc} Its tables are this store's, so damage of the one is damage of the other. */
    @Override
    public void verify(Path copy) {
        soundness.watch(() -> {
            Scrub.verifyAll(copy);
            return copy;
        });
    }

    /**
     * Bytes of the store's files and of what waits in memory to be flushed, roughly. Any thread; cheap enough for a
     * metric.
     */
    public long sizeBytes() {
        return active.use(Database::sizeBytes);
    }

    /** {@inheritDoc} Any thread; apply goes on meanwhile. */
    @Override
    public long flush() {
        return soundness.watch(() -> active.use(this::flushAll));
    }

    private long flushAll(Database database) {
        soundness.requireWritable();
        try {
            // Published after its batch is in the database, so the flush has it.
            long index = state.get().appliedIndex();
            database.flush();
            raiseDurableIndex(index);
            return index;
        } catch (RocksDBException e) {
            throw soundness.failed("What was applied could not be made durable", e);
        }
    }

    private synchronized void raiseDurableIndex(long index) {
        durableIndex = Math.max(durableIndex, index);
    }

    /**
     * {@inheritDoc} Everything applied is durable in this store, too, when this returns. Tables are hard links where
     * the file system allows it.
     *
     * @param directory empty, or absent in a directory that exists
     * @throws StoreException if it is not, or if the copy fails; then there is none
     */
    @Override
    public void checkpoint(Path directory) {
        flush();
        unflushedBytes = 0;
        active.use(database -> {
            StateDirectories.copyTo(directory, database);
            return directory;
        });
    }

    /**
     * {@inheritDoc} The copy itself stays as it is and may be removed afterwards. Readers go on meanwhile.
     *
     * @throws StoreException if the copy is incomplete, of a newer version, or of an earlier index than this store has
     *     applied: the state is unchanged then (HAZARDS G1, G2); or if the switch itself fails, after which the store
     *     takes no more writes
     */
    @Override
    public void install(Path directory) {
        active.use(database -> {
            soundness.requireWritable();
            return database;
        });
        Path former = active.directory();
        Path staged = directories.stage(directory, former);
        Database incoming = openStaged(staged);
        trace.reached(InstallTrace.Step.OPENED);
        try {
            directories.activate(staged);
        } catch (RuntimeException e) {
            incoming.close();
            throw soundness.failed("A copy could not be made the state", e);
        }
        switchTo(staged, incoming);
        trace.reached(InstallTrace.Step.SWITCHED);
        StoreState installed = state.get();
        AuthState installedAuth = auth;
        observers.forEach(observer -> {
            observer.authChanged(installedAuth);
            observer.installed(installed);
        });
        reclamation.beginIfDue();
        directories.remove(former);
    }

    /** Opens the copy before it counts: one that is of no use is found out while the old state still stands. */
    private Database openStaged(Path staged) {
        Optional<Database> opened = Optional.empty();
        try {
            Database incoming = Database.open(staged, tuning);
            opened = Optional.of(incoming);
            long index = incoming.state(incoming.latest()).appliedIndex();
            if (index < state.get().appliedIndex()) {
                throw new StoreException("The copy has applied the log up to index " + index + ", this state store"
                        + " up to " + state.get().appliedIndex() + ": it would go back. The state is as it was.");
            }
            return incoming;
        } catch (RuntimeException e) {
            opened.ifPresent(Database::close);
            directories.remove(staged);
            throw e;
        }
    }

    private void switchTo(Path staged, Database incoming) {
        active.replace(staged, incoming, () -> {
            auth = loadAuth(incoming);
            state.set(incoming.state(incoming.latest()));
            samples.replaced(state.get());
            durableIndex = state.get().appliedIndex();
            unflushedBytes = 0;
        });
    }

    /** Makes everything applied durable, then closes. Waits for reads that have begun. A second call does nothing. */
    @Override
    public void close() {
        try {
            if (active.useIfOpen(database -> soundness.isSound())) {
                flush();
            }
        } finally {
            closeWithoutFlush();
        }
    }

    /** What a crash of the process leaves on the disk. */
    void closeWithoutFlush() {
        active.close(tuning::close);
    }
}
