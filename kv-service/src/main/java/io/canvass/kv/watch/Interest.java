package io.canvass.kv.watch;

import java.util.Arrays;

import io.canvass.kv.store.KeySpan;
import io.canvass.kv.store.KvQueries.Change;
import io.canvass.proto.kv.v1.LockSpace;
import io.canvass.raft.core.Bytes;

/** What somebody waits for changes of. */
public sealed interface Interest {
    /** One key. */
    record Key(Bytes key) implements Interest {}

    /** All keys that begin so; an empty prefix: all keys. */
    record Prefix(Bytes prefix) implements Interest {}

    /** A run of keys that need not share a prefix. */
    record Span(KeySpan span) implements Interest {}

    /** The queue of one lock or election. */
    record Queue(LockSpace space, Bytes name) implements Interest {}

    /** Whether the change is of what is meant. */
    default boolean includes(Change change) {
        return switch (change) {
            case Change.Put put -> includes(put.entry().key());
            case Change.Delete delete -> includes(delete.key());
            case Change.Lock lock -> equals(new Queue(lock.space(), lock.name()));
        };
    }

    private boolean includes(Bytes key) {
        return switch (this) {
            case Key one -> one.key.equals(key);
            case Prefix(Bytes prefix) -> key.size() >= prefix.size()
                    && Arrays.equals(key.array(), 0, prefix.size(), prefix.array(), 0, prefix.size());
            case Span(KeySpan span) -> span.contains(key);
            case Queue queue -> false;
        };
    }
}
