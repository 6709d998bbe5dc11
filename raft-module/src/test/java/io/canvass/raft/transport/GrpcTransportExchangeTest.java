package io.canvass.raft.transport;

import java.util.List;

import io.canvass.raft.core.Lane;
import io.canvass.raft.core.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static io.canvass.raft.transport.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class GrpcTransportExchangeTest {
    private final TestNode one = TestNode.start("n1");
    private final TestNode two = TestNode.start("n2");

    @AfterEach
    void close() {
        one.close();
        two.close();
    }

    private void join() {
        one.dial(two.member());
        two.dial(one.member());
        one.awaitConnectedTo(two);
        two.awaitConnectedTo(one);
        await().until(() -> one.transport.prepare(two.key, Lane.SNAPSHOT));
        await().until(() -> two.transport.prepare(one.key, Lane.SNAPSHOT));
    }

    @Test
    void everyKindOfRequestArrivesOnItsLanesInBothDirections() {
        join();
        for (Lane lane : Lane.values()) {
            sendAll(one, two, lane);
            sendAll(two, one, lane);
        }
    }

    private static void sendAll(TestNode from, TestNode to, Lane lane) {
        to.received.clear();
        List<Message.Request> requests = Messages.requests(to.key, lane);
        for (int i = 0; i < requests.size(); i++) {
            from.transport.send(to.key, lane, 100 + i, requests.get(i));
        }
        await().until(() -> to.received.size() == requests.size());
        for (int i = 0; i < requests.size(); i++) {
            Transport.Inbound inbound = to.received.get(i);
            assertThat(inbound.message()).isEqualTo(requests.get(i));
            assertThat(inbound.from()).isEqualTo(from.key);
            assertThat(inbound.lane()).isEqualTo(lane);
            assertThat(inbound.correlation()).isEqualTo(100 + i);
        }
    }

    @Test
    void everyKindOfResponseComesBackToItsRequest() {
        join();
        for (Lane lane : Lane.values()) {
            for (Message.Response response : Messages.responses(lane)) {
                comesBack(lane, response);
            }
        }
    }

    private void comesBack(Lane lane, Message.Response response) {
        one.received.clear();
        two.received.clear();
        one.transport.send(two.key, lane, 5, Messages.requests(two.key, lane).getFirst());
        await().until(() -> two.received.size() == 1);
        two.transport.send(one.key, lane, 5, response);
        await().until(() -> one.received.size() == 1);
        assertThat(one.received.getFirst().message()).isEqualTo(response);
        assertThat(one.received.getFirst().from()).isEqualTo(two.key);
        assertThat(one.received.getFirst().lane()).isEqualTo(lane);
        assertThat(one.received.getFirst().correlation()).isEqualTo(5);
    }

    @Test
    void aSnapshotThatNobodyTakesInDelaysNeitherAHeartbeatNorAnotherFollower() {
        try (TestNode slow = TestNode.startSlow("n3")) {
            one.dial(slow.member(), two.member());
            one.awaitConnectedTo(slow);
            one.awaitConnectedTo(two);
            fillSnapshotLane(slow);
            await().until(() -> one.transport.prepare(two.key, Lane.SNAPSHOT));
            one.transport.send(slow.key, Lane.CONTROL, 998, Messages.heartbeat(slow.key));
            one.transport.send(slow.key, Lane.DATA, 999, Messages.append(slow.key, 1));
            one.transport.send(two.key, Lane.SNAPSHOT, 1, Messages.snapshot(two.key, 1 << 20));
            await().until(() -> slow.received.stream().anyMatch(it -> it.lane() == Lane.CONTROL));
            await().until(() -> slow.received.stream().anyMatch(it -> it.lane() == Lane.DATA));
            await().until(() -> two.received.size() == 1);
            // No more of it than its lane may hold is in the receiver's memory: the last message may go beyond.
            assertThat(slow.received.stream().filter(it -> it.lane() == Lane.SNAPSHOT))
                    .hasSizeLessThanOrEqualTo(StreamBounds.SNAPSHOT_QUEUE_BYTES / (1 << 20));
        }
    }

    private void fillSnapshotLane(TestNode slow) {
        await().until(() -> one.transport.prepare(slow.key, Lane.SNAPSHOT));
        await().until(() -> {
            one.transport.send(slow.key, Lane.SNAPSHOT, 1, Messages.snapshot(slow.key, 1 << 20));
            return one.drops(DropReason.QUEUE_FULL) > 100;
        });
    }

    @Test
    void anAppendOfEightMegabytesArrivesWhole() {
        join();
        Message append = Messages.append(two.key, 8 << 20);
        one.transport.send(two.key, Lane.DATA, 1, append);
        one.transport.send(two.key, Lane.CONTROL, 2, Messages.heartbeat(two.key));
        await().until(() -> two.received.size() == 2);
        assertThat(two.received).extracting(Transport.Inbound::message).contains(append);
    }

    @Test
    void aReceiverThatReleasesNothingGetsNoMoreThanItsCredit() {
        try (TestNode slow = TestNode.startSlow("n3")) {
            one.dial(slow.member());
            one.awaitConnectedTo(slow);
            int sent = InboundCredit.MAX_UNRELEASED_MESSAGES + 50;
            for (int i = 0; i < sent; i++) {
                one.transport.send(slow.key, Lane.DATA, i, Messages.heartbeat(slow.key));
            }
            await().until(() -> slow.received.size() == InboundCredit.MAX_UNRELEASED_MESSAGES);
            // The other lane has a credit of its own; once its message is here, more on this one would be too.
            one.transport.send(slow.key, Lane.CONTROL, 999, Messages.heartbeat(slow.key));
            await().until(() -> slow.received.stream().anyMatch(it -> it.lane() == Lane.CONTROL));
            assertThat(slow.received).hasSize(InboundCredit.MAX_UNRELEASED_MESSAGES + 1);
            slow.received.getFirst().release();
            await().until(() -> slow.received.size() == InboundCredit.MAX_UNRELEASED_MESSAGES + 2);
            for (int i = 1; i < slow.received.size(); i++) {
                slow.received.get(i).release();
                int least = Math.min(sent + 1, InboundCredit.MAX_UNRELEASED_MESSAGES + 2 + i);
                await().until(() -> slow.received.size() >= least);
            }
            assertThat(slow.received).hasSize(sent + 1);
        }
    }

    @Test
    void aMessageIsReleasedOnce() {
        try (TestNode slow = TestNode.startSlow("n3")) {
            one.dial(slow.member());
            one.awaitConnectedTo(slow);
            one.transport.send(slow.key, Lane.DATA, 1, Messages.heartbeat(slow.key));
            await().until(() -> slow.received.size() == 1);
            Transport.Inbound inbound = slow.received.getFirst();
            inbound.release();
            assertThatThrownBy(inbound::release).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aResponseToANodeThatDialledNothingIsDropped() {
        one.transport.send(TestNode.key("n7"), Lane.CONTROL, 1, Messages.voteResponse(one.key));
        assertThat(one.drops(DropReason.NOT_CONNECTED)).isEqualTo(1);
    }
}
