package io.canvass.raft.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.Input;
import io.canvass.raft.core.MemberChange;
import io.canvass.raft.core.ReplicaKey;
import org.jspecify.annotations.Nullable;

/**
 * Clients that write and read through any replica, and know what was acknowledged to any of them: a read that began later must
 * not be older than that.
 */
final class Clients {
    /** @param floor the highest index that was acknowledged as applied, to anyone, before the request was made */
    private record Request(SimulatedReplica replica, long life, boolean isRead, long floor) {}

    private record Place(int replica, long life, long index) {}

    private record Served(SimulatedReplica replica, long life, long index, long request) {}

    /** @param floor as in {@link Request} */
    private record Awaited(long epoch, long request, long floor) {}

    private final Simulation simulation;
    private final RandomGenerator random;
    private final Map<Long, Request> open = new HashMap<>();
    private final Map<Place, Awaited> appended = new HashMap<>();
    private final Set<Long> operatorsRequests = new HashSet<>();
    private final List<Served> toServe = new ArrayList<>();
    private final Set<Long> leadersOwn = new HashSet<>();
    private final Workload workload;
    private long lastRequest;
    private long acknowledged;
    private boolean stopped = true;

    Clients(Simulation simulation, RandomGenerator random) {
        this.simulation = simulation;
        this.random = random;
        this.workload = simulation.machines().workload(simulation::machineNanos);
    }

    void begin() {
        stopped = false;
        again();
    }

    void stop() {
        stopped = true;
    }

    private void again() {
        simulation.agenda().in(1 + random.nextLong(simulation.options().pace().clientPauseNanos()), () -> {
            if (!stopped) {
                act();
                again();
            }
        });
    }

    private void act() {
        SimulatedReplica leader = simulation.leader();
        boolean knowsLeader = leader != null && random.nextInt(3) > 0;
        SimulatedReplica replica = knowsLeader && leader != null
                ? leader
                : simulation.replica(random.nextInt(simulation.options().servers()));
        if (!replica.isUp()) {
            return;
        }
        if (random.nextBoolean()) {
            propose(replica, 1 + random.nextInt(4));
        } else {
            read(replica, 1 + random.nextInt(2));
        }
    }

    void propose(SimulatedReplica replica, int count) {
        List<Input.Proposal> proposals = new ArrayList<>();
        for (long id : requests(replica, count, false)) {
            proposals.add(new Input.Proposal(id, workload.write(id)));
        }
        long timestamp = simulation.now() / 1_000_000;
        replica.receive(now -> {
            proposals.forEach(proposal -> replica.machine().received(proposal.command(), now));
            return new Input.Propose(now, timestamp, proposals);
        });
    }

    /** What a leader has to propose of its own accord. */
    void proposeOwn(SimulatedReplica replica, Bytes command) {
        long id = requests(replica, 1, false).getFirst();
        leadersOwn.add(id);
        long timestamp = simulation.now() / 1_000_000;
        replica.receive(now -> new Input.Propose(now, timestamp, List.of(new Input.Proposal(id, command))));
    }

    Workload workload() {
        return workload;
    }

    void read(SimulatedReplica replica, int count) {
        List<Long> ids = requests(replica, count, true);
        ids.forEach(workload::read);
        boolean byLease = replica.config().leaseNanos() > 0 && ids.getFirst() % 3 > 0;
        replica.receive(now -> new Input.Read(now, ids, byLease));
    }

    void change(SimulatedReplica leader, MemberChange change) {
        long id = requests(leader, 1, false).getFirst();
        operatorsRequests.add(id);
        leader.receive(now -> new Input.ChangeMembers(now, id, change, false));
    }

    void handOver(SimulatedReplica leader, ReplicaKey to, long timeoutNanos) {
        long id = requests(leader, 1, false).getFirst();
        operatorsRequests.add(id);
        leader.receive(now -> new Input.TransferTo(now, id, to, timeoutNanos));
    }

    private List<Long> requests(SimulatedReplica replica, int count, boolean isRead) {
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            open.put(++lastRequest, new Request(replica, replica.life(), isRead, acknowledged));
            ids.add(lastRequest);
        }
        return ids;
    }

    void completed(SimulatedReplica replica, Effect.Complete complete) {
        Request request = open.remove(complete.requestId());
        if (request == null || request.replica() != replica || request.life() != replica.life()) {
            throw new InvariantViolation("CompletedOnce", replica.key() + " completes " + complete + " of " + request);
        }
        if (operatorsRequests.remove(complete.requestId())) {
            simulation.tally().count(outcomeOf(complete));
            return;
        }
        if (leadersOwn.remove(complete.requestId())) {
            return;
        }
        switch (complete.result()) {
            case Effect.Result.Appended at ->
                appended.put(
                        new Place(replica.number(), replica.life(), at.index()),
                        new Awaited(at.epoch(), complete.requestId(), request.floor()));
            case Effect.Result.ReadAt at -> {
                if (at.byLease()) {
                    simulation.tally().count(Tally.Count.READS_BY_LEASE);
                }
                readAt(replica, request, complete.requestId(), at.index());
            }
            case Effect.Result.ChangeRefused c -> throw wrong(complete);
            case Effect.Result.ChangeAllowed c -> throw wrong(complete);
            case Effect.Result.TransferFailed t -> throw wrong(complete);
            case Effect.Result.LeadershipLeft l -> throw wrong(complete);
            case Effect.Result.NotLeader n -> workload.forget(complete.requestId());
            case Effect.Result.Overloaded o -> {
                simulation.tally().count(Tally.Count.OVERLOADED);
                workload.forget(complete.requestId());
            }
        }
    }

    private static Tally.Count outcomeOf(Effect.Complete complete) {
        return switch (complete.result()) {
            case Effect.Result.Appended a -> Tally.Count.MEMBERS_CHANGED;
            case Effect.Result.ChangeRefused c -> Tally.Count.CHANGE_REFUSED;
            case Effect.Result.LeadershipLeft left ->
                left.ordered() ? Tally.Count.HANDED_OVER : Tally.Count.LEFT_BEFORE_HANDING_OVER;
            case Effect.Result.TransferFailed t -> Tally.Count.HANDOVER_FAILED;
            case Effect.Result.NotLeader n -> Tally.Count.OPERATOR_ASKED_ANOTHER;
            case Effect.Result.ChangeAllowed c -> throw wrong(complete);
            case Effect.Result.ReadAt r -> throw wrong(complete);
            case Effect.Result.Overloaded o -> throw wrong(complete);
        };
    }

    private static InvariantViolation wrong(Effect.Complete complete) {
        return new InvariantViolation("CompletedOnce", "a client was told " + complete);
    }

    private void readAt(SimulatedReplica replica, Request request, long id, long index) {
        if (index < request.floor()) {
            throw new InvariantViolation(
                    "LinearizableReads",
                    replica.key() + " reads at " + index + " what was acknowledged up to " + request.floor() + " before");
        }
        toServe.add(new Served(replica, replica.life(), index, id));
        serve(replica);
    }

    /** What a replica applied is acknowledged to those who wrote it there, and seen by those whose reads waited for it. */
    void applied(SimulatedReplica replica, Entry entry, Machine.Answer answer) {
        simulation.tally().count(Tally.Count.COMMANDS_APPLIED);
        workload.applied(replica.number(), entry, answer);
        Awaited awaited = appended.remove(new Place(replica.number(), replica.life(), entry.index()));
        if (awaited != null && awaited.epoch() == entry.epoch()) {
            if (entry.index() <= awaited.floor()) {
                throw new InvariantViolation("LinearizableWrites", "a write that was asked for after " + awaited.floor()
                        + " had been acknowledged stands before that, at " + entry.index());
            }
            acknowledged = Math.max(acknowledged, entry.index());
            workload.answered(awaited.request(), entry, answer);
        } else if (awaited != null) {
            // Another leader's entry stands in its place, and always will.
            workload.forget(awaited.request());
        }
    }

    void requireKept() {
        workload.requireKept();
    }

    /** Answers the reads that waited for what this replica has applied by now. */
    void serve(SimulatedReplica replica) {
        Iterator<Served> waiting = toServe.iterator();
        while (waiting.hasNext()) {
            Served read = waiting.next();
            if (read.life() != read.replica().life()) {
                waiting.remove();
            } else if (read.replica() == replica && replica.applied() >= read.index()) {
                waiting.remove();
                acknowledged = Math.max(acknowledged, replica.applied());
                workload.haveRead(read.request(), replica.machine());
                simulation.tally().count(Tally.Count.READS_SERVED);
            }
        }
    }

    /** To be called when all have had the time to be answered (HAZARDS H3). */
    void requireNoneForgotten() {
        for (Map.Entry<Long, Request> left : open.entrySet()) {
            SimulatedReplica replica = left.getValue().replica();
            if (replica.isUp() && replica.life() == left.getValue().life()) {
                throw new InvariantViolation(
                        "NoLeakedWaiters", "request " + left.getKey() + " was never answered by " + replica.key());
            }
        }
    }

    /** Whether somebody who wrote or read has been told of this index. */
    boolean isAcknowledged(long index) {
        return acknowledged >= index;
    }

    /** Writes through this leader, and tells the entry that came of it, if it was taken. */
    @Nullable Entry writeThrough(SimulatedReplica leader) {
        int before = leader.memory().size();
        propose(leader, 1);
        return leader.memory().size() > before ? leader.memory().getLast() : null;
    }
}
