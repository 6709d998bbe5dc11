package io.canvass.kv.store;

/** What apply made of one lease, for the leader's {@link LeaseClock}. */
public sealed interface LeaseChange {
    long lease();

    /** Granted or kept alive: its time begins anew. */
    record Renewed(long lease, long ttlMillis, long renewals) implements LeaseChange {}

    /** Its end has begun and takes more entries: due at once. */
    record Ending(long lease, long renewals) implements LeaseChange {}

    /** It is gone. */
    record Ended(long lease) implements LeaseChange {}
}
