package io.canvass.raft.simulation;

import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

import io.canvass.raft.core.Outcome;

/** The clocks of one machine, and the deadline that its process waits for. */
final class MachineTime {
    private static final long MAX_CLOCK_START_NANOS = 1_000_000_000_000L;
    private static final long NO_WAKE = Long.MAX_VALUE;

    private final Simulation simulation;
    private final BooleanSupplier running;
    private final Runnable due;
    /** This life's monotonic clock. */
    private final LocalClock clock;
    /** The same machine's time since the beginning, whatever it started again. */
    private final LocalClock sinceBeginning;

    private long life;
    private long deadline = Outcome.NEVER;
    private long wakeAt = NO_WAKE;

    /**
     * @param running whether the process could take up what is due; who cannot is to call {@link #fireIfDue} when he can
     * @param due takes it up
     */
    MachineTime(Simulation simulation, int permille, BooleanSupplier running, Runnable due) {
        this.simulation = simulation;
        this.running = running;
        this.due = due;
        this.clock = new LocalClock(permille);
        this.sinceBeginning = new LocalClock(permille);
    }

    /** A new life, whose clock begins anywhere. */
    void boot(RandomGenerator random) {
        life++;
        clock.set(simulation.now(), MAX_CLOCK_START_NANOS + random.nextLong(MAX_CLOCK_START_NANOS));
        deadline = Outcome.NEVER;
        wakeAt = NO_WAKE;
    }

    /** Which of its lives this is, from 1. */
    long life() {
        return life;
    }

    long read() {
        return clock.read(simulation.now());
    }

    /** What has passed on this machine since the beginning. */
    long readSinceBeginning() {
        return sinceBeginning.read(simulation.now());
    }

    /** From now on, and over restarts. */
    void goAt(int permille) {
        clock.goAt(simulation.now(), permille);
        sinceBeginning.goAt(simulation.now(), permille);
        wakeAt = NO_WAKE;
        scheduleWake();
    }

    /** As after a time in which the machine did not run. */
    void jump(long nanos) {
        clock.jump(simulation.now(), nanos);
        sinceBeginning.jump(simulation.now(), nanos);
        wakeAt = NO_WAKE;
        scheduleWake();
    }

    void awaitDeadline(long nanos) {
        deadline = nanos;
        scheduleWake();
    }

    private void scheduleWake() {
        if (deadline == Outcome.NEVER) {
            return;
        }
        long at = clock.whenReads(deadline, simulation.now());
        if (at >= wakeAt) {
            return;
        }
        wakeAt = at;
        long thisLife = life;
        simulation.agenda().at(at, () -> {
            if (life == thisLife && wakeAt == at) {
                wakeAt = NO_WAKE;
                if (running.getAsBoolean()) {
                    fireIfDue();
                }
            }
        });
    }

    void fireIfDue() {
        if (deadline <= read()) {
            due.run();
        } else {
            scheduleWake();
        }
    }
}
