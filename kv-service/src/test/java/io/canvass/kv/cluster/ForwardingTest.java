package io.canvass.kv.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import com.google.protobuf.ByteString;
import io.canvass.kv.cluster.ReplicationException.Reason;
import io.canvass.kv.logging.LogLines;
import io.canvass.kv.logging.RequestScope;
import io.canvass.proto.kv.v1.Add;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Put;
import io.canvass.proto.kv.v1.Result;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.RaftConfig;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.runtime.Applied;
import io.canvass.raft.runtime.RaftException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static io.canvass.kv.cluster.FakeRaft.applied;
import static io.canvass.kv.cluster.FakeRaft.led;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Writes asked of kv-1, which does not lead, over real sockets; its time passes by hand. */
class ForwardingTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration RETRY = Duration.ofNanos(Backoff.LAST_NANOS);
    private static final int NEWEST = RaftConfig.NEWEST_VERSION;
    private static final int MAX_IN_FLIGHT = 3;
    private static final int MAX_BYTES = 1 << 20;

    private final LoopbackPeers peers = new LoopbackPeers();
    private final ManualDelays delays = new ManualDelays();
    private final FakeRaft kv0 = new FakeRaft(Statuses.leader().get());
    private final FakeRaft kv1 = new FakeRaft(Statuses.follower().get()).isLedBy(Statuses.replica(0));
    private final NodeGate gate = new NodeGate();
    private final ForwardService service = serviceOf(kv0);
    private final ForwardClient forwards = forwards(Statuses.CLUSTER);
    private final ReplicatedStore store = store(forwards);

    ForwardingTest() {
        gate.open();
        peers.serve("kv-0", service);
    }

    @AfterEach
    void close() {
        peers.close();
    }

    @Test
    void theLeaderGetsTheCommandAsItWasSerialisedAndItsResultComesBack() {
        kv0.answers(applied(17));
        assertThat(ended(write("a")).resultNow().getRevision()).isEqualTo(17);
        assertThat(kv0.proposed()).containsExactly(Bytes.wrap(command("a").toByteArray()));
    }

    @Test
    void theLeadersLinesHaveTheIdOfTheClientsRequest() {
        kv0.fails(new RaftException.Overloaded("64 MB are uncommitted"));
        try (LogLines origin = LogLines.of(WriteAttempt.class.getName());
                LogLines leader = LogLines.of(ForwardSession.class.getName())) {
            assertThat(ended(writeFor("shop-1"))).isCompletedExceptionally();
            assertThat(origin.all()).extracting(LogLines.Line::requestId).containsExactly("shop-1");
            assertThat(leader.all()).extracting(LogLines.Line::requestId).containsExactly("shop-1", "shop-1");
            assertThat(leader.all().getLast().text()).endsWith("ends as OVERLOADED: 64 MB are uncommitted");
        }
    }

    @Test
    void theIdGoesAlongWithATryThatBeginsOnAThreadOfGrpc() {
        kv0.fails(new RaftException.Superseded(5, 6)).answers(applied(4));
        try (LogLines lines = LogLines.of(WriteAttempt.class.getName())) {
            CompletableFuture<Result> write = writeFor("shop-2");
            await().until(() -> delays.isDueWithin(RETRY));
            assertThat(lines.all()).extracting(LogLines.Line::text).last().asString().startsWith("The write is tried again");
            assertThat(lines.all()).extracting(LogLines.Line::requestId).containsOnly("shop-2");
            assertThat(endedAfterRetries(write).resultNow().getRevision()).isEqualTo(4);
        }
    }

    @Test
    void manyAreUnderWayAtOnceAndAreAnsweredOutOfOrder() {
        CompletableFuture<Applied<Result>> first = kv0.answersLater();
        CompletableFuture<Applied<Result>> second = kv0.answersLater();
        CompletableFuture<Result> writeOfFirst = write("a");
        awaitProposals(kv0, 1);
        CompletableFuture<Result> writeOfSecond = write("b");
        awaitProposals(kv0, 2);
        second.complete(applied(2));
        assertThat(ended(writeOfSecond).resultNow().getRevision()).isEqualTo(2);
        assertThat(writeOfFirst).isNotDone();
        first.complete(applied(1));
        assertThat(ended(writeOfFirst).resultNow().getRevision()).isEqualTo(1);
    }

    @Test
    void aLeaderChangeMidWayEndsAtTheNewLeader() {
        FakeRaft kv2 = new FakeRaft(Statuses.leader().get()).answers(applied(4));
        peers.serve("kv-2", serviceOf(kv2));
        CompletableFuture<Applied<Result>> answer = kv0.answersLater();
        CompletableFuture<Result> write = write("a");
        awaitProposals(kv0, 1);
        kv1.isLedBy(Statuses.replica(2));
        answer.completeExceptionally(led(Statuses.replica(2)));
        assertThat(endedAfterRetries(write).resultNow().getRevision()).isEqualTo(4);
        assertThat(kv0.proposed()).hasSize(1);
    }

    @Test
    void aForwardedWriteIsNeverForwardedAgain() {
        FakeRaft kv2 = new FakeRaft(Statuses.leader().get());
        peers.serve("kv-2", serviceOf(kv2));
        kv0.isLedBy(Statuses.replica(2));
        CompletableFuture<Result> write = write("a");
        await().until(() -> delays.isDueWithin(RETRY));
        kv1.isLedBy(ReplicaKey.NONE);
        delays.pass(TIMEOUT);
        assertThat(reasonOf(write)).isEqualTo(Reason.NO_QUORUM);
        assertThat(kv0.proposed()).hasSize(1);
        assertThat(kv2.proposed()).isEmpty();
    }

    @Test
    void aSupersededWriteIsTriedAgain() {
        kv0.fails(new RaftException.Superseded(5, 6)).answers(applied(4));
        assertThat(endedAfterRetries(write("a")).resultNow().getRevision()).isEqualTo(4);
    }

    @Test
    void aWriteThatTheLeaderTakesOnceItHasWrittenDownWhatTheMembersSpeakIsTriedUntilThen() {
        Command add = Command.newBuilder().setAdd(Add.newBuilder().setKey(ByteString.copyFromUtf8("a"))).build();
        CompletableFuture<Result> write = store.write(add, TIMEOUT);
        await().until(() -> delays.isDueWithin(RETRY));
        assertThat(kv0.proposed()).isEmpty();
        kv0.status(Statuses.leader().configuration(Statuses.speaking(NEWEST, NEWEST, NEWEST), 5, true));
        kv0.answers(applied(4));
        assertThat(endedAfterRetries(write).resultNow().getRevision()).isEqualTo(4);
    }

    @Test
    void anUnknownOutcomeAtTheLeaderIsNeverRetried() {
        kv0.fails(new RaftException.OutcomeUnknown("The leader lost its office")).answers(applied(4));
        assertFailed(ended(write("a")), Reason.OUTCOME_UNKNOWN, "The leader lost its office");
        delays.pass(TIMEOUT);
        assertThat(kv0.proposed()).hasSize(1);
    }

    @Test
    void aBoundOfTheLeaderIsTheClientsToKnow() {
        kv0.fails(new RaftException.Overloaded("64 MB are uncommitted"));
        assertFailed(ended(write("a")), Reason.OVERLOADED, "64 MB are uncommitted");
    }

    @Test
    void aBrokenStreamLeavesWhatWasSentUnknownAndNothingIsRetried() throws InterruptedException {
        CompletableFuture<Applied<Result>> never = kv0.answersLater();
        CompletableFuture<Result> write = write("a");
        awaitProposals(kv0, 1);
        peers.kill("kv-0");
        assertThat(reasonOf(ended(write))).isEqualTo(Reason.OUTCOME_UNKNOWN);
        peers.serve("kv-0", service);
        peers.dialAgain("kv-0");
        delays.pass(TIMEOUT);
        assertThat(kv0.proposed()).hasSize(1);
        assertThat(never).isNotDone();
    }

    @Test
    void aStreamThatBrokeIsDialledAgainForTheNextWrite() throws InterruptedException {
        kv0.answers(applied(1)).answers(applied(2));
        assertThat(ended(write("a"))).isCompleted();
        killAndNotice();
        peers.serve("kv-0", service);
        peers.dialAgain("kv-0");
        assertThat(endedAfterRetries(write("b")).resultNow().getRevision()).isEqualTo(2);
    }

    @Test
    void aWriteToALeaderThatCannotBeReachedWasNeverSent() throws InterruptedException {
        peers.kill("kv-0");
        CompletableFuture<Result> write = write("a");
        await().pollInterval(Duration.ofMillis(5)).until(() -> passAndAsk(write));
        assertThat(reasonOf(write)).isEqualTo(Reason.NO_QUORUM);
        assertThat(kv0.proposed()).isEmpty();
    }

    @Test
    void aPeerThatNobodyKnowsIsNoLeader() {
        kv1.isLedBy(Statuses.replica(9));
        CompletableFuture<Result> write = write("a");
        delays.pass(TIMEOUT);
        assertFailed(write, Reason.NO_QUORUM, "No leader took the write within 10000 ms: kv-9 cannot be dialled: no peer kv-9");
    }

    @Test
    void aLeaderThatIsSilentUntilTheDeadlineLeavesTheOutcomeUnknownAndItsPlaceFree() {
        List<CompletableFuture<Result>> writes = new ArrayList<>();
        for (int i = 0; i < MAX_IN_FLIGHT; i++) {
            CompletableFuture<Applied<Result>> _ = kv0.answersLater();
            writes.add(write("a"));
        }
        awaitProposals(kv0, MAX_IN_FLIGHT);
        delays.pass(TIMEOUT);
        writes.forEach(write -> assertFailed(
                write, Reason.OUTCOME_UNKNOWN, "The write was not confirmed within 10000 ms; it may or may not be applied"));
        CompletableFuture<Result> next = write("b");
        assertThat(next).as("admitted: the places of the three are free").isNotDone();
    }

    @Test
    void moreThanTheBoundAreRefusedAtOnce() {
        CompletableFuture<Applied<Result>> _ = kv0.answersLater();
        List<CompletableFuture<Result>> writes = new ArrayList<>();
        for (int i = 0; i < MAX_IN_FLIGHT; i++) {
            CompletableFuture<Applied<Result>> _ = kv0.answersLater();
            writes.add(write("a"));
        }
        assertFailed(
                write("b"),
                Reason.OVERLOADED,
                "3 writes are under way to kv-0 (kv.forward.max-in-flight); this one was not sent");
        assertThat(writes).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void moreBytesThanTheBoundAreRefusedAtOnce() {
        CompletableFuture<Applied<Result>> _ = kv0.answersLater();
        CompletableFuture<Result> large = write("a".repeat(MAX_BYTES / 2));
        assertThat(reasonOf(write("b".repeat(MAX_BYTES / 2)))).isEqualTo(Reason.OVERLOADED);
        assertThat(large).isNotDone();
    }

    @Test
    void aWriteOfAnotherClusterIsRefusedAndNotProposed() {
        ReplicatedStore foreign = store(forwards(new UUID(9, 9)));
        CompletableFuture<Result> write = foreign.write(command("a"), TIMEOUT);
        assertFailed(ended(write), Reason.NO_QUORUM, "The node belongs to cluster " + Statuses.CLUSTER
                + " and takes no writes of another one; nothing was written");
        assertThat(kv0.proposed()).isEmpty();
    }

    @Test
    void aCommandThatTheLeaderDoesNotKnowIsRefusedBecauseItWouldStopEveryReplica() {
        CompletableFuture<Result> write = store.write(Command.getDefaultInstance(), TIMEOUT);
        assertFailed(
                ended(write), Reason.NO_QUORUM, "The leader's version does not know this kind of write; nothing was written");
        assertThat(kv0.proposed()).isEmpty();
    }

    @Test
    void aLeaderThatStillStartsIsAskedAgain() throws InterruptedException {
        peers.kill("kv-0");
        ForwardService starting = new ForwardService(
                MAX_IN_FLIGHT, VersionGate.ofThisRelease(), Disks.withRoom(), KeepAlives.UNHEARD);
        peers.serve("kv-0", starting);
        peers.dialAgain("kv-0");
        CompletableFuture<Result> write = write("a");
        await().until(() -> delays.isDueWithin(RETRY));
        assertThat(write).isNotDone();
        kv0.answers(applied(8));
        starting.attach(kv0);
        killAndNotice();
        peers.serve("kv-0", starting);
        peers.dialAgain("kv-0");
        assertThat(endedAfterRetries(write).resultNow().getRevision()).isEqualTo(8);
    }

    private CompletableFuture<Result> writeFor(String requestId) {
        try (RequestScope _ = RequestScope.open(requestId)) {
            return write("a");
        }
    }

    private CompletableFuture<Result> write(String value) {
        return store.write(command(value), TIMEOUT);
    }

    private ForwardClient forwards(UUID clusterId) {
        return new ForwardClient(peers, clusterId, new ForwardClient.Bounds(MAX_IN_FLIGHT, MAX_BYTES), delays);
    }

    private ReplicatedStore store(ForwardClient client) {
        return new ReplicatedStore(
                new WriteAttempt.Context("kv-1", kv1, client, gate, delays, new VersionGate(_ -> 0), KeepAlives.UNHEARD),
                Map.of(),
                100,
                new WriteOutcomes(),
                Disks.withRoom(),
                new AppliedRevisions(() -> 0, delays));
    }

    /** Until this node knows that the stream is broken: what it sends before is lost, and rightly unknown. */
    private void killAndNotice() throws InterruptedException {
        peers.kill("kv-0");
        await().until(() -> !forwards.isDialled("kv-0"));
    }

    private static ForwardService serviceOf(FakeRaft raft) {
        ForwardService service = new ForwardService(
                MAX_IN_FLIGHT, VersionGate.ofThisRelease(), Disks.withRoom(), KeepAlives.UNHEARD);
        service.attach(raft);
        return service;
    }

    private static Command command(String value) {
        return Command.newBuilder()
                .setPut(Put.newBuilder().setKey(ByteString.copyFromUtf8("k")).setValue(ByteString.copyFromUtf8(value)))
                .build();
    }

    private static void awaitProposals(FakeRaft raft, int count) {
        await().until(() -> raft.proposed().size() == count);
    }

    private static CompletableFuture<Result> ended(CompletableFuture<Result> write) {
        await().until(write::isDone);
        return write;
    }

    private CompletableFuture<Result> endedAfterRetries(CompletableFuture<Result> write) {
        await().pollInterval(Duration.ofMillis(5)).until(() -> passAndAsk(write));
        return write;
    }

    /** Lets a little of the write's time pass; real sockets get their own between two polls. */
    private boolean passAndAsk(CompletableFuture<Result> write) {
        delays.pass(RETRY.dividedBy(4));
        return write.isDone();
    }

    private static Reason reasonOf(CompletableFuture<Result> write) {
        assertThat(write).isCompletedExceptionally();
        return ((ReplicationException) Failures.causeOf(write.exceptionNow())).reason();
    }

    private static void assertFailed(CompletableFuture<Result> write, Reason reason, String message) {
        assertThat(reasonOf(write)).isEqualTo(reason);
        assertThat(Failures.causeOf(write.exceptionNow())).hasMessage(message);
    }
}
