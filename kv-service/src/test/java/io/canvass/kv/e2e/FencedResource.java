package io.canvass.kv.e2e;

import java.util.ArrayList;
import java.util.List;

/**
 * What a lock protects, outside of the cluster: remembers the highest token it has seen, and refuses lower ones.
 * Thread-safe.
 */
final class FencedResource {
    private long highest;
    private String owner = "";
    private long accepted;
    private long refused;
    private final List<String> violations = new ArrayList<>();

    /** Whether the write was let through. Two owners with one token would be two holders at once. */
    synchronized boolean write(long token, String writer) {
        if (token < highest) {
            refused++;
            return false;
        }
        if (token == highest && !writer.equals(owner)) {
            violations.add(writer + " and " + owner + " both have token " + token);
        }
        highest = token;
        owner = writer;
        accepted++;
        return true;
    }

    synchronized long accepted() {
        return accepted;
    }

    synchronized long refused() {
        return refused;
    }

    synchronized List<String> violations() {
        return List.copyOf(violations);
    }
}
