package io.canvass.kv.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import io.canvass.kv.store.RangeQuery.Content;
import io.canvass.kv.store.RangeQuery.Order;
import io.canvass.raft.core.Bytes;

/** One page of a {@link RangeQuery}. For one thread. */
final class Ranges {
    private final RangeQuery query;
    private final KeyWalk walk;

    private final List<StoredValue> items = new ArrayList<>();
    private final List<Bytes> folders = new ArrayList<>();
    private Optional<Bytes> last = Optional.empty();
    private long count;
    private long bytes;

    private Ranges(RangeQuery query, KeyWalk walk) {
        this.query = query;
        this.walk = walk;
    }

    static KvQueries.RangePage page(Database database, ReadView view, RangeQuery query) {
        long revision = view.revision(query.revision());
        StoreState state = view.state();
        if (isCountOfAll(query) && revision == state.revision() && state.keyCount() <= query.limit()) {
            return new KvQueries.RangePage(revision, List.of(), List.of(), state.keyCount(), false, Optional.empty());
        }
        try (KeyWalk walk = revision == state.revision()
                ? new KeyWalk.Current(database, view.options())
                : new KeyWalk.Past(database, view.options(), revision)) {
            return new Ranges(query, walk).read(revision);
        }
    }

    private static boolean isCountOfAll(RangeQuery query) {
        return query.content() == Content.COUNT
                && query.span().equals(KeySpan.ALL)
                && query.separator().isEmpty()
                && query.after().isEmpty();
    }

    private KvQueries.RangePage read(long revision) {
        boolean more = !query.span().isEmpty() && begin() && fill();
        return new KvQueries.RangePage(revision, items, folders, count, more, last);
    }

    /** Goes to the first key of the page, if there can be one. */
    private boolean begin() {
        byte[] start = query.span().start().array();
        if (query.order() == Order.DESCENDING) {
            Optional<Bytes> end = query.after()
                    .filter(after -> query.span().endsAfter(after.array()))
                    .or(query.span()::end);
            end.map(Bytes::array).ifPresentOrElse(walk::lastBefore, walk::last);
            return true;
        }
        if (query.after().isPresent()) {
            byte[] after = query.after().get().array();
            Optional<byte[]> behind =
                    isFolder(after) ? KeyLayout.endOf(after) : Optional.of(KeyLayout.after(after));
            if (behind.isEmpty()) {
                return false;
            }
            start = Arrays.compareUnsigned(behind.get(), start) > 0 ? behind.get() : start;
        }
        walk.first(start);
        return true;
    }

    /** An item never has the separator behind the prefix: it would be in a folder. */
    private boolean isFolder(byte[] last) {
        return folderOf(last).isPresent();
    }

    /** @return whether there is more than the page has room for */
    private boolean fill() {
        while (walk.isValid() && query.span().contains(Bytes.wrap(walk.key()))) {
            if (count == query.limit()) {
                return true;
            }
            Optional<Bytes> folder = folderOf(walk.key());
            boolean fits = folder.isPresent() ? addFolder(folder.get()) : addItem();
            if (!fits) {
                return true;
            }
            if (!advance(folder)) {
                return false;
            }
        }
        return false;
    }

    private boolean addFolder(Bytes folder) {
        if (!hasRoom(folder.size())) {
            return false;
        }
        if (query.content() != Content.COUNT) {
            folders.add(folder);
        }
        count++;
        last = Optional.of(folder);
        return true;
    }

    private boolean addItem() {
        Bytes key = Bytes.wrap(walk.key());
        if (query.content() != Content.COUNT) {
            StoredValue entry = walk.entry();
            StoredValue item = query.content() == Content.KEYS ? entry.withoutValue() : entry;
            if (!hasRoom((long) key.size() + item.value().size())) {
                return false;
            }
            items.add(item);
        }
        count++;
        last = Optional.of(key);
        return true;
    }

    private boolean hasRoom(long more) {
        bytes += more;
        return query.content() == Content.COUNT || bytes <= query.maxBytes() || count == 0;
    }

    /** @return false behind the last folder that there can be */
    private boolean advance(Optional<Bytes> folder) {
        if (query.order() == Order.DESCENDING) {
            folder.map(Bytes::array).ifPresentOrElse(walk::lastBefore, walk::previous);
            return true;
        }
        if (folder.isEmpty()) {
            walk.next();
            return true;
        }
        Optional<byte[]> end = KeyLayout.endOf(folder.get().array());
        end.ifPresent(walk::first);
        return end.isPresent();
    }

    private Optional<Bytes> folderOf(byte[] key) {
        if (query.separator().isEmpty()) {
            return Optional.empty();
        }
        byte[] separator = query.separator().get().array();
        for (int at = query.span().prefixBytes(); at + separator.length <= key.length; at++) {
            if (Arrays.equals(key, at, at + separator.length, separator, 0, separator.length)) {
                return Optional.of(Bytes.wrap(Arrays.copyOf(key, at + separator.length)));
            }
        }
        return Optional.empty();
    }
}
