package io.canvass.raft.exploration;

import java.util.List;
import java.util.TreeSet;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Effect;
import io.canvass.raft.core.ElectionTimer;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.Input;
import io.canvass.raft.core.Outcome;
import io.canvass.raft.core.RaftCore;
import io.canvass.raft.core.ResignReason;
import io.canvass.raft.core.Role;

/** What each choice does to the one replica that it happens to. The replica that is given stays as it is. */
final class Moves {
    private final Cluster cluster;
    private final Bounds bounds;

    Moves(Bounds bounds) {
        this.bounds = bounds;
        this.cluster = new Cluster(bounds);
    }

    /** A replica that started on an empty disk T ago. */
    Replica first(int number) {
        long start = Cluster.NOW - Cluster.TIMEOUT;
        List<Entry> log = List.of(cluster.bootstrap());
        RaftCore core = cluster.coreOf(number, 1, HardState.INITIAL, log, start);
        Outcome outcome = core.start(start);
        return new Replica(
                Cluster.keyOf(number),
                core,
                1,
                Cluster.NOW,
                start,
                outcome.nextDeadlineNanos(),
                0,
                0,
                new Replica.Disk(HardState.INITIAL, log),
                log,
                List.of(),
                new TreeSet<>(),
                false,
                -1);
    }

    Moved make(Choice choice, Replica replica) {
        if (choice.kind() == Choice.Kind.PAUSE) {
            return stay(later(replica, nextMoment(replica)));
        }
        if (choice.kind() == Choice.Kind.RESTART) {
            return restart(replica, choice.number());
        }
        boolean wakes = choice.kind() == Choice.Kind.TIMER;
        long clock = wakes ? Math.max(replica.clock(), replica.deadline()) : replica.clock();
        Run run = new Run(later(replica, clock), bounds, isCapped(replica), choice.flight());
        try {
            if (choice.kind() == Choice.Kind.SYNC) {
                run.sync(choice.number());
            } else {
                boolean busy = run.hasWrites();
                run.step(inputOf(choice, clock));
                while (!busy && !choice.slow() && run.hasWrites()) {
                    run.syncAll();
                }
            }
            run.readLog();
            return run.end(false);
        } catch (Broken broken) {
            return new Moved(replica, List.of(), false, -1, false, broken);
        }
    }

    private boolean isCapped(Replica replica) {
        return cluster.isCapped(Cluster.numberOf(replica.key()));
    }

    private static Input inputOf(Choice choice, long clock) {
        return switch (choice.kind()) {
            case DELIVER, REPEAT -> {
                Flight flight = choice.requireFlight();
                yield new Input.Received(clock, flight.from(), flight.lane(), flight.correlation(), flight.message());
            }
            case TIMER -> new Input.TimeReached(clock);
            case PROPOSE -> new Input.Propose(clock, 0, List.of(new Input.Proposal(1, Bytes.ofUtf8("command"))));
            case RESIGN -> new Input.Resign(clock, ResignReason.REQUESTED);
            case LOSE, PAUSE, SYNC, RESTART -> throw new IllegalStateException(choice.kind() + " is no input");
        };
    }

    private static Moved stay(Replica replica) {
        return new Moved(replica, List.of(), false, -1, !replica.writes().isEmpty(), null);
    }

    // ---- time

    /**
     * The next time, by the replica's clock, from which on it may answer differently: what it waits for, the end of T
     * since its start, and, which it may notice with any input, the end of T since it had its quorum or, under lease
     * reads, heard its leader.
     */
    long nextMoment(Replica replica) {
        long next = sooner(replica, Outcome.NEVER, replica.deadline());
        next = sooner(replica, next, replica.startedAt() + Cluster.TIMEOUT);
        if (replica.role().electionTimer() instanceof ElectionTimer.At at) {
            next = sooner(replica, next, at.deadlineNanos());
        }
        boolean contactCounts = replica.leads() || (bounds.has(Bound.LEASE_READS)
                && replica.role() instanceof Role.Follower);
        long contact = contactCounts ? replica.core().status().leaderContactNanos() : -1;
        return contact < 0 ? next : sooner(replica, next, contact + Cluster.TIMEOUT);
    }

    private static long sooner(Replica replica, long known, long at) {
        return at > replica.clock() ? Math.min(known, at) : known;
    }

    private static Replica later(Replica replica, long clock) {
        return new Replica(
                replica.key(),
                replica.core(),
                replica.boot(),
                clock,
                replica.startedAt(),
                replica.deadline(),
                replica.durableToken(),
                replica.applied(),
                replica.disk(),
                replica.log(),
                replica.writes(),
                replica.granted(),
                replica.contact(),
                replica.resignedEpoch());
    }

    // ---- crashes

    /** Its state machine comes back empty: the log is applied anew. */
    private Moved restart(Replica replica, int kept) {
        try {
            Replica.Disk disk = replica.disk();
            for (Effect.Persist write : replica.writes().subList(0, kept)) {
                disk = Run.written(disk, write);
            }
            Run run = new Run(started(replica, disk), bounds, isCapped(replica), null);
            run.start();
            return run.end(true);
        } catch (Broken broken) {
            return new Moved(replica, List.of(), false, -1, false, broken);
        }
    }

    private Replica started(Replica replica, Replica.Disk disk) {
        long clock = replica.clock();
        int number = Cluster.numberOf(replica.key());
        RaftCore core = cluster.coreOf(number, replica.boot() + 1, disk.state(), disk.log(), clock);
        return new Replica(
                replica.key(),
                core,
                replica.boot() + 1,
                clock,
                clock,
                Outcome.NEVER,
                0,
                0,
                disk,
                disk.log(),
                List.of(),
                new TreeSet<>(),
                false,
                -1);
    }

    /** Whether handling what is due is the work of a leader, or of one that tells that it was one. */
    static boolean isHeartbeat(Replica replica) {
        long clock = Math.max(replica.clock(), replica.deadline());
        return replica.leads() || (replica.role() instanceof Role.Resigned
                && !replica.role().electionTimer().hasRunOut(clock));
    }
}
