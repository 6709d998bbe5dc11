package io.canvass.kv.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.canvass.proto.kv.v1.ForwardGrpc;
import io.canvass.proto.kv.v1.WriteRequest;
import io.canvass.proto.kv.v1.WriteResponse;
import io.canvass.raft.core.Bytes;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A peer that accepts the stream and then takes nothing, as a process that is paused. */
class ForwardStreamTest {
    private static final Bytes LARGE = Bytes.wrap(new byte[512 << 10]);
    /** Far more than a connection's window and gRPC's buffer take. */
    private static final int CALLS = 16;

    private final LoopbackPeers peers = new LoopbackPeers();
    private final ManualDelays delays = new ManualDelays();
    private final ForwardClient client =
            new ForwardClient(peers, Statuses.CLUSTER, new ForwardClient.Bounds(100, 1 << 30), delays);

    ForwardStreamTest() {
        peers.serve("kv-0", new PausedService());
    }

    @AfterEach
    void close() {
        client.close();
        peers.close();
    }

    @Test
    void aRequestThatTheStreamDoesNotTakeGoesBackToItsSenderAsNeverSent() {
        List<ForwardCall> calls = sendAll();
        delays.pass(Duration.ofNanos(ForwardStream.MAX_WAIT_NANOS));
        assertThat(calls.getLast().result()).isCompletedWithValueMatching(Forwarded.NotSent.class::isInstance);
        assertThat(calls.getFirst().result()).as("that one may have left").isNotDone();
    }

    @Test
    void whatWaitedWhenTheStreamBrokeWasNeverSentAndTheRestIsLost() throws InterruptedException {
        List<ForwardCall> calls = sendAll();
        peers.kill("kv-0");
        await().until(() -> calls.stream().allMatch(call -> call.result().isDone()));
        assertThat(calls.getFirst().result().resultNow()).isInstanceOf(Forwarded.Lost.class);
        assertThat(calls.getLast().result().resultNow()).isInstanceOf(Forwarded.NotSent.class);
    }

    @Test
    void aCallThatIsWithdrawnSaysWhetherItEverLeft() {
        List<ForwardCall> calls = sendAll();
        assertThat(calls.getLast().withdraw()).isTrue();
        assertThat(calls.getFirst().withdraw()).isFalse();
    }

    @Test
    void closingEndsEveryCall() {
        List<ForwardCall> calls = sendAll();
        client.close();
        await().until(() -> calls.stream().allMatch(call -> call.result().isDone()));
    }

    /** Until the stream has taken the first one. */
    private List<ForwardCall> sendAll() {
        List<ForwardCall> calls = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            calls.add(client.send("kv-0", LARGE, Long.MAX_VALUE));
        }
        await().until(() -> client.sentTo("kv-0") > 0);
        return calls;
    }

    private static final class PausedService extends ForwardGrpc.ForwardImplBase {
        @Override
        public StreamObserver<WriteRequest> write(StreamObserver<WriteResponse> responses) {
            ((ServerCallStreamObserver<WriteResponse>) responses).disableAutoRequest();
            return new StreamObserver<>() {
                @Override
                public void onNext(WriteRequest request) {
                    throw new IllegalStateException("None was asked for");
                }

                @Override
                public void onError(Throwable failure) {
                    // The stream was killed.
                }

                @Override
                public void onCompleted() {
                    // The stream was closed.
                }
            };
        }
    }
}
