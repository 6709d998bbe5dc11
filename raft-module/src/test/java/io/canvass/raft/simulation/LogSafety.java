package io.canvass.raft.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.Input;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.Role;

/**
 * Log matching; committed entries are durable on a majority when they are committed, the same everywhere and for ever, and in the log
 * of every later leader; commit and apply never go back, and what is applied is committed and durable.
 */
final class LogSafety implements Observer {
    /** Entries are never equal in place and epoch and different in content or in what precedes them. */
    private record Known(Entry entry, long epochBefore) {}

    private final Simulation simulation;
    private final Map<LogPosition, Known> known = new HashMap<>();
    private final List<Entry> committed = new ArrayList<>();
    /** In which epoch each of them was committed, which may be later than its own. */
    private final List<Long> committedIn = new ArrayList<>();
    private final Map<Integer, Long> commits = new HashMap<>();

    LogSafety(Simulation simulation) {
        this.simulation = simulation;
    }

    @Override
    public void started(SimulatedReplica replica) {
        commits.put(replica.number(), 0L);
        commitsUpTo(replica, replica.core().status().commitIndex());
    }

    @Override
    public void stepped(Step step) {
        for (Effect effect : step.outcome().effects()) {
            if (effect instanceof Effect.Persist write) {
                write.log().entries().forEach(entry -> written(step.replica(), entry));
            }
        }
        if (step.after() instanceof Role.Leader && !(step.before() instanceof Role.Leader)) {
            elected(step.replica());
        }
        if (mayCommit(step.input())) {
            commitsUpTo(step.replica(), step.replica().core().status().commitIndex());
        }
    }

    private static boolean mayCommit(Input input) {
        return input instanceof Input.Persisted
                || input instanceof Input.SnapshotInstalled
                || input instanceof Input.ChangeMembers
                || (input instanceof Input.Received received
                        && (received.message() instanceof Message.AppendRequest
                                || received.message() instanceof Message.SnapshotRequest
                                || received.message() instanceof Message.AppendResponse));
    }

    /** By induction over all writes: if every entry agrees with its namesakes in what comes right before, so do whole logs. */
    private void written(SimulatedReplica replica, Entry entry) {
        List<Entry> log = replica.memory();
        long before = entry.index() == 1 ? 0 : log.get((int) entry.index() - 2).epoch();
        Known now = new Known(entry, before);
        Known first = known.putIfAbsent(new LogPosition(entry.epoch(), entry.index()), now);
        if (first != null && !first.equals(now)) {
            throw new InvariantViolation("LogMatching", replica.key() + " writes " + now + ", known as " + first);
        }
    }

    /** Late votes may elect a leader when a later one has committed already: only what earlier ones committed must be there. */
    private void elected(SimulatedReplica leader) {
        List<Entry> log = leader.memory();
        long epoch = leader.core().hardState().epoch();
        for (Entry entry : committed) {
            boolean held = entry.index() <= log.size() && log.get((int) entry.index() - 1).equals(entry);
            if (!held && committedIn.get((int) entry.index() - 1) < epoch) {
                throw new InvariantViolation(
                        "LeaderCompleteness", leader.key() + " leads epoch " + epoch + " without committed " + entry);
            }
        }
    }

    private void commitsUpTo(SimulatedReplica replica, long index) {
        long before = commits.getOrDefault(replica.number(), 0L);
        if (index < before) {
            throw new InvariantViolation("MonotonicCommit", replica.key() + " fell from " + before + " to " + index);
        }
        for (long at = before + 1; at <= index; at++) {
            Entry entry = replica.memory().get((int) at - 1);
            if (at <= committed.size()) {
                Entry agreed = committed.get((int) at - 1);
                if (!agreed.equals(entry)) {
                    throw new InvariantViolation(
                            "CommittedImmutable", replica.key() + " commits " + entry + ", committed was " + agreed);
                }
            } else {
                committedFirst(replica, entry);
            }
        }
        commits.put(replica.number(), index);
    }

    private void committedFirst(SimulatedReplica replica, Entry entry) {
        Configuration configuration = replica.core().configuration();
        int durable = 0;
        for (Configuration.Member voter : configuration.voters()) {
            if (simulation.replica(voter.key().nodeId()).everHeld(voter.key(), entry)) {
                durable++;
            }
        }
        if (durable < configuration.majority()) {
            throw new InvariantViolation(
                    "CommittedOnQuorum", replica.key() + " commits " + entry + ", which is durable on " + durable);
        }
        committed.add(entry);
        committedIn.add(replica.core().hardState().epoch());
    }

    @Override
    public void applied(SimulatedReplica replica, long index) {
        Entry entry = replica.memory().get((int) index - 1);
        boolean agreed = index <= committed.size() && committed.get((int) index - 1).equals(entry);
        if (!agreed || !replica.disk().holds(entry)) {
            throw new InvariantViolation(
                    "AppliedIsCommittedAndDurable",
                    replica.key() + " applies " + entry + (agreed ? ", not durable there" : ", not committed"));
        }
    }
}
