package io.canvass.raft.runtime;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.MemberChange;
import io.canvass.raft.core.RaftCore;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.ResignReason;
import io.canvass.raft.core.StoredState;
import io.canvass.raft.storage.RaftStore;
import io.canvass.raft.transport.Transport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One replica, running: the core on its thread, a log writer, an applier, and the transport. Thread-safe.
 *
 * <p>What it promises: a command whose future completed normally is committed, durable on a majority, applied here, and never
 * lost; one that failed says whether it may have happened ({@link RaftException#outcome}). Futures are completed on the node's
 * own threads: what is hung on them must not block.
 *
 * <p>The node owns the store, the transport and the state machine it was started with, and closes them.
 *
 * @param <R> what applying one command answers
 */
public final class RaftNode<R> implements AutoCloseable {
    /** For so long a leader that hands over may refuse proposals. */
    public static final Duration MAX_TRANSFER_TIMEOUT = Duration.ofMinutes(1);

    /** Changes of the members, checks of them, and transfers that wait for their outcome before more are refused. */
    private static final int MAX_PENDING_OPERATORS = 64;

    private static final Logger LOG = LoggerFactory.getLogger(RaftNode.class);
    private static final long CLOSE_TIMEOUT_MILLIS = 10_000;

    private final RaftNodeConfig config;
    private final Inbox inbox = new Inbox();
    private final StatusBoard board;
    private final LogWriter writer;
    private final Applier<R> applier;
    private final CoreLoop loop;
    private final RaftStore store;
    private final Transport transport;
    private final StateMachine<R> machine;
    private final ExecutorService logReader;
    private final ExecutorService compactor;
    private final Connections connections;
    private final RaftCore core;
    private final @Nullable Snapshots snapshots;
    private final List<Thread> threads;
    private final long originNanos = System.nanoTime();
    private final AtomicInteger pendingProposals = new AtomicInteger();
    private final AtomicInteger pendingOperators = new AtomicInteger();
    private volatile boolean closed;

    private RaftNode(
            RaftNodeConfig config,
            RaftStore store,
            Transport transport,
            StateMachine<R> machine,
            RaftListener listener) {
        this.config = config;
        this.store = store;
        this.transport = transport;
        this.machine = machine;
        this.board = new StatusBoard(config.raft());
        long applied = machine.appliedIndex();
        StoredState stored = store.recovered(applied);
        // Only timers are drawn from it, but two nodes started together must not draw the same.
        SplittableRandom random = new SplittableRandom(new SecureRandom().nextLong());
        this.core = new RaftCore(config.raft(), stored, random, 0);
        this.connections = new Connections(transport, store.bootstrap(), config.addresses(), listener);
        this.writer = new LogWriter(store, inbox, listener);
        this.applier = new Applier<>(machine, store, inbox, applied, listener);
        String name = config.raft().self().nodeId();
        this.logReader = Executors.newSingleThreadExecutor(task -> thread("raft-log-reader-" + name, task));
        this.compactor = Executors.newSingleThreadExecutor(task -> thread("raft-compactor-" + name, task));
        this.snapshots = config.log() == null
                ? null
                : new Snapshots(config.log(), config, transport, applier, inbox, this::now, listener);
        this.loop = new CoreLoop(
                core,
                inbox,
                writer,
                applier,
                store,
                transport,
                connections,
                logReader,
                compactor,
                snapshots,
                board,
                listener,
                config,
                originNanos);
        this.threads = List.of(
                thread("raft-core-" + name, loop),
                thread("raft-log-writer-" + name, writer),
                thread("raft-applier-" + name, applier));
        board.publish(core, now());
    }

    private static Thread thread(String name, Runnable task) {
        return Thread.ofPlatform().name(name).daemon(true).unstarted(task);
    }

    /**
     * Starts a replica. It takes part from now on, as what its store remembers.
     *
     * @throws IllegalArgumentException if the store contradicts itself; the message says what to do
     */
    public static <R> RaftNode<R> start(
            RaftNodeConfig config,
            RaftStore store,
            Transport transport,
            StateMachine<R> machine,
            RaftListener listener) {
        RaftNode<R> node = new RaftNode<>(config, store, transport, machine, listener);
        node.begin();
        return node;
    }

    private void begin() {
        transport.start(new Transport.Listener() {
            @Override
            public void received(Transport.Inbound inbound) {
                offer(new Event.FromPeer(inbound));
            }

            @Override
            public void peerLost(ReplicaKey peer, Lane lane) {
                offer(new Event.StreamLost(peer, lane));
            }
        });
        // The core's thread does not run yet.
        connections.review(core);
        if (snapshots != null) {
            snapshots.start();
        }
        threads.forEach(Thread::start);
    }

    private long now() {
        return System.nanoTime() - originNanos;
    }

    /** Whoever comes too late for the loop is answered here. */
    private void offer(Event event) {
        inbox.offer(event);
        if (loop.hasEnded()) {
            inbox.refuseAll(whyEnded());
        }
    }

    private String whyEnded() {
        return status().halted().map(why -> "The replica has stopped: " + why).orElse("The replica stops");
    }

    /**
     * Appends a command on the leader, and completes when it is applied here.
     *
     * <p>Fails with {@link RaftException.NotLeader} elsewhere, {@link RaftException.Overloaded} beyond a named bound,
     * {@link RaftException.Superseded} if another leader's entry was committed in its place, {@link
     * RaftException.OutcomeUnknown} if this replica stops before it knows, {@link RaftException.Stopped} after that. It does
     * not time out: a leader cut off from its majority learns what became of the command when it is back.
     */
    public CompletableFuture<Applied<R>> propose(Bytes command) {
        CompletableFuture<Applied<R>> future = new CompletableFuture<>();
        Leadership leadership = board.leadership();
        if (!leadership.here() && !loop.hasEnded()) {
            // The core would say the same; asking it would cost this thread and that one a change each.
            future.completeExceptionally(new RaftException.NotLeader(leadership.leader(), leadership.epoch()));
            return future;
        }
        if (pendingProposals.incrementAndGet() > config.maxPendingProposals()) {
            pendingProposals.decrementAndGet();
            future.completeExceptionally(new RaftException.Overloaded(
                    config.maxPendingProposals() + " commands wait for their outcome already"));
            return future;
        }
        offer(new Event.Proposed(command, awaiting(future)));
        return future.whenComplete((applied, failure) -> pendingProposals.decrementAndGet());
    }

    /**
     * Completes with an index once this replica has applied it, such that a read of the state machine from then on sees all that
     * was acknowledged anywhere before this call (ReadIndex; works on every replica). Fails with {@link
     * RaftException.NotLeader} if no leader confirms it within about an election timeout, {@link RaftException.Overloaded},
     * or {@link RaftException.Stopped}.
     */
    public CompletableFuture<Long> readIndex() {
        CompletableFuture<Long> future = new CompletableFuture<>();
        offer(new Event.ReadAsked(future, null));
        return future;
    }

    /**
     * Completes as {@link #readIndex} does, and fails as that does; but on a leader that holds a lease at once, without asking anybody.
     * Then it is linearizable only if clocks keep to the bound ({@link io.canvass.raft.core.RaftConfig#leaseNanos}).
     *
     * @return whether it was by lease; false: a round confirmed it, as for any other read
     */
    public CompletableFuture<Boolean> leaseRead() {
        CompletableFuture<Long> applied = new CompletableFuture<>();
        CompletableFuture<Boolean> byLease = new CompletableFuture<>();
        offer(new Event.ReadAsked(applied, byLease));
        return applied.thenApply(index -> byLease.getNow(false));
    }

    /**
     * Changes the members, one at a time, and completes with the place of the entry when it is applied here; it counts from when it is
     * appended. Fails with {@link RaftException.NotLeader} elsewhere, {@link RaftException.ChangeRefused} where it may not be, {@link
     * RaftException.Overloaded}, {@link RaftException.Stopped}; and as a proposal does with {@link RaftException.Superseded} or {@link
     * RaftException.OutcomeUnknown}. It does not time out.
     *
     * @param force even if no majority of those that would vote is heard from
     */
    public CompletableFuture<Long> changeMembers(MemberChange change, boolean force) {
        CompletableFuture<Applied<R>> applied = new CompletableFuture<>();
        return askAsOperator(applied, new Event.ChangeAsked(change, force, awaiting(applied)))
                .thenApply(Applied::index);
    }

    private ProposalOutcome awaiting(CompletableFuture<Applied<R>> applied) {
        return new ProposalOutcome() {
            @Override
            public void appended(long index, long epoch) {
                applier.await(index, epoch, applied);
            }

            @Override
            public void failed(RaftException why) {
                applied.completeExceptionally(why);
            }
        };
    }

    /**
     * Why {@link #changeMembers} would refuse this change now; empty if it would begin it. Changes nothing. Fails with {@link
     * RaftException.NotLeader}, {@link RaftException.Overloaded} or {@link RaftException.Stopped}.
     */
    public CompletableFuture<Optional<MemberChange.Refusal>> checkChange(MemberChange change, boolean force) {
        CompletableFuture<Optional<MemberChange.Refusal>> judged = new CompletableFuture<>();
        return askAsOperator(judged, new Event.CheckAsked(change, force, judged));
    }

    /**
     * Hands leadership to another voter; meanwhile proposals are refused with {@link RaftException.NotLeader}, which names nobody.
     * Completes when another leader is known here, which need not be the target. Fails with {@link RaftException.NotLeader}, {@link RaftException.TransferFailed}, {@link
     * RaftException.Overloaded} or {@link RaftException.Stopped}.
     *
     * @param target a voter, or {@link ReplicaKey#NONE} for the one that lacks least of those that answered something
     *     sent within the election timeout and whose connection is not lost; if there is none, it fails at once
     * @param timeout above zero, at most {@link #MAX_TRANSFER_TIMEOUT}
     * @throws IllegalArgumentException if it is not
     */
    public CompletableFuture<Void> transfer(ReplicaKey target, Duration timeout) {
        if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(MAX_TRANSFER_TIMEOUT) > 0) {
            throw new IllegalArgumentException(
                    "A transfer takes more than zero and at most " + MAX_TRANSFER_TIMEOUT + ", not " + timeout);
        }
        CompletableFuture<Void> handedOver = new CompletableFuture<>();
        return askAsOperator(handedOver, new Event.TransferAsked(target, timeout.toNanos(), handedOver));
    }

    private <T> CompletableFuture<T> askAsOperator(CompletableFuture<T> answer, Event asked) {
        if (pendingOperators.incrementAndGet() > MAX_PENDING_OPERATORS) {
            answer.completeExceptionally(new RaftException.Overloaded(
                    MAX_PENDING_OPERATORS + " requests that concern the members wait for their outcome already"));
        } else {
            offer(asked);
        }
        return answer.whenComplete((done, failure) -> pendingOperators.decrementAndGet());
    }

    /** Who belongs to the cluster: the latest configuration known here, which is in force, committed or not. From memory. */
    public Configuration configuration() {
        return board.configuration();
    }

    /** Who leads, as far as is known here: from memory, and cheap enough to ask for each request. */
    public Leadership leadership() {
        return board.leadership();
    }

    /** How this replica is, from memory. */
    public RaftStatus status() {
        return board.status(now(), applier.appliedIndex(), writer.stalledNanos(), transport.peers());
    }

    /** How many rounds of votes ended how, since the start. */
    public Map<RoundOutcome, Long> rounds() {
        return new HashMap<>(board.rounds());
    }

    /** The last elections, the oldest first; the last of them may be under way. A bounded number, since the start. From memory. */
    public List<Election> elections() {
        return loop.elections();
    }

    /** What waits here, from memory. */
    public ReplicaQueues queues() {
        Applier.Waiting apply = applier.waiting();
        return new ReplicaQueues(
                inbox.size(),
                writer.waiting(),
                loop.heldMessages(),
                pendingProposals.get(),
                (long) loop.openReads() + apply.reads(),
                apply.ranges(),
                apply.bytes(),
                snapshots == null ? 0 : snapshots.sending(),
                snapshots == null ? OptionalDouble.empty() : snapshots.sentPart(),
                snapshots == null ? OptionalDouble.empty() : snapshots.takenPart());
    }

    /**
     * Copies the state as of now, for a backup; on every replica, of what that one has applied. Applying goes on after the moment
     * that the copy itself takes. Blocks while the state is made durable and copied, and while the copy is read once.
     *
     * @param stopped asked now and then; once it says yes, no copy is wanted any more
     * @return to be closed, which removes it; at the latest the next start does
     * @throws IllegalStateException if this replica has no place for snapshots
     * @throws IOException if nothing is applied yet, the replica stops, or the disk fails
     * @throws java.util.concurrent.CancellationException if it was stopped
     */
    public StateCopy copyState(BooleanSupplier stopped) throws IOException, InterruptedException {
        if (snapshots == null) {
            throw new IllegalStateException("This replica was started without a directory for snapshots");
        }
        return snapshots.export(stopped);
    }

    /**
     * Leaves leadership in favour of the best successor. Completes when another leader is known here, or after an election timeout;
     * at once where this replica does not lead and knows who does.
     */
    public CompletableFuture<Void> resign() {
        CompletableFuture<Void> future = new CompletableFuture<>();
        offer(new Event.ResignAsked(ResignReason.REQUESTED, future));
        return future;
    }

    /**
     * Copies the state of this replica, verified, as of some entry that it has applied.
     *
     * @param empty a directory on the disk of the state
     * @return what the copy stands for
     * @throws IOException if it could not be copied or is damaged; what is in the directory is of no use then
     */
    public LogBase copyState(Path empty) throws IOException, InterruptedException {
        return Snapshots.copy(applier, inbox, empty);
    }

    /**
     * Halts the replica for good, because what it stores turned out not to be trusted: it takes no part any more, and its
     * status says {@code damaged}. A second call, or one after another halt, does nothing.
     *
     * @param why a sentence for the operator
     */
    public void quarantine(String why) {
        offer(new Event.DamageFound(new Event.Failure(why, true)));
    }

    /**
     * Stops. Commands without an outcome end as {@link RaftException.OutcomeUnknown}. Does not resign: call {@link
     * #transfer} or {@link #resign} before. Returns within about half a minute even if a disk hangs; then the store is left open, as closing it would hang too.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        offer(new Event.CloseAsked());
        boolean ended = join(threads.get(0));
        transport.close();
        writer.close();
        applier.close();
        ended &= join(threads.get(1));
        ended &= join(threads.get(2));
        if (snapshots != null) {
            snapshots.close();
        }
        logReader.shutdown();
        compactor.shutdown();
        ended &= awaitEnd(logReader);
        ended &= awaitEnd(compactor);
        if (ended) {
            machine.close();
            store.close();
        } else {
            LOG.error("A thread of the replica did not end; its stores are left as they are");
        }
    }

    private static boolean join(Thread thread) {
        try {
            thread.join(CLOSE_TIMEOUT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }

    private static boolean awaitEnd(ExecutorService executor) {
        try {
            return executor.awaitTermination(CLOSE_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
