package io.canvass.raft.simulation;

import java.util.HashMap;
import java.util.Map;

import io.canvass.raft.core.Input;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.Outcome;

/** A deadline that has come is dealt with: no replica asks to be woken over and over for nothing (HAZARDS H4). */
final class Bounds implements Observer {
    /** A leader sends ten heartbeats per election timeout; the rest is room for elections and reads. */
    static final int MAX_TIMER_STEPS_PER_TIMEOUT = 60;

    /** What is newly committed is told a little later, to those whose answers come late once more. */
    static final int MORE_FOR_EACH_COMMIT = 2;

    private final Map<Integer, Long> commits = new HashMap<>();

    private record Window(long startNanos, int steps, int allowed) {}

    private final Map<Integer, Window> windows = new HashMap<>();

    @Override
    public void stepped(Step step) {
        if (commitRose(step)) {
            count(step, 0, MORE_FOR_EACH_COMMIT);
        }
        if (step.input() instanceof Input.TimeReached) {
            Outcome outcome = step.outcome();
            boolean nothingDone = outcome.effects().isEmpty() && step.before().equals(step.after());
            if (nothingDone && outcome.nextDeadlineNanos() <= step.replica().clock()) {
                throw new InvariantViolation(
                        "DeadlinesMove", step.replica().key() + " did nothing and wants to be woken at once");
            }
            count(step, 1, 0);
        }
    }

    private boolean commitRose(Step step) {
        boolean may = step.input() instanceof Input.Persisted
                || (step.input() instanceof Input.Received received
                        && received.message() instanceof Message.AppendResponse);
        if (!may) {
            return false;
        }
        long commit = step.replica().core().status().commitIndex();
        Long before = commits.put(step.replica().number(), commit);
        return before != null && commit > before;
    }

    private void count(Step step, int steps, int allowed) {
        int number = step.replica().number();
        Window window = windows.get(number);
        if (window == null || step.nowNanos() - window.startNanos() >= RunOptions.TIMEOUT_NANOS) {
            window = new Window(step.nowNanos(), 0, MAX_TIMER_STEPS_PER_TIMEOUT);
        }
        Window now = new Window(window.startNanos(), window.steps() + steps, window.allowed() + allowed);
        if (now.steps() > now.allowed()) {
            throw new InvariantViolation(
                    "DeadlinesMove", step.replica().key() + " was woken " + now.steps() + " times within one timeout");
        }
        windows.put(number, now);
    }
}
