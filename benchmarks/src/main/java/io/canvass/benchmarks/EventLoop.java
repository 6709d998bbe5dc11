package io.canvass.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.IntSupplier;

/**
 * Carries many connections on one thread, each in a closed loop. A connection whose request failed rests for a moment,
 * so that a server that refuses everything is not drowned in requests that say nothing more.
 */
final class EventLoop implements Callable<Tally> {
    private static final long REST_NANOS = 20_000_000;
    private static final long SWEEP_NANOS = 100_000_000;
    private static final int SCRATCH_BYTES = 64 * 1024;

    private final LoadOptions options;
    private final Schedule schedule;
    private final List<Connection> connections;
    private final IntSupplier keys;
    private final Tally tally = new Tally();
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH_BYTES);
    /** In the order of their ends, for all rests are equally long. */
    private final ArrayDeque<Rest> resting = new ArrayDeque<>();

    private final Selector selector;
    private final long timeoutNanos;
    private int active;

    /** @param keys the key of the next request; negative: there are no more */
    EventLoop(LoadOptions options, Schedule schedule, List<Connection> connections, IntSupplier keys)
            throws IOException {
        this.options = options;
        this.schedule = schedule;
        this.connections = List.copyOf(connections);
        this.keys = keys;
        this.selector = Selector.open();
        this.timeoutNanos = options.timeoutSeconds() * 1_000_000_000L;
    }

    /** Runs to the end of the schedule, and until each request under way is answered or given up. */
    @Override
    public Tally call() throws IOException {
        active = connections.size();
        long now = System.nanoTime();
        for (Connection connection : connections) {
            proceed(connection, now);
        }
        long nextSweep = now + SWEEP_NANOS;
        while (active > 0) {
            selector.select(this::ready, waitMillis(now, nextSweep));
            now = System.nanoTime();
            endRests(now);
            if (now - nextSweep >= 0) {
                sweep(now);
                nextSweep = now + SWEEP_NANOS;
            }
        }
        selector.close();
        return tally;
    }

    private long waitMillis(long now, long nextSweep) {
        Rest first = resting.peekFirst();
        long until = first == null ? nextSweep : Math.min(nextSweep, first.endNanos());
        return Math.max(1, (until - now) / 1_000_000);
    }

    private void ready(SelectionKey selection) {
        Connection connection = (Connection) selection.attachment();
        try {
            if (selection.isConnectable()) {
                connection.finishConnect();
                proceed(connection, System.nanoTime());
                return;
            }
            if (selection.isReadable() && connection.read(scratch)) {
                complete(connection);
                return;
            }
            if (selection.isValid() && selection.isWritable()) {
                connection.write();
            }
        } catch (MalformedResponseException e) {
            lost(connection, "not an HTTP response");
        } catch (IOException e) {
            lost(connection, connection.isConnecting() ? "cannot connect" : "connection lost");
        }
    }

    private void complete(Connection connection) {
        long now = System.nanoTime();
        ResponseParser response = connection.response();
        int status = response.status();
        boolean success = status >= 200 && status < 300;
        // etcd answers a read of a missing key with 200; without this look a GET of nothing would count as a fast one.
        boolean whole = options.op() != LoadOptions.Op.GET || response.bodyBytes() >= options.payloadBytes();
        // A batch is 200, and each of its lines has a status.
        boolean allDone = options.batch() == 1 || response.linesDone() == options.batch();
        connection.settle();
        if (success && whole && allDone) {
            answered(connection, now);
            connection.forgetKey();
            proceed(connection, now);
        } else {
            failed(connection, !success ? "status " + status : whole ? "not all of a batch done" : "value missing or short", now);
        }
    }

    private void answered(Connection connection, long now) {
        long nanos = now - connection.sinceNanos();
        if (schedule.isMeasured(now)) {
            tally.answered(nanos);
        } else if (schedule.isMeasured(connection.sinceNanos())) {
            tally.answeredLate(nanos);
        }
    }

    private void lost(Connection connection, String why) {
        connection.close();
        failed(connection, why, System.nanoTime());
    }

    private void failed(Connection connection, String why, long now) {
        if (schedule.isMeasured(connection.sinceNanos()) || schedule.isMeasured(now)) {
            tally.failed(why);
        }
        if (options.op() != LoadOptions.Op.FILL) {
            connection.forgetKey();
        }
        resting.addLast(new Rest(connection, now + REST_NANOS));
    }

    private void endRests(long now) {
        Rest first = resting.peekFirst();
        while (first != null && now - first.endNanos() >= 0) {
            resting.removeFirst();
            proceed(first.connection(), now);
            first = resting.peekFirst();
        }
    }

    /** The next step of a connection with nothing under way: connect, send, or end. */
    private void proceed(Connection connection, long now) {
        if (schedule.isOver(now)) {
            end(connection);
            return;
        }
        try {
            if (!connection.isOpen()) {
                connection.connect(selector, now);
                return;
            }
            int key = connection.key() == Connection.NO_KEY ? keys.getAsInt() : connection.key();
            if (key < 0) {
                end(connection);
            } else {
                connection.send(key, keys, now);
            }
        } catch (IOException e) {
            lost(connection, connection.isConnecting() ? "cannot connect" : "connection lost");
        }
    }

    private void end(Connection connection) {
        connection.close();
        active--;
    }

    private void sweep(long now) {
        for (Connection connection : connections) {
            if (connection.isUnderWay() && now - connection.sinceNanos() > timeoutNanos) {
                lost(connection, "no answer in " + options.timeoutSeconds() + " s");
            }
        }
    }

    private record Rest(Connection connection, long endNanos) {}

    /** The measured time, in {@link System#nanoTime()}: from its beginning, included, to its end, excluded. */
    record Schedule(long fromNanos, long toNanos) {
        boolean isMeasured(long now) {
            return now - fromNanos >= 0 && now - toNanos < 0;
        }

        boolean isOver(long now) {
            return now - toNanos >= 0;
        }
    }
}
