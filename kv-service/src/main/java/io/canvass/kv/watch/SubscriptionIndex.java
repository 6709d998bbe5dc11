package io.canvass.kv.watch;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

import io.canvass.kv.store.KvQueries.Change;
import io.canvass.raft.core.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Whom a change concerns, found without a look at those whom it does not concern: keys and queues by a table, prefixes by
 * a table that is asked once for each length that some prefix has, other spans by a tree. For one thread.
 */
final class SubscriptionIndex {
    private final Map<Bytes, Set<Subscription>> keys = new HashMap<>();
    private final Map<Interest.Queue, Set<Subscription>> queues = new HashMap<>();
    private final Map<Bytes, Set<Subscription>> prefixes = new HashMap<>();
    /** How many different prefixes have which length. */
    private final TreeMap<Integer, Integer> prefixLengths = new TreeMap<>();
    private final SpanTree<Subscription> spans = new SpanTree<>();
    private final Set<Subscription> all = Collections.newSetFromMap(new IdentityHashMap<>());
    private long visited;

    void add(Subscription subscription) {
        all.add(subscription);
        switch (subscription.interest()) {
            case Interest.Key one -> put(keys, one.key(), subscription);
            case Interest.Queue queue -> put(queues, queue, subscription);
            case Interest.Prefix(Bytes prefix) -> {
                if (put(prefixes, prefix, subscription)) {
                    prefixLengths.merge(prefix.size(), 1, Integer::sum);
                }
            }
            case Interest.Span(var span) -> spans.add(span.start(), span.end(), subscription);
        }
    }

    /** @return whether it was there */
    boolean remove(Subscription subscription) {
        if (!all.remove(subscription)) {
            return false;
        }
        switch (subscription.interest()) {
            case Interest.Key one -> take(keys, one.key(), subscription);
            case Interest.Queue queue -> take(queues, queue, subscription);
            case Interest.Prefix(Bytes prefix) -> {
                if (take(prefixes, prefix, subscription)) {
                    prefixLengths.computeIfPresent(prefix.size(), (_, count) -> count == 1 ? null : count - 1);
                }
            }
            case Interest.Span span -> spans.remove(subscription);
        }
        return true;
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    /** A copy. */
    Set<Subscription> all() {
        return Set.copyOf(all);
    }

    /** Each subscription that the change concerns, once. */
    void find(Change change, Consumer<Subscription> found) {
        switch (change) {
            case Change.Put put -> find(put.entry().key(), found);
            case Change.Delete delete -> find(delete.key(), found);
            case Change.Lock lock -> tell(queues.get(new Interest.Queue(lock.space(), lock.name())), found);
        }
    }

    /** How many tables' rows, nodes of trees and subscriptions were looked at, ever. */
    long visited() {
        return visited + spans.visited();
    }

    private void find(Bytes key, Consumer<Subscription> found) {
        tell(keys.get(key), found);
        for (int length : prefixLengths.headMap(key.size(), true).keySet()) {
            tell(prefixes.get(Bytes.wrap(Arrays.copyOf(key.array(), length))), found);
        }
        spans.find(key, found);
    }

    private void tell(@Nullable Set<Subscription> concerned, Consumer<Subscription> found) {
        visited++;
        if (concerned != null) {
            visited += concerned.size();
            concerned.forEach(found);
        }
    }

    /** @return whether it is the first there */
    private static <K> boolean put(Map<K, Set<Subscription>> table, K key, Subscription subscription) {
        Set<Subscription> there =
                table.computeIfAbsent(key, _ -> Collections.newSetFromMap(new IdentityHashMap<>()));
        there.add(subscription);
        return there.size() == 1;
    }

    /** @return whether it was the last there */
    private static <K> boolean take(Map<K, Set<Subscription>> table, K key, Subscription subscription) {
        Set<Subscription> there = table.get(key);
        if (there == null) {
            return false;
        }
        there.remove(subscription);
        return there.isEmpty() && table.remove(key) != null;
    }
}
