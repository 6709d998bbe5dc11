package io.canvass.kv.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Compare;
import io.canvass.proto.kv.v1.Get;
import io.canvass.proto.kv.v1.Operation;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.Ticket;
import io.canvass.proto.kv.v1.Txn;

/**
 * What simulated clients ask for: transactions over two keys, counters, ranges, leases, locks; often with an idempotency key, and
 * often again. Drawn from the request's number and from what clients were told so far.
 */
final class ServiceCommands {
    static final int KEYS = 6;
    static final List<String> LOCKS = List.of("l0", "l1");

    private static final int OWNERS = 4;
    private static final int REMEMBERED = 12;
    private static final long LEASE_MILLIS = 900;
    private static final long LOCK_MILLIS = 1200;
    private static final long WAITED_MILLIS = 400;

    /** Commands with an idempotency key that were asked for lately, answered or not. */
    private final List<Command> repeatable = new ArrayList<>();
    private final List<Long> leases = new ArrayList<>();
    private final List<Release> tokens = new ArrayList<>();
    /** By key: the modification revision that somebody was told last. */
    private final Map<String, Long> revisions = new HashMap<>();

    private record Release(String lock, long token) {}

    private static <T> void remember(List<T> list, T one) {
        list.remove(one);
        list.add(one);
        if (list.size() > REMEMBERED) {
            list.removeFirst();
        }
    }

    Command command(long request) {
        SplittableRandom random = new SplittableRandom(request * 0x9e3779b97f4a7c15L);
        if (!repeatable.isEmpty() && random.nextInt(5) == 0) {
            Command again = repeatable.get(random.nextInt(repeatable.size()));
            return random.nextInt(8) > 0 ? again : withOtherDigest(again);
        }
        Command command = drawn(request, random);
        if (command.hasAdd() || random.nextInt(3) == 0) {
            Command once = TestLog.once("r" + request, "d" + request, command);
            remember(repeatable, once);
            return once;
        }
        return command;
    }

    private static Command withOtherDigest(Command command) {
        return command.toBuilder()
                .setIdempotency(command.getIdempotency().toBuilder().setDigest(ByteString.copyFromUtf8("another")))
                .build();
    }

    private Command drawn(long request, SplittableRandom random) {
        int dice = random.nextInt(100);
        String key = key(random);
        if (dice < 12) {
            return random.nextInt(3) > 0
                    ? TestLog.put(key, "v" + request)
                    : TestLog.putWithTtl(key, "v" + request, LEASE_MILLIS);
        }
        if (dice < 34) {
            return transfer(key, key(random), "v" + request);
        }
        if (dice < 48) {
            return TestLog.add("c" + random.nextInt(2), 1 + random.nextInt(3));
        }
        if (dice < 53) {
            return TestLog.deleteRange(TestLog.between(key, "k" + random.nextInt(KEYS + 1)));
        }
        return dice < 70 ? onLease(key, "v" + request, random) : onLock(random);
    }

    private static String key(SplittableRandom random) {
        return "k" + random.nextInt(KEYS);
    }

    /** Writes two keys if the first is as it was told; else reads both. */
    private Command transfer(String one, String other, String value) {
        Txn.Builder txn = Txn.newBuilder()
                .addCompare(Compare.newBuilder()
                        .setKey(ByteString.copyFromUtf8(one))
                        .setRelation(Compare.Relation.EQUAL)
                        .setModRevision(revisions.getOrDefault(one, 0L)))
                .addThen(put(one, value))
                .addOtherwise(get(one));
        if (!one.equals(other)) {
            txn.addThen(put(other, value)).addOtherwise(get(other));
        }
        return Command.newBuilder().setTxn(txn).build();
    }

    private static Operation put(String key, String value) {
        return Operation.newBuilder().setPut(TestLog.put(key, value).getPut()).build();
    }

    private static Operation get(String key) {
        return Operation.newBuilder()
                .setGet(Get.newBuilder().setKey(ByteString.copyFromUtf8(key)))
                .build();
    }

    private Command onLease(String key, String value, SplittableRandom random) {
        if (leases.isEmpty() || random.nextInt(6) == 0) {
            return TestLog.grant(LEASE_MILLIS);
        }
        long lease = leases.get(random.nextInt(leases.size()));
        return switch (random.nextInt(8)) {
            case 0 -> TestLog.revoke(lease);
            case 1, 2 -> TestLog.putWithLease(key, value, lease);
            default -> TestLog.keepAlive(lease);
        };
    }

    private Command onLock(SplittableRandom random) {
        if (!tokens.isEmpty() && random.nextInt(3) == 0) {
            Release release = tokens.get(random.nextInt(tokens.size()));
            return TestLog.release(release.lock(), release.token());
        }
        boolean waits = random.nextInt(3) > 0;
        return TestLog.acquire(
                LOCKS.get(random.nextInt(LOCKS.size())),
                "o" + random.nextInt(OWNERS),
                LOCK_MILLIS + (waits ? WAITED_MILLIS : 0),
                waits);
    }

    // ---- what they learn

    void told(Command command, Result result) {
        if (result.hasLease()) {
            remember(leases, result.getLease().getId());
        }
        if (result.hasLockTaken()) {
            remember(tokens, release(command, result.getLockTaken().getTicket()));
        }
        if (result.hasLockQueued()) {
            remember(tokens, release(command, result.getLockQueued().getTicket()));
        }
    }

    private static Release release(Command command, Ticket ticket) {
        return new Release(command.getLockAcquire().getName().toStringUtf8(), ticket.getToken());
    }

    void read(List<StoredValue> items) {
        revisions.clear();
        items.forEach(item -> revisions.put(item.key().toUtf8(), item.modRevision()));
    }
}
