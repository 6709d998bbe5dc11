package io.canvass.raft.transport;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;

import io.canvass.raft.core.Lane;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.ReplicaKey;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one stream to one peer: looks its name up, connects, greets, and when it breaks starts over after a while.
 * Everything happens on the dial loop, but for {@link #send} and what streams report.
 */
final class LaneLink implements DialledStream.Owner {
    /** A stream that was up for so long breaks for a new reason: the waits begin small again. */
    private static final long STABLE_NANOS = Backoff.MAX_NANOS;

    /** A lane that is dialled on demand is dialled again for so long after it was last asked for. */
    private static final long WANTED_NANOS = 5_000_000_000L;

    /** A peer that refused such a lane, as one of an older version that does not know it, is left alone for so long. */
    static final long REFUSED_NANOS = 30_000_000_000L;

    private final PeerContext context;
    private final PeerAddress address;
    private final Lane lane;
    private final Watcher watcher;

    /** The stream that messages go on: one whose greeting was answered. */
    private final AtomicReference<@Nullable DialledStream> up = new AtomicReference<>();

    // The dial loop only.
    private ReplicaKey peer;
    private final Backoff backoff = new Backoff(ThreadLocalRandom.current());
    private long attempts;
    private int rotation;
    private @Nullable DialledStream stream;
    private @Nullable Future<?> deadline;
    private long upSinceNanos;
    private boolean closed;
    private Demand demand;
    private long wantedNanos;

    /** When it is dialled. */
    private enum Demand {
        /** Always. */
        STEADY,
        /** Because it was asked for lately. */
        WANTED,
        /** Not now: nobody asked. */
        RESTING
    }

    /** Told of changes, on any thread. */
    interface Watcher {
        /** @param peer its directory id known */
        void up(Lane lane, Transport.Seen peer);

        /** Another replica of the node that is dialled is there; the attempt failed. */
        void met(Transport.Seen other);

        /** A stream that was up broke. */
        void down(Lane lane, String why);

        /** An attempt failed; more follow. */
        void unreached(Lane lane, String why);
    }

    /** @param peer its directory id may be unassigned */
    LaneLink(PeerContext context, PeerAddress address, Lane lane, ReplicaKey peer, Watcher watcher) {
        this.context = context;
        this.address = address;
        this.lane = lane;
        this.peer = peer;
        this.watcher = watcher;
        this.demand = Demand.RESTING;
    }

    /** Dials, and goes on for good. */
    void open() {
        context.loop().execute(() -> {
            demand = Demand.STEADY;
            dial();
        });
    }

    /**
     * For a link that was not opened: dials where there is no stream, and goes on for as long as this is called now
     * and then. Whether a request can go now. From any thread.
     */
    boolean prepare() {
        DialledStream current = up.get();
        if (current != null) {
            return current.isReady();
        }
        context.loop().execute(this::want);
        return false;
    }

    private void want() {
        wantedNanos = System.nanoTime();
        if (demand == Demand.RESTING && !closed) {
            demand = Demand.WANTED;
            dial();
        }
    }

    /** From the core's thread. */
    void send(long correlation, Message.Request request) {
        DialledStream current = up.get();
        if (current == null) {
            context.drops().count(DropReason.NOT_CONNECTED);
        } else {
            current.send(correlation, request);
        }
    }

    boolean isUp() {
        return up.get() != null;
    }

    /** Whom later greetings name. */
    void expect(ReplicaKey key) {
        context.loop().execute(() -> peer = key);
    }

    void close(String reason) {
        context.loop().execute(() -> closeNow(reason));
    }

    /** On the dial loop. */
    void closeNow(String reason) {
        closed = true;
        cancelDeadline();
        DialledStream current = stream;
        if (current != null) {
            current.cancel(reason);
        }
    }

    private void dial() {
        if (closed) {
            return;
        }
        if (demand == Demand.WANTED && System.nanoTime() - wantedNanos >= WANTED_NANOS) {
            demand = Demand.RESTING;
            return;
        }
        long attempt = ++attempts;
        deadline = context.loop().schedule(() -> expire(attempt), context.config().connectTimeout().toNanos());
        context.resolver()
                .resolve(address.host(), answer -> context.loop().execute(() -> resolved(attempt, answer)));
    }

    private void resolved(long attempt, Resolution answer) {
        if (closed || attempt != attempts || stream != null) {
            return;
        }
        switch (answer) {
            case Resolution.Found(List<InetAddress> addresses) -> connect(addresses);
            case Resolution.Failed(String why) -> fail(why);
        }
    }

    /** One address per attempt, the next one at the next: a name may lead to some where nobody listens. */
    private void connect(List<InetAddress> addresses) {
        InetAddress chosen = addresses.get(Math.floorMod(rotation, addresses.size()));
        rotation++;
        InetSocketAddress target = new InetSocketAddress(chosen, address.port());
        DialledStream next =
                new DialledStream(context, this, context.channels().forStream(peer.nodeId(), address, target), peer, lane);
        stream = next;
        next.start();
    }

    private void expire(long attempt) {
        if (closed || attempt != attempts) {
            return;
        }
        String why = "No answer within " + context.config().connectTimeout().toMillis() + " ms";
        DialledStream current = stream;
        if (current == null) {
            fail("The name " + address.host() + " was not resolved. " + why);
        } else {
            current.cancel(why);
        }
    }

    private void fail(String why) {
        watcher.unreached(lane, why);
        retry(false);
    }

    private void retry(boolean refused) {
        attempts++;
        cancelDeadline();
        long wait = refused && demand == Demand.WANTED ? REFUSED_NANOS : backoff.nextNanos();
        deadline = context.loop().schedule(this::dial, wait);
    }

    @Override
    public void met(Transport.Seen other) {
        watcher.met(other);
    }

    @Override
    public void acknowledged(DialledStream acknowledged, Transport.Seen seen) {
        ReplicaKey key = seen.replica();
        up.set(acknowledged);
        watcher.up(lane, seen);
        context.loop().execute(() -> {
            if (acknowledged == stream && !closed) {
                cancelDeadline();
                upSinceNanos = System.nanoTime();
                if (!peer.matches(key)) {
                    acknowledged.cancel("The configuration now names " + peer + " in place of " + key);
                }
            }
        });
    }

    @Override
    public void ended(DialledStream ended, String why) {
        boolean wasUp = up.compareAndSet(ended, null);
        if (wasUp) {
            context.listener().peerLost(ended.peer(), lane);
        }
        // After the loss was told, so that nothing of the next stream can come before it.
        context.loop().execute(() -> afterEnd(ended, why, wasUp));
    }

    private void afterEnd(DialledStream ended, String why, boolean wasUp) {
        if (ended != stream) {
            return;
        }
        stream = null;
        if (wasUp) {
            watcher.down(lane, why);
            if (System.nanoTime() - upSinceNanos >= STABLE_NANOS) {
                backoff.reset();
            }
        } else if (!closed) {
            watcher.unreached(lane, why);
        }
        if (!closed) {
            retry(ended.isRefused());
        }
    }

    private void cancelDeadline() {
        Future<?> running = deadline;
        if (running != null) {
            running.cancel(false);
        }
    }
}
