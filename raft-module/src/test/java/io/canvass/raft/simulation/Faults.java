package io.canvass.raft.simulation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Input;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.ResignReason;

/** What befalls a cluster: some of the kinds, at random times, one upon the other. */
final class Faults {
    enum Kind {
        PARTITION,
        ISOLATION,
        CUT_LINK,
        CUT_ONE_WAY,
        MEND,
        CRASH,
        RESTART,
        CRASH_ALL,
        FLAPPING_LINK,
        PAUSE,
        CLOCK_JUMP,
        DISK_STALL,
        DISK_FAILS,
        DISK_LOST,
        APPLIER_STALL,
        RESIGNATION,
        GRACEFUL_STOP,
        TRANSFER,
        HANDOVER,
        MEMBERS,
        STREAM_LOST
    }

    private static final long TIMEOUT = RunOptions.TIMEOUT_NANOS;
    private static final List<Lane> LANES = List.of(Lane.CONTROL, Lane.DATA, Lane.SNAPSHOT);
    private static final long LONGEST_LULL_NANOS = 3 * TIMEOUT;
    private static final long LONGEST_HARM_NANOS = 4 * TIMEOUT;

    private final Simulation simulation;
    private final SplittableRandom schedule;
    private final Set<Integer> leftOut;
    /** Each kind as often as its weight. */
    private final List<Kind> kinds = new ArrayList<>();
    /** Of the strike that is under way: a strike that is left out changes nothing in the others. */
    private RandomGenerator random;
    private int strikes;
    private boolean over;

    /** @param leftOut by number, from 0: strikes that do not happen */
    Faults(Simulation simulation, SplittableRandom random, Set<Integer> leftOut) {
        this.simulation = simulation;
        this.schedule = random;
        this.random = random.split();
        this.leftOut = leftOut;
        for (Kind kind : Kind.values()) {
            kinds.addAll(Collections.nCopies(simulation.options().harm().getOrDefault(kind, 0), kind));
        }
    }

    /** How many strikes there were, with those that were left out. */
    int strikes() {
        return strikes;
    }

    void begin() {
        if (!kinds.isEmpty()) {
            again();
        }
    }

    private void again() {
        // Often in quick succession: most faults of protocols need two troubles at a time.
        long lull = schedule.nextBoolean() ? LONGEST_LULL_NANOS : TIMEOUT / 5;
        simulation.agenda().in(1 + schedule.nextLong(lull), () -> {
            if (over) {
                return;
            }
            random = schedule.split();
            Kind kind = kinds.get(random.nextInt(kinds.size()));
            if (!leftOut.contains(strikes++)) {
                strike(kind);
            }
            again();
        });
    }

    private void strike(Kind kind) {
        SimulatedReplica victim = victim();
        int other = random.nextInt(simulation.options().servers());
        if (simulation.trace().isOn()) {
            simulation.trace().add("", "! " + (strikes - 1) + " " + kind + " " + victim.key().nodeId() + " n" + other);
        }
        if (bites(kind, victim, other)) {
            simulation.tally().bit(kind);
        }
    }

    /** Does it, unless there is nothing there that it could harm. */
    private boolean bites(Kind kind, SimulatedReplica victim, int other) {
        return switch (kind) {
            case PARTITION -> partition();
            case ISOLATION -> {
                simulation.network().isolate(victim.number());
                streamsLost(victim);
                yield simulation.options().servers() > 1;
            }
            case CUT_LINK -> {
                simulation.network().cutBoth(victim.number(), other);
                yield victim.number() != other;
            }
            case CUT_ONE_WAY -> {
                simulation.network().cut(victim.number(), other);
                yield victim.number() != other;
            }
            case MEND -> {
                simulation.network().mendAll();
                yield true;
            }
            case CRASH -> crash(victim, harm());
            case RESTART -> crash(victim, 1);
            case CRASH_ALL -> crashAll();
            case FLAPPING_LINK -> flap(victim.number(), other);
            case PAUSE -> pause(victim);
            case CLOCK_JUMP -> {
                victim.jump(1 + random.nextLong(3 * TIMEOUT));
                yield victim.isUp();
            }
            case DISK_STALL -> {
                victim.disk().stallUntil(simulation.now() + harm());
                yield victim.isUp();
            }
            case DISK_FAILS -> {
                victim.disk().failNext();
                yield victim.isUp();
            }
            case DISK_LOST -> loseDisk(victim);
            case APPLIER_STALL -> {
                victim.applier().stallUntil(simulation.now() + harm());
                yield victim.isUp();
            }
            case RESIGNATION -> resign(victim);
            case GRACEFUL_STOP -> stop(victim);
            case TRANSFER -> transfer(victim, other);
            case HANDOVER -> handOver(victim, other);
            case MEMBERS -> Churn.strike(simulation, random);
            case STREAM_LOST -> streamLost(victim, simulation.replica(other));
        };
    }

    private boolean crashAll() {
        if (random.nextInt(3) != 0) {
            return false;
        }
        simulation.replicas().forEach(replica -> crash(replica, harm()));
        return true;
    }

    /** Leaders are hit more often than their number would have it. */
    private SimulatedReplica victim() {
        SimulatedReplica leader = simulation.leader();
        if (leader != null && random.nextInt(3) == 0) {
            return leader;
        }
        return simulation.replica(random.nextInt(simulation.options().servers()));
    }

    private long harm() {
        return 1 + random.nextLong(random.nextBoolean() ? LONGEST_HARM_NANOS : TIMEOUT);
    }

    private boolean partition() {
        if (random.nextBoolean()) {
            simulation.network().mendAll();
        }
        int members = simulation.options().servers();
        int side = random.nextInt(1 << members);
        for (int one = 0; one < members; one++) {
            for (int other = 0; other < members; other++) {
                if ((side >> one & 1) != (side >> other & 1)) {
                    simulation.network().cut(one, other);
                }
            }
        }
        return side != 0 && side != (1 << members) - 1;
    }

    private boolean crash(SimulatedReplica victim, long downNanos) {
        if (!victim.isUp()) {
            return false;
        }
        victim.crash();
        streamsLost(victim);
        long life = victim.life();
        simulation.agenda().in(downNanos, () -> {
            if (victim.life() == life && !over) {
                victim.start();
            }
        });
        return true;
    }

    /** Cut and mended again and again for a while. */
    private boolean flap(int one, int other) {
        if (one == other) {
            return false;
        }
        RandomGenerator flapping = random;
        flapOnce(one, other, simulation.now() + 2 * LONGEST_HARM_NANOS, true, flapping);
        return true;
    }

    private void flapOnce(int one, int other, long until, boolean cut, RandomGenerator flapping) {
        if (over) {
            return;
        }
        if (cut && simulation.now() < until) {
            simulation.network().cutBoth(one, other);
        } else {
            simulation.network().mendBoth(one, other);
        }
        if (simulation.now() < until) {
            long pause = 1 + flapping.nextLong(TIMEOUT);
            simulation.agenda().in(pause, () -> flapOnce(one, other, until, !cut, flapping));
        }
    }

    /** Only so many that those who are left can still be a majority. */
    private boolean loseDisk(SimulatedReplica victim) {
        if (victim.isForeign()
                || !victim.isUp()
                || !simulation.canDoWithout(Set.of(victim))) {
            return false;
        }
        crash(victim, harm());
        victim.loseDisk();
        return true;
    }

    /** Hands its office back, and ends a little later. */
    private boolean stop(SimulatedReplica victim) {
        if (!victim.isRunning()) {
            return false;
        }
        resign(victim);
        long life = victim.life();
        long down = harm();
        simulation.agenda().in(1 + random.nextLong(TIMEOUT / 5), () -> {
            if (victim.life() == life && !over) {
                crash(victim, down);
            }
        });
        return true;
    }

    private boolean pause(SimulatedReplica victim) {
        if (!victim.isRunning()) {
            return false;
        }
        victim.pause();
        long life = victim.life();
        simulation.agenda().in(harm(), () -> {
            if (victim.life() == life && victim.isUp() && victim.isPaused()) {
                victim.resume();
            }
        });
        return true;
    }

    private static boolean resign(SimulatedReplica victim) {
        boolean led = victim.leads();
        victim.receive(now -> new Input.Resign(now, ResignReason.SHUTDOWN));
        return led;
    }

    /** A leader orders another to take over and resigns: in either order, the messages may cross. */
    private boolean transfer(SimulatedReplica leader, int target) {
        if (!leader.isRunning() || !leader.leads() || leader.number() == target) {
            return false;
        }
        boolean orderFirst = random.nextBoolean();
        ReplicaKey to = simulation.replica(target).key();
        Message order = new Message.TransferRequest(
                RunOptions.CLUSTER, to, leader.core().hardState().epoch(), leader.disk().log().size());
        Effect.Send send = new Effect.Send(to, Lane.CONTROL, Long.MAX_VALUE, order, 0);
        if (orderFirst) {
            simulation.network().send(leader, send);
        }
        leader.receive(now -> new Input.Resign(now, ResignReason.REQUESTED));
        if (!orderFirst) {
            simulation.network().send(leader, send);
        }
        return true;
    }

    /** The real one: whoever is asked hands over if it leads, to anybody. */
    private boolean handOver(SimulatedReplica leader, int target) {
        if (!leader.isRunning()) {
            return false;
        }
        ReplicaKey to = random.nextBoolean() ? ReplicaKey.NONE : simulation.replica(target).key();
        simulation.clients().handOver(leader, to, 1 + random.nextLong(2 * TIMEOUT));
        return true;
    }

    private void streamsLost(SimulatedReplica victim) {
        for (SimulatedReplica other : simulation.replicas()) {
            if (other != victim && random.nextBoolean()) {
                streamLost(victim, other);
            }
        }
    }

    private boolean streamLost(SimulatedReplica one, SimulatedReplica other) {
        if (one == other) {
            return false;
        }
        Lane lane = LANES.get(random.nextInt(LANES.size()));
        simulation.agenda().in(1 + random.nextLong(TIMEOUT), () -> {
            one.receive(now -> new Input.PeerLost(now, other.key(), lane));
            other.receive(now -> new Input.PeerLost(now, one.key(), lane));
        });
        return true;
    }

    /** From here on nothing goes wrong any more; a minority may stay dead. */
    void end() {
        over = true;
        simulation.network().mendAll();
        simulation.network().weather(Network.Weather.settled(TIMEOUT / 50));
        SimulatedReplica picked = victim();
        boolean oneStaysDead = random.nextInt(3) == 0 && simulation.canDoWithout(Set.of(picked));
        SimulatedReplica dead = oneStaysDead ? picked : null;
        for (SimulatedReplica replica : simulation.replicas()) {
            replica.disk().mend();
            replica.applier().endStall();
            if (replica.isPaused()) {
                replica.resume();
            }
            if (replica == dead && replica.isUp()) {
                replica.crash();
            } else if (replica != dead && !replica.isUp()) {
                replica.start();
            }
        }
    }
}
