package io.canvass.raft.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

import io.canvass.raft.core.Bytes;

import static org.assertj.core.api.Assertions.assertThat;

/** One client that writes without a pause to whoever leads, and remembers what was acknowledged, in order. */
final class SteadyWriter implements AutoCloseable {
    /** Before all are asked again where nobody leads. */
    private static final long NO_LEADER_NANOS = 2_000_000;

    private final LocalGroup group;
    private final List<String> acknowledged = new ArrayList<>();
    private final Thread thread = Thread.ofPlatform().name("test-steady-writer").unstarted(this::run);
    private volatile boolean stopped;
    private volatile int count;

    SteadyWriter(LocalGroup group) {
        this.group = group;
        thread.start();
    }

    private void run() {
        int next = 0;
        while (!stopped) {
            String command = "steady" + next;
            if (group.running().stream().anyMatch(id -> tried(id, command))) {
                next++;
            } else {
                LockSupport.parkNanos(NO_LEADER_NANOS);
            }
        }
    }

    /** Whether its fate is sealed, or may be: then it is not tried again. */
    private boolean tried(String id, String command) {
        try {
            CompletableFuture<Applied<Integer>> proposed = group.node(id).propose(Bytes.ofUtf8(command));
            proposed.get(LocalGroup.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            acknowledged.add(command);
            count = acknowledged.size();
            return true;
        } catch (ExecutionException e) {
            return !(e.getCause() instanceof RaftException failure
                    && failure.outcome() == RaftException.Outcome.NOT_APPLIED);
        } catch (IllegalStateException e) {
            return false; // It stopped meanwhile.
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("A write got no answer", e);
        }
    }

    int count() {
        return count;
    }

    /** All that was acknowledged; nothing more is written. */
    List<String> stop() {
        close();
        return acknowledged;
    }

    /** Everything that was acknowledged is there, once and in order; what was not may be there too. */
    static void assertHolds(List<String> commands, List<String> acknowledged) {
        assertThat(commands).doesNotHaveDuplicates();
        assertThat(commands).containsSubsequence(acknowledged);
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join(LocalGroup.PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        assertThat(thread.isAlive()).isFalse();
    }
}
