package io.canvass.kv.cluster;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.canvass.kv.config.KvProperties;
import io.canvass.kv.store.KvStore;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.runtime.StateFiles;
import io.canvass.raft.storage.Formation;
import io.canvass.raft.storage.RaftStore;
import io.canvass.raft.storage.RocksRaftStore;
import io.canvass.raft.storage.StorageException;
import io.canvass.raft.storage.StoreInspection;
import io.canvass.raft.transport.PeerSecurity;
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
    private static final String DIRECTORY = "healing";
    /** Beside the state, so that one renaming brings a state here. */
    private static final String DISCARDED = KvProperties.STATE + ".discarded";

    private final KvProperties properties;
    private final Formation formation;
    private final Map<String, String> configured;
    private final PeerSecurity security;
    private final Duration limit;
    private final HealingTrace trace;

    /** @param configured node id to {@code host:port}, as the settings have it; asked after those that the log knows */
    StateHealing(KvProperties properties, Formation formation, Map<String, String> configured, PeerSecurity security) {
        this(properties, formation, configured, security, LIMIT, HealingTrace.NONE);
    }

    /** @param limit how long peers are asked */
    StateHealing(
            KvProperties properties,
            Formation formation,
            Map<String, String> configured,
            PeerSecurity security,
            Duration limit,
            HealingTrace trace) {
        this.security = security;
        this.properties = properties;
        this.formation = formation;
        this.configured = Map.copyOf(configured);
        this.limit = limit;
        this.trace = trace;
    }

    /** Where a copy may be had: a node may be known by two addresses. */
    private record Peer(String nodeId, String address) {
        @Override
        public String toString() {
            return nodeId + " at " + address;
        }
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
                requireNoNote(log);
                discardState();
                LogBase base = fetch(log, work);
                trace.reached(HealingTrace.Step.RECEIVED);
                install(log, base, work);
            }
            StateFiles.delete(work);
            trace.reached(HealingTrace.Step.COPY_REMOVED);
            Files.delete(properties.healFile());
            // Else a crash of the system could bring the request back, and a state that has gone on since would be dropped.
            sync(dataDirectory());
            trace.reached(HealingTrace.Step.ENDED);
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

    /** No crash leaves a note without its state. */
    private void requireNoNote(StoreInspection log) {
        if (log.installing() != null) {
            throw new StorageException("The state was not healed: the log in " + properties.raftDirectory()
                    + " goes with a state up to " + log.installing() + ", and that is not in " + properties.stateDirectory()
                    + ". Nothing was changed. If it was moved, put it back. If not, replace this node as one that lost its disk"
                    + " (docs/runbooks/lost-disk.md).");
        }
    }

    /** What an earlier attempt left. Moved first, so that a crash leaves no half of a state under its name. */
    private void discardState() throws IOException {
        Path discarded = dataDirectory().resolve(DISCARDED);
        StateFiles.delete(discarded);
        if (Files.exists(properties.stateDirectory())) {
            Files.move(properties.stateDirectory(), discarded, StandardCopyOption.ATOMIC_MOVE);
            sync(dataDirectory());
        }
        trace.reached(HealingTrace.Step.DISCARDED);
        StateFiles.delete(discarded);
    }

    private Path dataDirectory() {
        return Path.of(properties.dataDir()).toAbsolutePath().normalize();
    }

    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Those first that the log knows: the settings may be of before a change. */
    private List<Peer> peers(StoreInspection log) {
        Set<Peer> peers = new LinkedHashSet<>();
        for (Configuration.Member member : log.configuration().members()) {
            peers.add(new Peer(member.key().nodeId(), member.address()));
        }
        configured.forEach((nodeId, address) -> peers.add(new Peer(nodeId, address)));
        return peers.stream()
                .filter(peer -> !peer.nodeId().equals(log.identity().nodeId()))
                .toList();
    }

    private LogBase fetch(StoreInspection log, Path work) throws IOException, InterruptedException {
        int maxMessageBytes = Math.toIntExact(properties.peer().maxMessageSize().toBytes());
        StateReceiver receiver = new StateReceiver(log, maxMessageBytes, trace, security);
        List<Peer> peers = peers(log);
        long until = System.nanoTime() + limit.toNanos();
        while (true) {
            List<String> refusals = new ArrayList<>();
            for (Peer peer : peers) {
                StateFiles.prepareEmpty(work);
                try {
                    LOG.info("The state is fetched from {}", peer);
                    return receiver.receive(peer.nodeId(), peer.address(), work.resolve("copy"));
                } catch (StatusRuntimeException | IOException | IllegalArgumentException e) {
                    LOG.warn("{} did not give its state: {}", peer, reason(e));
                    refusals.add(peer + ": " + reason(e));
                }
            }
            if (peers.isEmpty() || System.nanoTime() - until >= 0) {
                throw new StorageException("The state of this node was set aside, and no peer gave its own ("
                        + (peers.isEmpty() ? "there is none" : String.join("; ", refusals)) + "). Nothing was changed. Start"
                        + " this node when its peers run, or restore a backup.");
            }
            TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
        }
    }

    /** With the cause of gRPC's "io exception". */
    private static String reason(Exception failure) {
        Throwable cause = failure.getCause();
        return failure.getMessage() + (cause == null || cause.getMessage() == null ? "" : " (" + cause.getMessage() + ")");
    }

    private void install(StoreInspection log, LogBase base, Path work) {
        try (KvStore store = KvStore.open(properties.stateDirectory())) {
            store.install(work.resolve("copy"));
        }
        trace.reached(HealingTrace.Step.SWITCHED);
        if (base.position().index() > log.begin().index()) {
            try (RaftStore raftStore = RocksRaftStore.open(properties.raftDirectory(), formation)) {
                raftStore.installing(base);
            }
        }
        trace.reached(HealingTrace.Step.NOTED);
        LOG.info("The state is that of a peer up to {}", base.position());
    }
}
