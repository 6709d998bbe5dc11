package io.canvass.raft.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.Input;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.MemberChange;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.Outcome;
import io.canvass.raft.core.RaftConfig;
import io.canvass.raft.core.RaftCore;
import io.canvass.raft.core.ResignReason;
import io.canvass.raft.core.Role;
import io.canvass.raft.core.RoleName;
import io.canvass.raft.storage.RaftStore;
import io.canvass.raft.transport.Transport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that steps the core. A drain: take what is in the inbox, step each, hand what is to be durable to the writer
 * as one batch, send what may go, and wait for the next input or deadline. It never blocks on a disk or a peer.
 */
final class CoreLoop implements Runnable {
    /** Inputs stepped before effects are carried out: bounds the latency that a burst adds. */
    private static final boolean[] EITHER = {false, true};
    private static final int MAX_DRAIN = 4096;
    /** Full drains after which an expired timer is looked at even if the inbox is not empty yet. */
    private static final int MAX_FULL_DRAINS = 4;

    private static final long MAX_WAIT_NANOS = 100_000_000;
    private static final Logger LOG = LoggerFactory.getLogger(CoreLoop.class);

    private final RaftCore core;
    private final Inbox inbox;
    private final LogWriter writer;
    private final Applier<?> applier;
    private final RaftStore store;
    private final Transport transport;
    private final ExecutorService logReader;
    private final ExecutorService compactor;
    private final SnapshotTraffic snapshots;
    private final @Nullable Compaction compaction;
    private final StatusBoard board;
    private final RaftListener listener;
    private final long originNanos;
    private final RaftConfig raft;
    private final long diskStallNanos;

    private final List<Effect.Persist> writes = new ArrayList<>();
    private final Outbox outbox;
    private final ClientRequests clients;
    private final MemberRequests operators = new MemberRequests();
    private final Connections connections;
    private final Membership membership;
    private final ElectionJournal journal;
    private final CommitTimes commits;
    private long nextDeadline;
    private int fullDrains;
    private boolean stallReported;
    private boolean damaged;
    private boolean closing;
    private volatile boolean ended;

    CoreLoop(
            RaftCore core,
            Inbox inbox,
            LogWriter writer,
            Applier<?> applier,
            RaftStore store,
            Transport transport,
            Connections connections,
            ExecutorService logReader,
            ExecutorService compactor,
            @Nullable Snapshots snapshots,
            StatusBoard board,
            RaftListener listener,
            RaftNodeConfig config,
            long originNanos) {
        this.core = core;
        this.inbox = inbox;
        this.writer = writer;
        this.applier = applier;
        this.clients = new ClientRequests(applier, listener, this::now);
        this.store = store;
        this.transport = transport;
        this.outbox = new Outbox(transport, snapshots);
        this.connections = connections;
        this.membership = new Membership(applier, board, listener);
        this.journal = new ElectionJournal(
                config.raft().self().nodeId(), core.status().hardState(), 0, listener);
        this.commits = new CommitTimes(listener);
        this.logReader = logReader;
        this.compactor = compactor;
        this.snapshots = new SnapshotTraffic(core, inbox, writer, applier, snapshots);
        this.compaction = config.log() == null
                ? null
                : new Compaction(
                        config.log(), core.logBase(), core.status().end().index(), store.sizeBytes());
        this.board = board;
        this.listener = listener;
        this.originNanos = originNanos;
        this.raft = config.raft();
        this.diskStallNanos = config.diskStallLimit().toNanos();
    }

    @Override
    public void run() {
        inbox.readBy(Thread.currentThread());
        try {
            long begun = now();
            Outcome start = core.start(begun);
            journal.stepped(null, start.effects(), begun, -1);
            carryOut(start);
            flush();
            while (!closing) {
                drain();
                flush();
                watch();
                board.publishIfDue(core, now());
                if (inbox.isEmpty()) {
                    inbox.await(Math.min(MAX_WAIT_NANOS, nextDeadline - now()));
                }
            }
            end("The replica stops");
        } catch (RuntimeException | Error e) {
            LOG.error("The replica broke a rule of its own and stops", e);
            halt("The replica broke a rule of its own: " + e.getMessage());
        }
    }

    private long now() {
        return System.nanoTime() - originNanos;
    }

    // ---- taking in

    private void drain() {
        int taken = 0;
        Event event = inbox.poll();
        while (event != null && !closing) {
            take(event);
            event = ++taken < MAX_DRAIN ? inbox.poll() : null;
        }
        propose();
        read();
        // Messages that came before the timer ran out go first; a flood of them does not hold it back for ever.
        fullDrains = taken < MAX_DRAIN ? 0 : fullDrains + 1;
        if (now() >= nextDeadline && (fullDrains == 0 || fullDrains >= MAX_FULL_DRAINS)) {
            step(new Input.TimeReached(now()));
            fullDrains = 0;
        }
    }

    private void take(Event event) {
        switch (event) {
            case Event.FromPeer peer -> {
                Transport.Inbound in = peer.inbound();
                if (in.message() instanceof Message.SnapshotRequest part) {
                    snapshots.take(in, part);
                    return;
                }
                step(new Input.Received(now(), in.from(), in.lane(), in.correlation(), in.message()));
                board.heard(in.from(), now());
                if (in.message() instanceof Message.SnapshotResponse response) {
                    snapshots.answered(in.from(), response);
                }
                in.release();
            }
            case Event.SnapshotPart part -> onPart(part);
            case Event.SnapshotEnded over -> {
                if (snapshots.over(over)) {
                    step(new Input.PeerLost(now(), over.peer(), Lane.SNAPSHOT));
                }
            }
            case Event.BaseAsked asked -> snapshots.tellBase(asked);
            case Event.Installed installed -> {
                snapshots.installed(installed.base());
                step(new Input.SnapshotInstalled(now(), installed.base()));
            }
            case Event.Flushed flushed -> onFlushed(flushed.index());
            case Event.Proposed proposed -> clients.add(proposed);
            case Event.ReadAsked read -> clients.add(read);
            case Event.Durable durable -> {
                outbox.durable(durable.token());
                step(new Input.Persisted(now(), durable.token()));
            }
            case Event.StoreFailed failed -> fail(failed.failure());
            case Event.EntriesRead read ->
                step(new Input.LogRead(now(), read.peer(), read.session(), read.entries()));
            case Event.StreamLost lost -> {
                if (lost.lane() == Lane.SNAPSHOT) {
                    snapshots.lost(lost.peer());
                }
                step(new Input.PeerLost(now(), lost.peer(), lost.lane()));
            }
            case Event.ChangeAsked asked -> change(asked);
            case Event.CheckAsked asked -> check(asked);
            case Event.TransferAsked asked -> transfer(asked);
            case Event.ResignAsked resign -> {
                operators.await(resign, now() + raft.electionTimeoutNanos());
                step(new Input.Resign(now(), resign.reason()));
            }
            case Event.ApplyFailed failed -> fail(failed.failure());
            case Event.DamageFound found -> fail(found.failure());
            case Event.CloseAsked c -> closing = true;
        }
    }

    private void fail(Event.Failure failure) {
        damaged |= failure.damaged();
        step(new Input.StorageFailed(now(), failure.reason()));
    }

    // ---- members

    private void change(Event.ChangeAsked asked) {
        long id = clients.nextRequestId();
        operators.await(id, asked);
        step(changeOf(id, asked.change(), asked.force(), false));
    }

    private void check(Event.CheckAsked asked) {
        long id = clients.nextRequestId();
        operators.await(id, asked);
        step(changeOf(id, asked.change(), asked.force(), true));
    }

    private Input changeOf(long id, MemberChange change, boolean force, boolean dryRun) {
        int format = connections.readableFormat(change, core.configuration(), raft);
        return new Input.ChangeMembers(now(), id, change, force, format, dryRun);
    }

    private void transfer(Event.TransferAsked asked) {
        long id = clients.nextRequestId();
        long now = now();
        operators.await(id, asked, now + asked.timeoutNanos());
        step(new Input.TransferTo(now, id, asked.target(), asked.timeoutNanos()));
    }

    // ---- snapshots and the beginning of the log

    private void onPart(Event.SnapshotPart event) {
        Transport.Inbound in = event.inbound();
        snapshots.stepPart(event.part(), () -> {
            step(new Input.Received(now(), in.from(), in.lane(), in.correlation(), event.part()));
            board.heard(in.from(), now());
        });
        in.release();
    }

    private void compactIfDue() {
        if (compaction != null && compaction.isDue()) {
            compactor.execute(() -> {
                try {
                    inbox.offer(new Event.Flushed(applier.flush()));
                } catch (RuntimeException e) {
                    inbox.offer(new Event.ApplyFailed("Making the state durable failed", e));
                }
            });
        }
    }

    private void onFlushed(long index) {
        if (compaction != null) {
            compaction.flushed(index)
                    .ifPresent(where -> step(new Input.Compact(now(), where.upTo(), where.must())));
        }
    }

    private void step(Input input) {
        Outcome outcome = core.step(input);
        journal.stepped(input, outcome.effects(), input.nowNanos(), board.lastContactNanos());
        carryOut(outcome);
    }

    /** All proposals of a drain are one input: one append per peer, one write. */
    private void propose() {
        Input.Propose all = clients.takeProposals(this::now);
        if (all != null) {
            step(all);
            if (clients.proposed() > 0) {
                commits.appended(clients.lastAppended(), all.nowNanos());
            }
        }
    }

    private void read() {
        for (boolean byLease : EITHER) {
            Input.Read all = clients.takeReads(this::now, byLease);
            if (all != null) {
                step(all);
            }
        }
    }

    // ---- carrying out

    private void carryOut(Outcome outcome) {
        nextDeadline = outcome.nextDeadlineNanos();
        for (Effect effect : outcome.effects()) {
            carryOut(effect);
        }
    }

    private void carryOut(Effect effect) {
        switch (effect) {
            case Effect.Persist write -> {
                writes.add(write);
                if (compaction != null) {
                    compaction.wrote(write.log());
                }
            }
            case Effect.Send send -> outbox.add(send);
            case Effect.ReadLog read -> readLog(read);
            case Effect.Apply apply -> {
                apply(apply);
                commits.committed(apply.to(), now());
            }
            case Effect.Complete complete -> {
                if (!operators.complete(complete)) {
                    clients.complete(complete);
                }
            }
            case Effect.RoleChanged changed -> {
                LOG.debug("{} in epoch {}, leader {}", changed.role(), changed.epoch(), changed.leader());
                listener.roleChanged(changed.role(), changed.epoch(), changed.leader());
                if (changed.role() != RoleName.LEADER) {
                    commits.forget();
                    snapshots.endAll();
                }
            }
            case Effect.RoundEnded ended -> {
                board.roundEnded(ended.round(), now());
                listener.roundEnded(ended.round());
            }
            case Effect.Refused refused -> {
                board.refused();
                LOG.warn("Refused a message of {}, which {}", refused.from(), refused.what());
            }
            case Effect.SendSnapshot send -> snapshots.send(send);
            case Effect.InstallSnapshot install -> snapshots.install(install.base());
            case Effect.Halt halt -> {
                flushNothing();
                halt(halt.reason());
            }
        }
    }

    private void apply(Effect.Apply apply) {
        List<Entry> entries = applier.hasRoom() ? core.cachedEntries(apply.from(), apply.to()) : List.of();
        applier.submit(apply.from(), apply.to(), entries);
    }

    private void readLog(Effect.ReadLog read) {
        logReader.execute(() -> {
            try {
                List<Entry> entries = store.read(read.from(), read.to(), read.maxBytes());
                inbox.offer(new Event.EntriesRead(read.peer(), read.session(), entries));
            } catch (RuntimeException e) {
                inbox.offer(new Event.StoreFailed("Reading the log failed", e));
            }
        });
    }

    /** The disk begins first, then the peers: both work at the same time. */
    private void flush() {
        if (!writes.isEmpty()) {
            writer.submit(writes);
            writes.clear();
        }
        snapshots.writeNote();
        outbox.flush();
        clients.count();
    }

    /** From any thread. */
    List<Election> elections() {
        return journal.elections();
    }

    /** Messages that wait for a write. From any thread. */
    int heldMessages() {
        return outbox.heldCount();
    }

    /** Reads that wait for an index. From any thread. */
    int openReads() {
        return clients.openReads();
    }

    // ---- watching

    private void watch() {
        long now = now();
        compactIfDue();
        boolean stalled = writer.stalledNanos() > diskStallNanos;
        if (stalled && !stallReported && core.role() instanceof Role.Leader) {
            LOG.warn("A write has been waiting for the disk for {} ms; resigning", writer.stalledNanos() / 1_000_000);
            step(new Input.Resign(now, ResignReason.DISK_STALLED));
            flush();
        }
        stallReported = stalled;
        if (operators.awaitLeader()) {
            // Whoever is told that another leads asks who it is.
            board.publish(core, now);
            operators.review(core.status().leader(), core.role() instanceof Role.Leader, now);
        }
        journal.remind(now);
        connections.review(core);
        membership.review(core);
    }

    // ---- ending

    private void flushNothing() {
        writes.clear();
        outbox.clear();
    }

    /** Stops for good but stays to be asked: nothing is sent or written any more. */
    private void halt(String reason) {
        board.halted(reason, damaged);
        listener.halted(reason);
        flushNothing();
        transport.close();
        end(reason);
        closing = true;
    }

    /** Whether nothing is taken from the inbox any more. */
    boolean hasEnded() {
        return ended;
    }

    private void end(String why) {
        ended = true;
        board.publish(core, now());
        applier.close();
        clients.endProposals(why);
        inbox.refuseAll(why);
        clients.endReads(why);
        operators.end(why);
    }
}
