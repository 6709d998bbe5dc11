package io.canvass.raft.runtime;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.RaftConfig;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.storage.Formation;
import io.canvass.raft.storage.RaftStore;
import io.canvass.raft.storage.RocksRaftStore;
import io.canvass.raft.transport.GrpcTransport;
import io.canvass.raft.transport.TransportConfig;

import static org.awaitility.Awaitility.await;

/** A group of real nodes in this process: RocksDB, gRPC on the loopback, an election timeout that a loaded machine can keep. */
final class LocalGroup implements AutoCloseable {
    static final long ELECTION_TIMEOUT_NANOS = 500_000_000;
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final UUID clusterId = UUID.randomUUID();
    private final Path directory;
    private final Configuration configuration;
    private final Map<String, RaftNode<Integer>> nodes = new HashMap<>();
    private final Map<String, RecordingMachine> machines = new HashMap<>();
    private final Map<String, RecordingMachine> kept = new HashMap<>();

    LocalGroup(Path directory, int voters) {
        this.directory = directory;
        List<Configuration.Member> members = new ArrayList<>();
        for (int i = 1; i <= voters; i++) {
            members.add(new Configuration.Member(ReplicaKey.ofNode("n" + i), "127.0.0.1:" + freePort()));
        }
        this.configuration = Configuration.ofVoters(members);
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException("No port is free", e);
        }
    }

    UUID clusterId() {
        return clusterId;
    }

    Configuration configuration() {
        return configuration;
    }

    List<String> ids() {
        return configuration.voters().stream().map(member -> member.key().nodeId()).toList();
    }

    void startAll() {
        ids().forEach(this::start);
    }

    RaftNode<Integer> start(String id) {
        return start(id, store -> store, settings -> settings);
    }

    RaftNode<Integer> start(String id, RaftListener listener) {
        return start(id, store -> store, settings -> settings, listener);
    }

    RaftNode<Integer> start(String id, UnaryOperator<RaftStore> wrap, UnaryOperator<RaftNodeConfig> settings) {
        return start(id, wrap, settings, RaftListener.NONE);
    }

    private RaftNode<Integer> start(
            String id, UnaryOperator<RaftStore> wrap, UnaryOperator<RaftNodeConfig> settings, RaftListener listener) {
        RaftStore store = wrap.apply(RocksRaftStore.open(
                directory.resolve(id), Formation.founding(id, clusterId, true, configuration)));
        ReplicaKey self = store.identity().replica();
        GrpcTransport transport = GrpcTransport.open(TransportConfig.of(clusterId, self, "127.0.0.1", portOf(id)));
        RecordingMachine machine = kept.getOrDefault(id, new RecordingMachine());
        RaftConfig raft = RaftConfig.of(clusterId, self, ELECTION_TIMEOUT_NANOS);
        RaftNode<Integer> node = RaftNode.start(
                settings.apply(RaftNodeConfig.of(raft)), store, transport, machine, listener);
        nodes.put(id, node);
        machines.put(id, machine);
        return node;
    }

    int portOf(String id) {
        String address = configuration.voters().stream()
                .filter(member -> member.key().nodeId().equals(id))
                .findFirst()
                .orElseThrow()
                .address();
        return Integer.parseInt(address.substring(address.indexOf(':') + 1));
    }

    RaftNode<Integer> node(String id) {
        RaftNode<Integer> node = nodes.get(id);
        if (node == null) {
            throw new IllegalStateException(id + " does not run");
        }
        return node;
    }

    RecordingMachine machine(String id) {
        RecordingMachine machine = machines.get(id);
        if (machine == null) {
            throw new IllegalStateException(id + " does not run");
        }
        return machine;
    }

    /** Stops it, but its state is there again when it starts, as on a disk. */
    void stopKeepingState(String id) {
        kept.put(id, machine(id));
        stop(id);
    }

    void stop(String id) {
        node(id).close();
        nodes.remove(id);
        machines.remove(id);
    }

    /** The one that leads, once the others that run follow it. */
    String awaitLeader() {
        return await("a leader that all running nodes know")
                .atMost(PATIENCE)
                .until(this::commonLeader, leader -> !leader.isEmpty());
    }

    private String commonLeader() {
        String common = "";
        for (RaftNode<Integer> node : nodes.values()) {
            String leader = node.status().leader().nodeId();
            if (leader.isEmpty() || (!common.isEmpty() && !common.equals(leader))) {
                return "";
            }
            common = leader;
        }
        RaftNode<Integer> leader = nodes.get(common);
        return leader != null && leader.status().leads() ? common : "";
    }

    Applied<Integer> propose(String id, String command) throws Exception {
        return node(id).propose(Bytes.ofUtf8(command)).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        List.copyOf(nodes.keySet()).forEach(this::stop);
    }
}
