package io.canvass.raft.simulation;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import org.jspecify.annotations.Nullable;

/** The state machine of one replica in one of its lives: registers by key, as its log makes them, and a hash of all of them. */
final class Registers {
    private static final String PUT = "put";
    private static final String SWAP = "cas";

    private final Map<String, String> values = new HashMap<>();
    /** By index: what a compare-and-set that failed found instead. */
    private final Map<Long, Optional<String>> found = new HashMap<>();
    private long applied;
    private long hash;

    static Bytes write(String key, String value) {
        return Bytes.ofUtf8(PUT + " " + key + " " + value);
    }

    static Bytes compareAndSet(String key, String expected, String value) {
        return Bytes.ofUtf8(SWAP + " " + key + " " + expected + " " + value);
    }

    long applied() {
        return applied;
    }

    /** Of the whole state, whatever way led to it. */
    long hash() {
        return hash;
    }

    /** Takes up the next entry of the log. */
    void apply(Entry entry) {
        applied++;
        if (entry.kind() == EntryKind.COMMAND) {
            execute(entry);
        }
    }

    private void put(String key, String value) {
        hash ^= hashOf(key, values.put(key, value)) ^ hashOf(key, value);
    }

    private static long hashOf(String key, @Nullable String value) {
        if (value == null) {
            return 0;
        }
        long mixed = (31L * key.hashCode() + value.hashCode()) * 0x9e3779b97f4a7c15L;
        return mixed ^ (mixed >>> 32);
    }

    private void execute(Entry entry) {
        String[] words = entry.data().toUtf8().split(" ", -1);
        if (words[0].equals(PUT)) {
            put(words[1], words[2]);
        } else {
            if (words[2].equals(values.get(words[1]))) {
                put(words[1], words[3]);
            } else {
                found.put(entry.index(), get(words[1]));
            }
        }
    }

    Optional<String> get(String key) {
        return Optional.ofNullable(values.get(key));
    }

    /** Whether the entry of this index was a compare-and-set that found another value. */
    boolean failed(long index) {
        return found.containsKey(index);
    }

    /** What it found. */
    Optional<String> found(long index) {
        return found.getOrDefault(index, Optional.empty());
    }
}
