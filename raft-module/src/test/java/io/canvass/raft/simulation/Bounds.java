package io.canvass.raft.simulation;

import java.util.HashMap;
import java.util.Map;

import io.canvass.raft.core.Input;
import io.canvass.raft.core.Outcome;

/** A deadline that has come is dealt with: no replica asks to be woken over and over for nothing (HAZARDS H4). */
final class Bounds implements Observer {
    /** A leader sends ten heartbeats per election timeout; the rest is room for elections and reads. */
    static final int MAX_TIMER_STEPS_PER_TIMEOUT = 60;

    private record Window(long startNanos, int steps) {}

    private final Map<Integer, Window> windows = new HashMap<>();

    @Override
    public void stepped(Step step) {
        if (!(step.input() instanceof Input.TimeReached)) {
            return;
        }
        Outcome outcome = step.outcome();
        boolean nothingDone = outcome.effects().isEmpty() && step.before().equals(step.after());
        if (nothingDone && outcome.nextDeadlineNanos() <= step.replica().clock()) {
            throw new InvariantViolation("DeadlinesMove", step.replica().key() + " did nothing and wants to be woken at once");
        }
        int number = step.replica().number();
        Window window = windows.getOrDefault(number, new Window(step.nowNanos(), 0));
        if (step.nowNanos() - window.startNanos() >= RunOptions.TIMEOUT_NANOS) {
            window = new Window(step.nowNanos(), 0);
        }
        if (window.steps() >= MAX_TIMER_STEPS_PER_TIMEOUT) {
            throw new InvariantViolation(
                    "DeadlinesMove", step.replica().key() + " was woken " + window.steps() + " times within " + "one timeout");
        }
        windows.put(number, new Window(window.startNanos(), window.steps() + 1));
    }
}
