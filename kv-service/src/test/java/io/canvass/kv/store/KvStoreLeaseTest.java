package io.canvass.kv.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.LeaseInfo;
import io.canvass.proto.kv.v1.Operation;
import io.canvass.proto.kv.v1.Refused;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.Txn;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import org.junit.jupiter.api.Test;

import static io.canvass.kv.store.TestLog.EPOCH;
import static io.canvass.kv.store.TestLog.applyAll;
import static io.canvass.kv.store.TestLog.expire;
import static io.canvass.kv.store.TestLog.grant;
import static io.canvass.kv.store.TestLog.keepAlive;
import static io.canvass.kv.store.TestLog.put;
import static io.canvass.kv.store.TestLog.putWithLease;
import static io.canvass.kv.store.TestLog.putWithTtl;
import static io.canvass.kv.store.TestLog.revoke;
import static org.assertj.core.api.Assertions.assertThat;

class KvStoreLeaseTest extends StoreTest {
    private long granted() {
        return apply(grant(1000)).getLease().getId();
    }

    private Optional<LeaseInfo> lease(long id) {
        return store.queries().lease(id);
    }

    @Test
    void aLeaseIsGrantedKeptAliveAndRevokedWithItsKeys() {
        apply(put("kept", ""));
        long id = granted();
        assertThat(id).as("the index of its entry").isEqualTo(2);
        applyAll(store, List.of(putWithLease("a", "1", id), putWithLease("b", "2", id)));
        assertThat(apply(keepAlive(id)).getLease().getRenewals()).isEqualTo(1);
        assertThat(lease(id).orElseThrow().getAttached()).isEqualTo(2);
        Bytes a = Bytes.ofUtf8("a");
        Bytes b = Bytes.ofUtf8("b");
        assertThat(store.queries().leaseKeys(id, Optional.empty(), 10)).containsExactly(a, b);
        assertThat(store.queries().leaseKeys(id, Optional.of(a), 10)).containsExactly(b);

        Result revoked = apply(revoke(id));

        assertThat(revoked.getLeaseEnded().getRemoved()).isEqualTo(2);
        assertThat(revoked.getLeaseEnded().getMore()).isFalse();
        assertThat(revoked.getRevision()).as("one for all keys").isEqualTo(4);
        assertThat(store.keyCount()).isEqualTo(1);
        assertThat(whyRefused(keepAlive(id))).isEqualTo(Refused.Reason.LEASE_NOT_FOUND);
        assertThat(whyRefused(revoke(id))).isEqualTo(Refused.Reason.LEASE_NOT_FOUND);
        assertThat(whyRefused(putWithLease("a", "1", id))).isEqualTo(Refused.Reason.LEASE_NOT_FOUND);
    }

    @Test
    void aGrantChangesNoKeyAndRaisesNoRevision() {
        long hash = store.stateHash();
        granted();
        assertThat(store.revision()).isZero();
        assertThat(store.stateHash()).isNotEqualTo(hash);
    }

    @Test
    void aKeyHasTheLeaseOfItsLastWriteOnly() {
        long one = granted();
        long other = granted();
        applyAll(store, List.of(putWithLease("a", "1", one), putWithLease("a", "2", other)));
        apply(putWithLease("b", "", one));
        apply(put("b", "no lease any more"));

        apply(revoke(one));

        assertThat(value("a")).isEqualTo("2");
        assertThat(value("b")).isEqualTo("no lease any more");
        apply(revoke(other));
        assertThat(value("a")).isEqualTo("(none)");
    }

    @Test
    void aTtlIsALeaseOfTheKeysOwnAndEndsWithIt() {
        apply(putWithTtl("a", "1", 500));
        long first = leaseOf("a");
        assertThat(lease(first).orElseThrow())
                .isEqualTo(LeaseInfo.newBuilder()
                        .setId(first).setTtlMillis(500).setAttached(1).setAnonymous(true).build());

        apply(putWithTtl("a", "2", 700));
        long second = leaseOf("a");
        assertThat(second).isNotEqualTo(first);
        assertThat(lease(first)).as("nothing has it any more").isEmpty();
        apply(TestLog.delete("a"));
        assertThat(lease(second)).isEmpty();
        assertThat(store.queries().leases(0, 10).leases()).isEmpty();
    }

    @Test
    void severalOfOneTransactionHaveDifferentIds() {
        Txn txn = Txn.newBuilder()
                .addThen(Operation.newBuilder().setPut(putWithTtl("a", "", 1000).getPut()))
                .addThen(Operation.newBuilder().setPut(putWithTtl("b", "", 1000).getPut()))
                .build();
        apply(Command.newBuilder().setTxn(txn).build());

        assertThat(leaseOf("a")).isNotEqualTo(leaseOf("b"));
        apply(revoke(leaseOf("a")));
        assertThat(value("b")).isEmpty();
        assertThat(granted()).as("ids go on above").isGreaterThan(leaseOf("b"));
    }

    @Test
    void anExpiryTakesWhatWasNotRenewedSince() {
        long id = granted();
        apply(putWithLease("a", "1", id));
        apply(keepAlive(id));

        Result late = apply(expire(EPOCH, id, 0));
        assertThat(late.getLeasesExpired().getLeaseList()).as("it was kept alive after it was judged").isEmpty();
        assertThat(value("a")).isEqualTo("1");
        Result due = apply(expire(EPOCH, id, 1));
        assertThat(due.getLeasesExpired().getLeaseList()).containsExactly(id);
        assertThat(value("a")).isEqualTo("(none)");
        assertThat(apply(expire(EPOCH, id, 1)).getLeasesExpired().getLeaseList()).as("twice is once").isEmpty();
    }

    /** etcd's lessor: a deposed leader goes on to revoke by its own clock, and its proposals reach the new one. */
    @Test
    void whatAnOldLeaderJudgedEndsNothing() {
        long id = granted();
        apply(putWithLease("a", "1", id));
        long index = store.state().appliedIndex();
        store.apply(List.of(new Entry(
                index + 1, EPOCH + 1, EntryKind.COMMAND, TestLog.TIMESTAMP_MILLIS,
                Bytes.wrap(expire(EPOCH, id, 0).toByteArray()))));

        assertThat(value("a")).isEqualTo("1");
        assertThat(lease(id)).isPresent();
    }

    @Test
    void aLeaseWithMoreThanOneEntryMayDeleteEndsInSlicesAndCannotComeBack() {
        long id = granted();
        int keys = ApplyLimits.MAX_DELETED_KEYS + 5;
        applyAll(store, IntStream.range(0, keys).mapToObj(i -> putWithLease("k" + i, "", id)).toList());

        Result first = apply(expire(EPOCH, id, 0));
        assertThat(first.getLeasesExpired().getMore()).isTrue();
        assertThat(first.getLeasesExpired().getRemoved()).isEqualTo(ApplyLimits.MAX_DELETED_KEYS);
        assertThat(store.keyCount()).isEqualTo(5);
        assertThat(whyRefused(keepAlive(id))).isEqualTo(Refused.Reason.LEASE_NOT_FOUND);
        assertThat(whyRefused(putWithLease("x", "", id))).isEqualTo(Refused.Reason.LEASE_NOT_FOUND);
        crashAndRestart();
        Result second = apply(expire(EPOCH, id, 0));

        assertThat(second.getLeasesExpired().getLeaseList()).containsExactly(id);
        assertThat(second.getRevision()).isEqualTo(first.getRevision() + 1);
        assertThat(store.keyCount()).isZero();
        assertThat(lease(id)).isEmpty();
    }

    @Test
    void leasesSurviveARestartAndASnapshot() {
        long id = granted();
        applyAll(store, List.of(putWithLease("a", "1", id), keepAlive(id)));
        LeaseInfo before = lease(id).orElseThrow();

        crashAndRestart();
        installItsOwnCopy();

        assertThat(lease(id)).contains(before);
        apply(revoke(id));
        assertThat(value("a")).isEqualTo("(none)");
    }

    @Test
    void leasesAreListedInPagesWithTheIndexTheyAreOf() {
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ids.add(granted());
        }
        KvQueries.LeasePage first = store.queries().leases(0, 3);
        KvQueries.LeasePage second = store.queries().leases(first.leases().getLast().getId(), 3);

        assertThat(first.more()).isTrue();
        assertThat(second.more()).isFalse();
        assertThat(second.appliedIndex()).isEqualTo(store.state().appliedIndex());
        List<Long> seen = new ArrayList<>();
        first.leases().forEach(lease -> seen.add(lease.getId()));
        second.leases().forEach(lease -> seen.add(lease.getId()));
        assertThat(seen).isEqualTo(ids);
    }

    @Test
    void whoObservesIsToldOfEachLease() {
        List<LeaseChange> told = new ArrayList<>();
        List<Long> revisions = new ArrayList<>();
        store.observe(new StoreObserver() {
            @Override
            public void applied(StoreState state, List<LeaseChange> changes) {
                revisions.add(state.revision());
                told.addAll(changes);
            }

            @Override
            public void installed(StoreState state) {
                revisions.add(-state.revision());
            }
        });

        apply(putWithTtl("a", "", 500));
        apply(keepAlive(1));
        apply(TestLog.delete("a"));
        installItsOwnCopy();

        assertThat(told).containsExactly(
                new LeaseChange.Renewed(1, 500, 0), new LeaseChange.Renewed(1, 500, 1), new LeaseChange.Ended(1));
        assertThat(revisions).containsExactly(1L, 1L, 2L, -2L);
    }
}
