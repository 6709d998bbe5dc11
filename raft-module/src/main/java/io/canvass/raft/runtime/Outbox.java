package io.canvass.raft.runtime;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.Token;
import io.canvass.raft.transport.Transport;
import org.jspecify.annotations.Nullable;

/**
 * What the core wants sent, held back until what it depends on is durable. Bounded as the core's own work is: it waits for writes that
 * were asked for. For the core's thread.
 */
final class Outbox {
    private final Transport transport;
    private final @Nullable Snapshots snapshots;
    private final List<Effect.Send> sends = new ArrayList<>();
    private final Deque<Effect.Send> held = new ArrayDeque<>();
    private long durableToken;
    private volatile int heldCount;

    Outbox(Transport transport, @Nullable Snapshots snapshots) {
        this.transport = transport;
        this.snapshots = snapshots;
    }

    void add(Effect.Send send) {
        sends.add(send);
    }

    void durable(Token token) {
        durableToken = token.sequence();
    }

    /** Sends what may go, the oldest first. */
    void flush() {
        if (!held.isEmpty()) {
            Iterator<Effect.Send> waiting = held.iterator();
            while (waiting.hasNext()) {
                Effect.Send send = waiting.next();
                if (send.after() <= durableToken) {
                    transmit(send);
                    waiting.remove();
                }
            }
        }
        for (Effect.Send send : sends) {
            if (send.after() <= durableToken) {
                transmit(send);
            } else {
                held.addLast(send);
            }
        }
        sends.clear();
        int now = held.size();
        if (now != heldCount) {
            heldCount = now;
        }
    }

    /** Messages that wait for a write, as of the last flush. From any thread. */
    int heldCount() {
        return heldCount;
    }

    private void transmit(Effect.Send send) {
        Message message = send.message() instanceof Message.SnapshotResponse response && snapshots != null
                ? snapshots.completed(response)
                : send.message();
        transport.send(send.to(), send.lane(), send.correlation(), message);
    }

    void clear() {
        sends.clear();
        held.clear();
    }
}
