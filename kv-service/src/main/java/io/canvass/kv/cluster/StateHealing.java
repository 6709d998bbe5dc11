package io.canvass.kv.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import io.canvass.kv.config.KvProperties;
import io.canvass.kv.store.KvStore;
import io.canvass.proto.kv.v1.CheckGrpc;
import io.canvass.proto.kv.v1.FetchBase;
import io.canvass.proto.kv.v1.FetchPart;
import io.canvass.proto.kv.v1.FetchRequest;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.runtime.StateFiles;
import io.canvass.raft.storage.Formation;
import io.canvass.raft.storage.RaftStore;
import io.canvass.raft.storage.RocksRaftStore;
import io.canvass.raft.storage.StorageException;
import io.canvass.raft.storage.StoreInspection;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a node its state back that {@code kvctl heal} has set aside, where its log no longer holds what made it: before anything
 * of the node runs, a copy is fetched from a peer. The log, the epoch and the vote are as they were, so that nothing this node
 * has promised is taken back (HAZARDS E1).
 *
 * <p>The copy is of what is committed. If it is of a later index than the log begins with, it is taken as a snapshot is: the note
 * that one is to be installed has the next opening of the log keep what follows it there, or drop what contradicts it (G1). The
 * state is switched first and noted then; who finds a state without its note fetches again.
 */
final class StateHealing {
    private static final Logger LOG = LoggerFactory.getLogger(StateHealing.class);
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final long TRANSFER_MINUTES = 30;
    private static final String DIRECTORY = "healing";

    private final KvProperties properties;
    private final Formation formation;
    private final Map<String, String> peers;

    /** @param peers node id to {@code host:port}, without this node */
    StateHealing(KvProperties properties, Formation formation, Map<String, String> peers) {
        this.properties = properties;
        this.formation = formation;
        this.peers = Map.copyOf(peers);
    }

    /**
     * Does nothing unless it was asked for.
     *
     * @throws StorageException if no peer gives its state within some minutes
     */
    void runIfAsked() {
        if (!Files.exists(properties.healFile())) {
            return;
        }
        StoreInspection log = RocksRaftStore.inspect(properties.raftDirectory());
        Path work = properties.snapshotDirectory().resolve(DIRECTORY);
        try {
            if (!isDone(log)) {
                StateFiles.delete(properties.stateDirectory());
                LogBase base = fetch(log, work);
                install(log, base, work);
            }
            StateFiles.delete(work);
            Files.delete(properties.healFile());
            LOG.info("The state is healed");
        } catch (IOException e) {
            throw new StorageException("The state could not be healed: " + e + ". See to the disk and start the node again.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StorageException("The node stopped before its state was healed. Start it again.", e);
        }
    }

    private boolean isDone(StoreInspection log) {
        if (!Files.exists(properties.stateDirectory())) {
            return false;
        }
        try (KvStore store = KvStore.open(properties.stateDirectory())) {
            long applied = store.appliedIndex();
            LogPosition noted = log.installing();
            return noted == null ? applied == log.begin().index() : applied == noted.index();
        }
    }

    private LogBase fetch(StoreInspection log, Path work) throws IOException, InterruptedException {
        long until = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            List<String> refusals = new ArrayList<>();
            for (Map.Entry<String, String> peer : peers.entrySet()) {
                StateFiles.prepareEmpty(work);
                try {
                    LOG.info("The state is fetched from {}", peer.getKey());
                    return fetchFrom(peer.getValue(), log, work.resolve("copy"));
                } catch (StatusRuntimeException | IOException | IllegalArgumentException e) {
                    LOG.warn("{} did not give its state: {}", peer.getKey(), e.getMessage());
                    refusals.add(peer.getKey() + ": " + e.getMessage());
                }
            }
            if (peers.isEmpty() || System.nanoTime() >= until) {
                throw new StorageException("The state of this node was set aside, and no peer gave its own ("
                        + (peers.isEmpty() ? "there is none" : String.join("; ", refusals)) + "). Nothing was changed. Start"
                        + " this node when its peers run, or restore a backup.");
            }
            TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
        }
    }

    private LogBase fetchFrom(String address, StoreInspection log, Path copy) throws IOException {
        int colon = address.lastIndexOf(':');
        ManagedChannel channel = Grpc.newChannelBuilderForAddress(
                        address.substring(0, colon),
                        Integer.parseInt(address.substring(colon + 1)),
                        InsecureChannelCredentials.create())
                .proxyDetector(_ -> null)
                .maxInboundMessageSize(Math.toIntExact(properties.peer().maxMessageSize().toBytes()))
                .build();
        try {
            return received(
                    CheckGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(TRANSFER_MINUTES, TimeUnit.MINUTES)
                            .fetch(FetchRequest.newBuilder()
                                    .setClusterId(CheckService.bytes(log.identity().clusterId()))
                                    .setLeastIndex(log.begin().index())
                                    .build()),
                    copy);
        } finally {
            channel.shutdownNow();
        }
    }

    private static LogBase received(Iterator<FetchPart> parts, Path copy) throws IOException {
        Optional<LogBase> base = Optional.empty();
        try (StateFiles.Receiver files = new StateFiles.Receiver(copy)) {
            while (parts.hasNext()) {
                FetchPart part = parts.next();
                if (part.hasBase()) {
                    base = Optional.of(base(part.getBase()));
                } else {
                    files.take(Bytes.wrap(part.getData().toByteArray()));
                }
            }
            if (base.isEmpty() || !files.isComplete()) {
                throw new IOException("its copy ended too soon");
            }
            return base.get();
        }
    }

    private static LogBase base(FetchBase base) {
        return new LogBase(
                new LogPosition(base.getEpoch(), base.getIndex()),
                Configuration.decode(Bytes.wrap(base.getConfiguration().toByteArray())));
    }

    private void install(StoreInspection log, LogBase base, Path work) {
        try (KvStore store = KvStore.open(properties.stateDirectory())) {
            store.install(work.resolve("copy"));
        }
        if (base.position().index() > log.begin().index()) {
            try (RaftStore raftStore = RocksRaftStore.open(properties.raftDirectory(), formation)) {
                raftStore.installing(base);
            }
        }
        LOG.info("The state is that of a peer up to {}", base.position());
    }
}
