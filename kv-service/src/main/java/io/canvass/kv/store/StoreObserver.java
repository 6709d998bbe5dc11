package io.canvass.kv.store;

import java.util.List;

/**
 * Is told what apply did, on the applier's thread, when readers can see it. Must return at once and must not throw:
 * apply waits for it.
 */
public interface StoreObserver {
    /** @param leaseChanges in the order in which they happened */
    void applied(StoreState state, List<LeaseChange> leaseChanges);

    /**
     * The queues of these locks and elections changed; told after {@link #applied} of the same entries.
     *
     * @param locks not empty; one whose queue changed several times may be there several times
     */
    default void queuesChanged(List<KvQueries.Change.Lock> locks) {}

    /** Roles or principals are others from now on; told before {@link #applied} and {@link #installed}. */
    default void authChanged(AuthState auth) {}

    /** The whole state was replaced by a copy; nothing is applied before this returns. */
    void installed(StoreState state);
}
