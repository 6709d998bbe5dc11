package io.canvass.raft.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.RaftConfig;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.RoleName;
import io.canvass.raft.storage.Formation;
import io.canvass.raft.storage.RaftStore;
import io.canvass.raft.storage.RocksRaftStore;
import io.canvass.raft.transport.Transport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What the core's thread takes up first when it comes back from a pause: what was received meanwhile, then its timer
 * (PREVOTE.md, Timers and pauses; HAZARDS A36). The pause is a message that takes longer to send than any timer runs.
 */
@Timeout(180)
class PausedLoopTest {
    private static final long TIMEOUT_NANOS = 500_000_000;
    private static final ReplicaKey LEADER = new ReplicaKey("n2", new UUID(2, 2));

    @TempDir
    Path directory;

    private final List<RoleName> roles = new CopyOnWriteArrayList<>();

    @Test
    void aHeartbeatThatWaitedIsTakenUpBeforeTheTimerThatRanOutMeanwhile() throws Exception {
        PausingTransport transport = new PausingTransport(true);
        try (RaftNode<Integer> node = start(transport)) {
            List<RoleName> toldByThen = transport.afterThePause.get(1, TimeUnit.MINUTES);
            assertThat(toldByThen).containsExactly(RoleName.FOLLOWER);
            assertThat(node.status().halted()).isEmpty();
        }
    }

    /** The twin: the timer had really run out. */
    @Test
    void withoutOneTheTimerIsHandled() {
        PausingTransport transport = new PausingTransport(false);
        try (RaftNode<Integer> node = start(transport)) {
            await().atMost(LocalGroup.PATIENCE).until(() -> roles.contains(RoleName.PROSPECTIVE));
            assertThat(node.status().epoch()).isEqualTo(1);
        }
    }

    private RaftNode<Integer> start(PausingTransport transport) {
        Configuration configuration = Configuration.ofVoters(List.of(
                new Configuration.Member(ReplicaKey.ofNode("n1"), "127.0.0.1:1"),
                new Configuration.Member(ReplicaKey.ofNode("n2"), "127.0.0.1:2")));
        RaftStore store =
                RocksRaftStore.open(directory, Formation.founding("n1", PausingTransport.CLUSTER, true, configuration));
        RaftConfig raft = RaftConfig.of(PausingTransport.CLUSTER, store.identity().replica(), TIMEOUT_NANOS);
        RaftListener listener = new RaftListener() {
            @Override
            public void roleChanged(RoleName role, long epoch, ReplicaKey leader) {
                roles.add(role);
            }
        };
        return RaftNode.start(RaftNodeConfig.of(raft), store, transport, new RecordingMachine(), listener);
    }

    /** Brings a heartbeat when the node starts; to send the answer takes until every timer has run out. */
    private final class PausingTransport implements Transport {
        static final UUID CLUSTER = new UUID(7, 7);

        /** The roles that were told when the second answer was sent. */
        final CompletableFuture<List<RoleName>> afterThePause = new CompletableFuture<>();

        private final boolean anotherWaits;
        private Optional<Listener> receiver = Optional.empty();
        private int answers;

        PausingTransport(boolean anotherWaits) {
            this.anotherWaits = anotherWaits;
        }

        @Override
        public void start(Listener listener) {
            receiver = Optional.of(listener);
            listener.received(new Heartbeat(1));
        }

        @Override
        public void send(ReplicaKey to, Lane lane, long correlation, Message message) {
            if (!(message instanceof Message.AppendResponse)) {
                return;
            }
            answers++;
            if (answers == 1) {
                pause();
            } else {
                afterThePause.complete(List.copyOf(roles));
            }
        }

        @Override
        public boolean prepare(ReplicaKey to, Lane lane) {
            return false;
        }

        private void pause() {
            long until = System.nanoTime() + 2 * TIMEOUT_NANOS + 1;
            while (System.nanoTime() < until) {
                LockSupport.parkNanos(until - System.nanoTime());
            }
            if (anotherWaits) {
                receiver.orElseThrow().received(new Heartbeat(2));
            }
        }

        @Override
        public void connect(Configuration configuration) {}

        @Override
        public Map<String, PeerConnection> peers() {
            return Map.of();
        }

        @Override
        public Map<String, Long> refusals() {
            return Map.of();
        }

        @Override
        public void close() {}
    }

    private record Heartbeat(long correlation) implements Transport.Inbound {
        @Override
        public ReplicaKey from() {
            return LEADER;
        }

        @Override
        public Lane lane() {
            return Lane.DATA;
        }

        @Override
        public Message message() {
            return new Message.AppendRequest(
                    PausingTransport.CLUSTER,
                    ReplicaKey.ofNode("n1"),
                    1,
                    1,
                    new LogPosition(0, 1),
                    List.of(),
                    0,
                    0,
                    correlation);
        }

        @Override
        public void release() {}
    }
}
