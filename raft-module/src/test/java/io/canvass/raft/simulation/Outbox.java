package io.canvass.raft.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

import io.canvass.raft.core.Effect;

/** Holds messages back until what they say is durable. One for each life of a process. */
final class Outbox {
    /** More than this held back is a leak. */
    static final int MAX_HELD = 20_000;

    private final Deque<Effect.Send> heldBack = new ArrayDeque<>();
    private final Consumer<Effect.Send> leave;
    private long durableToken;

    Outbox(Consumer<Effect.Send> leave) {
        this.leave = leave;
    }

    long durableToken() {
        return durableToken;
    }

    /** @param atOnce a planted fault: it does not wait */
    void send(Effect.Send send, boolean atOnce) {
        if (send.after() <= durableToken || atOnce) {
            leave.accept(send);
            return;
        }
        if (heldBack.size() >= MAX_HELD) {
            throw new InvariantViolation("BoundedQueues", heldBack.size() + " messages are held back");
        }
        heldBack.addLast(send);
    }

    /** All writes up to this one are durable. */
    void durable(long token) {
        durableToken = Math.max(durableToken, token);
        while (!heldBack.isEmpty() && heldBack.getFirst().after() <= durableToken) {
            leave.accept(heldBack.removeFirst());
        }
    }
}
