package io.canvass.kv.store;

import java.util.List;
import java.util.stream.IntStream;

import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.LockSpace;
import io.canvass.proto.kv.v1.Refused;
import io.canvass.proto.kv.v1.Result;
import io.canvass.raft.core.Bytes;
import org.junit.jupiter.api.Test;

import static io.canvass.kv.store.TestLog.EPOCH;
import static io.canvass.kv.store.TestLog.acquire;
import static io.canvass.kv.store.TestLog.applyAll;
import static io.canvass.kv.store.TestLog.expire;
import static io.canvass.kv.store.TestLog.grant;
import static io.canvass.kv.store.TestLog.put;
import static io.canvass.kv.store.TestLog.release;
import static org.assertj.core.api.Assertions.assertThat;

class KvStoreLockTest extends StoreTest {
    private static final long TTL = 1000;

    private long taken(String owner) {
        Result result = apply(acquire("l", owner, TTL, false));
        assertThat(result.hasLockTaken()).as("%s", result).isTrue();
        return result.getLockTaken().getTicket().getToken();
    }

    private long queued(String owner) {
        Result result = apply(acquire("l", owner, TTL, true));
        assertThat(result.hasLockQueued()).as("%s", result).isTrue();
        return result.getLockQueued().getTicket().getToken();
    }

    private KvQueries.LockQueue queue() {
        return store.queries().lock(LockSpace.LOCK, Bytes.ofUtf8("l"), 10);
    }

    private String holder() {
        return queue().holder().map(ticket -> ticket.getOwner().toStringUtf8()).orElse("(nobody)");
    }

    @Test
    void aLockHasOneHolderAndTheOthersAreToldWho() {
        apply(put("a", ""));
        long token = taken("p");

        assertThat(token).as("the revision that made it").isEqualTo(2);
        Refused held = refusal(acquire("l", "q", TTL, false));
        assertThat(held.getReason()).isEqualTo(Refused.Reason.LOCK_HELD);
        assertThat(held.getHolder().getOwner()).isEqualTo(string("p"));
        assertThat(held.getHolder().getToken()).isEqualTo(token);
        assertThat(apply(acquire("other", "q", TTL, false)).hasLockTaken()).isTrue();
    }

    @Test
    void theTokenOfEachHolderIsHigherThanThatOfTheOneBefore() {
        long last = 0;
        for (int i = 0; i < 5; i++) {
            long token = taken("owner " + i);
            assertThat(token).isGreaterThan(last);
            last = token;
            apply(release("l", token));
            assertThat(holder()).isEqualTo("(nobody)");
        }
    }

    @Test
    void whoWaitsIsServedInTheOrderOfArrival() {
        long p = taken("p");
        long q = queued("q");
        long r = queued("r");
        assertThat(queue().waiting()).extracting(ticket -> ticket.getToken()).containsExactly(q, r);

        assertThat(apply(release("l", p)).getLockReleased().getHolder().getToken()).isEqualTo(q);
        assertThat(holder()).isEqualTo("q");
        apply(release("l", q));
        assertThat(holder()).isEqualTo("r");
        assertThat(apply(release("l", r)).getLockReleased().hasHolder()).isFalse();
        assertThat(holder()).isEqualTo("(nobody)");
        assertThat(store.queries().leases(0, 10).leases()).as("their leases went with them").isEmpty();
    }

    @Test
    void whoStopsToWaitLeavesTheQueueAndNobodyElseDoes() {
        long p = taken("p");
        long q = queued("q");
        queued("r");

        apply(release("l", q));

        assertThat(holder()).isEqualTo("p");
        apply(release("l", p));
        assertThat(holder()).isEqualTo("r");
        assertThat(queue().waiters()).isZero();
    }

    @Test
    void theSameOwnerRenewsAndKeepsItsToken() {
        long token = taken("p");

        Result again = apply(acquire("l", "p", 5000, false));

        assertThat(again.getLockTaken().getTicket().getToken()).isEqualTo(token);
        assertThat(again.getLockTaken().getRenewed()).isTrue();
        assertThat(again.getRevision()).as("no change of the queue").isEqualTo(token);
        long lease = again.getLockTaken().getTicket().getLease();
        assertThat(store.queries().lease(lease).orElseThrow().getTtlMillis()).isEqualTo(5000);
        assertThat(store.queries().lease(lease).orElseThrow().getRenewals()).isEqualTo(1);
    }

    @Test
    void whoDoesNotHoldItCannotReleaseIt() {
        long p = taken("p");

        Refused refused = refusal(release("l", p + 100));
        assertThat(refused.getReason()).isEqualTo(Refused.Reason.NOT_HOLDER);
        assertThat(refused.getHolder().getToken()).isEqualTo(p);
        apply(release("l", p));
        assertThat(refusal(release("l", p)).hasHolder()).isFalse();
    }

    /** etcd's lock: a waiter whose lease was gone believed that it had the lock when the one before it left. */
    @Test
    void aWaiterWhoseLeaseRanOutIsPassedOverAndLearnsItWhenItChecks() {
        long p = taken("p");
        Result waiting = apply(acquire("l", "q", TTL, true));
        queued("r");
        long lease = waiting.getLockQueued().getTicket().getLease();

        apply(expire(EPOCH, lease, 0));
        apply(release("l", p));

        assertThat(holder()).isEqualTo("r");
        Refused lost = refusal(acquire("l", "q", TTL, false));
        assertThat(lost.getReason()).isEqualTo(Refused.Reason.LOCK_HELD);
        assertThat(lost.getHolder().getOwner()).isEqualTo(string("r"));
    }

    @Test
    void aHolderWhoseLeaseRanOutHasLostIt() {
        Result first = apply(acquire("l", "p", TTL, false));
        long q = queued("q");

        apply(expire(EPOCH, first.getLockTaken().getTicket().getLease(), 0));

        assertThat(holder()).isEqualTo("q");
        assertThat(whyRefused(release("l", first.getLockTaken().getTicket().getToken())))
                .isEqualTo(Refused.Reason.NOT_HOLDER);
        assertThat(apply(acquire("l", "q", TTL, false)).getLockTaken().getTicket().getToken()).isEqualTo(q);
    }

    @Test
    void aLeaseOfItsOwnMayHoldSeveralLocksAndKeys() {
        long lease = apply(grant(TTL)).getLease().getId();
        for (String name : List.of("l", "m")) {
            Command.Builder command = acquire(name, "p", TTL, false).toBuilder();
            command.getLockAcquireBuilder().setLease(lease);
            assertThat(apply(command.build()).getLockTaken().getTicket().getLease()).isEqualTo(lease);
        }
        apply(TestLog.putWithLease("a", "1", lease));

        Result ended = apply(TestLog.revoke(lease));

        assertThat(ended.getLeaseEnded().getRemoved()).isEqualTo(3);
        assertThat(holder()).isEqualTo("(nobody)");
        assertThat(value("a")).isEqualTo("(none)");
        Command.Builder gone = acquire("l", "p", TTL, false).toBuilder();
        gone.getLockAcquireBuilder().setLease(lease);
        assertThat(whyRefused(gone.build())).isEqualTo(Refused.Reason.LEASE_NOT_FOUND);
    }

    @Test
    void anOwnerMayChangeToAnotherLease() {
        long own = apply(acquire("l", "p", TTL, false)).getLockTaken().getTicket().getLease();
        long lease = apply(grant(TTL)).getLease().getId();
        Command.Builder command = acquire("l", "p", TTL, false).toBuilder();
        command.getLockAcquireBuilder().setLease(lease);

        assertThat(apply(command.build()).getLockTaken().getTicket().getLease()).isEqualTo(lease);
        assertThat(store.queries().lease(own)).isEmpty();
        apply(TestLog.revoke(lease));
        assertThat(holder()).isEqualTo("(nobody)");
    }

    @Test
    void theQueueIsBounded() {
        taken("p");
        applyAll(store, IntStream.range(0, ApplyLimits.MAX_WAITERS)
                .mapToObj(i -> acquire("l", "w" + i, TTL, true))
                .toList());

        Refused full = refusal(acquire("l", "one more", TTL, true));
        assertThat(full.getReason()).isEqualTo(Refused.Reason.QUEUE_FULL);
        assertThat(full.getLimit()).isEqualTo(ApplyLimits.MAX_WAITERS);
        assertThat(apply(acquire("l", "w5", TTL, true)).hasLockQueued()).as("one that waits already").isTrue();
        assertThat(queue().waiting()).as("as many as were asked for").hasSize(10);
    }

    @Test
    void locksAndElectionsOfOneNameAreApart() {
        taken("p");
        Command.Builder election = acquire("l", "q", TTL, false).toBuilder();
        election.getLockAcquireBuilder().setSpace(LockSpace.ELECTION);

        assertThat(apply(election.build()).hasLockTaken()).isTrue();
        assertThat(holder()).isEqualTo("p");
    }

    @Test
    void theQueueSurvivesARestartAndASnapshot() {
        long p = taken("p");
        queued("q");
        KvQueries.LockQueue before = queue();

        crashAndRestart();
        installItsOwnCopy();

        assertThat(queue()).isEqualTo(before);
        apply(release("l", p));
        assertThat(holder()).isEqualTo("q");
    }

    @Test
    void aLockIsNoKeyAndANameMayHoldAnyBytes() {
        Command.Builder command = acquire("", "p", TTL, false).toBuilder();
        command.getLockAcquireBuilder().setName(TestLog.string(TestLog.bytes(0, 1, 0xff)));
        assertThat(apply(command.build()).hasLockTaken()).isTrue();
        command.getLockAcquireBuilder().setName(TestLog.string(TestLog.bytes(0)));
        assertThat(apply(command.build()).hasLockTaken()).isTrue();

        assertThat(store.range(Bytes.EMPTY, 10, 100).items()).isEmpty();
        assertThat(store.keyCount()).isZero();
        assertThat(whyRefused(acquire("", "p", TTL, false))).isEqualTo(Refused.Reason.INVALID);
        assertThat(whyRefused(acquire("l", "", TTL, false))).isEqualTo(Refused.Reason.INVALID);
        assertThat(whyRefused(acquire("l", "p", 0, false))).isEqualTo(Refused.Reason.INVALID);
        assertThat(whyRefused(acquire("l".repeat(ApplyLimits.MAX_NAME_BYTES + 1), "p", TTL, false)))
                .isEqualTo(Refused.Reason.INVALID);
    }
}
