package io.canvass.kv.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Idempotency;
import io.canvass.proto.kv.v1.Refused;
import io.canvass.proto.kv.v1.Result;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import io.canvass.raft.simulation.InvariantViolation;
import io.canvass.raft.simulation.Machine;
import io.canvass.raft.simulation.Workload;

/**
 * Clients of the whole store in the simulator, and their judge. Transactions touch several keys, so the one object that is judged is
 * the store itself. The log's order is the witness: the simulator sees to it that it agrees with real time, and here each result,
 * each read and each feed has to be what {@link StoreModel} makes of that order. Whatever has such a witness is linearizable, so nothing
 * has to be searched for.
 */
final class ServiceWorkload implements Workload {
    /** A read, and what was answered. */
    private record Read(long applied, List<StoredValue> items) {}

    private final World world;
    private final ServiceCommands commands = new ServiceCommands();
    private final Map<Long, List<Long>> asked = new HashMap<>();
    /** What was applied, by index, on whatever replica it was first. */
    private final TreeMap<Long, Entry> log = new TreeMap<>();
    private final TreeMap<Long, Result> results = new TreeMap<>();
    private final List<Read> reads = new ArrayList<>();
    private final LeasesLast leases = new LeasesLast();
    private final TokensRise tokens = new TokensRise();
    private final List<FeedReader> readers = List.of(new FeedReader(1), new FeedReader(2), new FeedReader(3));
    private final Map<Integer, ServiceMachine> machines = new HashMap<>();

    ServiceWorkload(World world) {
        this.world = world;
    }

    @Override
    public Bytes write(long request) {
        asked.put(request, world.machineNanos());
        return Bytes.wrap(commands.command(request).toByteArray());
    }

    @Override
    public void read(long request) {
        // What it reads is all there is.
    }

    @Override
    public void forget(long request) {
        asked.remove(request);
    }

    @Override
    public void answered(long request, Entry entry, Machine.Answer answer) {
        Command command = Commands.parse(entry.data());
        Result result = resultOf(answer);
        commands.told(command, result);
        tokens.told(command, result);
        Optional.ofNullable(asked.remove(request))
                .ifPresent(invoked -> leases.answered(entry.index(), result, invoked));
    }

    @Override
    public void haveRead(long request, Machine machine) {
        KvReader.Page page = ((ServiceMachine) machine).store().range(Bytes.EMPTY, 1000, Long.MAX_VALUE);
        commands.read(page.items());
        reads.add(new Read(machine.applied(), page.items()));
    }

    @Override
    public void due(int replica, long epoch, Bytes command) {
        Command due = Commands.parse(command);
        if (due.hasLeaseExpire()) {
            leases.judged(due.getLeaseExpire(), epoch, replica, world.machineNanos().get(replica));
        }
    }

    @Override
    public void applied(int replica, Entry entry, Machine.Answer answer) {
        Result result = resultOf(answer);
        Result first = results.putIfAbsent(entry.index(), result);
        if (first != null && !first.equals(result)) {
            throw new InvariantViolation(
                    "SameLogSameResults", "entry " + entry.index() + " came to " + first + " and to " + result);
        }
        if (first == null) {
            log.put(entry.index(), entry);
            if (entry.kind() == EntryKind.COMMAND) {
                Command command = Commands.parse(entry.data());
                tokens.applied(command, result);
                leases.applied(entry, command, result);
            }
        }
    }

    private static Result resultOf(Machine.Answer answer) {
        try {
            return Result.parseFrom(answer.result().array());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void stands(int replica, long life, Machine machine) {
        ServiceMachine store = (ServiceMachine) machine;
        machines.put(replica, store);
        readers.forEach(reader -> reader.mayRead(replica, store));
    }

    @Override
    public void crashed(int replica) {
        machines.remove(replica);
    }

    // ---- judging

    @Override
    public void requireKept() {
        leases.requireNoneEndedEarly();
        machines.values().forEach(machine -> machine.overdue(3 * ServiceMachine.ELECTION_TIMEOUT_NANOS)
                .ifPresent(late -> {
                    throw new InvariantViolation("LeasesEnd", late);
                }));
        requireAtMostOnce();
        requireModelled();
    }

    /** What was said when an idempotency key was met for the first time. */
    private record First(ByteString digest, Result result) {}

    /** A command with an idempotency key took effect once, however often it was sent; and all were told the same. */
    private void requireAtMostOnce() {
        Map<ByteString, First> first = new HashMap<>();
        Map<ByteString, Long> sums = new HashMap<>();
        log.forEach((index, entry) -> {
            if (entry.kind() != EntryKind.COMMAND) {
                return;
            }
            Command command = Commands.parse(entry.data());
            Result result = resultAt(index);
            if (!command.hasIdempotency()) {
                return;
            }
            Idempotency once = command.getIdempotency();
            First before = first.putIfAbsent(once.getKey(), new First(once.getDigest(), result));
            if (before != null && !isAgain(once, result, before)) {
                throw new InvariantViolation("AtMostOnce", "the key " + once.getKey().toStringUtf8() + " came to " + before
                        + " and, at " + index + ", to " + result);
            }
            if (result.hasAdded() && !result.getReplayed()) {
                long sum = sums.merge(command.getAdd().getKey(), command.getAdd().getAmount(), Long::sum);
                if (sum != result.getAdded().getValue()) {
                    throw new InvariantViolation("AtMostOnce", "a counter to which " + sum + " was added stands at "
                            + result.getAdded().getValue());
                }
            }
        });
    }

    private static boolean isAgain(Idempotency once, Result result, First before) {
        return before.digest().equals(once.getDigest())
                ? result.equals(before.result().toBuilder().setReplayed(true).build())
                : result.getRefused().getReason() == Refused.Reason.IDEMPOTENCY_KEY_REUSED;
    }

    /** Everything that anybody was told is what the log makes of it. */
    private void requireModelled() {
        StoreModel model = new StoreModel();
        Map<Long, List<Read>> readsAt = new HashMap<>();
        reads.forEach(read -> readsAt.computeIfAbsent(read.applied(), at -> new ArrayList<>()).add(read));
        for (Map.Entry<Long, Entry> one : log.entrySet()) {
            if (one.getValue().kind() == EntryKind.COMMAND) {
                Result expected = model.apply(one.getValue());
                Result was = TestLog.plain(resultAt(one.getKey()));
                if (!was.equals(expected)) {
                    throw new InvariantViolation("Linearizable", "entry " + one.getKey() + " is "
                            + Commands.parse(one.getValue().data()) + " and came to " + was + " instead of " + expected);
                }
            }
            for (Read read : readsAt.getOrDefault(one.getKey(), List.of())) {
                if (!read.items().equals(model.items(ByteString.EMPTY))) {
                    throw new InvariantViolation("Linearizable", "at entry " + one.getKey() + " was read " + read.items()
                            + " instead of " + model.items(ByteString.EMPTY));
                }
            }
        }
        readers.forEach(reader -> reader.requireInOrder(model));
    }

    private Result resultAt(long index) {
        Result result = results.get(index);
        if (result == null) {
            throw new IllegalStateException("No result of " + index);
        }
        return result;
    }
}
