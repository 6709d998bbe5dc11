package io.canvass.kv.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import io.canvass.kv.config.ClusterPlan;
import io.canvass.kv.config.DataPaths;
import io.canvass.kv.config.InvalidSettingException;
import io.canvass.kv.config.KvProperties;
import io.canvass.kv.config.RaftSettings;
import io.canvass.kv.store.KvStore;
import io.canvass.kv.store.StoreLimits;
import io.canvass.proto.kv.v1.Result;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.MemberChange;
import io.canvass.raft.core.RaftConfig;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.runtime.Applied;
import io.canvass.raft.runtime.Election;
import io.canvass.raft.runtime.Leadership;
import io.canvass.raft.runtime.LogPolicy;
import io.canvass.raft.runtime.RaftListener;
import io.canvass.raft.runtime.RaftNode;
import io.canvass.raft.runtime.RaftNodeConfig;
import io.canvass.raft.runtime.RaftStatus;
import io.canvass.raft.runtime.ReplicaQueues;
import io.canvass.raft.runtime.RoundOutcome;
import io.canvass.raft.runtime.StateCopy;
import io.canvass.raft.storage.Formation;
import io.canvass.raft.storage.RaftStore;
import io.canvass.raft.storage.RocksRaftStore;
import io.canvass.raft.transport.GrpcTransport;
import io.canvass.raft.transport.PeerSecurity;
import io.canvass.raft.transport.TransportConfig;
import io.grpc.BindableService;
import io.grpc.Channel;

/** This node's replica and all that it is made of: opened in order, closed in the reverse order, also when a start fails half-way. */
public final class Replica implements RaftAccess, PeerAccess {
    private final RaftNode<Result> node;
    private final GrpcTransport transport;
    private final KvStore store;
    private final RaftStore raftStore;
    private final boolean offersLeaseReads;

    private Replica(
            RaftNode<Result> node,
            GrpcTransport transport,
            KvStore store,
            RaftStore raftStore,
            boolean offersLeaseReads) {
        this.node = node;
        this.transport = transport;
        this.store = store;
        this.raftStore = raftStore;
        this.offersLeaseReads = offersLeaseReads;
    }

    /**
     * Opens the stores, listens for peers and takes part from then on.
     *
     * @param limits of the state's memory
     * @param begin asked first: it may wait for other nodes
     * @param beforeApply is handed the state before anything is applied to it by this run
     * @throws RuntimeException a sentence for the operator if the data directory or the port is refused
     */
    public static Replica open(
            ClusterPlan plan,
            KvProperties properties,
            StoreLimits limits,
            Begin begin,
            PeerSecurity security,
            List<BindableService> services,
            RaftListener listener,
            Consumer<KvStore> beforeApply) {
        createDataDirectory(properties);
        UnfinishedRestore.refuse(properties.dataDir());
        Formation formation = begin.formation();
        Map<String, String> peers = addresses(plan);
        peers.remove(plan.nodeId());
        new StateHealing(properties, formation, peers, security).runIfAsked();
        RaftStore raftStore = RocksRaftStore.open(properties.raftDirectory(), formation);
        try {
            KvStore store = KvStore.open(properties.stateDirectory(), limits);
            try {
                beforeApply.accept(store);
                return open(plan, properties, security, services, listener, raftStore, store);
            } catch (RuntimeException e) {
                store.close();
                throw e;
            }
        } catch (RuntimeException e) {
            raftStore.close();
            throw e;
        }
    }

    /** Only the last part of the path: that of a volume that is not mounted is not made up. */
    private static void createDataDirectory(KvProperties properties) {
        Path directory = Path.of(properties.dataDir()).toAbsolutePath().normalize();
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectory(directory);
            }
        } catch (IOException e) {
            throw new InvalidSettingException(
                    "kv.data-dir",
                    properties.dataDir(),
                    "the directory " + directory + " is missing and cannot be made (" + e + ")",
                    "create it, or check that its volume is mounted, that its path is spelled right and that this user may"
                            + " write there");
        }
    }

    private static Replica open(
            ClusterPlan plan,
            KvProperties properties,
            PeerSecurity security,
            List<BindableService> services,
            RaftListener listener,
            RaftStore raftStore,
            KvStore store) {
        RaftConfig raft = RaftSettings.of(
                properties.raft(),
                properties.read().lease(),
                raftStore.identity().clusterId(),
                raftStore.identity().replica());
        LeasePromise.in(DataPaths.leasePromise(Path.of(properties.dataDir())))
                .begin(Duration.ofNanos(raft.leaseReads() ? raft.electionTimeoutNanos() : 0));
        GrpcTransport transport = GrpcTransport.open(transportConfig(plan, properties, raft), services, security);
        try {
            RaftNodeConfig config = new RaftNodeConfig(
                    raft, properties.raft().diskStallLimit(), RaftNodeConfig.MAX_PENDING_PROPOSALS, addresses(plan),
                    logPolicy(properties));
            RaftNode<Result> node = RaftNode.start(config, raftStore, transport, store, listener);
            store.onDamage(node::quarantine);
            return new Replica(node, transport, store, raftStore, raft.leaseNanos() > 0);
        } catch (RuntimeException e) {
            transport.close();
            // The port is taken when the node starts.
            throw plan.explainListenFailure(e);
        }
    }

    private static LogPolicy logPolicy(KvProperties properties) {
        KvProperties.Log log = properties.raft().log();
        return new LogPolicy(
                properties.snapshotDirectory(),
                log.compactSize().toBytes(),
                log.compactEntries(),
                log.keepSize().toBytes(),
                log.keepEntries(),
                log.holdSize().toBytes(),
                log.holdEntries(),
                properties.raft().snapshot().bytesPerSecond());
    }

    private static TransportConfig transportConfig(ClusterPlan plan, KvProperties properties, RaftConfig raft) {
        return new TransportConfig(
                raft.clusterId(),
                raft.self(),
                plan.bindHost(),
                plan.bindPort(),
                Math.toIntExact(properties.peer().maxMessageSize().toBytes()),
                TransportConfig.DEFAULT_CONNECT_TIMEOUT,
                TransportConfig.MIN_KEEP_ALIVE_INTERVAL,
                TransportConfig.DEFAULT_KEEP_ALIVE_TIMEOUT,
                raft.protocolVersion());
    }

    /** Members are dialled where the settings say, which may have changed since the log was begun. */
    private static Map<String, String> addresses(ClusterPlan plan) {
        Map<String, String> addresses = new HashMap<>();
        for (Configuration.Member member : plan.bootstrap().members()) {
            addresses.put(member.key().nodeId(), member.address());
        }
        return addresses;
    }

    /** What the data directory was formatted with: the first members, or what a node that joined was told of them. */
    public Configuration bootstrap() {
        return raftStore.bootstrap();
    }

    /** Closed with this replica. */
    public KvStore store() {
        return store;
    }

    /** See {@link RaftNode#copyState}. */
    LogBase copyState(Path empty) throws IOException, InterruptedException {
        return node.copyState(empty);
    }

    /** Bytes that the log takes on disk, roughly. */
    public long logSizeBytes() {
        return raftStore.sizeBytes();
    }

    /** See {@link RaftNode#copyState}. */
    public StateCopy copyState(BooleanSupplier stopped) throws IOException, InterruptedException {
        return node.copyState(stopped);
    }

    @Override
    public CompletableFuture<Applied<Result>> propose(Bytes command) {
        return node.propose(command);
    }

    @Override
    public CompletableFuture<Long> readIndex() {
        return node.readIndex();
    }

    @Override
    public CompletableFuture<Boolean> leaseRead() {
        return node.leaseRead();
    }

    @Override
    public boolean offersLeaseReads() {
        return offersLeaseReads;
    }

    @Override
    public Leadership leadership() {
        return node.leadership();
    }

    @Override
    public RaftStatus status() {
        return node.status();
    }

    @Override
    public Map<RoundOutcome, Long> rounds() {
        return node.rounds();
    }

    @Override
    public List<Election> elections() {
        return node.elections();
    }

    @Override
    public ReplicaQueues queues() {
        return node.queues();
    }

    @Override
    public CompletableFuture<Void> resign() {
        return node.resign();
    }

    @Override
    public CompletableFuture<Long> changeMembers(MemberChange change, boolean force) {
        return node.changeMembers(change, force);
    }

    @Override
    public CompletableFuture<Optional<MemberChange.Refusal>> checkChange(MemberChange change, boolean force) {
        return node.checkChange(change, force);
    }

    @Override
    public CompletableFuture<Void> transfer(ReplicaKey target, Duration timeout) {
        return node.transfer(target, timeout);
    }

    @Override
    public Configuration configuration() {
        return node.configuration();
    }

    @Override
    public Channel channelTo(String nodeId) {
        return transport.channelTo(nodeId);
    }

    @Override
    public Map<String, Long> refusals() {
        return transport.refusals();
    }

    @Override
    public void close() {
        node.close();
    }
}
