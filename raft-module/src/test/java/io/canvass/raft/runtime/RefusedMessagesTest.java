package io.canvass.raft.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.transport.GrpcTransport;
import io.canvass.raft.transport.Transport;
import io.canvass.raft.transport.TransportConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A running node counts what only a broken peer sends, and does nothing else about it (PREVOTE.md, Transitions). */
@Timeout(180)
class RefusedMessagesTest {
    private static final long EPOCH = 7;
    private static final LogPosition FIRST_ENTRY = new LogPosition(0, 1);

    @TempDir
    Path directory;

    @Test
    void aRunningNodeCountsWhatOnlyABrokenPeerSendsAndStaysWithItsLeader() {
        try (LocalGroup group = new LocalGroup(directory, 3);
                GrpcTransport leader = peer(group, "n2");
                GrpcTransport broken = peer(group, "n3")) {
            RaftNode<Integer> node = group.start("n1");
            awaitConnection(leader);
            awaitConnection(broken);
            follow(node, leader, group.clusterId());
            assertThat(node.status().refusedMessages()).isZero();

            send(broken, append(group.clusterId(), FIRST_ENTRY));
            awaitRefused(node, 1);
            send(broken, append(UUID.randomUUID(), FIRST_ENTRY));
            awaitRefused(node, 2);
            send(leader, append(group.clusterId(), FIRST_ENTRY, command(2, EPOCH), command(3, EPOCH - 1)));
            awaitRefused(node, 3);

            follow(node, leader, group.clusterId());
            assertThat(node.status().epoch()).isEqualTo(EPOCH);
            assertThat(node.status().refusedMessages()).as("what a sound leader sends is none").isEqualTo(3);
            assertThat(node.status().log().lastIndex()).isEqualTo(1);
            assertThat(node.status().halted()).isEmpty();
        }
    }

    /** A peer that says only what the test says. */
    private static GrpcTransport peer(LocalGroup group, String id) {
        ReplicaKey self = new ReplicaKey(id, UUID.randomUUID());
        GrpcTransport transport = GrpcTransport.open(
                TransportConfig.of(group.clusterId(), self, "127.0.0.1", group.portOf(id)));
        transport.start(new Transport.Listener() {
            @Override
            public void received(Transport.Inbound inbound) {
                inbound.release();
            }

            @Override
            public void peerLost(ReplicaKey peer, Lane lane) {}
        });
        transport.connect(group.configuration());
        return transport;
    }

    private static void awaitConnection(GrpcTransport peer) {
        await().atMost(LocalGroup.PATIENCE).until(() -> {
            Transport.PeerConnection connection = peer.peers().get("n1");
            return connection != null && connection.connected();
        });
    }

    /** Heartbeats until the node follows: it may have canvassed meanwhile. */
    private static void follow(RaftNode<Integer> node, GrpcTransport leader, UUID clusterId) {
        await().atMost(LocalGroup.PATIENCE).until(() -> {
            send(leader, append(clusterId, FIRST_ENTRY));
            return node.status().leader().nodeId().equals("n2");
        });
    }

    private static void awaitRefused(RaftNode<Integer> node, long count) {
        await().atMost(LocalGroup.PATIENCE).until(() -> node.status().refusedMessages() == count);
    }

    private static void send(GrpcTransport from, Message message) {
        from.send(ReplicaKey.ofNode("n1"), Lane.DATA, 1, message);
    }

    private static Message append(UUID clusterId, LogPosition prev, Entry... entries) {
        return new Message.AppendRequest(
                clusterId, ReplicaKey.ofNode("n1"), EPOCH, 1, prev, List.of(entries), 0, 0, 0);
    }

    private static Entry command(long index, long epoch) {
        return new Entry(index, epoch, EntryKind.COMMAND, 0, Bytes.ofUtf8("x"));
    }
}
