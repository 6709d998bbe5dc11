package io.canvass.raft.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.Message.SnapshotResult;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.runtime.SnapshotSender.Ended;
import io.canvass.raft.runtime.SnapshotSender.Ending;
import io.canvass.raft.transport.GrpcTransport;
import io.canvass.raft.transport.Transport;
import io.canvass.raft.transport.TransportConfig;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A sender and a receiver with gRPC between them, wired as by their replicas, without a core. */
class SnapshotOverTransportTest {
    private static final ReplicaKey LEADER = new ReplicaKey("n1", new UUID(1, 1));
    private static final ReplicaKey FOLLOWER = SnapshotTrees.PEER;
    private static final int FILE_BYTES = 3 << 20;
    private static final int FILES = 8;
    private static final SnapshotSender.Limits LIMITS = new SnapshotSender.Limits(
            SnapshotSender.Limits.DEFAULT.maxPartBytes(),
            SnapshotSender.Limits.DEFAULT.window(),
            0,
            LocalGroup.PATIENCE,
            LocalGroup.PATIENCE,
            LocalGroup.PATIENCE);

    @TempDir
    Path temporary;

    private final List<Ended> ends = new CopyOnWriteArrayList<>();
    private final AtomicReference<@Nullable SnapshotSender> sender = new AtomicReference<>();
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicLong correlation = new AtomicLong();
    private volatile int takeAtMost = Integer.MAX_VALUE;
    private GrpcTransport leader;
    private GrpcTransport follower;
    private SnapshotReceiver receiver;
    private Checkpoints checkpoints;

    @BeforeEach
    void open() throws IOException {
        checkpoints = new Checkpoints(temporary.resolve("outgoing"), SnapshotOverTransportTest::copy);
        receiver = new SnapshotReceiver(temporary.resolve("incoming"), "test-snapshot-receiver");
        receiver.start();
        follower = startFollower(0);
        leader = GrpcTransport.open(TransportConfig.of(SnapshotTrees.CLUSTER, LEADER, "127.0.0.1", 0));
        leader.start(new LeaderSide());
        leader.connect(Configuration.ofVoters(
                List.of(new Configuration.Member(FOLLOWER, "127.0.0.1:" + follower.port()))));
    }

    @AfterEach
    void close() {
        leader.close();
        follower.close();
        receiver.close();
        checkpoints.close();
    }

    private static LogBase copy(Path empty) throws IOException {
        for (int i = 0; i < FILES; i++) {
            Files.write(empty.resolve("f" + i), SnapshotTrees.bytes(i, FILE_BYTES));
        }
        return SnapshotTrees.BASE;
    }

    private GrpcTransport startFollower(int port) {
        GrpcTransport transport =
                GrpcTransport.open(TransportConfig.of(SnapshotTrees.CLUSTER, FOLLOWER, "127.0.0.1", port));
        transport.start(new FollowerSide(transport));
        return transport;
    }

    private void begin(long session) {
        SnapshotSender.Line line = new SnapshotSender.Line() {
            @Override
            public boolean isReady() {
                return leader.prepare(FOLLOWER, Lane.SNAPSHOT);
            }

            @Override
            public void send(Message.SnapshotRequest part) {
                leader.send(FOLLOWER, Lane.SNAPSHOT, correlation.incrementAndGet(), part);
            }
        };
        SnapshotSender next = new SnapshotSender(
                new SnapshotSender.Recipient(SnapshotTrees.CLUSTER, FOLLOWER, 7, session),
                SnapshotPipe.from(checkpoints),
                line,
                LIMITS,
                System::nanoTime,
                ends::add,
                "test-snapshot-sender");
        sender.set(next);
        next.start();
    }

    private Ending awaitEnd(int count) {
        await().atMost(LocalGroup.PATIENCE).until(() -> ends.size() == count);
        return ends.get(count - 1).ending();
    }

    private void assertArrived() throws Exception {
        try (Checkpoints.Share share = checkpoints.take(1, () -> false)) {
            assertThat(SnapshotTrees.read(receiver.completed(SnapshotTrees.BASE)))
                    .hasSize(FILES)
                    .isEqualTo(SnapshotTrees.read(share.checkpoint().directory()));
        }
    }

    @Test
    void aSnapshotArrivesWhole() throws Exception {
        begin(1);
        assertThat(awaitEnd(1)).isEqualTo(Ending.INSTALLED);
        assertArrived();
        assertThat(leader.drops().values()).containsOnly(0L);
        assertThat(follower.drops().values()).containsOnly(0L);
    }

    @Test
    void aPeerThatGoesAwayMidwayIsSentTheRestWhenItIsBack() throws Exception {
        takeAtMost = 10;
        begin(1);
        await().atMost(LocalGroup.PATIENCE).until(() -> taken.get() == 10);
        int port = follower.port();
        follower.close();
        assertThat(awaitEnd(1)).isEqualTo(Ending.LOST);
        takeAtMost = Integer.MAX_VALUE;
        follower = startFollower(port);
        begin(2);
        assertThat(awaitEnd(2)).isEqualTo(Ending.INSTALLED);
        assertArrived();
        // One manifest and one end more than without the break, and nothing twice but what the break cut off.
        int whole = FILES * (FILE_BYTES / (1 << 20) + 1) + 2;
        assertThat(taken.get()).isEqualTo(whole + 1);
    }

    /** What the leader's replica does with what comes on this lane, apart from stepping its core. */
    private final class LeaderSide implements Transport.Listener {
        @Override
        public void received(Transport.Inbound inbound) {
            SnapshotSender current = sender.get();
            if (inbound.message() instanceof Message.SnapshotResponse response && current != null) {
                current.answered(response);
            }
            inbound.release();
        }

        @Override
        public void peerLost(ReplicaKey peer, Lane lane) {
            SnapshotSender current = sender.get();
            if (lane == Lane.SNAPSHOT && current != null) {
                current.lost();
            }
        }
    }

    /** What the follower's replica does, with answers as its core gives them. */
    private final class FollowerSide implements Transport.Listener {
        private final Transport transport;

        FollowerSide(Transport transport) {
            this.transport = transport;
        }

        @Override
        public void received(Transport.Inbound inbound) {
            if (!(inbound.message() instanceof Message.SnapshotRequest part) || taken.get() >= takeAtMost) {
                inbound.release();
                return;
            }
            taken.incrementAndGet();
            if (!receiver.offer(part, verdict -> judged(inbound, part, verdict))) {
                inbound.release();
            }
        }

        private void judged(Transport.Inbound inbound, Message.SnapshotRequest part, SnapshotReceiver.Verdict verdict) {
            inbound.release();
            switch (verdict) {
                case SnapshotReceiver.Verdict.Passed passed ->
                    answer(inbound, part, passed.request().last() ? SnapshotResult.INSTALLED : SnapshotResult.TAKEN);
                case SnapshotReceiver.Verdict.Refused r -> answer(inbound, part, SnapshotResult.BUSY);
                case SnapshotReceiver.Verdict.Outdated o -> {}
            }
        }

        private void answer(Transport.Inbound inbound, Message.SnapshotRequest part, SnapshotResult result) {
            Message.SnapshotResponse response = new Message.SnapshotResponse(
                    part.epoch(), LEADER, part.session(), part.sentAtNanos(), result);
            transport.send(
                    inbound.from(),
                    Lane.SNAPSHOT,
                    inbound.correlation(),
                    response.withReceived(receiver.received(part.epoch(), part.session())));
        }

        @Override
        public void peerLost(ReplicaKey peer, Lane lane) {}
    }
}
