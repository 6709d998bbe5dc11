package io.canvass.raft.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.transport.Transport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a replica does about the bytes of snapshots: one sender for each peer that is sent one, a receiver, and the copies of the
 * state. Called by the core's thread; what takes time is done on threads of its own.
 */
final class Snapshots implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);

    private final UUID clusterId;
    private final Transport transport;
    private final Inbox inbox;
    private final LongSupplier clock;
    private final RaftListener listener;
    private final SnapshotSender.Limits limits;
    private final Checkpoints checkpoints;
    private final Checkpoints exports;
    private final SnapshotReceiver receiver;
    /** Changed by the core's thread alone. */
    private final Map<String, SnapshotSender> senders = new ConcurrentHashMap<>();

    private final Map<String, Long> sessions = new HashMap<>();
    private final AtomicLong correlation = new AtomicLong();
    private final String name;

    /** @param clock the core's, in nanoseconds */
    Snapshots(LogPolicy policy, RaftNodeConfig config, Transport transport, Applier<?> applier, Inbox inbox, LongSupplier clock,
            RaftListener listener) {
        this.clusterId = config.raft().clusterId();
        this.transport = transport;
        this.inbox = inbox;
        this.clock = clock;
        this.listener = listener;
        this.name = config.raft().self().nodeId();
        SnapshotSender.Limits usual = SnapshotSender.Limits.DEFAULT;
        this.limits = new SnapshotSender.Limits(
                usual.maxPartBytes(),
                usual.window(),
                policy.snapshotBytesPerSecond(),
                usual.lineTimeout(),
                usual.answerTimeout(),
                usual.installTimeout());
        try {
            this.checkpoints =
                    new Checkpoints(policy.snapshots().resolve("outgoing"), empty -> copy(applier, inbox, empty));
            this.exports = new Checkpoints(policy.snapshots().resolve("exported"), empty -> copy(applier, inbox, empty));
            this.receiver = new SnapshotReceiver(policy.snapshots().resolve("incoming"), "raft-snapshot-receiver-" + name);
        } catch (IOException e) {
            throw new UncheckedIOException("The directory for snapshots, " + policy.snapshots() + ", cannot be used", e);
        }
    }

    void start() {
        receiver.start();
    }

    /** On a sender's thread. The core alone knows which epoch and which members the index belongs to. */
    static LogBase copy(Applier<?> applier, Inbox inbox, Path empty) throws IOException, InterruptedException {
        try {
            // Beside apply: then there is little left to flush while apply waits for the copy.
            applier.flush();
            long index = applier.checkpoint(empty).get();
            CompletableFuture<LogBase> base = new CompletableFuture<>();
            inbox.offer(new Event.BaseAsked(index, base));
            applier.verify(empty);
            return base.get();
        } catch (RuntimeException e) {
            throw new IOException("The copy of the state is of no use: " + e.getMessage(), e);
        } catch (ExecutionException e) {
            throw new IOException("The state could not be copied: " + e.getCause(), e);
        }
    }

    /**
     * A copy for whoever is no peer, of the state after all that was given to apply when this was called. Not one that is sent
     * to peers: those may be older, and are kept for other reasons.
     */
    StateCopy export(BooleanSupplier stopped) throws IOException, InterruptedException {
        // Above whatever an earlier copy can be of: nobody shares it.
        Checkpoints.Share share = exports.take(Long.MAX_VALUE, stopped);
        exports.retire();
        return new Export(share);
    }

    private record Export(Checkpoints.Share share) implements StateCopy {
        @Override
        public Path directory() {
            return share.checkpoint().directory();
        }

        @Override
        public LogBase base() {
            return share.checkpoint().base();
        }

        @Override
        public List<File> files() {
            return share.checkpoint().manifest().files().stream()
                    .map(file -> new File(file.path(), file.size()))
                    .toList();
        }

        @Override
        public void close() {
            share.close();
        }
    }

    // ---- sending

    void send(Effect.SendSnapshot asked, long logBase) {
        ReplicaKey peer = asked.peer();
        cancel(senders.remove(peer.nodeId()));
        SnapshotSender.Line line = new SnapshotSender.Line() {
            @Override
            public boolean isReady() {
                return transport.prepare(peer, Lane.SNAPSHOT);
            }

            @Override
            public void send(Message.SnapshotRequest part) {
                transport.send(peer, Lane.SNAPSHOT, correlation.incrementAndGet(), part);
            }
        };
        LOG.info("{} needs what the log no longer holds: it is sent a snapshot", peer.nodeId());
        SnapshotSender sender = new SnapshotSender(
                new SnapshotSender.Recipient(clusterId, peer, asked.epoch(), asked.session()),
                stopped -> checkpoints.take(logBase, stopped),
                line,
                limits,
                clock,
                ended -> ended(peer, asked.session(), ended),
                "raft-snapshot-sender-" + name + "-" + peer.nodeId());
        senders.put(peer.nodeId(), sender);
        sessions.put(peer.nodeId(), asked.session());
        sender.start();
    }

    /** On the sender's thread. */
    private void ended(ReplicaKey peer, long session, SnapshotSender.Ended ended) {
        LOG.info("The snapshot for {} ended: {} {}", peer.nodeId(), ended.ending(), ended.why());
        listener.snapshotSent(
                switch (ended.ending()) {
                    case INSTALLED -> SnapshotEnding.INSTALLED;
                    case BUSY, FENCED, LOST, CANCELLED -> SnapshotEnding.INTERRUPTED;
                    case REFUSED, UNREACHABLE, SILENT, FAILED -> SnapshotEnding.FAILED;
                });
        inbox.offer(new Event.SnapshotEnded(peer, session, ended.ending()));
    }

    /**
     * A sender ended. The copy of the state that it sent holds disk space; it is kept for another try only where that may come soon.
     *
     * @return whether the core is to be told that the peer is lost on its lane
     */
    boolean over(Event.SnapshotEnded event) {
        String peer = event.peer().nodeId();
        Long newest = sessions.get(peer);
        if (newest == null || newest != event.session()) {
            return false;
        }
        senders.remove(peer);
        sessions.remove(peer);
        boolean again = event.how() == SnapshotSender.Ending.LOST || event.how() == SnapshotSender.Ending.BUSY;
        if (senders.isEmpty() && !again) {
            beside(checkpoints::retire);
        }
        return event.how().isNewsToTheCore();
    }

    void answered(ReplicaKey from, Message.SnapshotResponse response) {
        SnapshotSender sender = senders.get(from.nodeId());
        if (sender != null) {
            sender.answered(response);
        }
    }

    void lost(ReplicaKey peer) {
        SnapshotSender sender = senders.get(peer.nodeId());
        if (sender != null) {
            sender.lost();
        }
    }

    /** Leadership is over. */
    void endAll() {
        senders.values().forEach(Snapshots::cancel);
        senders.clear();
        sessions.clear();
        beside(checkpoints::retire);
    }

    /** Deleting many files takes its time, and the core's thread waits for no disk. */
    private static void beside(Runnable task) {
        Thread.ofVirtual().name("raft-snapshot-cleaner").start(task);
    }

    private static void cancel(@Nullable SnapshotSender sender) {
        if (sender != null) {
            sender.cancel();
        }
    }

    // ---- taking

    /** Hands a part to the receiver; what the core is to see of it comes as an event. */
    void take(Transport.Inbound inbound, Message.SnapshotRequest part) {
        boolean taken = receiver.offer(part, verdict -> {
            switch (verdict) {
                case SnapshotReceiver.Verdict.Passed passed ->
                    inbox.offer(new Event.SnapshotPart(inbound, passed.request()));
                case SnapshotReceiver.Verdict.Refused refused -> {
                    LOG.warn("A part of a snapshot of {} was not taken: {}", inbound.from().nodeId(), refused.why());
                    listener.snapshotTaken(SnapshotEnding.FAILED);
                    inbound.release();
                }
                case SnapshotReceiver.Verdict.Outdated o -> inbound.release();
            }
        });
        if (!taken) {
            inbound.release();
        }
    }

    /** What goes out tells how much is here, so that a transfer goes on where it broke off. */
    Message.SnapshotResponse completed(Message.SnapshotResponse response) {
        return response.withReceived(receiver.received(response.epoch(), response.session()));
    }

    /** Where the snapshot is that was received. May wait for the disk. */
    Path directoryOf(LogBase base) {
        return receiver.completed(base);
    }

    /** What was received is in place. */
    void installed() {
        listener.snapshotTaken(SnapshotEnding.INSTALLED);
        clear();
    }

    /** How many are being sent. From any thread. */
    int sending() {
        return senders.size();
    }

    /** How much of the one that is sent slowest has been sent, from 0 to 1. From any thread. */
    OptionalDouble sentPart() {
        return senders.values().stream()
                .map(SnapshotSender::progress)
                .mapToDouble(progress -> part(progress.sentBytes(), progress.totalBytes()))
                .min();
    }

    /** How much of the one that comes in is there, from 0 to 1. From any thread. */
    OptionalDouble takenPart() {
        SnapshotReceiver.Progress progress = receiver.progress();
        return progress.totalBytes() == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(part(progress.receivedBytes(), progress.totalBytes()));
    }

    private static double part(long some, long all) {
        return all == 0 ? 0 : (double) some / all;
    }

    /** What was received has been put in place, or is not wanted. */
    void clear() {
        beside(() -> {
            try {
                receiver.clear();
            } catch (IOException e) {
                LOG.warn("What is left of a snapshot could not be removed: {}", e.getMessage());
            }
        });
    }

    @Override
    public void close() {
        endAll();
        receiver.close();
        checkpoints.close();
        exports.close();
    }
}
