package io.canvass.kv.store;

import java.util.Arrays;
import java.util.Optional;

import io.canvass.raft.core.Bytes;

/**
 * A run of keys, half open, by unsigned bytes. One whose end is not after its start is empty.
 *
 * @param end empty: to the end of all keys
 * @param prefixBytes how many bytes at the start all keys share by what was asked; folders begin after them
 */
public record KeySpan(Bytes start, Optional<Bytes> end, int prefixBytes) {
    /** All keys. */
    public static final KeySpan ALL = from(Bytes.EMPTY);

    public KeySpan {
        if (prefixBytes < 0 || prefixBytes > start.size()) {
            throw new IllegalArgumentException("A span cannot begin with " + start.size() + " bytes of which "
                    + prefixBytes + " are shared");
        }
    }

    /** All keys that begin with {@code prefix}; also where it ends in bytes of 0xff. */
    public static KeySpan prefix(Bytes prefix) {
        return new KeySpan(prefix, KeyLayout.endOf(prefix.array()).map(Bytes::wrap), prefix.size());
    }

    /** From {@code start}, inclusive, to {@code end}, exclusive. */
    public static KeySpan between(Bytes start, Bytes end) {
        return new KeySpan(start, Optional.of(end), 0);
    }

    /** From {@code start}, inclusive, to the end. */
    public static KeySpan from(Bytes start) {
        return new KeySpan(start, Optional.empty(), 0);
    }

    /** One key alone. */
    public static KeySpan only(Bytes key) {
        return between(key, Bytes.wrap(KeyLayout.after(key.array())));
    }

    /** Whether it is of one key alone, whether that exists or not. */
    public boolean isOnly() {
        return end.isPresent() && Arrays.equals(end.get().array(), KeyLayout.after(start.array()));
    }

    /** Whether all keys of {@code other} are in it; of an empty one, whether its start is. */
    public boolean covers(KeySpan other) {
        if (Arrays.compareUnsigned(other.start.array(), start.array()) < 0 || !endsAfter(other.start.array())) {
            return false;
        }
        return end.isEmpty()
                || other.isEmpty()
                || (other.end.isPresent()
                        && Arrays.compareUnsigned(other.end.get().array(), end.get().array()) <= 0);
    }

    /** Whether no key can be in it. */
    public boolean isEmpty() {
        return end.isPresent() && Arrays.compareUnsigned(start.array(), end.get().array()) >= 0;
    }

    /** Whether {@code key} is in it. */
    public boolean contains(Bytes key) {
        return Arrays.compareUnsigned(key.array(), start.array()) >= 0 && endsAfter(key.array());
    }

    boolean endsAfter(byte[] key) {
        return end.isEmpty() || Arrays.compareUnsigned(key, end.get().array()) < 0;
    }
}
