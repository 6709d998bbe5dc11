package io.canvass.kv.api.watch;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;

import io.canvass.kv.api.calls.ClusterCalls;

/** What every stream does beside its events: words of progress, and a look now and then whether the node may go on. */
public final class StreamLife {
    /** So often it is looked at whether there is a leader, and whether this node is a member. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private static final String REVOKED = "revoked";

    private final EventWriter out;
    private final ClusterCalls cluster;
    private final WatchTimes times;
    private final boolean requireLeader;
    private final BooleanSupplier allowed;
    private final long lookNanos;
    private long progressNanos = System.nanoTime();
    private long leaderSeenNanos = System.nanoTime();

    /**
     * @param requireLeader whether the stream ends when this node has known no leader for {@link
     * WatchTimes#leaderless()}
     */
    public StreamLife(EventWriter out, ClusterCalls cluster, WatchTimes times, boolean requireLeader, BooleanSupplier allowed) {
        this.out = out;
        this.cluster = cluster;
        this.times = times;
        this.requireLeader = requireLeader;
        this.allowed = allowed;
        long shortest = Math.min(times.progressInterval().toNanos(), times.leaderless().toNanos());
        this.lookNanos = Math.min(LOOK.toNanos(), shortest);
    }

    /** How long to wait for an event before {@link #mustEnd}. */
    public long waitNanos() {
        return lookNanos;
    }

    /**
     * Tells progress when it is time to.
     *
     * @param revision all events up to it have been written to this stream
     * @return whether the stream must end; the client has been told why
     */
    public boolean mustEnd(long revision) throws IOException {
        long now = System.nanoTime();
        if (now - progressNanos >= times.progressInterval().toNanos()) {
            progressNanos = now;
            out.event("progress", OptionalLong.of(revision), json -> json.writeNumberProperty("revision", revision));
            out.flush();
        }
        Optional<String> reason = reason(now);
        if (reason.isPresent()) {
            goodbye(reason.get());
        }
        return reason.isPresent();
    }

    /** The last event: why the stream ends. */
    public void goodbye(String reason) throws IOException {
        out.event("goodbye", OptionalLong.empty(), json -> json.writeStringProperty("reason", reason));
        out.flush();
    }

    /** Whether who opened the stream may still see what it tells; to be asked before each event. */
    public boolean isAllowed() {
        return allowed.getAsBoolean();
    }

    /** Tells the client that it may not see any more of this. */
    public void revoked() throws IOException {
        goodbye(REVOKED);
    }

    private Optional<String> reason(long now) {
        if (!isAllowed()) {
            return Optional.of(REVOKED);
        }
        if (!cluster.isMember()) {
            return Optional.of("removed");
        }
        if (!requireLeader || !cluster.view().leaderId().isEmpty()) {
            leaderSeenNanos = now;
        }
        return now - leaderSeenNanos >= times.leaderless().toNanos() ? Optional.of("leader-lost") : Optional.empty();
    }
}
