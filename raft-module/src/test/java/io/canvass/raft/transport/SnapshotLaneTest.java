package io.canvass.raft.transport;

import io.canvass.proto.raft.v1.Lane;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.ReplicaKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.Lane.SNAPSHOT;
import static io.canvass.raft.transport.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;

/** The lane that is dialled only where it is needed. */
class SnapshotLaneTest {
    private static final ReplicaKey PEER = TestNode.key("n2");

    private final TestNode node = TestNode.start("n1");

    @AfterEach
    void close() {
        node.close();
    }

    private void join(FakePeer peer) {
        node.dial(peer.member());
        await().until(() -> node.isConnectedTo("n2"));
    }

    private boolean isReady() {
        return node.transport.prepare(PEER, SNAPSHOT);
    }

    @Test
    void itIsDialledWhenItIsFirstAskedForAndNotBefore() {
        try (FakePeer peer = FakePeer.sound("n2")) {
            join(peer);
            assertThat(peer.ofLane(Lane.SNAPSHOT)).isEmpty();
            node.transport.send(PEER, SNAPSHOT, 1, Messages.snapshot(PEER, 1));
            assertThat(node.drops(DropReason.NOT_CONNECTED)).isEqualTo(1);
            await().until(this::isReady);
            assertThat(peer.ofLane(Lane.SNAPSHOT)).hasSize(1);
            node.transport.send(PEER, SNAPSHOT, 2, Messages.snapshot(PEER, 1));
            FakePeer.Stream stream = peer.stream(Lane.SNAPSHOT, 1).read(1);
            await().until(() -> stream.received.size() == 1);
            stream.respond(2, Messages.snapshotResponse(Message.SnapshotResult.TAKEN));
            await().until(() -> node.received.size() == 1);
            assertThat(node.received.getFirst().lane()).isEqualTo(SNAPSHOT);
        }
    }

    @Test
    void thatItsStreamBrokeIsToldForThisLaneAloneAndItIsFoundAgainWhenAskedFor() {
        try (FakePeer peer = FakePeer.sound("n2")) {
            join(peer);
            await().until(this::isReady);
            peer.stream(Lane.SNAPSHOT, 1).breakOff();
            await().until(() -> node.lost.size() == 1);
            assertThat(node.lost).containsExactly(new TestNode.Lost(PEER, SNAPSHOT));
            assertThat(node.isConnectedTo("n2")).isTrue();
            await().until(this::isReady);
            assertThat(peer.ofLane(Lane.SNAPSHOT)).hasSize(2);
            assertThat(peer.ofLane(Lane.CONTROL)).hasSize(1);
            assertThat(peer.ofLane(Lane.DATA)).hasSize(1);
        }
    }

    @Test
    void aPeerThatKnowsNoSuchLaneIsAskedSeldomAndItsOtherLanesGoOn() {
        try (FakePeer old = FakePeer.withoutSnapshots("n2")) {
            join(old);
            long begun = System.nanoTime();
            assertThat(isReady()).isFalse();
            await().until(() -> node.refusals(RefusalReason.REFUSED_BY_PEER) > 0);
            await().until(() -> node.detail("n2").contains("INVALID_REQUEST"));
            assertThat(node.detail("n2")).startsWith("No snapshots: ");
            // However often it is asked for.
            for (int i = 0; i < 10_000; i++) {
                assertThat(isReady()).isFalse();
            }
            FakePeer.Stream control = old.stream(Lane.CONTROL, 1).read(1);
            node.transport.send(PEER, io.canvass.raft.core.Lane.CONTROL, 1, Messages.heartbeat(PEER));
            await().until(() -> control.received.size() == 1);
            // Once, but for a machine on which this test takes longer than the rest that such a peer is left.
            long rests = (System.nanoTime() - begun) / LaneLink.REFUSED_NANOS;
            assertThat(old.ofLane(Lane.SNAPSHOT)).hasSizeLessThanOrEqualTo((int) rests + 1);
            assertThat(old.ofLane(Lane.CONTROL)).hasSize(1);
            assertThat(node.isConnectedTo("n2")).isTrue();
            assertThat(node.lost).isEmpty();
        }
    }

    @Test
    void anAnswerOfAnotherKindBreaksItsStreamOnly() {
        try (FakePeer peer = FakePeer.sound("n2")) {
            join(peer);
            await().until(this::isReady);
            node.transport.send(PEER, SNAPSHOT, 1, Messages.snapshot(PEER, 1));
            peer.stream(Lane.SNAPSHOT, 1).respond(1, Messages.voteResponse(ReplicaKey.NONE));
            await().until(() -> node.lost.size() == 1);
            assertThat(node.lost).containsExactly(new TestNode.Lost(PEER, SNAPSHOT));
            assertThat(node.refusals(RefusalReason.WRONG_LANE)).isEqualTo(1);
            assertThat(node.received).isEmpty();
        }
    }

    @Test
    void aPeerThatReadsNothingCostsNoMoreThanTheBoundOfThisLane() {
        try (FakePeer peer = FakePeer.sound("n2")) {
            join(peer);
            await().until(this::isReady);
            int megabyte = 1 << 20;
            int fits = (StreamBounds.SNAPSHOT_QUEUE_BYTES + StreamBounds.WINDOW_BYTES) / megabyte;
            Message part = Messages.snapshot(PEER, megabyte);
            await().until(() -> {
                for (int i = 0; i < fits; i++) {
                    node.transport.send(PEER, SNAPSHOT, i, part);
                }
                return node.drops(DropReason.QUEUE_FULL) >= fits;
            });
            // The other lanes are not touched by it.
            node.transport.send(PEER, io.canvass.raft.core.Lane.DATA, 7, Messages.append(PEER, 1));
            FakePeer.Stream data = peer.stream(Lane.DATA, 1).read(1);
            await().until(() -> data.received.size() == 1);
        }
    }

    @Test
    void oneThatIsNotDialledAtAllIsNotReady() {
        assertThat(isReady()).isFalse();
    }
}
