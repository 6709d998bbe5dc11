package io.canvass.raft.simulation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;

/** The state machine of one replica in one of its lives: registers by key, as its log makes them. */
final class Registers {
    private static final String PUT = "put";
    private static final String SWAP = "cas";

    private final long life;
    private final Map<String, String> values = new HashMap<>();
    /** By index: what a compare-and-set that failed found instead. */
    private final Map<Long, Optional<String>> found = new HashMap<>();
    private long applied;

    Registers(long life) {
        this.life = life;
    }

    static Bytes write(String key, String value) {
        return Bytes.ofUtf8(PUT + " " + key + " " + value);
    }

    static Bytes compareAndSet(String key, String expected, String value) {
        return Bytes.ofUtf8(SWAP + " " + key + " " + expected + " " + value);
    }

    long life() {
        return life;
    }

    /** Goes on to this index of the log. */
    void applyUpTo(List<Entry> log, long index) {
        while (applied < index) {
            Entry entry = log.get((int) applied);
            applied++;
            if (entry.kind() == EntryKind.COMMAND) {
                apply(entry);
            }
        }
    }

    private void apply(Entry entry) {
        String[] words = entry.data().toUtf8().split(" ", -1);
        if (words[0].equals(PUT)) {
            values.put(words[1], words[2]);
        } else {
            if (words[2].equals(values.get(words[1]))) {
                values.put(words[1], words[3]);
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
