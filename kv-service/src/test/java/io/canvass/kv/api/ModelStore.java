package io.canvass.kv.api;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import com.google.protobuf.ByteString;
import io.canvass.kv.cluster.Replication;
import io.canvass.kv.store.KvReader;
import io.canvass.kv.store.StoredValue;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Deleted;
import io.canvass.proto.kv.v1.KeyValue;
import io.canvass.proto.kv.v1.Precondition;
import io.canvass.proto.kv.v1.PreconditionFailed;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.Written;
import io.canvass.raft.core.Bytes;

/** The store and the cluster as HTTP sees them, in memory, with hooks for whatever may go wrong. */
final class ModelStore implements Replication, KvReader {
    static final ClusterView HEALTHY = new ClusterView("kv-1", "kv-2", "http://kv-2.kv-headless:8080", 7);
    static final ClusterView ALONE = new ClusterView("kv-1", "", "", 8);

    private final TreeMap<byte[], StoredValue> entries = new TreeMap<>(Arrays::compareUnsigned);
    private final List<Command> commands = new ArrayList<>();
    private long revision;
    private Duration lastTimeout = Duration.ZERO;
    private ClusterView view = HEALTHY;
    private Optional<Supplier<CompletableFuture<Result>>> writes = Optional.empty();
    private Optional<Supplier<CompletableFuture<Void>>> reads = Optional.empty();

    synchronized void reset() {
        entries.clear();
        commands.clear();
        revision = 0;
        view = HEALTHY;
        writes = Optional.empty();
        reads = Optional.empty();
    }

    synchronized void seeCluster(ClusterView seen) {
        view = seen;
    }

    synchronized void answerWritesBy(Supplier<CompletableFuture<Result>> answer) {
        writes = Optional.of(answer);
    }

    synchronized void answerReadsBy(Supplier<CompletableFuture<Void>> answer) {
        reads = Optional.of(answer);
    }

    synchronized List<Command> commands() {
        return List.copyOf(commands);
    }

    /** Puts an entry there without HTTP. */
    synchronized StoredValue seed(Bytes key, byte[] value, long lease) {
        StoredValue before = entries.get(key.array());
        revision++;
        StoredValue entry = new StoredValue(
                key, Bytes.wrap(value), before == null ? revision : before.createRevision(), revision,
                before == null ? 1 : before.version() + 1, lease);
        entries.put(key.array(), entry);
        return entry;
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
    synchronized Duration lastTimeout() {
        return lastTimeout;
    }

    @Override
    public synchronized Lookup get(Bytes key) {
        return new Lookup(revision, Optional.ofNullable(entries.get(key.array())));
    }

    @Override
    public synchronized Page range(Bytes prefix, int limit, long maxBytes) {
        List<StoredValue> items = new ArrayList<>();
        long bytes = 0;
        for (StoredValue entry : entries.values()) {
            if (!startsWith(entry.key().array(), prefix.array())) {
                continue;
            }
            bytes += entry.key().size() + entry.value().size();
            if (items.size() == limit || (bytes > maxBytes && !items.isEmpty())) {
                return new Page(revision, items, true);
            }
            items.add(entry);
        }
        return new Page(revision, items, false);
    }

    @Override
    public synchronized long revision() {
        return revision;
    }

    @Override
    public long compactRevision() {
        return 0;
    }

    private Result apply(Command command) {
        boolean isPut = command.getKindCase() == Command.KindCase.PUT;
        ByteString key = isPut ? command.getPut().getKey() : command.getDelete().getKey();
        boolean previous = isPut ? command.getPut().getReturnPrevious() : command.getDelete().getReturnPrevious();
        Precondition condition = isPut ? command.getPut().getPrecondition() : command.getDelete().getPrecondition();
        Optional<StoredValue> before = Optional.ofNullable(entries.get(key.toByteArray()));
        if (!holds(condition, before)) {
            PreconditionFailed.Builder failed = PreconditionFailed.newBuilder();
            before.ifPresent(entry -> failed.setCurrent(message(entry, previous)));
            return Result.newBuilder().setRevision(revision).setPreconditionFailed(failed).build();
        }
        return isPut ? put(command, before, previous) : delete(key, before, previous);
    }

    private Result put(Command command, Optional<StoredValue> before, boolean previous) {
        StoredValue entry = seed(
                Bytes.wrap(command.getPut().getKey().toByteArray()), command.getPut().getValue().toByteArray(), 0);
        Written.Builder written = Written.newBuilder().setEntry(message(entry, false));
        if (previous) {
            before.ifPresent(old -> written.setPrevious(message(old, true)));
        }
        return Result.newBuilder().setRevision(revision).setWritten(written).build();
    }

    private Result delete(ByteString key, Optional<StoredValue> before, boolean previous) {
        Deleted.Builder deleted = Deleted.newBuilder();
        if (before.isPresent()) {
            entries.remove(key.toByteArray());
            revision++;
            deleted.setDeleted(1);
            if (previous) {
                deleted.setPrevious(message(before.get(), true));
            }
        }
        return Result.newBuilder().setRevision(revision).setDeleted(deleted).build();
    }

    private static boolean holds(Precondition condition, Optional<StoredValue> before) {
        OptionalLong at = before.map(entry -> OptionalLong.of(entry.modRevision())).orElse(OptionalLong.empty());
        return switch (condition.getKindCase()) {
            case MUST_EXIST -> at.isPresent();
            case MUST_NOT_EXIST -> at.isEmpty();
            case ANY_OF -> at.isPresent() && condition.getAnyOf().getModRevisionList().contains(at.getAsLong());
            case NONE_OF -> at.isEmpty() || !condition.getNoneOf().getModRevisionList().contains(at.getAsLong());
            case KIND_NOT_SET -> true;
        };
    }

    private static KeyValue message(StoredValue entry, boolean withValue) {
        KeyValue.Builder message = KeyValue.newBuilder()
                .setKey(ByteString.copyFrom(entry.key().array()))
                .setCreateRevision(entry.createRevision())
                .setModRevision(entry.modRevision())
                .setVersion(entry.version())
                .setLease(entry.lease());
        return withValue ? message.setValue(ByteString.copyFrom(entry.value().array())).build() : message.build();
    }

    private static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    /** What is stored, by key. */
    synchronized Map<String, String> contents() {
        Map<String, String> contents = new TreeMap<>();
        entries.values().forEach(entry -> contents.put(entry.key().toUtf8(), entry.value().toUtf8()));
        return contents;
    }
}
