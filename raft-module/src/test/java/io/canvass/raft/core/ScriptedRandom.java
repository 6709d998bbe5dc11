package io.canvass.raft.core;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.random.RandomGenerator;

/** Draws what a test says, and else always the same: so every timer of a test is known. Counts its draws. */
final class ScriptedRandom implements RandomGenerator {
    private final long usual;
    private final Deque<Long> script = new ArrayDeque<>();
    private int draws;

    ScriptedRandom(long usual) {
        this.usual = usual;
    }

    void next(long... values) {
        for (long value : values) {
            script.addLast(value);
        }
    }

    int draws() {
        return draws;
    }

    @Override
    public long nextLong(long bound) {
        draws++;
        long value = script.isEmpty() ? usual : script.removeFirst();
        if (value < 0 || value >= bound) {
            throw new IllegalStateException("A script draws " + value + " of " + bound);
        }
        return value;
    }

    @Override
    public long nextLong() {
        throw new UnsupportedOperationException("The core draws bounded numbers only");
    }
}
