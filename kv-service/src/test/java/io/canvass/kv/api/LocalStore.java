package io.canvass.kv.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import com.google.protobuf.ByteString;
import io.canvass.kv.cluster.Replication;
import io.canvass.kv.store.KvQueries;
import io.canvass.kv.store.KvStore;
import io.canvass.kv.store.RangeQuery;
import io.canvass.kv.store.StoreObserver;
import io.canvass.kv.store.StoredValue;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Compact;
import io.canvass.proto.kv.v1.Delete;
import io.canvass.proto.kv.v1.LeaseGrant;
import io.canvass.proto.kv.v1.LeaseInfo;
import io.canvass.proto.kv.v1.LeaseRevoke;
import io.canvass.proto.kv.v1.LockSpace;
import io.canvass.proto.kv.v1.Put;
import io.canvass.proto.kv.v1.Result;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import org.springframework.util.FileSystemUtils;

/**
 * The real store on a disk, with a log of its own in place of a cluster: what is written is applied at once. With hooks for
 * whatever may go wrong.
 */
public final class LocalStore implements Replication, KvQueries, AutoCloseable {
    public static final ClusterView HEALTHY = new ClusterView("kv-1", "kv-2", "http://kv-2.kv-headless:8080", 7);
    public static final ClusterView ALONE = new ClusterView("kv-1", "", "", 8);
    public static final Staleness FRESH = new Staleness(OptionalLong.of(41), OptionalLong.of(0));
    static final long START_MILLIS = 1_800_000_000_000L;

    private boolean offersLeases;
    private boolean leased;
    private final List<Command> commands = new ArrayList<>();
    private final List<StoreObserver> observers = new ArrayList<>();
    private Path directory;
    private KvStore store;
    private KvQueries queries;
    private long index;
    private long clockMillis = START_MILLIS;
    private Duration lastTimeout = Duration.ZERO;
    private final NavigableMap<Long, CompletableFuture<Boolean>> waiting = new TreeMap<>();
    private Staleness staleness = FRESH;
    private ClusterView view = HEALTHY;
    private Optional<Supplier<CompletableFuture<Result>>> writes = Optional.empty();
    private Optional<Supplier<CompletableFuture<Void>>> reads = Optional.empty();

    public LocalStore() {
        directory = newDirectory();
        store = KvStore.open(directory.resolve("state"));
        queries = store.queries();
    }

    /** An empty store in place of this one; also where something was applied in between. */
    public synchronized void reset() {
        commands.clear();
        view = HEALTHY;
        writes = Optional.empty();
        reads = Optional.empty();
        offersLeases = false;
        leased = false;
        clockMillis = START_MILLIS;
        staleness = FRESH;
        waiting.clear();
        if (index > 0) {
            close();
            directory = newDirectory();
            store = KvStore.open(directory.resolve("state"));
            queries = store.queries();
            observers.forEach(store::observe);
            index = 0;
        }
    }

    /** Is told what is applied, also after each {@link #reset}. */
    synchronized LocalStore observedBy(StoreObserver observer) {
        observers.add(observer);
        store.observe(observer);
        return this;
    }

    public synchronized void seeCluster(ClusterView seen) {
        view = seen;
    }

    public synchronized void answerWritesBy(Supplier<CompletableFuture<Result>> answer) {
        writes = Optional.of(answer);
    }

    public synchronized void answerReadsBy(Supplier<CompletableFuture<Void>> answer) {
        reads = Optional.of(answer);
    }

    /** What was asked to be written, applied or not. */
    public synchronized List<Command> commands() {
        return List.copyOf(commands);
    }

    /** Entries bear the time of the leader: it has gone on by so much for those that come. */
    public synchronized void passTime(Duration time) {
        clockMillis += time.toMillis();
    }

    /** Puts an entry there without HTTP. */
    public synchronized StoredValue seed(Bytes key, byte[] value) {
        return seed(Put.newBuilder().setKey(ByteString.copyFrom(key.array())).setValue(ByteString.copyFrom(value)));
    }

    /** The same, attached to a new lease. */
    public synchronized StoredValue seedLeased(Bytes key, byte[] value) {
        Result granted = apply(Command.newBuilder()
                .setLeaseGrant(LeaseGrant.newBuilder().setTtlMillis(30_000))
                .build());
        return seed(Put.newBuilder()
                .setKey(ByteString.copyFrom(key.array()))
                .setValue(ByteString.copyFrom(value))
                .setLease(granted.getLease().getId()));
    }

    public void remove(String key) {
        apply(Command.newBuilder()
                .setDelete(Delete.newBuilder().setKey(ByteString.copyFromUtf8(key)))
                .build());
    }

    public void revoke(long lease) {
        apply(Command.newBuilder()
                .setLeaseRevoke(LeaseRevoke.newBuilder().setLease(lease))
                .build());
    }

    /** What is below this revision is gone. */
    public void compact(long revision) {
        apply(Command.newBuilder()
                .setCompact(Compact.newBuilder().setRevision(revision))
                .build());
    }

    private StoredValue seed(Put.Builder put) {
        apply(Command.newBuilder().setPut(put).build());
        return queries.get(Bytes.wrap(put.getKey().toByteArray())).value().orElseThrow();
    }

    /** What apply makes of a command, which {@link #commands} does not show. */
    public synchronized Result apply(Command command) {
        index++;
        Entry entry = new Entry(
                index, HEALTHY.epoch(), EntryKind.COMMAND, clockMillis, Bytes.wrap(command.toByteArray()));
        Result result = store.apply(List.of(entry)).getFirst();
        waiting.headMap(store.revision(), true).values().forEach(reached -> reached.complete(true));
        return result;
    }

    /** For what is told of applied entries. */
    public synchronized KvStore store() {
        return store;
    }

    @Override
    public synchronized CompletableFuture<Result> write(Command command, Duration timeout) {
        commands.add(command);
        lastTimeout = timeout;
        return writes.isPresent() ? writes.get().get() : CompletableFuture.completedFuture(apply(command));
    }

    @Override
    public synchronized CompletableFuture<Void> awaitLinearizable(Duration timeout) {
        lastTimeout = timeout;
        return reads.isPresent() ? reads.get().get() : CompletableFuture.completedFuture(null);
    }

    @Override
    public synchronized CompletableFuture<Boolean> awaitRevision(long revision, Duration timeout) {
        lastTimeout = timeout;
        if (store.revision() >= revision) {
            return CompletableFuture.completedFuture(true);
        }
        CompletableFuture<Boolean> reached = new CompletableFuture<>();
        waiting.put(revision, reached);
        return reached.completeOnTimeout(false, timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** How many requests wait for a revision. */
    public synchronized long waitingForRevisions() {
        return waiting.values().stream().filter(future -> !future.isDone()).count();
    }

    @Override
    public synchronized Staleness staleness() {
        return staleness;
    }

    public synchronized void age(Staleness next) {
        staleness = next;
    }

    @Override
    public synchronized CompletableFuture<Boolean> awaitLease(Duration timeout) {
        return awaitLinearizable(timeout).thenApply(_ -> leased);
    }

    @Override
    public synchronized boolean offersLeaseReads() {
        return offersLeases;
    }

    /** From now on lease reads are on, and this node leads and holds a lease, or does not. */
    public synchronized void offersLeases(boolean holdsOne) {
        offersLeases = true;
        leased = holdsOne;
    }

    @Override
    public void requireMember() {
        // It always is one.
    }

    @Override
    public synchronized ClusterView view() {
        return view;
    }

    @Override
    public synchronized VotersSeen votersSeen() {
        return new VotersSeen(3, view.equals(ALONE) ? 1 : 3, 2);
    }

    /** What the last request that asked for replication gave it. */
    public synchronized Duration lastTimeout() {
        return lastTimeout;
    }

    /** What is stored, by key. */
    public synchronized Map<String, String> contents() {
        Map<String, String> contents = new TreeMap<>();
        queries.range(Bytes.EMPTY, 10_000, Long.MAX_VALUE).items()
                .forEach(entry -> contents.put(entry.key().toUtf8(), entry.value().toUtf8()));
        return contents;
    }

    private synchronized KvQueries queries() {
        return queries;
    }

    @Override
    public Lookup get(Bytes key) {
        return queries().get(key);
    }

    @Override
    public Page range(Bytes prefix, int limit, long maxBytes) {
        return queries().range(prefix, limit, maxBytes);
    }

    @Override
    public long revision() {
        return queries().revision();
    }

    @Override
    public long compactRevision() {
        return queries().compactRevision();
    }

    @Override
    public Lookup get(Bytes key, long revision) {
        return queries().get(key, revision);
    }

    @Override
    public RangePage range(RangeQuery query) {
        return queries().range(query);
    }

    @Override
    public History history(Bytes key, OptionalLong before, int limit, long maxBytes) {
        return queries().history(key, before, limit, maxBytes);
    }

    @Override
    public FeedPage changes(FeedPosition from, int maxChanges, long maxBytes, Previous previous) {
        return queries().changes(from, maxChanges, maxBytes, previous);
    }

    @Override
    public Optional<LeaseInfo> lease(long id) {
        return queries().lease(id);
    }

    @Override
    public LeasePage leases(long after, int limit) {
        return queries().leases(after, limit);
    }

    @Override
    public List<Bytes> leaseKeys(long id, Optional<Bytes> after, int limit) {
        return queries().leaseKeys(id, after, limit);
    }

    @Override
    public LockQueue lock(LockSpace space, Bytes name, int limit) {
        return queries().lock(space, name, limit);
    }

    @Override
    public long timeMillis() {
        return queries().timeMillis();
    }

    @Override
    public OptionalLong revisionAt(long timeMillis) {
        return queries().revisionAt(timeMillis);
    }

    @Override
    public synchronized void close() {
        store.close();
        try {
            FileSystemUtils.deleteRecursively(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path newDirectory() {
        try {
            return Files.createTempDirectory("canvass-api-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
