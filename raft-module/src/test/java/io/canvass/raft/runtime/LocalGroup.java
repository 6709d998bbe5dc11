package io.canvass.raft.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.RaftConfig;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.storage.Formation;
import io.canvass.raft.storage.RaftStore;
import io.canvass.raft.storage.RocksRaftStore;
import io.canvass.raft.transport.GrpcTransport;
import io.canvass.raft.transport.Ports;
import io.canvass.raft.transport.TransportConfig;

import static org.awaitility.Awaitility.await;

/** A group of real nodes in this process: RocksDB, gRPC on the loopback, an election timeout that a loaded machine can keep. */
final class LocalGroup implements AutoCloseable {
    static final long ELECTION_TIMEOUT_NANOS = 500_000_000;
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final UUID clusterId = UUID.randomUUID();
    private final Path directory;
    private final Configuration configuration;
    private final Map<String, Integer> ports = new HashMap<>();
    private final Map<String, RaftNode<Integer>> nodes = new ConcurrentHashMap<>();
    private final Map<String, RecordingMachine> machines = new HashMap<>();
    private final Map<String, RecordingMachine> kept = new HashMap<>();

    LocalGroup(Path directory, int voters) {
        this.directory = directory;
        List<Configuration.Member> members = new ArrayList<>();
        for (int i = 1; i <= voters; i++) {
            members.add(member("n" + i));
        }
        this.configuration = Configuration.ofVoters(members);
    }

    /** A member of which only the node is named, at its port. */
    Configuration.Member member(String id) {
        return new Configuration.Member(ReplicaKey.ofNode(id), "127.0.0.1:" + portOf(id));
    }

    /** As which a running node proves itself to be. */
    ReplicaKey key(String id) {
        return node(id).status().self();
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

    /** A node on an empty directory that was told of the members, or one that did so before. */
    RaftNode<Integer> join(String id, Configuration known) {
        return join(id, known, settings -> settings, RaftListener.NONE);
    }

    RaftNode<Integer> join(
            String id, Configuration known, UnaryOperator<RaftNodeConfig> settings, RaftListener listener) {
        return start(Formation.joining(id, clusterId, known), store -> store, settings, listener);
    }

    RaftNode<Integer> startAgain(String id, UnaryOperator<RaftNodeConfig> settings, RaftListener listener) {
        return start(Formation.existing(id, Optional.of(clusterId)), store -> store, settings, listener);
    }

    private RaftNode<Integer> start(
            String id, UnaryOperator<RaftStore> wrap, UnaryOperator<RaftNodeConfig> settings, RaftListener listener) {
        return start(Formation.founding(id, clusterId, true, configuration), wrap, settings, listener);
    }

    private RaftNode<Integer> start(
            Formation formation,
            UnaryOperator<RaftStore> wrap,
            UnaryOperator<RaftNodeConfig> settings,
            RaftListener listener) {
        String id = formation.nodeId();
        RaftStore store = wrap.apply(RocksRaftStore.open(directory.resolve(id), formation));
        ReplicaKey self = store.identity().replica();
        RecordingMachine machine = kept.getOrDefault(id, new RecordingMachine());
        RaftNodeConfig config =
                settings.apply(RaftNodeConfig.of(RaftConfig.of(clusterId, self, ELECTION_TIMEOUT_NANOS)));
        TransportConfig usual = TransportConfig.of(clusterId, self, "127.0.0.1", portOf(id));
        GrpcTransport transport = GrpcTransport.open(new TransportConfig(
                usual.clusterId(),
                usual.self(),
                usual.bindHost(),
                usual.bindPort(),
                usual.maxMessageBytes(),
                usual.connectTimeout(),
                usual.keepAliveInterval(),
                usual.keepAliveTimeout(),
                config.raft().protocolVersion()));
        RaftNode<Integer> node = RaftNode.start(config, store, transport, machine, listener);
        nodes.put(id, node);
        machines.put(id, machine);
        return node;
    }

    int portOf(String id) {
        return ports.computeIfAbsent(id, any -> Ports.next());
    }

    /** From its next start on the node listens elsewhere. */
    void move(String id) {
        ports.put(id, Ports.next());
    }

    /** What is on its disk is gone. */
    void wipe(String id) throws IOException {
        kept.remove(id);
        try (Stream<Path> files = Files.walk(directory.resolve(id))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    List<String> running() {
        return nodes.keySet().stream().sorted().toList();
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

    /** The one that leads, whether or not the others follow it: some may be no members. */
    String awaitLeading() {
        return await("somebody that leads").atMost(PATIENCE).until(this::leading, leader -> !leader.isEmpty());
    }

    private String leading() {
        return nodes.values().stream()
                .map(RaftNode::status)
                .filter(RaftStatus::leads)
                .max(Comparator.comparingLong(RaftStatus::epoch))
                .map(status -> status.self().nodeId())
                .orElse("");
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
