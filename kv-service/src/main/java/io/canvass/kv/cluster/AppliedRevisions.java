package io.canvass.kv.cluster;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import io.canvass.kv.store.LeaseChange;
import io.canvass.kv.store.StoreObserver;
import io.canvass.kv.store.StoreState;
import org.jspecify.annotations.Nullable;

/**
 * Who waits until this node's store has come to a revision. Thread-safe. The applier only looks whether anybody is due;
 * they are woken on another thread.
 */
final class AppliedRevisions implements StoreObserver {
    private final LongSupplier revision;
    private final Delays delays;
    private final ConcurrentSkipListMap<Place, CompletableFuture<Boolean>> waiting =
            new ConcurrentSkipListMap<>(Comparator.comparingLong(Place::revision).thenComparingLong(Place::number));
    private final AtomicLong numbers = new AtomicLong();

    /** @param number tells apart those that wait for the same revision */
    private record Place(long revision, long number) {}

    /** @param revision the store's, as readers see it */
    AppliedRevisions(LongSupplier revision, Delays delays) {
        this.revision = revision;
        this.delays = delays;
    }

    boolean isReached(long wanted) {
        return revision.getAsLong() >= wanted;
    }

    /** Completes with true once the store is there, or false if it is not in time. Whoever asks bounds how many wait. */
    CompletableFuture<Boolean> await(long wanted, long timeoutNanos) {
        Place place = new Place(wanted, numbers.incrementAndGet());
        CompletableFuture<Boolean> reached = new CompletableFuture<>();
        waiting.put(place, reached);
        Delays.Delayed deadline = delays.after(timeoutNanos, () -> end(place, false));
        // It may have come there before it was known that somebody waits.
        if (isReached(wanted)) {
            end(place, true);
        }
        return reached.whenComplete((_, _) -> deadline.cancel());
    }

    @Override
    public void applied(StoreState state, List<LeaseChange> leaseChanges) {
        wakeIfDue(state.revision());
    }

    @Override
    public void installed(StoreState state) {
        wakeIfDue(state.revision());
    }

    private void wakeIfDue(long now) {
        if (isDue(waiting.firstEntry(), now)) {
            delays.execute(this::wake);
        }
    }

    private void wake() {
        long now = revision.getAsLong();
        Map.Entry<Place, CompletableFuture<Boolean>> first = waiting.firstEntry();
        while (first != null && isDue(first, now)) {
            end(first.getKey(), true);
            first = waiting.firstEntry();
        }
    }

    private static boolean isDue(Map.@Nullable Entry<Place, CompletableFuture<Boolean>> first, long now) {
        return first != null && first.getKey().revision() <= now;
    }

    /** Whoever takes it out ends it. */
    private void end(Place place, boolean isReached) {
        CompletableFuture<Boolean> reached = waiting.remove(place);
        if (reached != null) {
            reached.complete(isReached);
        }
    }
}
