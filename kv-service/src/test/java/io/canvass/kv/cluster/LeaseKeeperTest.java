package io.canvass.kv.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.canvass.kv.store.KvStore;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.LeaseExpire;
import io.canvass.proto.kv.v1.LeaseGrant;
import io.canvass.proto.kv.v1.LeaseKeepAlive;
import io.canvass.proto.kv.v1.LockAcquire;
import io.canvass.proto.kv.v1.LockSpace;
import io.canvass.proto.kv.v1.Result;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.Configuration.Promotion;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import io.canvass.raft.runtime.Applied;
import io.canvass.raft.runtime.RaftException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** kv-1, its real store, and a clock that the test turns. What it proposes is applied when the test says so. */
class LeaseKeeperTest {
    private static final Duration TICK = Duration.ofMillis(100);
    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final Duration TTL = Duration.ofSeconds(10);
    /** To be just short of a deadline, which only a tick can show. */
    private static final Duration ALMOST = Duration.ofMillis(1);

    @TempDir
    private Path directory;

    private final FakeRaft raft = new FakeRaft(leader(7, 3).get());
    private final List<String> ended = new ArrayList<>();
    private final Queue<CompletableFuture<Applied<Result>>> underWay = new ArrayDeque<>();
    private final LeaseTimes times = new LeaseTimes(this::now);
    private long nowNanos = Long.MAX_VALUE - TIMEOUT.toNanos();
    private long index;
    private long epoch = 6;
    private long wallMillis = 1_000;
    private KvStore store;
    private LeaseKeeper keeper;

    private long now() {
        return nowNanos;
    }

    private static Statuses leader(long epoch, int version) {
        Configuration members = Configuration.ofVoters(List.of(
                member(0, 3), member(1, 3), member(2, version)));
        return Statuses.leader().epoch(epoch).configuration(members, 1, true);
    }

    private static Member member(int number, int version) {
        return new Member(
                Statuses.replica(number), "kv-" + number + ":9080", "", Promotion.AUTO, (short) 0, (short) version);
    }

    @BeforeEach
    void open() {
        store = KvStore.open(directory.resolve("state"));
        times.attach(store);
        keeper = new LeaseKeeper(
                raft,
                VersionGate.ofThisRelease(),
                times,
                () -> store.state().appliedEpoch(),
                new LeaseKeeper.Rhythm(TICK, TIMEOUT),
                (leases, late) -> ended.add(leases + " late by " + TimeUnit.NANOSECONDS.toMillis(late) + " ms"),
                Runnable::run);
    }

    @AfterEach
    void close() {
        keeper.close();
        store.close();
    }

    private Result apply(Command command) {
        Entry entry = new Entry(++index, epoch, EntryKind.COMMAND, wallMillis, Bytes.wrap(command.toByteArray()));
        return store.apply(List.of(entry)).getFirst();
    }

    /** An entry of this epoch is committed. */
    private void lead(long newEpoch) {
        epoch = newEpoch;
        raft.status(leader(newEpoch, 3));
        store.apply(List.of(new Entry(++index, epoch, EntryKind.LEADER_CHANGE, wallMillis, Bytes.EMPTY)));
        keeper.tick();
    }

    private long grant() {
        return apply(Command.newBuilder()
                        .setLeaseGrant(LeaseGrant.newBuilder().setTtlMillis(TTL.toMillis()))
                        .build())
                .getLease()
                .getId();
    }

    private static Command keepAlive(long lease) {
        return Command.newBuilder().setLeaseKeepAlive(LeaseKeepAlive.newBuilder().setLease(lease)).build();
    }

    /** Ticks go on meanwhile. */
    private void pass(Duration time) {
        long end = nowNanos + time.toNanos();
        while (end - nowNanos > 0) {
            nowNanos += Math.min(TICK.toNanos(), end - nowNanos);
            keeper.tick();
        }
    }

    /** What is proposed next waits for {@link #commit}. */
    private void expectProposals(int count) {
        for (int i = 0; i < count; i++) {
            underWay.add(raft.answersLater());
        }
    }

    private LeaseExpire proposed(int number) {
        try {
            return Command.parseFrom(raft.proposed().get(number).array()).getLeaseExpire();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private Result commit(int number) {
        Result result = apply(Command.newBuilder().setLeaseExpire(proposed(number)).build());
        underWay.remove().complete(new Applied<>(index, epoch, result));
        return result;
    }

    @Test
    void aLeaseIsEndedWithinATickAfterItsTimeAndNotBefore() {
        lead(7);
        pass(Duration.ofMillis(50));
        long lease = grant();
        expectProposals(1);

        pass(TTL.minus(ALMOST));
        assertThat(raft.proposed()).isEmpty();
        assertThat(store.queries().lease(lease)).isPresent();
        pass(TICK);
        assertThat(raft.proposed()).hasSize(1);
        assertThat(commit(0).getLeasesExpired().getLeaseList()).containsExactly(lease);
        assertThat(store.queries().lease(lease)).isEmpty();
        assertThat(times.size()).isZero();
        assertThat(ended).containsExactly("1 late by 99 ms");
    }

    @Test
    void aLeaderSaysNothingBeforeAnEntryOfItsOwnEpochIsApplied() {
        grant();
        pass(TTL.multipliedBy(3));
        assertThat(raft.proposed()).as("it leads epoch 7, and has applied epoch 6").isEmpty();
        assertThat(times.clock().leads()).isFalse();

        lead(7);
        expectProposals(1);
        pass(TTL.plus(TIMEOUT).minus(ALMOST));
        assertThat(raft.proposed()).as("what its predecessor heard, it does not know").isEmpty();
        pass(TICK);
        assertThat(proposed(0).getEpoch()).isEqualTo(7);
    }

    @Test
    void whoDoesNotLeadSaysNothing() {
        lead(7);
        grant();
        raft.status(Statuses.follower().epoch(8));
        pass(TTL.multipliedBy(3));
        assertThat(raft.proposed()).isEmpty();
        assertThat(times.clock().leads()).isFalse();
    }

    @Test
    void nothingIsProposedWhileAMemberDoesNotKnowLeases() {
        lead(7);
        grant();
        raft.status(leader(7, 2));
        pass(TTL.multipliedBy(2));
        assertThat(raft.proposed()).isEmpty();

        raft.status(leader(7, 3));
        expectProposals(1);
        pass(TICK);
        assertThat(raft.proposed()).as("once all members do").hasSize(1);
    }

    @Test
    void manyThatEndAtOnceGoInPiecesOneAfterTheOther() {
        lead(7);
        int leases = 2 * LeaseKeeper.MAX_DUE + 1;
        for (int i = 0; i < leases; i++) {
            grant();
        }
        expectProposals(3);
        pass(TTL.plus(TICK));
        assertThat(raft.proposed()).as("one at a time").hasSize(1);
        assertThat(proposed(0).getDueCount()).isEqualTo(LeaseKeeper.MAX_DUE);
        commit(0);
        assertThat(raft.proposed()).as("the next one waits for no tick").hasSize(2);
        pass(TICK);
        assertThat(raft.proposed()).hasSize(2);
        commit(1);
        commit(2);
        assertThat(times.size()).isZero();
        assertThat(store.queries().leases(0, 1).leases()).isEmpty();
    }

    @Test
    void whatWasNotAppliedIsProposedAgain() {
        lead(7);
        long lease = grant();
        raft.fails(new RaftException.Overloaded("full"));
        pass(TTL);
        assertThat(raft.proposed()).hasSize(1);
        expectProposals(1);
        pass(TIMEOUT.minus(ALMOST));
        assertThat(raft.proposed()).hasSize(1);
        pass(TICK);
        assertThat(commit(1).getLeasesExpired().getLeaseList()).containsExactly(lease);
        assertThat(ended).containsExactly("1 late by 1099 ms");
    }

    @Test
    void aTtlCountsFromTheKeepAliveThatWasReceived() {
        lead(7);
        long lease = grant();
        pass(TTL.minus(ALMOST));
        CompletableFuture<Applied<Result>> keepAlive = new CompletableFuture<>();
        CompletableFuture<?> _ = times.during(keepAlive(lease), () -> keepAlive);
        pass(Duration.ofSeconds(2));
        assertThat(raft.proposed()).as("it is on its way").isEmpty();
        apply(keepAlive(lease));

        expectProposals(1);
        pass(TTL.minusSeconds(2).minus(ALMOST));
        assertThat(raft.proposed()).isEmpty();
        pass(TICK);
        assertThat(commit(0).getLeasesExpired().getLeaseList()).containsExactly(lease);
    }

    /** Its own time is not that of the one after it. */
    @Test
    void aKeepAliveThatCameToNothingDoesNotShortenTheNext() {
        lead(7);
        long lease = grant();
        CompletableFuture<Applied<Result>> lost = new CompletableFuture<>();
        CompletableFuture<?> _ = times.during(keepAlive(lease), () -> lost);
        lost.completeExceptionally(new RaftException.Overloaded("full"));
        pass(TTL.dividedBy(2));
        apply(keepAlive(lease));
        pass(TTL.minus(ALMOST));
        assertThat(raft.proposed()).isEmpty();
        assertThat(store.queries().lease(lease)).isPresent();
    }

    @Test
    void whoeverHoldsALockRenewsItByTakingItAgain() {
        lead(7);
        Command acquire = Command.newBuilder()
                .setLockAcquire(LockAcquire.newBuilder()
                        .setSpace(LockSpace.LOCK)
                        .setName(bytes("nightly"))
                        .setOwner(bytes("job-7"))
                        .setTtlMillis(TTL.toMillis()))
                .build();
        long lease = apply(acquire).getLockTaken().getTicket().getLease();
        pass(TTL.minus(ALMOST));
        CompletableFuture<?> _ = times.during(acquire, CompletableFuture<String>::new);
        pass(TICK);
        assertThat(raft.proposed()).as("it is on its way").isEmpty();
        assertThat(apply(acquire).getLockTaken().getRenewed()).isTrue();
        assertThat(times.remainingNanos(lease)).hasValue(TTL.minus(TICK).toNanos());
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    @Test
    void aLeaseIsNotRevokedByAnOldLeader() {
        lead(7);
        long lease = grant();
        expectProposals(1);
        pass(TTL.plus(TICK));
        assertThat(raft.proposed()).hasSize(1);

        // What the leader of epoch 7 judged comes into the log of epoch 8 after all.
        epoch = 8;
        assertThat(commit(0).getLeasesExpired().getLeaseCount()).isZero();
        assertThat(store.queries().lease(lease)).isPresent();
        assertThat(ended).isEmpty();
    }

    @Test
    void aLeaseThatWasRenewedWhileItsEndWasOnTheWayStays() {
        lead(7);
        long lease = grant();
        expectProposals(1);
        pass(TTL.plus(TICK));
        apply(keepAlive(lease));
        assertThat(commit(0).getLeasesExpired().getLeaseCount()).isZero();
        assertThat(store.queries().lease(lease)).isPresent();
        pass(TTL.minus(TICK));
        assertThat(raft.proposed()).as("its time begins anew").hasSize(1);
    }

    /** No leader hands on what is left (etcd's lost checkpoints): each gives the whole TTL, which is the bound, too. */
    @Test
    void aLeaseOutlivesLeadersThatChangeFasterThanItsTtlAndEndsOneTtlAndOneElectionTimeoutAfterTheLast() {
        lead(7);
        long lease = grant();
        for (long next = 8; next < 12; next++) {
            pass(TTL.minusSeconds(1));
            lead(next);
        }
        assertThat(raft.proposed()).isEmpty();
        assertThat(store.queries().lease(lease)).isPresent();

        expectProposals(1);
        pass(TTL.plus(TIMEOUT).minus(ALMOST));
        assertThat(raft.proposed()).isEmpty();
        pass(TICK);
        assertThat(commit(0).getLeasesExpired().getLeaseList()).containsExactly(lease);
    }

    @Test
    void aLeaderThatStoodStillListensBeforeItEndsAnything() {
        lead(7);
        long lease = grant();
        nowNanos += TTL.multipliedBy(6).toNanos();
        keeper.tick();
        assertThat(raft.proposed()).as("keep-alives wait in its sockets").isEmpty();
        pass(TIMEOUT.minus(TICK));
        CompletableFuture<?> _ = times.during(keepAlive(lease), CompletableFuture<String>::new);
        apply(keepAlive(lease));

        expectProposals(1);
        pass(TTL.minus(ALMOST));
        assertThat(raft.proposed()).as("it was kept alive").isEmpty();
        pass(TICK);
        assertThat(commit(0).getLeasesExpired().getLeaseList()).containsExactly(lease);
    }

    @Test
    void aLeaderThatStoodStillWhileAnEndWasOnTheWayListensToo() {
        lead(7);
        for (int i = 0; i <= LeaseKeeper.MAX_DUE; i++) {
            grant();
        }
        expectProposals(1);
        pass(TTL);
        nowNanos += TTL.toNanos();
        commit(0);
        assertThat(raft.proposed()).as("there is one lease more").hasSize(1);
        assertThat(times.size()).isEqualTo(1);
    }

    @Test
    void aLeaderThatStandsStillAgainAndAgainEndsLeasesAllTheSame() {
        lead(7);
        grant();
        expectProposals(1);
        nowNanos += TTL.multipliedBy(2).toNanos();
        keeper.tick();
        nowNanos += TTL.multipliedBy(2).toNanos();
        keeper.tick();
        assertThat(raft.proposed()).hasSize(1);
    }

    /** Of the entries' time, which is the leader's; its monotonic clock knows nothing of it. */
    @Test
    void aJumpOfTheWallClockEndsNothingAndKeepsNothingAlive() {
        lead(7);
        long lease = grant();
        wallMillis += Duration.ofDays(3650).toMillis();
        long later = grant();
        pass(TTL.minus(ALMOST));
        assertThat(raft.proposed()).isEmpty();
        wallMillis = 1;
        expectProposals(1);
        pass(TICK);
        assertThat(commit(0).getLeasesExpired().getLeaseList()).containsExactly(lease, later);
    }

    @Test
    void theLeasesOfACopyThatIsInstalledTakeThePlaceOfThoseBefore() {
        lead(7);
        grant();
        Path copy = directory.resolve("copy");
        LeaseTimes others = new LeaseTimes(this::now);
        try (KvStore other = KvStore.open(directory.resolve("other"))) {
            others.attach(other);
            for (long i = 1; i <= 5; i++) {
                other.apply(List.of(new Entry(
                        i, 7, EntryKind.COMMAND, 1,
                        Bytes.wrap(Command.newBuilder()
                                .setLeaseGrant(LeaseGrant.newBuilder().setTtlMillis(TTL.toMillis()))
                                .build()
                                .toByteArray()))));
            }
            other.checkpoint(copy);
        }
        store.install(copy);
        assertThat(times.size()).isEqualTo(5);
        assertThat(others.size()).isEqualTo(5);
    }

    @Test
    void theLeasesThatAreThereAtTheStartAreKnown() {
        lead(7);
        long lease = grant();
        store.close();
        store = KvStore.open(directory.resolve("state"));
        LeaseTimes after = new LeaseTimes(this::now);
        after.attach(store);
        assertThat(after.size()).isEqualTo(1);
        assertThat(after.remainingNanos(lease)).as("this node does not lead").isEmpty();
    }
}
