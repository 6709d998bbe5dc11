package io.canvass.kv.store;

import java.util.List;
import java.util.Optional;

import io.canvass.raft.core.Bytes;

/** Reads of the applied state of this node. Thread-safe; never waits for replication. */
public interface KvReader {
    /** The key as it stands, and the store's revision at which that is so. */
    Lookup get(Bytes key);

    /**
     * Keys that begin with {@code prefix} (empty: all), ascending by unsigned bytes, as one consistent view.
     *
     * @param limit at most so many, above zero
     * @param maxBytes at most so many bytes of keys and values, but at least one item
     */
    Page range(Bytes prefix, int limit, long maxBytes);

    /** The revision of the last applied write that changed anything; 0 for an empty store. */
    long revision();

    /**
     * History before this revision may be gone; 0: all is kept. Never above {@link #revision} of the same moment, and never
     * falls; who wants both asks for this one first.
     */
    long compactRevision();

    record Lookup(long revision, Optional<StoredValue> value) {}

    /** @param more whether further keys of the prefix follow */
    record Page(long revision, List<StoredValue> items, boolean more) {
        public Page {
            items = List.copyOf(items);
        }
    }
}
