package io.canvass.kv.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

import com.google.protobuf.ByteString;
import io.canvass.kv.cluster.ReplicationException.Reason;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Put;
import io.canvass.proto.kv.v1.Result;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.runtime.Applied;
import io.canvass.raft.runtime.RaftException;
import io.canvass.raft.runtime.RaftStatus;
import io.grpc.Channel;
import org.junit.jupiter.api.Test;

import static io.canvass.kv.cluster.FakeRaft.applied;
import static io.canvass.kv.cluster.FakeRaft.led;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Writes and reads on a node whose replica answers for itself; forwarding has a test of its own. */
class ReplicatedStoreTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration LONG_ENOUGH_TO_RETRY = Duration.ofNanos(Backoff.LAST_NANOS);
    private static final Command COMMAND = Command.newBuilder()
            .setPut(Put.newBuilder().setKey(ByteString.copyFromUtf8("a")))
            .build();

    private final FakeRaft raft = new FakeRaft(Statuses.leader().get());
    private final ManualDelays delays = new ManualDelays();
    private final NodeGate gate = new NodeGate();
    private final WriteOutcomes outcomes = new WriteOutcomes();
    private int requiredVersion;
    private final VersionGate versions = new VersionGate(command -> requiredVersion);
    private final AtomicLong applied = new AtomicLong(3);
    private final AppliedRevisions revisions = new AppliedRevisions(applied::get, delays);
    private final ReplicatedStore store = store(10);

    ReplicatedStoreTest() {
        gate.open();
    }

    @Test
    void aLeaderProposesTheSerialisedCommand() {
        raft.answers(applied(17));
        assertThat(write()).isCompletedWithValueMatching(result -> result.getRevision() == 17);
        assertThat(raft.proposed()).containsExactly(Bytes.wrap(COMMAND.toByteArray()));
        assertThat(outcomes.count(WriteOutcomes.Outcome.APPLIED)).isEqualTo(1);
        assertThat(delays.waiting()).as("deadlines that are still scheduled").isZero();
    }

    @Test
    void aLeaderTakesNoCommandThatAMemberIsKnownNotToApply() {
        requiredVersion = 2;
        raft.status(Statuses.leader().configuration(Statuses.speaking(0, 2, 1), 5, true));
        assertFailed(write(), Reason.UNSUPPORTED, "It needs protocol version 2 on all members, and these are not known"
                + " to speak it: kv-0 (0), kv-2 (1).");
        assertThat(raft.proposed()).isEmpty();
        assertThat(outcomes.count(WriteOutcomes.Outcome.UNSUPPORTED)).isEqualTo(1);
        assertThat(delays.waiting()).as("deadlines that are still scheduled").isZero();
    }

    /** The first seconds of a cluster: its leader has met the others, and is about to write down what they speak. */
    @Test
    void aWriteWaitsUntilItIsWrittenDownWhatTheMembersSpeak() {
        requiredVersion = 2;
        CompletableFuture<Result> write = write();
        delays.pass(LONG_ENOUGH_TO_RETRY.multipliedBy(2));
        assertThat(write).isNotDone();
        assertThat(raft.proposed()).isEmpty();
        raft.status(Statuses.leader().configuration(Statuses.speaking(2, 2, 2), 5, true));
        raft.answers(applied(3));
        delays.pass(LONG_ENOUGH_TO_RETRY);
        assertThat(write).isCompletedWithValueMatching(result -> result.getRevision() == 3);
        assertThat(delays.waiting()).as("deadlines that are still scheduled").isZero();
    }

    @Test
    void aWriteOfWhichThatIsNotWrittenDownInTimeWasNotApplied() {
        requiredVersion = 2;
        raft.status(Statuses.leader().configuration(Statuses.speaking(2, 2, 0), 5, true));
        CompletableFuture<Result> write = write();
        delays.pass(TIMEOUT);
        assertFailed(write, Reason.UNSUPPORTED,
                "It needs protocol version 2 on all members, and these are not known to speak it: kv-2 (0).");
        assertThat(raft.proposed()).isEmpty();
        assertThat(outcomes.count(WriteOutcomes.Outcome.UNSUPPORTED)).isEqualTo(1);
    }

    @Test
    void aWriteWaitsForALeaderToBeElected() {
        raft.fails(led(ReplicaKey.NONE)).fails(led(ReplicaKey.NONE)).answers(applied(3));
        CompletableFuture<Result> write = write();
        assertThat(write).isNotDone();
        delays.pass(LONG_ENOUGH_TO_RETRY.multipliedBy(2));
        assertThat(write).isCompletedWithValueMatching(result -> result.getRevision() == 3);
    }

    @Test
    void aWriteThatFindsNoLeaderInTimeWasSurelyNotApplied() {
        CompletableFuture<Result> write = write();
        delays.pass(TIMEOUT);
        assertFailed(write, Reason.NO_QUORUM, "No leader took the write within 10000 ms: No leader is known in epoch 7");
    }

    @Test
    void aWaitForALeaderIsNoBusyLoop() {
        CompletableFuture<Result> _ = write();
        delays.pass(TIMEOUT);
        long retriesAtMost = TIMEOUT.dividedBy(LONG_ENOUGH_TO_RETRY) + 4;
        assertThat(raft.proposed()).hasSizeLessThan((int) retriesAtMost).hasSizeGreaterThan(2);
        int proposed = raft.proposed().size();
        delays.pass(TIMEOUT);
        assertThat(raft.proposed()).as("none after the deadline").hasSize(proposed);
    }

    @Test
    void aSupersededCommandWasNotAppliedAndIsProposedAgain() {
        raft.fails(new RaftException.Superseded(5, 6)).answers(applied(4));
        CompletableFuture<Result> write = write();
        delays.pass(LONG_ENOUGH_TO_RETRY);
        assertThat(write).isCompletedWithValueMatching(result -> result.getRevision() == 4);
    }

    @Test
    void nothingIsRetriedAfterAnUnknownOutcome() {
        raft.fails(new RaftException.OutcomeUnknown("The leader lost its office")).answers(applied(4));
        CompletableFuture<Result> write = write();
        assertFailed(write, Reason.OUTCOME_UNKNOWN, "The leader lost its office");
        delays.pass(TIMEOUT);
        assertThat(raft.proposed()).hasSize(1);
    }

    @Test
    void anErrorThatSaysNothingOfTheOutcomeIsUnknownToo() {
        raft.fails(new IllegalStateException("a fault of ours"));
        assertThat(write()).isCompletedExceptionally();
        assertThat(outcomes.count(WriteOutcomes.Outcome.OUTCOME_UNKNOWN)).isEqualTo(1);
    }

    @Test
    void aLeaderThatDoesNotConfirmInTimeLeavesTheOutcomeUnknown() {
        CompletableFuture<Applied<Result>> answer = raft.answersLater();
        CompletableFuture<Result> write = write();
        delays.pass(TIMEOUT);
        assertFailed(write, Reason.OUTCOME_UNKNOWN, "The write was not confirmed within 10000 ms; it may or may not be applied");
        answer.complete(applied(4));
        assertThat(write).as("a late answer changes nothing").isCompletedExceptionally();
    }

    @Test
    void aLateNoAfterTheDeadlineIsNotRetried() {
        CompletableFuture<Applied<Result>> answer = raft.answersLater();
        CompletableFuture<Result> write = write();
        delays.pass(TIMEOUT);
        answer.completeExceptionally(led(ReplicaKey.NONE));
        delays.pass(TIMEOUT);
        assertThat(raft.proposed()).hasSize(1);
        assertThat(write).isCompletedExceptionally();
    }

    @Test
    void aBoundOfTheLeaderIsTheClientsToKnow() {
        raft.fails(new RaftException.Overloaded("64 MB are uncommitted"));
        assertFailed(write(), Reason.OVERLOADED, "64 MB are uncommitted");
    }

    @Test
    void aStoppedReplicaTakesNoWrite() {
        raft.fails(new RaftException.Stopped("The log is damaged"));
        assertFailed(write(), Reason.DRAINING, "The log is damaged");
    }

    @Test
    void moreRequestsThanTheBoundAreRefusedAtOnce() {
        ReplicatedStore small = store(1);
        CompletableFuture<Applied<Result>> answer = raft.answersLater();
        CompletableFuture<Result> first = small.write(COMMAND, TIMEOUT);
        assertFailed(
                small.write(COMMAND, TIMEOUT),
                Reason.OVERLOADED,
                "1 requests are under way on this node (kv.request.max-in-flight)");
        answer.complete(applied(1));
        assertThat(first).isCompleted();
        raft.answers(applied(2));
        assertThat(small.write(COMMAND, TIMEOUT)).as("the first one has made room").isCompleted();
    }

    @Test
    void aNodeThatStartsTakesNothing() {
        NodeGate closed = new NodeGate();
        ReplicatedStore starting = store(closed, 10);
        assertFailed(starting.write(COMMAND, TIMEOUT), Reason.STARTING, "This node starts");
        assertFailed(starting.awaitLinearizable(TIMEOUT), Reason.STARTING, "This node starts");
        assertThat(raft.proposed()).isEmpty();
    }

    @Test
    void aNodeThatStopsTakesNothingNew() {
        gate.drain();
        assertFailed(write(), Reason.DRAINING, "This node stops");
    }

    @Test
    void aWriteThatWaitsForALeaderEndsWhenTheNodeStops() {
        CompletableFuture<Result> write = write();
        gate.drain();
        delays.pass(LONG_ENOUGH_TO_RETRY);
        assertFailed(write, Reason.DRAINING, "This node stops; the write was not begun");
    }

    @Test
    void aReadIsLinearizableOnceTheReplicaHasAppliedTheReadIndex() {
        CompletableFuture<Long> index = new CompletableFuture<>();
        raft.readAnswers(index);
        CompletableFuture<Void> read = store.awaitLinearizable(TIMEOUT);
        assertThat(read).isNotDone();
        index.complete(9L);
        assertThat(read).isCompleted();
    }

    @Test
    void aReadByLeaseSaysWhetherThereWasOne() {
        raft.readAnswers(CompletableFuture.completedFuture(9L));
        assertThat(store.awaitLease(TIMEOUT)).isCompletedWithValue(false);
        raft.holdsLease();
        assertThat(store.awaitLease(TIMEOUT)).isCompletedWithValue(true);
        assertThat(raft.reads()).isEqualTo(1);
    }

    @Test
    void aReadWaitsForALeaderToBeElected() {
        raft.readAnswers(CompletableFuture.failedFuture(led(ReplicaKey.NONE))).readAnswers(CompletableFuture.completedFuture(9L));
        CompletableFuture<Void> read = store.awaitLinearizable(TIMEOUT);
        delays.pass(LONG_ENOUGH_TO_RETRY);
        assertThat(read).isCompleted();
        assertThat(raft.reads()).isEqualTo(2);
    }

    @Test
    void aReadThatNobodyConfirmsInTimeFails() {
        CompletableFuture<Void> read = store.awaitLinearizable(TIMEOUT);
        delays.pass(TIMEOUT);
        assertFailed(read, Reason.NO_QUORUM, "The read was not confirmed within 10000 ms: No leader is known in epoch 7");
    }

    @Test
    void aReadBeyondTheBoundIsRefused() {
        raft.readAnswers(CompletableFuture.failedFuture(new RaftException.Overloaded("10000 reads wait")));
        assertFailed(store.awaitLinearizable(TIMEOUT), Reason.OVERLOADED, "10000 reads wait");
    }

    @Test
    void theViewNamesTheLeaderAndItsUrl() {
        raft.status(Statuses.follower());
        assertThat(store.view())
                .isEqualTo(new Replication.ClusterView("kv-1", "kv-0", "http://kv-0:8080", 7));
        raft.status(Statuses.follower().noLeader(5000));
        assertThat(store.view()).isEqualTo(new Replication.ClusterView("kv-1", "", "", 7));
    }

    @Test
    void theUrlThatTheMembersSayGoesBeforeThatOfTheSettingsAndNewMembersHaveOne() {
        Configuration.Member moved = new Configuration.Member(
                Statuses.replica(0), "kv-0:9080", "http://kv-0.new:8080", Configuration.Promotion.AUTO, (short) 0, (short) 2);
        Configuration.Member fifth = new Configuration.Member(
                Statuses.replica(5), "kv-5:9080", "http://kv-5:8080", Configuration.Promotion.AUTO, (short) 0, (short) 2);
        Statuses status = Statuses.follower().configuration(Configuration.ofVoters(List.of(moved, fifth)), 9, true);
        raft.status(status);
        assertThat(store.view().leaderUrl()).isEqualTo("http://kv-0.new:8080");
        raft.status(status.leader(Statuses.replica(5), 10));
        assertThat(store.view().leaderUrl()).isEqualTo("http://kv-5:8080");
    }

    @Test
    void aRemovedNodeTakesNothingAndAnswersNothingFromItsOwnStore() {
        store.requireMember();
        gate.remove();
        assertFailed(write(), Reason.REMOVED, "This node was removed from its cluster");
        assertThat(store.awaitLinearizable(TIMEOUT)).isCompletedExceptionally();
        assertThatThrownBy(store::requireMember).isInstanceOf(ReplicationException.class);
        assertThat(outcomes.count(WriteOutcomes.Outcome.REMOVED)).isEqualTo(1);
        assertThat(raft.proposed()).isEmpty();
    }

    @Test
    void aRevisionThatIsAppliedIsNotWaitedForAndAnotherCountsAsUnderWay() {
        ReplicatedStore small = store(1);
        assertThat(small.awaitRevision(3, TIMEOUT)).isCompletedWithValue(true);
        CompletableFuture<Boolean> waits = small.awaitRevision(4, TIMEOUT);
        assertThat(waits).isNotDone();
        assertFailed(small.awaitRevision(5, TIMEOUT), Reason.OVERLOADED,
                "1 requests are under way on this node (kv.request.max-in-flight)");
        assertThat(small.awaitRevision(3, TIMEOUT)).isCompletedWithValue(true);
        delays.pass(TIMEOUT);
        assertThat(waits).isCompletedWithValue(false);
        assertThat(small.awaitRevision(4, TIMEOUT)).as("there is room again").isNotDone();
    }

    @Test
    void theAgeOfWhatIsStoredIsTheContactsAndWhatIsCommittedAndNotApplied() {
        raft.status(Statuses.follower().log(new RaftStatus.Log(1001, 5130, 5130, 5127, 5120, 1000)));
        assertThat(store.staleness())
                .isEqualTo(new Replication.Staleness(OptionalLong.of(41), OptionalLong.of(7)));
        raft.status(Statuses.follower().log(new RaftStatus.Log(1001, 5130, 5130, 5120, 5121, 1000)));
        assertThat(store.staleness().lag()).as("a commit that is told later than it is applied").hasValue(0);
        raft.status(Statuses.follower().noLeader(-1));
        assertThat(store.staleness())
                .isEqualTo(new Replication.Staleness(OptionalLong.empty(), OptionalLong.empty()));
        raft.status(Statuses.follower().behind());
        assertThat(store.staleness())
                .isEqualTo(new Replication.Staleness(OptionalLong.of(41), OptionalLong.empty()));
    }

    private CompletableFuture<Result> write() {
        return store.write(COMMAND, TIMEOUT);
    }

    private ReplicatedStore store(int maxInFlight) {
        return store(gate, maxInFlight);
    }

    private ReplicatedStore store(NodeGate nodeGate, int maxInFlight) {
        ForwardClient forwards =
                new ForwardClient(new NoPeers(), Statuses.CLUSTER, new ForwardClient.Bounds(10, 1 << 20), delays);
        WriteAttempt.Context context = new WriteAttempt.Context("kv-1", raft, forwards, nodeGate, delays, versions, KeepAlives.UNHEARD);
        return new ReplicatedStore(context, Map.of("kv-0", "http://kv-0:8080"), maxInFlight, outcomes, Disks.withRoom(), revisions);
    }

    private static void assertFailed(CompletableFuture<?> future, Reason reason, String message) {
        assertThat(future).isCompletedExceptionally();
        assertThat(Failures.causeOf(future.exceptionNow()))
                .isInstanceOfSatisfying(ReplicationException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessage(message);
    }

    private static final class NoPeers implements PeerAccess {
        @Override
        public Channel channelTo(String nodeId) {
            throw new IllegalArgumentException("no such peer");
        }

        @Override
        public Map<String, Long> refusals() {
            return Map.of();
        }
    }
}
