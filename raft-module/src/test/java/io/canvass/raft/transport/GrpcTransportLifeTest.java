package io.canvass.raft.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

import io.canvass.proto.raft.v1.Frame;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.ReplicaKey;
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import org.junit.jupiter.api.Test;

import static io.canvass.raft.transport.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Starting, losing, finding again, moving, ending. */
class GrpcTransportLifeTest {
    @Test
    void aPeerThatRestartsOnItsPortIsToldLostOncePerLaneAndFoundAgain() {
        try (TestNode one = TestNode.start("n1")) {
            TestNode two = TestNode.start("n2");
            int port = two.port();
            one.dial(two.member());
            one.awaitConnectedTo(two);
            two.close();
            await().until(() -> one.lost.size() == 2);
            assertThat(one.lost)
                    .containsExactlyInAnyOrder(
                            new TestNode.Lost(two.key, Lane.CONTROL), new TestNode.Lost(two.key, Lane.DATA));
            assertThat(one.isConnectedTo("n2")).isFalse();
            one.transport.send(two.key, Lane.DATA, 1, Messages.heartbeat(two.key));
            assertThat(one.drops(DropReason.NOT_CONNECTED)).isEqualTo(1);
            try (TestNode again = TestNode.start(TestNode.config("n2", port))) {
                one.awaitConnectedTo(again);
                one.transport.send(two.key, Lane.DATA, 2, Messages.heartbeat(two.key));
                await().until(() -> again.received.size() == 1);
                assertThat(one.lost).hasSize(2);
            }
        }
    }

    @Test
    void whatIsSentToAPeerThatCannotBeReachedIsDroppedAndCounted() throws IOException {
        int nobody;
        try (ServerSocket free = new ServerSocket(0, 1, TestNode.LOOPBACK)) {
            nobody = free.getLocalPort();
        }
        try (TestNode one = TestNode.start("n1")) {
            ReplicaKey peer = TestNode.key("n2");
            one.dial(new Member(peer, TestNode.HOST + ":" + nobody));
            for (int i = 0; i < 10_000; i++) {
                one.transport.send(peer, Lane.DATA, i, Messages.append(peer, 1024));
            }
            assertThat(one.drops(DropReason.NOT_CONNECTED)).isEqualTo(10_000);
            await().until(() -> !one.detail("n2").startsWith("Not dialled"));
            assertThat(one.lost).isEmpty();
        }
    }

    @Test
    void aLinkThatStaysOpenAndDeliversNothingIsNoticedByItsPings() throws IOException {
        try (TestNode two = TestNode.start("n2");
                SilentProxy link = new SilentProxy(two.port());
                TestNode one = TestNode.start("n1")) {
            one.dial(new Member(two.key, TestNode.HOST + ":" + link.port()));
            one.awaitConnectedTo(two);
            link.goSilent();
            await().until(() -> one.lost.size() == 2);
            assertThat(one.isConnectedTo("n2")).isFalse();
        }
    }

    @Test
    void aPeerIsFoundAtItsNewAddress() {
        try (TestNode one = TestNode.start("n1");
                TestNode two = TestNode.start("n2");
                TestNode moved = TestNode.start("n2")) {
            one.dial(two.member());
            one.awaitConnectedTo(two);
            one.dial(moved.member());
            await().until(() -> one.lost.size() == 2);
            one.awaitConnectedTo(moved);
            one.transport.send(moved.key, Lane.CONTROL, 1, Messages.heartbeat(moved.key));
            await().until(() -> moved.received.size() == 1);
            assertThat(two.received).isEmpty();
        }
    }

    @Test
    void aPeerWhoseDirectoryBecomesKnownKeepsItsConnection() {
        try (TestNode one = TestNode.start("n1");
                TestNode two = TestNode.start("n2")) {
            one.dial(new Member(ReplicaKey.ofNode("n2"), two.member().address()));
            one.awaitConnectedTo(two);
            Transport.PeerConnection before = one.transport.peers().get("n2");
            assertThat(before).isNotNull().extracting(Transport.PeerConnection::peer).isEqualTo(two.key);
            one.dial(two.member());
            assertThat(one.transport.peers().get("n2")).isEqualTo(before);
            assertThat(one.lost).isEmpty();
        }
    }

    @Test
    void aPeerThatIsNoMemberAnyMoreIsLeft() {
        try (TestNode one = TestNode.start("n1");
                TestNode two = TestNode.start("n2")) {
            one.dial(two.member());
            one.awaitConnectedTo(two);
            one.dial();
            await().until(() -> one.lost.size() == 2);
            assertThat(one.transport.peers()).isEmpty();
            assertThatThrownBy(() -> one.transport.channelTo("n2"))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("n2");
        }
    }

    @Test
    void aMemberWithoutAUsableAddressIsShownAndHarmsNobody() {
        try (TestNode one = TestNode.start("n1");
                TestNode two = TestNode.start("n2")) {
            one.dial(new Member(TestNode.key("n3"), "nonsense"), two.member());
            one.awaitConnectedTo(two);
            assertThat(one.isConnectedTo("n3")).isFalse();
            assertThat(one.detail("n3")).contains("nonsense").contains("host:port");
        }
    }

    @Test
    void aNameIsLookedUpAnewForEachConnection() throws UnknownHostException {
        InetAddress nowhere = InetAddress.ofLiteral("127.0.0.2");
        AtomicReference<List<InetAddress>> answer = new AtomicReference<>(List.of(nowhere));
        HostResolver resolver = host -> {
            if (!host.equals("n2.example")) {
                throw new UnknownHostException(host);
            }
            return answer.get();
        };
        try (TestNode one = TestNode.start("n1", resolver);
                TestNode two = TestNode.start("n2")) {
            one.dial(new Member(two.key, "n2.example:" + two.port()), new Member(TestNode.key("n3"), "n3.example:1"));
            await().until(() -> !one.detail("n2").startsWith("Not dialled"));
            assertThat(one.isConnectedTo("n2")).isFalse();
            // An address where nobody listens beside the right one costs an attempt, no more.
            answer.set(List.of(nowhere, TestNode.LOOPBACK));
            one.awaitConnectedTo(two);
            assertThat(one.detail("n3")).contains("n3.example");
        }
    }

    @Test
    void aPortInUseIsNamedWithTheRemedy() {
        Set<Thread> before = threads();
        try (TestNode one = TestNode.start("n1")) {
            assertThatThrownBy(() -> TestNode.start(TestNode.config("n2", one.port())))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("port " + one.port())
                    .hasMessageContaining("another peer port");
        }
        awaitNoThreadsBut(before);
    }

    @Test
    void noThreadIsLeftAfterCloseAndClosingTwiceIsHarmless() {
        Set<Thread> before = threads();
        try (TestNode one = TestNode.start("n1");
                TestNode two = TestNode.start("n2")) {
            one.dial(two.member(), new Member(TestNode.key("n3"), "localhost:1"));
            one.awaitConnectedTo(two);
            one.transport.channelTo("n2");
            one.transport.close();
            assertThat(one.transport.peers()).isEmpty();
            one.transport.send(two.key, Lane.DATA, 1, Messages.heartbeat(two.key));
            assertThatThrownBy(() -> one.transport.start(one)).isInstanceOf(IllegalStateException.class);
        }
        awaitNoThreadsBut(before);
    }

    @Test
    void theListenerIsToldNothingAfterClose() {
        try (TestNode two = TestNode.start("n2")) {
            TestNode one = TestNode.start("n1");
            one.dial(two.member());
            one.awaitConnectedTo(two);
            one.close();
            assertThat(one.lost).isEmpty();
        }
    }

    @Test
    void additionalServicesAreReachedOverAChannelOfTheirOwnAlsoAfterARestart() {
        MethodDescriptor<Frame, Frame> echo = FrameMarshaller.EXCHANGE.toBuilder()
                .setFullMethodName("test.Echo/Echo")
                .setType(MethodDescriptor.MethodType.UNARY)
                .build();
        BindableService service = () -> ServerServiceDefinition.builder("test.Echo")
                .addMethod(echo, ServerCalls.<Frame, Frame>asyncUnaryCall((request, response) -> {
                    response.onNext(request);
                    response.onCompleted();
                }))
                .build();
        Frame frame = MessageCodec.encode(3, Messages.voteRequest(TestNode.key("n2")));
        try (TestNode one = TestNode.start("n1")) {
            TestNode two = TestNode.start("n2", List.of(service));
            int port = two.port();
            one.dial(two.member());
            await().until(() -> one.transport.peers().containsKey("n2"));
            assertThat(ClientCalls.blockingUnaryCall(one.transport.channelTo("n2"), echo, CallOptions.DEFAULT, frame))
                    .isEqualTo(frame);
            two.close();
            try (TestNode again = TestNode.start(TestNode.config("n2", port), List.of(service))) {
                one.awaitConnectedTo(again);
                CallOptions patient = CallOptions.DEFAULT.withWaitForReady();
                assertThat(ClientCalls.blockingUnaryCall(one.transport.channelTo("n2"), echo, patient, frame))
                        .isEqualTo(frame);
            }
        }
    }

    @Test
    void aTransportOfAnotherClusterIsNeverConnected() {
        TransportConfig other = TransportConfig.of(new UUID(1, 1), TestNode.key("n2"), TestNode.HOST, 0);
        try (TestNode one = TestNode.start("n1");
                TestNode two = TestNode.start(other)) {
            one.dial(two.member());
            await().until(() -> one.detail("n2").contains("INCONSISTENT_CLUSTER_ID"));
            assertThat(two.refusals(RefusalReason.INCONSISTENT_CLUSTER_ID)).isPositive();
        }
    }

    @Test
    void beforeItIsStartedATransportDoesNothing() {
        try (GrpcTransport transport = GrpcTransport.open(TestNode.config("n1", 0))) {
            assertThatThrownBy(() -> transport.connect(
                            Configuration.ofVoters(List.of(new Member(TestNode.key("n2"), "localhost:1")))))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(transport.peers()).isEmpty();
            assertThat(transport.refusals()).containsEntry("inconsistent_cluster_id", 0L);
        }
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet();
    }

    /** Netty and gRPC let go of a thread or two that they share among all users a second after the last use. */
    private static void awaitNoThreadsBut(Set<Thread> before) {
        await().untilAsserted(() -> assertThat(threads().stream()
                        .filter(thread -> !before.contains(thread))
                        .map(Thread::getName)
                        .filter(name -> !name.startsWith("awaitility"))
                        .collect(Collectors.toList()))
                .isEmpty());
    }
}
