package io.canvass.raft.transport;

import java.util.List;

import io.canvass.raft.core.Lane;
import io.canvass.raft.core.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static io.canvass.raft.transport.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;

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
    }

    @Test
    void everyKindOfRequestArrivesOnEveryLaneInBothDirections() {
        join();
        for (Lane lane : Lane.values()) {
            sendAll(one, two, lane);
            sendAll(two, one, lane);
        }
    }

    private static void sendAll(TestNode from, TestNode to, Lane lane) {
        to.received.clear();
        List<Message.Request> requests = Messages.requests(to.key);
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
        for (Message.Response response : Messages.responses()) {
            one.received.clear();
            two.received.clear();
            one.transport.send(two.key, Lane.DATA, 5, Messages.heartbeat(two.key));
            await().until(() -> two.received.size() == 1);
            two.transport.send(one.key, Lane.DATA, 5, response);
            await().until(() -> one.received.size() == 1);
            assertThat(one.received.getFirst().message()).isEqualTo(response);
            assertThat(one.received.getFirst().from()).isEqualTo(two.key);
            assertThat(one.received.getFirst().correlation()).isEqualTo(5);
        }
    }
}
