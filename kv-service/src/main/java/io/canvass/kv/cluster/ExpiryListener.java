package io.canvass.kv.cluster;

/** Is told of leases that the leader ended because their time was over. Must return at once and must not throw. */
@FunctionalInterface
public interface ExpiryListener {
    /** Nobody wants to know. */
    ExpiryListener NONE = (leases, lateNanos) -> {};

    /**
     * One entry of the log that ended leases was applied.
     *
     * @param leases how many are gone by it
     * @param lateNanos how long ago the first of those that it was to end was over
     */
    void ended(int leases, long lateNanos);
}
