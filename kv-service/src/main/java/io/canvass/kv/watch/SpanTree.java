package io.canvass.kv.watch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

import io.canvass.raft.core.Bytes;

/**
 * Half-open spans, and which of them a key is in: a balanced tree over the spans by their start, each node knowing the
 * furthest end below it. It is built again by the first search after a change. For one thread.
 */
final class SpanTree<T> {
    private static final Comparator<Bytes> ORDER = (one, other) -> Arrays.compareUnsigned(one.array(), other.array());

    private final List<Node<T>> nodes = new ArrayList<>();
    private boolean built = true;
    private long visited;

    private static final class Node<T> {
        private final Bytes start;
        private final Optional<Bytes> end;
        private final T item;
        private Optional<Bytes> furthest;

        Node(Bytes start, Optional<Bytes> end, T item) {
            this.start = start;
            this.end = end;
            this.item = item;
            this.furthest = end;
        }
    }

    void add(Bytes start, Optional<Bytes> end, T item) {
        nodes.add(new Node<>(start, end, item));
        built = false;
    }

    /** What is equal to it. */
    void remove(T item) {
        // What is left keeps its order, but not its place in the tree.
        built &= !nodes.removeIf(node -> node.item.equals(item));
    }

    /** All items whose span holds the key. */
    void find(Bytes key, Consumer<T> found) {
        if (!built) {
            nodes.sort(Comparator.comparing(node -> node.start, ORDER));
            if (!nodes.isEmpty()) {
                build(0, nodes.size());
            }
            built = true;
        }
        find(key, 0, nodes.size(), found);
    }

    /** How many nodes were looked at, ever. */
    long visited() {
        return visited;
    }

    /** The node of a part of the list is in its middle. */
    private Optional<Bytes> build(int from, int to) {
        int middle = (from + to) >>> 1;
        Node<T> node = nodes.get(middle);
        node.furthest = node.end;
        if (from < middle) {
            node.furthest = later(node.furthest, build(from, middle));
        }
        if (middle + 1 < to) {
            node.furthest = later(node.furthest, build(middle + 1, to));
        }
        return node.furthest;
    }

    private static Optional<Bytes> later(Optional<Bytes> one, Optional<Bytes> other) {
        if (one.isEmpty() || other.isEmpty()) {
            return Optional.empty();
        }
        return ORDER.compare(one.get(), other.get()) >= 0 ? one : other;
    }

    private void find(Bytes key, int from, int to, Consumer<T> found) {
        if (from >= to) {
            return;
        }
        visited++;
        int middle = (from + to) >>> 1;
        Node<T> node = nodes.get(middle);
        if (!isBefore(key, node.furthest)) {
            return;
        }
        find(key, from, middle, found);
        if (ORDER.compare(node.start, key) > 0) {
            return;
        }
        if (isBefore(key, node.end)) {
            found.accept(node.item);
        }
        find(key, middle + 1, to, found);
    }

    private static boolean isBefore(Bytes key, Optional<Bytes> end) {
        return end.isEmpty() || ORDER.compare(key, end.get()) < 0;
    }
}
