package io.canvass.raft.exploration;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.Input;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.Outcome;
import io.canvass.raft.core.RaftCore;
import io.canvass.raft.core.Role;
import org.jspecify.annotations.Nullable;

/** A copy of a replica while something happens to it: the core's steps, and what its shell owes it after each. */
final class Run {
    private static final int[] OWN_NAMES = {0, 1, 2};

    private final Replica before;
    private final boolean capped;
    private final boolean leaseReads;
    private final @Nullable Flight asked;
    private final RaftCore core;
    private Replica.Disk disk;
    private final List<Entry> log;
    private final List<Effect.Persist> writes;
    private final List<Flight> said = new ArrayList<>();
    private final List<Flight> held = new ArrayList<>();
    private final Deque<Effect.ReadLog> reads = new ArrayDeque<>();
    private long durableToken;
    private long applied;
    private long deadline;
    private long elected = -1;
    private Judge.Memory memory;

    /** @param asked what arrives, or null */
    Run(Replica replica, Bounds bounds, boolean capped, @Nullable Flight asked) {
        this.before = replica;
        this.capped = capped;
        this.leaseReads = bounds.has(Bound.LEASE_READS);
        this.asked = asked;
        core = CoreCopy.exact(replica.core());
        disk = replica.disk();
        log = new ArrayList<>(replica.log());
        writes = new ArrayList<>(replica.writes());
        durableToken = replica.durableToken();
        applied = replica.applied();
        deadline = replica.deadline();
        memory = new Judge.Memory(replica.granted(), replica.contact(), replica.resignedEpoch());
    }

    boolean hasWrites() {
        return !writes.isEmpty();
    }

    void start() {
        perform(core.start(before.clock()));
    }

    // ---- steps

    void step(Input input) {
        Role was = core.role();
        HardState stateBefore = core.hardState();
        LogPosition logBefore = Cluster.endOf(log);
        long commitBefore = core.status().commitIndex();
        Bytes printBefore = isPreVote(input) ? print() : Bytes.EMPTY;
        Outcome outcome;
        try {
            outcome = core.step(input);
        } catch (IllegalStateException e) {
            throw new Broken("CoreHolds", node() + " throws: " + e.getMessage());
        }
        memory = Judge.judge(
                new Judge.Step(
                        node(),
                        capped,
                        before.isJustStarted(),
                        before.clock(),
                        input,
                        was,
                        stateBefore,
                        logBefore,
                        commitBefore,
                        core.role(),
                        core.hardState(),
                        core.status().commitIndex(),
                        outcome.effects()),
                memory);
        boolean leftOffice = was instanceof Role.Leader && !(core.role() instanceof Role.Leader);
        if (isPreVote(input) && !leftOffice && !print().equals(printBefore)) {
            throw new Broken("PreVoteIsPure", "a pre-vote changed " + node());
        }
        if (core.role() instanceof Role.Leader && !(was instanceof Role.Leader)) {
            elected = core.hardState().epoch();
        }
        perform(outcome);
        boolean idle = outcome.effects().isEmpty() && was.equals(core.role());
        if (input instanceof Input.TimeReached && idle && deadline <= before.clock()) {
            throw new Broken("DeadlinesMove", node() + " did nothing and wants to be woken at once");
        }
    }

    private String node() {
        return before.key().nodeId();
    }

    private static boolean isPreVote(Input input) {
        return input instanceof Input.Received received
                && received.message() instanceof Message.VoteRequest request
                && request.preVote();
    }

    /** All that the core is. */
    private Bytes print() {
        return Fingerprint.of(CoreCopy.canonical(replica(), leaseReads).core(), OWN_NAMES);
    }

    // ---- effects

    private void perform(Outcome outcome) {
        for (Effect effect : outcome.effects()) {
            switch (effect) {
                case Effect.Persist write -> {
                    writes.add(write);
                    change(log, write.log());
                }
                case Effect.Send send -> say(send);
                case Effect.Apply apply -> apply(apply);
                case Effect.Refused refused ->
                    throw new Broken("SoundPeers", node() + " refuses " + refused.from().nodeId() + ", which "
                            + refused.what());
                case Effect.SendSnapshot send -> throw new Broken("CoreHolds", "nothing is compacted: " + send);
                case Effect.InstallSnapshot install ->
                    throw new Broken("CoreHolds", "nothing is compacted: " + install);
                case Effect.Halt halt -> throw new Broken("CoreHolds", node() + " halts: " + halt.reason());
                case Effect.ReadLog read -> reads.addLast(read);
                case Effect.Complete c -> {}
                case Effect.RoleChanged c -> {}
                case Effect.RoundEnded e -> {}
            }
        }
        deadline = outcome.nextDeadlineNanos();
    }

    /** What a restarted leader has on its disk alone is read at once. */
    void readLog() {
        while (!reads.isEmpty()) {
            Effect.ReadLog read = reads.removeFirst();
            List<Entry> entries = disk.log().subList((int) read.from() - 1, (int) read.to());
            step(new Input.LogRead(before.clock(), read.peer(), read.session(), List.copyOf(entries)));
        }
    }

    private void say(Effect.Send send) {
        boolean unanswerable = asked != null && asked.unanswerable();
        if (unanswerable && send.message() instanceof Message.Response) {
            return;
        }
        Flight flight = new Flight(
                before.key(), send.to(), send.lane(), send.correlation(), send.message(), send.after(), false);
        if (send.after() <= durableToken) {
            leave(flight);
        } else {
            held.add(flight);
        }
    }

    private void leave(Flight flight) {
        Judge.judgeSaid(flight, disk);
        said.add(flight.left());
    }

    private void apply(Effect.Apply apply) {
        if (apply.from() != applied + 1) {
            throw new Broken("AppliedInOrder", node() + " applied " + applied + " and is to do " + apply);
        }
        boolean durable = apply.to() <= disk.log().size() && disk.holds(log.get((int) apply.to() - 1));
        if (!durable || apply.to() > core.status().commitIndex()) {
            throw new Broken("AppliedIsCommittedAndDurable", node() + " applies " + apply.to());
        }
        applied = apply.to();
    }

    // ---- the disk

    void syncAll() {
        sync(writes.size());
    }

    /** The oldest writes are done in one sync, and what waited for them leaves. */
    void sync(int count) {
        List<Effect.Persist> done = List.copyOf(writes.subList(0, count));
        writes.subList(0, count).clear();
        for (Effect.Persist write : done) {
            disk = written(disk, write);
        }
        durableToken = done.getLast().token().sequence();
        List<Flight> waiting = List.copyOf(held);
        held.clear();
        for (Flight flight : waiting) {
            if (flight.heldUntil() <= durableToken) {
                leave(flight);
            } else {
                held.add(flight);
            }
        }
        step(new Input.Persisted(before.clock(), done.getLast().token()));
    }

    static Replica.Disk written(Replica.Disk disk, Effect.Persist write) {
        HardState was = disk.state();
        HardState is = write.state();
        if (is.epoch() < was.epoch()) {
            throw new Broken("MonotonicEpoch", "a disk's epoch falls from " + was + " to " + is);
        }
        if (is.epoch() == was.epoch() && was.vote().isKnown() && !was.vote().equals(is.vote())) {
            throw new Broken("VoteOncePerEpoch", "a disk's vote changes from " + was + " to " + is);
        }
        List<Entry> log = new ArrayList<>(disk.log());
        change(log, write.log());
        if (log.getLast().epoch() > is.epoch()) {
            throw new Broken("EpochBeforeEntries", log.getLast() + " is durable before its epoch: " + is);
        }
        return new Replica.Disk(is, List.copyOf(log));
    }

    private static void change(List<Entry> log, Effect.LogWrite write) {
        if (write.truncateFrom() > 0) {
            log.subList((int) write.truncateFrom() - 1, log.size()).clear();
        }
        for (Entry entry : write.entries()) {
            if (entry.index() != log.size() + 1L) {
                throw new Broken("ContiguousLog", entry + " is written behind " + log.size() + " entries");
            }
            log.add(entry);
        }
    }

    // ---- the end

    Moved end(boolean lost) {
        if (!reads.isEmpty()) {
            throw new IllegalStateException("Nobody has read " + reads);
        }
        List<Flight> all = new ArrayList<>(said);
        all.addAll(held);
        return new Moved(replica(), all, lost, elected, hasWrites(), null);
    }

    private Replica replica() {
        return new Replica(
                before.key(),
                core,
                before.boot(),
                before.clock(),
                before.startedAt(),
                deadline,
                durableToken,
                applied,
                disk,
                List.copyOf(log),
                List.copyOf(writes),
                memory.granted(),
                memory.contact(),
                memory.resignedEpoch());
    }
}
