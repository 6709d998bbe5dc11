package io.canvass.kv.cluster;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.ByteString;
import io.canvass.kv.logging.LogLines;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Delete;
import io.canvass.proto.kv.v1.ForwardGrpc;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.WriteRequest;
import io.canvass.proto.kv.v1.WriteResponse;
import io.canvass.proto.kv.v1.WriteResponse.Refusal;
import io.canvass.raft.runtime.Applied;
import io.canvass.raft.runtime.RaftException;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static io.canvass.kv.cluster.FakeRaft.applied;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The leader's side, spoken to as any peer could. */
class ForwardServiceTest {
    private static final int WINDOW = 2;
    private static final int LONG_MILLIS = (int) TimeUnit.MINUTES.toMillis(10);

    private final FakeRaft raft = new FakeRaft(Statuses.leader().get());
    private final LoopbackPeers peers = new LoopbackPeers();
    private final Answers answers = new Answers();
    private final StreamObserver<WriteRequest> requests;
    private int requiredVersion;

    ForwardServiceTest() {
        ForwardService service = new ForwardService(
                WINDOW, new VersionGate(command -> requiredVersion), Disks.withRoom(), KeepAlives.UNHEARD);
        service.attach(raft);
        peers.serve("kv-0", service);
        requests = ForwardGrpc.newStub(peers.channelTo("kv-0")).write(answers);
    }

    @AfterEach
    void close() {
        peers.close();
    }

    @Test
    void aWriteThatNotAllMembersAreKnownToApplyIsRefusedAndNotProposed() {
        requiredVersion = 2;
        raft.status(Statuses.leader().configuration(Statuses.speaking(2, 2, 1), 5, true));
        requests.onNext(request(1, LONG_MILLIS));
        assertThat(answers.first().getRefusal()).isEqualTo(Refusal.TOO_NEW);
        assertThat(answers.first().getDetail()).startsWith("It needs protocol version 2 on all members");
        assertThat(raft.proposed()).isEmpty();
    }

    @Test
    void aWriteOfWhichItIsNotWrittenDownWhoAppliesItIsToBeTriedAgain() {
        requiredVersion = 2;
        requests.onNext(request(1, LONG_MILLIS));
        assertThat(answers.first().getRefusal()).isEqualTo(Refusal.VERSIONS_UNKNOWN);
        assertThat(raft.proposed()).isEmpty();
    }

    @Test
    void anAnswerSaysWhereInTheLogTheWriteIs() {
        raft.answers(applied(12));
        requests.onNext(request(1, LONG_MILLIS));
        WriteResponse answer = answers.first();
        assertThat(answer.getId()).isEqualTo(1);
        assertThat(answer.getRefusal()).isEqualTo(Refusal.NONE);
        assertThat(answer.getIndex()).isEqualTo(12);
        assertThat(answer.getEpoch()).isEqualTo(7);
    }

    @Test
    void noMoreRequestsAreTakenThanMayBeUnanswered() {
        List<CompletableFuture<Applied<Result>>> proposals = new ArrayList<>();
        for (int i = 0; i < WINDOW + 2; i++) {
            proposals.add(raft.answersLater());
            requests.onNext(request(i, LONG_MILLIS));
        }
        await().until(() -> raft.proposed().size() == WINDOW);
        proposals.getFirst().complete(applied(1));
        await().until(() -> raft.proposed().size() == WINDOW + 1);
        await().until(() -> answers.count() == 1);
    }

    @Test
    void theLeaderStopsWaitingWhenTheClientDoes() {
        CompletableFuture<Applied<Result>> proposal = raft.answersLater();
        requests.onNext(request(1, 20));
        assertThat(answers.first().getRefusal()).isEqualTo(Refusal.OUTCOME_UNKNOWN);
        assertThat(proposal).as("the replica's own future").isNotDone();
    }

    @Test
    void theThreadsOfGrpcWorkForARequestOnlyWhileTheyDo() {
        raft.answers(applied(1)).answers(applied(2)).answers(applied(3));
        try (LogLines lines = LogLines.of(ForwardSession.class.getName())) {
            requests.onNext(request(1, LONG_MILLIS).toBuilder().setRequestId("shop-1").build());
            // As an older peer sends it.
            requests.onNext(request(2, LONG_MILLIS));
            // As no sound peer would.
            requests.onNext(request(3, LONG_MILLIS).toBuilder().setRequestId("a\nWARN b").build());
            await().until(() -> answers.count() == 3);
            assertThat(lines.all()).extracting(LogLines.Line::requestId).containsExactly("shop-1", "", "");
        }
    }

    @Test
    void aRequestWithoutAClusterIdIsRefused() {
        requests.onNext(request(1, LONG_MILLIS).toBuilder().clearClusterId().build());
        assertThat(answers.first().getRefusal()).isEqualTo(Refusal.INVALID);
        assertThat(raft.proposed()).isEmpty();
    }

    @Test
    void bytesThatAreNoCommandAreRefused() {
        requests.onNext(request(1, LONG_MILLIS).toBuilder().setCommand(ByteString.copyFromUtf8("\0\0\0")).build());
        assertThat(answers.first().getRefusal()).isEqualTo(Refusal.INVALID);
        assertThat(raft.proposed()).isEmpty();
    }

    @Test
    void aStoppedReplicaSaysSo() {
        raft.fails(new RaftException.Stopped("The node stops"));
        requests.onNext(request(1, LONG_MILLIS));
        assertThat(answers.first().getRefusal()).isEqualTo(Refusal.STOPPING);
    }

    @Test
    void aPeerThatHasNoMoreRequestsStillGetsItsAnswers() throws InterruptedException {
        CompletableFuture<Applied<Result>> proposal = raft.answersLater();
        requests.onNext(request(1, LONG_MILLIS));
        requests.onCompleted();
        await().until(() -> raft.proposed().size() == 1);
        proposal.complete(applied(1));
        assertThat(answers.first().getRefusal()).isEqualTo(Refusal.NONE);
        assertThat(answers.completed.await(1, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void anAnswerToAPeerThatIsGoneIsDropped() {
        CompletableFuture<Applied<Result>> proposal = raft.answersLater();
        requests.onNext(request(1, LONG_MILLIS));
        await().until(() -> raft.proposed().size() == 1);
        requests.onError(new IllegalStateException("the peer breaks off"));
        proposal.complete(applied(1));
        assertThat(proposal).isCompleted();
    }

    private static WriteRequest request(long id, int timeoutMillis) {
        ByteBuffer cluster = ByteBuffer.allocate(16)
                .putLong(Statuses.CLUSTER.getMostSignificantBits())
                .putLong(Statuses.CLUSTER.getLeastSignificantBits());
        Command command = Command.newBuilder().setDelete(Delete.newBuilder().setKey(ByteString.copyFromUtf8("k"))).build();
        return WriteRequest.newBuilder()
                .setId(id)
                .setClusterId(ByteString.copyFrom(cluster.array()))
                .setCommand(command.toByteString())
                .setTimeoutMillis(timeoutMillis)
                .build();
    }

    private static final class Answers implements StreamObserver<WriteResponse> {
        private final List<WriteResponse> responses = new ArrayList<>();
        private final CountDownLatch completed = new CountDownLatch(1);

        @Override
        public synchronized void onNext(WriteResponse response) {
            responses.add(response);
        }

        @Override
        public void onError(Throwable failure) {
            completed.countDown();
        }

        @Override
        public void onCompleted() {
            completed.countDown();
        }

        synchronized int count() {
            return responses.size();
        }

        WriteResponse first() {
            await().until(() -> count() > 0);
            synchronized (this) {
                return responses.getFirst();
            }
        }
    }
}
