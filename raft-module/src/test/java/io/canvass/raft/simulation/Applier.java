package io.canvass.raft.simulation;

import java.util.random.RandomGenerator;

import io.canvass.raft.core.Effect;

/**
 * The state machine of one replica and the thread that feeds it: sometimes at once, sometimes far behind the log. A crash leaves
 * it what was flushed.
 */
final class Applier {
    private final Simulation simulation;
    private final SimulatedReplica replica;
    private final RandomGenerator random;

    private Registers registers = new Registers();
    private long wanted;
    private long flushed;
    private long stalledUntil;
    /** Names the work that is on the agenda; work of before a crash or a stall is void. */
    private long attempts;
    private boolean waiting;

    Applier(Simulation simulation, SimulatedReplica replica, RandomGenerator random) {
        this.simulation = simulation;
        this.replica = replica;
        this.random = random;
    }

    Registers registers() {
        return registers;
    }

    long applied() {
        return registers.applied();
    }

    /** What it finds when its process starts. */
    void start() {
        registers = new Registers();
        while (registers.applied() < flushed) {
            registers.apply(replica.memory().get((int) registers.applied()));
        }
        wanted = flushed;
    }

    void crash() {
        long applied = registers.applied();
        flushed += applied > flushed ? random.nextLong(applied - flushed + 1) : 0;
        attempts++;
        waiting = false;
    }

    /** Its directory is gone. */
    void lose() {
        flushed = 0;
    }

    void apply(Effect.Apply apply) {
        if (apply.from() != wanted + 1) {
            throw new InvariantViolation(
                    "AppliedInOrder", replica.key() + " was to apply up to " + wanted + " and is to do " + apply);
        }
        wanted = apply.to();
        boolean atOnce = simulation.options().pace().slowestApplyNanos() == 0 && stalledUntil <= simulation.now();
        if (waiting) {
            return;
        }
        if (atOnce) {
            work(wanted);
        } else {
            later();
        }
    }

    private void later() {
        waiting = true;
        long attempt = ++attempts;
        long pace = 1 + random.nextLong(1 + simulation.options().pace().slowestApplyNanos());
        simulation.agenda().at(Math.max(simulation.now(), stalledUntil) + pace, () -> {
            if (attempt == attempts && replica.isRunning()) {
                waiting = false;
                work(registers.applied() + 1 + random.nextLong(wanted - registers.applied()));
                if (registers.applied() < wanted) {
                    later();
                }
            }
        });
    }

    private void work(long to) {
        while (registers.applied() < to) {
            registers.apply(replica.memory().get((int) registers.applied()));
            long index = registers.applied();
            for (Observer observer : simulation.observers()) {
                observer.applied(replica, index);
            }
            simulation.clients().applied(replica, replica.memory().get((int) index - 1));
        }
    }

    /** A process that slept goes on. */
    void resume() {
        if (registers.applied() < wanted) {
            later();
        }
    }

    /** It takes nothing up until then: a compaction, a slow disk, a long pause of its own. */
    void stallUntil(long nanos) {
        stalledUntil = Math.max(stalledUntil, nanos);
    }

    void endStall() {
        if (stalledUntil > simulation.now()) {
            stalledUntil = simulation.now();
            if (replica.isRunning()) {
                resume();
            }
        }
    }
}
