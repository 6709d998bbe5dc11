package io.canvass.raft.simulation;

import java.util.List;
import java.util.random.RandomGenerator;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import org.jspecify.annotations.Nullable;

/**
 * The state machine of one replica and the thread that feeds it: sometimes at once, sometimes far behind the log. A crash leaves
 * it what was flushed.
 */
final class Applier {
    private final Simulation simulation;
    private final SimulatedReplica replica;
    private final RandomGenerator random;

    private @Nullable Machine machine;
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

    Machine machine() {
        if (machine == null) {
            throw new IllegalStateException(replica.key() + " was never started");
        }
        return machine;
    }

    long applied() {
        return machine == null ? 0 : machine.applied();
    }

    /** What it finds when its process starts. */
    void start() {
        close();
        machine = simulation.machines().make();
        machine.apply(replica.memory().subList(0, (int) flushed));
        machine.restored(replica.clock());
        simulation.clients().workload().stands(replica.number(), replica.life(), machine);
        wanted = flushed;
    }

    void crash() {
        long applied = applied();
        flushed += applied > flushed ? random.nextLong(applied - flushed + 1) : 0;
        attempts++;
        waiting = false;
        simulation.clients().workload().crashed(replica.number());
    }

    /** Its directory is gone. */
    void lose() {
        flushed = 0;
    }

    void close() {
        if (machine != null) {
            machine.close();
            machine = null;
        }
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
                work(applied() + 1 + random.nextLong(wanted - applied()));
                if (applied() < wanted) {
                    later();
                }
            }
        });
    }

    /** In one batch. */
    private void work(long to) {
        List<Entry> entries = List.copyOf(replica.memory().subList((int) applied(), (int) to));
        List<Machine.Answer> answers = machine().apply(entries, replica.clock());
        for (int i = 0; i < entries.size(); i++) {
            for (Observer observer : simulation.observers()) {
                observer.applied(replica, entries.get(i).index());
            }
            simulation.clients().applied(replica, entries.get(i), answers.get(i));
        }
        simulation.clients().workload().stands(replica.number(), replica.life(), machine());
        simulation.clients().serve(replica);
    }

    /** The state is that of a snapshot now, all of it, and stays so after a crash. */
    void install(List<Entry> content) {
        close();
        attempts++;
        waiting = false;
        machine = simulation.machines().make();
        machine.apply(content);
        machine.restored(replica.clock());
        simulation.clients().workload().stands(replica.number(), replica.life(), machine);
        wanted = content.size();
        flushed = wanted;
        simulation.observers().forEach(observer -> observer.installed(replica));
        simulation.clients().serve(replica);
    }

    /** What a crash would leave. */
    long flushed() {
        return flushed;
    }

    void flush() {
        flushed = applied();
    }

    /** A process that slept goes on. */
    void resume() {
        if (applied() < wanted) {
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
