package io.canvass.kv.store;

import java.util.Optional;
import java.util.OptionalLong;

import io.canvass.raft.core.Bytes;

/**
 * What to read of a span of keys. Pages of one query are one snapshot if each but the first asks at the first one's
 * revision, and after the last key of the one before.
 *
 * @param limit at most so many items and folders, above zero
 * @param maxBytes at most so many bytes of keys, values and folders, but at least one item or folder; not for counts
 * @param separator keys that have it after the span's common prefix are shown as one folder, up to and with it; not
 *     empty
 * @param revision empty: as it stands
 * @param after go on behind this key or folder, in the order of the query
 */
public record RangeQuery(
        KeySpan span,
        int limit,
        long maxBytes,
        Order order,
        Content content,
        Optional<Bytes> separator,
        OptionalLong revision,
        Optional<Bytes> after) {
    /** By unsigned bytes. */
    public enum Order {
        ASCENDING,
        DESCENDING
    }

    /** What comes back. */
    public enum Content {
        ENTRIES,
        /** Entries with empty values. */
        KEYS,
        /** Only how many there are, up to the limit. */
        COUNT
    }

    public RangeQuery {
        if (limit < 1 || maxBytes < 0) {
            throw new IllegalArgumentException("A range needs a limit above zero and no negative size: limit " + limit
                    + ", " + maxBytes + " bytes");
        }
        if (separator.isPresent() && separator.get().size() == 0) {
            throw new IllegalArgumentException("A separator has at least one byte");
        }
        if (revision.isPresent() && revision.getAsLong() < 0) {
            throw new IllegalArgumentException("There is no revision " + revision.getAsLong());
        }
    }

    /** Entries as they stand, ascending. */
    public static RangeQuery of(KeySpan span, int limit, long maxBytes) {
        return new RangeQuery(
                span, limit, maxBytes, Order.ASCENDING, Content.ENTRIES, Optional.empty(), OptionalLong.empty(),
                Optional.empty());
    }

    public RangeQuery ordered(Order newOrder) {
        return new RangeQuery(span, limit, maxBytes, newOrder, content, separator, revision, after);
    }

    public RangeQuery only(Content newContent) {
        return new RangeQuery(span, limit, maxBytes, order, newContent, separator, revision, after);
    }

    public RangeQuery foldedAt(Bytes newSeparator) {
        return new RangeQuery(span, limit, maxBytes, order, content, Optional.of(newSeparator), revision, after);
    }

    public RangeQuery at(long newRevision) {
        return new RangeQuery(
                span, limit, maxBytes, order, content, separator, OptionalLong.of(newRevision), after);
    }

    public RangeQuery after(Bytes last) {
        return new RangeQuery(span, limit, maxBytes, order, content, separator, revision, Optional.of(last));
    }
}
