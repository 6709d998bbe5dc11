package io.canvass.kv.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.canvass.kv.backup.Copies;
import io.canvass.kv.store.KvStore;
import io.canvass.proto.kv.v1.CheckGrpc;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.LookRequest;
import io.canvass.proto.kv.v1.LookResponse;
import io.canvass.proto.kv.v1.Put;
import io.canvass.proto.kv.v1.TellRequest;
import io.canvass.proto.kv.v1.TellResponse;
import io.canvass.raft.runtime.RaftStatus;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What kv-1, which leads, makes of the answers of kv-0 and kv-2, on real sockets. */
@Timeout(60)
class ReplicaChecksTest {
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final Command PUT = Command.newBuilder().setPut(Put.getDefaultInstance()).build();
    private static final long APPLIED = 3;

    @TempDir
    private Path folder;

    private final LoopbackPeers peers = new LoopbackPeers();
    private final FakeRaft raft = new FakeRaft(leader(true, true).get());
    private final AtomicLong clock = new AtomicLong();
    private final CheckService service = new CheckService(INTERVAL, clock::get);
    private final SpaceGuard space = Disks.withRoom();
    private final Map<String, KvStore> stores = new HashMap<>();

    @AfterEach
    void close() {
        peers.close();
        stores.values().forEach(KvStore::close);
    }

    /** Says what it was told to say, and keeps what it hears. */
    private static final class Asked extends CheckGrpc.CheckImplBase {
        private final BlockingQueue<LookRequest> asked = new LinkedBlockingQueue<>();
        private final BlockingQueue<TellRequest> told = new LinkedBlockingQueue<>();
        private volatile LookResponse answer = LookResponse.getDefaultInstance();
        private volatile boolean silent;

        Asked says(long index, long hash) {
            answer = answer.toBuilder().clearSamples().addSamples(OwnState.message(index, hash)).build();
            return this;
        }

        Asked isLow(String why) {
            answer = answer.toBuilder().setDiskAlarm(why).build();
            return this;
        }

        @Override
        public void look(LookRequest request, StreamObserver<LookResponse> responses) {
            asked.add(request);
            if (!silent) {
                responses.onNext(answer);
                responses.onCompleted();
            }
        }

        @Override
        public void tell(TellRequest request, StreamObserver<TellResponse> responses) {
            told.add(request);
            responses.onNext(TellResponse.getDefaultInstance());
            responses.onCompleted();
        }

        TellRequest awaitTold() throws InterruptedException {
            @Nullable TellRequest request = told.poll(20, TimeUnit.SECONDS);
            assertThat(request).as("what it is told").isNotNull();
            return request == null ? TellRequest.getDefaultInstance() : request;
        }
    }

    @Test
    void theOddOneIsToldWhatTheMajorityHasAndNobodyElseIsToldAnything() throws InterruptedException {
        ReplicaChecks checks = checks(INTERVAL);
        long hash = own().stateHash();
        Asked agrees = serve("kv-0").says(APPLIED, hash);
        Asked odd = serve("kv-2").says(APPLIED, hash + 1);
        checks.round();
        TellRequest told = odd.awaitTold();
        assertThat(told.getClusterId()).isEqualTo(CheckService.bytes(Statuses.CLUSTER));
        assertThat(told.getFrom()).isEqualTo("kv-1");
        assertThat(told.getYours()).isEqualTo(OwnState.message(APPLIED, hash + 1));
        assertThat(told.getMajority()).isEqualTo(OwnState.message(APPLIED, hash));
        assertThat(told.getFinding()).contains(
                "the state of kv-2 has the hash " + String.format("%016x", hash + 1), "kv-0, kv-1, a majority, have "
                        + String.format("%016x", hash));
        checks.round();
        odd.awaitTold();
        assertThat(agrees.told).isEmpty();
        assertThat(own().damage()).isEmpty();
        assertThat(service.alarms()).isEmpty();
    }

    @Test
    void aLeaderThatIsTheOddOneTakesItselfOutOfService() {
        ReplicaChecks checks = checks(INTERVAL);
        long hash = own().stateHash();
        Asked one = serve("kv-0").says(APPLIED, hash + 1);
        Asked other = serve("kv-2").says(APPLIED, hash + 1);
        checks.round();
        assertThat(own().damage()).hasValueSatisfying(
                why -> assertThat(why).contains("the state of kv-1 has the hash", "kv-0, kv-2, a majority"));
        assertThat(one.told).isEmpty();
        assertThat(other.told).isEmpty();
    }

    @Test
    void twoThatDifferBothSaySoAndGoOnUntilTheThirdDecides() throws InterruptedException {
        ReplicaChecks checks = checks(INTERVAL);
        long hash = own().stateHash();
        Asked differs = serve("kv-0").says(APPLIED, hash + 1);
        Asked third = serve("kv-2").says(APPLIED, hash);
        raft.status(leader(true, false));
        checks.round();
        TellRequest doubt = differs.awaitTold();
        assertThat(doubt.hasMajority()).isFalse();
        assertThat(doubt.getFinding()).contains("after log index 3", "kv-0 ", "kv-1 ", "no majority");
        assertThat(service.alarms()).singleElement().asString().startsWith("STATES_DIFFER: after log index 3");
        assertThat(own().damage()).isEmpty();
        assertThat(third.asked).as("what one that is not connected is asked").isEmpty();

        raft.status(leader(true, true));
        checks.round();
        assertThat(differs.awaitTold().getMajority()).isEqualTo(OwnState.message(APPLIED, hash));
        clock.addAndGet(INTERVAL.multipliedBy(3).toNanos() + 1);
        assertThat(service.alarms()).as("a doubt that was not renewed").isEmpty();
    }

    @Test
    void othersAreAskedForTheIndexThatThisNodeHadAppliedARoundAgo() {
        ReplicaChecks checks = checks(INTERVAL);
        Asked peer = serve("kv-0");
        checks.round();
        apply(own(), APPLIED + 1, "more");
        checks.round();
        checks.round();
        assertThat(peer.asked).extracting(LookRequest::getIndex).containsExactly(0L, APPLIED, APPLIED + 1);
        assertThat(peer.asked).allMatch(request -> request.getClusterId().equals(CheckService.bytes(Statuses.CLUSTER)));
    }

    @Test
    void whereTheVotersThatHaveRoomAreNoMajorityWritesThatGrowAreRefusedUntilTheyAreOneAgain() {
        ReplicaChecks checks = checks(INTERVAL);
        Asked one = serve("kv-0").isLow("it is full");
        checks.round();
        assertThat(space.refusalOf(PUT)).as("one of three").isEmpty();
        serve("kv-2").isLow("it is full too");
        checks.round();
        assertThat(space.refusalOf(PUT)).hasValueSatisfying(
                shortage -> assertThat(shortage.why()).contains("kv-0, kv-2", "the other 1 voters are no majority"));
        one.isLow("");
        checks.round();
        assertThat(space.refusalOf(PUT)).isEmpty();
    }

    @Test
    void theDiskOfAnObserverStopsNobody() {
        ReplicaChecks checks = checks(INTERVAL);
        serve("kv-0").isLow("it is full");
        serve("kv-2").isLow("it is full too");
        raft.status(Statuses.leader().peers(Statuses.peer(0, 1, true), observer(2)));
        checks.round();
        assertThat(space.refusalOf(PUT)).isEmpty();
    }

    @Test
    void whoDoesNotLeadAsksNobodyAndForgetsWhatItFoundOfTheDisks() {
        ReplicaChecks checks = checks(INTERVAL);
        Asked one = serve("kv-0").isLow("it is full");
        serve("kv-2").isLow("it is full too");
        checks.round();
        assertThat(space.refusalOf(PUT)).isPresent();
        raft.status(Statuses.follower());
        checks.round();
        assertThat(space.refusalOf(PUT)).isEmpty();
        assertThat(one.asked).hasSize(1);
    }

    /** The others' answers count all the same. */
    @Test
    void oneThatNeverAnswersHoldsUpARoundForItsIntervalAtMost() throws InterruptedException {
        ReplicaChecks checks = checks(Duration.ofSeconds(2));
        long hash = own().stateHash();
        serve("kv-0").silent = true;
        Asked differs = serve("kv-2").says(APPLIED, hash + 1);
        checks.round();
        assertThat(differs.awaitTold().hasMajority()).isFalse();
    }

    @Test
    void oneThatTheTransportDoesNotKnowIsOneThatDoesNotAnswer() throws InterruptedException {
        ReplicaChecks checks = checks(INTERVAL);
        Asked differs = serve("kv-2").says(APPLIED, own().stateHash() + 1);
        checks.round();
        assertThat(differs.awaitTold().hasMajority()).isFalse();
    }

    @Test
    void aRealNodeThatIsOddTakesItselfOutOfServiceAndNoOther() {
        ReplicaChecks checks = checks(INTERVAL);
        KvStore agrees = realNode("kv-0", "value");
        KvStore odd = realNode("kv-2", "other");
        checks.round();
        await("that it is told").atMost(Duration.ofSeconds(20)).until(() -> odd.damage().isPresent());
        assertThat(odd.damage()).hasValueSatisfying(why -> assertThat(why).contains("the state of kv-2"));
        assertThat(agrees.damage()).isEmpty();
        assertThat(own().damage()).isEmpty();
    }

    private ReplicaChecks checks(Duration interval) {
        return new ReplicaChecks(
                raft, peers, new OwnState(own(), space), service, space, interval, new ScheduledThreadPoolExecutor(0));
    }

    private KvStore own() {
        return store("kv-1", "value");
    }

    private KvStore store(String node, String value) {
        return stores.computeIfAbsent(node, _ -> {
            KvStore store = KvStore.open(folder.resolve(node));
            for (long index = 1; index <= APPLIED; index++) {
                apply(store, index, value);
            }
            return store;
        });
    }

    private static void apply(KvStore store, long index, String value) {
        store.apply(List.of(Copies.put(index, "key", value)));
    }

    private Asked serve(String node) {
        Asked asked = new Asked();
        peers.serve(node, asked);
        return asked;
    }

    private KvStore realNode(String node, String value) {
        KvStore store = store(node, value);
        CheckService answers = new CheckService(INTERVAL, clock::get);
        answers.attach(
                Statuses.CLUSTER,
                new OwnState(store, Disks.withRoom()),
                Runnable::run,
                _ -> {
                    throw new AssertionError("no copy is asked for");
                },
                folder.resolve("copies"));
        peers.serve(node, answers);
        return store;
    }

    private static Statuses leader(boolean first, boolean third) {
        return Statuses.leader().peers(Statuses.peer(0, 1, first), Statuses.peer(2, 1, third));
    }

    private static RaftStatus.Peer observer(int number) {
        RaftStatus.Peer voter = Statuses.peer(number, 1, true);
        return new RaftStatus.Peer(
                voter.key(), voter.address(), false, voter.matchIndex(), voter.contactAgeMillis(), voter.connected(),
                voter.stableMillis(), voter.detail(), voter.seen(), voter.minVersion(), voter.maxVersion());
    }
}
