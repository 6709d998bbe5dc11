package io.canvass.raft.transport;

import java.util.UUID;

import com.google.protobuf.ByteString;
import io.canvass.proto.raft.v1.Entry;
import io.canvass.proto.raft.v1.Frame;
import io.canvass.proto.raft.v1.Hello;
import io.canvass.proto.raft.v1.HelloAck;
import io.canvass.proto.raft.v1.Lane;
import io.canvass.raft.core.RaftConfig;
import io.canvass.raft.core.ReplicaKey;
import io.grpc.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static io.canvass.raft.transport.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;

/** What the peer port refuses in gRPC that is well-formed, and that the node goes on regardless. */
class PeerPortRefusalsTest {
    private final TestNode node = TestNode.start("n1");

    @AfterEach
    void stillServesOthers() {
        try (TestNode other = TestNode.start("n2")) {
            other.dial(node.member());
            other.awaitConnectedTo(node);
            other.transport.send(node.key, io.canvass.raft.core.Lane.CONTROL, 1, Messages.heartbeat(node.key));
            await().until(() -> node.received.stream().anyMatch(it -> it.from().equals(other.key)));
        } finally {
            node.close();
        }
    }

    private void assertHelloRefused(Hello.Builder hello, RefusalReason reason, HelloAck.Refusal told) {
        try (RawPeer peer = RawPeer.dial(node).send(RawPeer.frame(hello))) {
            Status end = peer.end();
            assertThat(end.getCode()).isNotEqualTo(Status.Code.OK);
            assertThat(end.getDescription()).isNotEmpty();
            assertThat(peer.received).hasSize(1);
            assertThat(peer.received.getFirst().getHelloAck().getRefusal()).isEqualTo(told);
            assertThat(node.refusals(reason)).isEqualTo(1);
        }
    }

    @Test
    void aPeerOfAnotherClusterIsRefused() {
        assertHelloRefused(
                RawPeer.hello(node, "n3").setClusterId(WireValues.uuid(new UUID(6, 6))),
                RefusalReason.INCONSISTENT_CLUSTER_ID,
                HelloAck.Refusal.INCONSISTENT_CLUSTER_ID);
    }

    @Test
    void aGreetingMeantForAnotherNodeIsRefused() {
        assertHelloRefused(
                RawPeer.hello(node, "n3").setTo(WireValues.key(ReplicaKey.ofNode("n7"))),
                RefusalReason.INVALID_VOTER_KEY,
                HelloAck.Refusal.INVALID_VOTER_KEY);
    }

    @Test
    void aGreetingMeantForAnotherDirectoryOfThisNodeIsRefused() {
        assertHelloRefused(
                RawPeer.hello(node, "n3").setTo(WireValues.key(new ReplicaKey("n1", new UUID(6, 6)))),
                RefusalReason.INVALID_VOTER_KEY,
                HelloAck.Refusal.INVALID_VOTER_KEY);
    }

    @Test
    void aGreetingFromThisNodeItselfIsRefused() {
        assertHelloRefused(
                RawPeer.hello(node, "n1").setFrom(WireValues.key(new ReplicaKey("n1", new UUID(6, 6)))),
                RefusalReason.INVALID_SENDER,
                HelloAck.Refusal.INVALID_REQUEST);
    }

    @Test
    void aGreetingFromACopyOfThisDirectoryIsRefused() {
        assertHelloRefused(
                RawPeer.hello(node, "n3").setFrom(WireValues.key(new ReplicaKey("n3", node.key.directoryId()))),
                RefusalReason.INVALID_SENDER,
                HelloAck.Refusal.INVALID_REQUEST);
    }

    @Test
    void aGreetingWithoutADirectoryIsRefused() {
        assertHelloRefused(
                RawPeer.hello(node, "n3").setFrom(WireValues.key(ReplicaKey.ofNode("n3"))),
                RefusalReason.INVALID_SENDER,
                HelloAck.Refusal.INVALID_REQUEST);
    }

    @Test
    void aPeerThatSpeaksOnlyNewerVersionsIsRefused() {
        assertHelloRefused(
                RawPeer.hello(node, "n3").setMinVersion(RaftConfig.NEWEST_VERSION + 1).setMaxVersion(RaftConfig.NEWEST_VERSION + 2),
                RefusalReason.UNSUPPORTED_VERSION,
                HelloAck.Refusal.UNSUPPORTED_VERSION);
    }

    @Test
    void aGreetingWithAClusterIdOfTheWrongLengthIsRefused() {
        assertHelloRefused(
                RawPeer.hello(node, "n3").setClusterId(ByteString.copyFromUtf8("short")),
                RefusalReason.MALFORMED_FRAME,
                HelloAck.Refusal.INVALID_REQUEST);
    }

    @Test
    void aGreetingForAnUnknownLaneIsRefused() {
        assertHelloRefused(
                RawPeer.hello(node, "n3").setLaneValue(9),
                RefusalReason.MALFORMED_FRAME,
                HelloAck.Refusal.INVALID_REQUEST);
    }

    @Test
    void aStreamThatDoesNotBeginWithAGreetingIsRefused() {
        try (RawPeer peer = RawPeer.dial(node).send(MessageCodec.encode(1, Messages.heartbeat(node.key)))) {
            assertThat(peer.end().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
            assertThat(node.refusals(RefusalReason.HELLO_MISSING)).isEqualTo(1);
            assertThat(node.received).isEmpty();
        }
    }

    @Test
    void aStreamThatNeverGreetsIsClosed() {
        try (RawPeer peer = RawPeer.dial(node)) {
            assertThat(peer.end().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
            assertThat(node.refusals(RefusalReason.HELLO_OVERDUE)).isEqualTo(1);
        }
    }

    @Test
    void aSecondGreetingOnOneStreamIsRefused() {
        assertGreetedThenRefused(
                RawPeer.frame(RawPeer.hello(node, "n3")), RefusalReason.HELLO_REPEATED, "second greeting");
    }

    @Test
    void aResponseOnAStreamThatThePeerDialledIsRefused() {
        Frame response = MessageCodec.encode(1, Messages.voteResponse(ReplicaKey.NONE));
        assertGreetedThenRefused(response, RefusalReason.WRONG_DIRECTION, "response");
    }

    @Test
    void aFrameWithoutABodyIsRefused() {
        Frame empty = Frame.newBuilder().setCorrelation(1).build();
        assertGreetedThenRefused(empty, RefusalReason.MALFORMED_FRAME, "without a body");
    }

    @Test
    void anEntryOfAnUnknownKindIsRefused() {
        Frame sound = MessageCodec.encode(1, Messages.append(node.key, 1));
        Frame.Builder spoilt = sound.toBuilder();
        spoilt.getAppendRequestBuilder().setEntries(0, Entry.newBuilder().setEpoch(1).setKindValue(77));
        assertGreetedThenRefused(spoilt.build(), RefusalReason.MALFORMED_FRAME, "Unknown kind of entry");
    }

    @Test
    void aSnapshotWithABaseThatIsNoneIsRefused() {
        Frame.Builder spoilt = MessageCodec.encode(1, Messages.snapshot(node.key, 1)).toBuilder();
        spoilt.getSnapshotRequestBuilder().getBaseBuilder().setConfiguration(ByteString.copyFromUtf8("nobody"));
        assertGreetedThenRefused(
                Lane.SNAPSHOT, spoilt.build(), RefusalReason.MALFORMED_FRAME, "The base of a snapshot is none");
    }

    @Test
    void aSnapshotOnAnyOtherLaneIsRefused() {
        Frame snapshot = MessageCodec.encode(1, Messages.snapshot(node.key, 1));
        assertGreetedThenRefused(Lane.DATA, snapshot, RefusalReason.WRONG_LANE, "carries no SNAPSHOT_REQUEST");
    }

    @Test
    void anythingElseOnTheLaneOfSnapshotsIsRefused() {
        Frame append = MessageCodec.encode(1, Messages.append(node.key, 1));
        assertGreetedThenRefused(Lane.SNAPSHOT, append, RefusalReason.WRONG_LANE, "carries no APPEND_REQUEST");
    }

    @Test
    void aResponseOnAStreamOfSnapshotsThatThePeerDialledIsRefused() {
        Frame response = MessageCodec.encode(
                1, Messages.snapshotResponse(io.canvass.raft.core.Message.SnapshotResult.INSTALLED));
        assertGreetedThenRefused(Lane.SNAPSHOT, response, RefusalReason.WRONG_DIRECTION, "response");
    }

    private void assertGreetedThenRefused(Frame frame, RefusalReason reason, String why) {
        assertGreetedThenRefused(Lane.CONTROL, frame, reason, why);
    }

    private void assertGreetedThenRefused(Lane lane, Frame frame, RefusalReason reason, String why) {
        try (RawPeer peer = RawPeer.greeted(node, "n3", lane)) {
            assertThat(peer.received.getFirst().getHelloAck().getRefusal()).isEqualTo(HelloAck.Refusal.NONE);
            assertThat(peer.received.getFirst().getHelloAck().getFrom()).isEqualTo(WireValues.key(node.key));
            peer.send(frame);
            assertThat(peer.end().getDescription()).contains(why);
            assertThat(node.refusals(reason)).isEqualTo(1);
            assertThat(node.received).isEmpty();
        }
    }

    @Test
    void aNewerStreamOfOnePeerAndLaneReplacesTheOlder() {
        try (RawPeer older = RawPeer.greeted(node, "n3", Lane.DATA);
                RawPeer otherLane = RawPeer.greeted(node, "n3", Lane.CONTROL);
                RawPeer newer = RawPeer.greeted(node, "n3", Lane.DATA)) {
            assertThat(older.end().getCode()).isEqualTo(Status.Code.ABORTED);
            node.transport.send(
                    TestNode.key("n3"), io.canvass.raft.core.Lane.DATA, 4, Messages.voteResponse(ReplicaKey.NONE));
            await().until(() -> newer.received.size() == 2);
            assertThat(newer.received.getLast().getCorrelation()).isEqualTo(4);
            assertThat(otherLane.isOpen()).isTrue();
            assertThat(otherLane.received).hasSize(1);
        }
    }
}
