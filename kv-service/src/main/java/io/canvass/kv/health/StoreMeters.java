package io.canvass.kv.health;

import java.util.function.ToDoubleFunction;

import io.canvass.kv.store.KvStore;
import io.canvass.kv.store.StoreException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/** How far the state is, what of its history is kept, and whether removing the rest keeps up. */
public final class StoreMeters implements MeterBinder {
    private final KvStore store;

    public StoreMeters(KvStore store) {
        this.store = store;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(registry, "kv.store.keys", "Keys that exist", KvStore::keyCount);
        gauge(registry, "kv.store.revision", "Newest revision", KvStore::revision);
        gauge(registry, "kv.store.compact.revision", "History below this revision is not kept", KvStore::compactRevision);
        gauge(registry, "kv.store.reclaim.lag", "Revisions that are compacted and not yet removed here", StoreMeters::lag);
    }

    private void gauge(MeterRegistry registry, String name, String description, ToDoubleFunction<KvStore> value) {
        Gauge.builder(name, store, value).description(description).register(registry);
    }

    /** Not a number if the state cannot be read. */
    private static double lag(KvStore store) {
        long compacted = store.compactRevision();
        try {
            return Math.max(0, compacted - store.reclaimedRevision());
        } catch (StoreException e) {
            return Double.NaN;
        }
    }
}
