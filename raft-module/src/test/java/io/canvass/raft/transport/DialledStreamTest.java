package io.canvass.raft.transport;

import java.util.List;
import java.util.UUID;

import io.canvass.proto.raft.v1.Frame;
import io.canvass.proto.raft.v1.HelloAck;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.ReplicaKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static io.canvass.proto.raft.v1.Lane.CONTROL;
import static io.canvass.proto.raft.v1.Lane.DATA;
import static io.canvass.raft.transport.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;

/** Streams that this replica dials, against a peer that answers as no sound peer would. */
class DialledStreamTest {
    private static final ReplicaKey PEER = TestNode.key("n2");
    private static final Message ANSWER = Messages.voteResponse(ReplicaKey.NONE);

    private final TestNode node = TestNode.start("n1");

    @AfterEach
    void close() {
        node.close();
    }

    private void join(FakePeer peer) {
        node.dial(peer.member());
        await().until(() -> node.isConnectedTo("n2"));
    }

    private void ask(long correlation) {
        node.transport.send(PEER, Lane.CONTROL, correlation, Messages.voteRequest(PEER));
    }

    private List<Long> answers() {
        return node.received.stream().map(Transport.Inbound::correlation).toList();
    }

    @Test
    void aRepeatedResponseIsDeliveredOnce() {
        try (FakePeer peer = FakePeer.sound("n2")) {
            join(peer);
            FakePeer.Stream stream = peer.stream(CONTROL, 1).read(10);
            ask(1);
            ask(2);
            await().until(() -> stream.received.size() == 2);
            stream.respond(1, ANSWER);
            stream.respond(1, ANSWER);
            stream.respond(2, ANSWER);
            await().until(() -> answers().contains(2L));
            assertThat(answers()).containsExactly(1L, 2L);
            assertThat(node.refusals(RefusalReason.UNEXPECTED_RESPONSE)).isEqualTo(1);
        }
    }

    @Test
    void aResponseToNothingThatWasAskedIsNotDelivered() {
        try (FakePeer peer = FakePeer.sound("n2")) {
            join(peer);
            FakePeer.Stream stream = peer.stream(CONTROL, 1).read(10);
            ask(1);
            stream.respond(99, ANSWER);
            stream.respond(1, ANSWER);
            await().until(() -> answers().contains(1L));
            assertThat(answers()).containsExactly(1L);
        }
    }

    @Test
    void aResponseOnTheOtherLaneIsNotDelivered() {
        try (FakePeer peer = FakePeer.sound("n2")) {
            join(peer);
            ask(1);
            peer.stream(DATA, 1).respond(1, ANSWER);
            await().until(() -> node.refusals(RefusalReason.UNEXPECTED_RESPONSE) == 1);
            assertThat(node.received).isEmpty();
        }
    }

    @Test
    void theResponseToARequestOfABrokenStreamIsNotDeliveredOnItsSuccessor() {
        try (FakePeer peer = FakePeer.sound("n2")) {
            join(peer);
            FakePeer.Stream first = peer.stream(CONTROL, 1).read(10);
            ask(1);
            await().until(() -> first.received.size() == 1);
            first.breakOff();
            FakePeer.Stream second = peer.stream(CONTROL, 2).read(10);
            await().until(() -> node.isConnectedTo("n2") && node.lost.size() == 1);
            ask(2);
            second.respond(1, ANSWER);
            second.respond(2, ANSWER);
            await().until(() -> answers().contains(2L));
            assertThat(answers()).containsExactly(2L);
            assertThat(node.lost).containsExactly(new TestNode.Lost(PEER, Lane.CONTROL));
        }
    }

    @Test
    void eachLaneHasAConnectionOfItsOwnSoThatABigAppendNeverHoldsUpAHeartbeat() {
        try (FakePeer peer = FakePeer.sound("n2")) {
            join(peer);
            assertThat(peer.remoteAddresses).hasSize(2).doesNotHaveDuplicates();
        }
    }

    @Test
    void sessionsRiseOverStreamsAndReconnects() {
        try (FakePeer peer = FakePeer.sound("n2")) {
            join(peer);
            FakePeer.Stream first = peer.stream(CONTROL, 1);
            first.breakOff();
            FakePeer.Stream second = peer.stream(CONTROL, 2);
            assertThat(second.hello().getHello().getSession())
                    .isGreaterThan(first.hello().getHello().getSession())
                    .isGreaterThan(peer.stream(DATA, 1).hello().getHello().getSession());
        }
    }

    @Test
    void aGreetingCountsOnlyWhenItIsAnswered() {
        try (FakePeer silent = new FakePeer("n2", ack -> Frame.getDefaultInstance())) {
            node.dial(silent.member());
            silent.stream(CONTROL, 1);
            ask(1);
            assertThat(node.drops(DropReason.NOT_CONNECTED)).isEqualTo(1);
            // Given up after the deadline, and dialled again.
            silent.stream(CONTROL, 2);
            assertThat(node.isConnectedTo("n2")).isFalse();
            await().until(() -> node.detail("n2").contains("No answer within"));
            assertThat(node.lost).isEmpty();
        }
    }

    @Test
    void aPeerThatRefusesIsNotConnectedAndSaysWhy() {
        try (FakePeer refusing = spoiled(ack -> ack.setRefusal(HelloAck.Refusal.INVALID_VOTER_KEY))) {
            node.dial(refusing.member());
            await().until(() -> node.detail("n2").contains("INVALID_VOTER_KEY"));
            assertThat(node.lost).isEmpty();
        }
    }

    @Test
    void anAnswerFromAnotherDirectoryThanTheConfiguredOneIsRefused() {
        ReplicaKey other = new ReplicaKey("n2", new UUID(6, 6));
        assertAckInvalid(spoiled(ack -> ack.setFrom(WireValues.key(other))));
    }

    @Test
    void anAnswerOfAnotherSessionIsRefused() {
        assertAckInvalid(spoiled(ack -> ack.setSession(ack.getSession() + 1)));
    }

    @Test
    void anAnswerThatIsNoneToAGreetingIsRefused() {
        assertAckInvalid(new FakePeer("n2", ack -> MessageCodec.encode(0, ANSWER)));
    }

    private void assertAckInvalid(FakePeer spoilt) {
        try (spoilt) {
            node.dial(spoilt.member());
            await().until(() -> node.refusals(RefusalReason.HELLO_ACK_INVALID) > 0);
            assertThat(node.isConnectedTo("n2")).isFalse();
        }
    }

    @Test
    void aRequestOnAStreamThatThisReplicaDialledBreaksIt() {
        try (FakePeer peer = FakePeer.sound("n2")) {
            join(peer);
            peer.stream(DATA, 1).respond(1, Messages.heartbeat(node.key));
            await().until(() -> !node.lost.isEmpty());
            assertThat(node.refusals(RefusalReason.WRONG_DIRECTION)).isEqualTo(1);
            assertThat(node.received).isEmpty();
        }
    }

    @Test
    void anOversizedResponseBreaksTheStreamAndIsCounted() {
        try (FakePeer peer = FakePeer.sound("n2")) {
            join(peer);
            peer.stream(DATA, 1)
                    .respond(1, Messages.append(node.key, TransportConfig.DEFAULT_MESSAGE_BYTES + 1));
            await().until(() -> node.refusals(RefusalReason.OVERSIZED_MESSAGE) == 1);
        }
    }

    @Test
    void aMessageTooLargeForThePeerIsNotSent() {
        try (FakePeer peer = FakePeer.sound("n2")) {
            join(peer);
            node.transport.send(PEER, Lane.DATA, 1, Messages.append(PEER, TransportConfig.DEFAULT_MESSAGE_BYTES));
            assertThat(node.drops(DropReason.TOO_LARGE)).isEqualTo(1);
            assertThat(node.isConnectedTo("n2")).isTrue();
        }
    }

    @Test
    void aPeerThatReadsNothingCostsNoMoreThanTheBoundOfItsLane() {
        try (FakePeer peer = FakePeer.sound("n2")) {
            join(peer);
            int megabyte = 1 << 20;
            int fits = (StreamBounds.DATA_QUEUE_BYTES + StreamBounds.WINDOW_BYTES) / megabyte;
            Message append = Messages.append(PEER, megabyte);
            await().until(() -> {
                for (int i = 0; i < fits; i++) {
                    node.transport.send(PEER, Lane.DATA, i, append);
                }
                return node.drops(DropReason.QUEUE_FULL) >= fits;
            });
            // The other lane is not touched by it.
            ask(7);
            FakePeer.Stream control = peer.stream(CONTROL, 1).read(1);
            await().until(() -> control.received.size() == 1);
        }
    }

    @Test
    void theControlLaneQueuesLittle() {
        try (FakePeer peer = FakePeer.sound("n2")) {
            join(peer);
            Message big = Messages.append(PEER, StreamBounds.WINDOW_BYTES + StreamBounds.CONTROL_QUEUE_BYTES);
            await().until(() -> {
                node.transport.send(PEER, Lane.CONTROL, 1, big);
                return node.drops(DropReason.QUEUE_FULL) > 0;
            });
        }
    }

    private interface Spoiler {
        void spoil(HelloAck.Builder ack);
    }

    private static FakePeer spoiled(Spoiler spoiler) {
        return new FakePeer("n2", ack -> {
            HelloAck.Builder spoilt = ack.getHelloAck().toBuilder();
            spoiler.spoil(spoilt);
            return Frame.newBuilder().setHelloAck(spoilt).build();
        });
    }
}
