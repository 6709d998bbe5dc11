package io.canvass.raft.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import org.jspecify.annotations.Nullable;

/** A state machine of a few lines: a map, and a hash of all of it. */
final class Registers implements Machine {
    private static final String PUT = "put";
    private static final String SWAP = "cas";

    static final Kind KIND = new Kind() {
        @Override
        public Machine make() {
            return new Registers();
        }

        @Override
        public Bytes write(String key, String value) {
            return Bytes.ofUtf8(PUT + " " + key + " " + value);
        }

        @Override
        public Bytes compareAndSet(String key, Seen expected, String value) {
            return Bytes.ofUtf8(SWAP + " " + key + " " + expected.value() + " " + value);
        }
    };

    private final Map<String, String> values = new HashMap<>();
    private long applied;
    private long hash;

    @Override
    public long applied() {
        return applied;
    }

    @Override
    public long hash() {
        return hash;
    }

    @Override
    public List<Answer> apply(List<Entry> entries) {
        List<Answer> answers = new ArrayList<>();
        for (Entry entry : entries) {
            applied++;
            answers.add(entry.kind() == EntryKind.COMMAND ? execute(entry.data().toUtf8().split(" ", -1)) : Answer.DONE);
        }
        return answers;
    }

    private Answer execute(String[] words) {
        String key = words[1];
        if (words[0].equals(PUT)) {
            put(key, words[2]);
            return Answer.DONE;
        }
        if (words[2].equals(values.get(key))) {
            put(key, words[3]);
            return Answer.DONE;
        }
        return new Answer(true, Optional.ofNullable(values.get(key)), Bytes.EMPTY);
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

    @Override
    public Optional<Seen> get(String key) {
        return Optional.ofNullable(values.get(key)).map(value -> new Seen(value, 0));
    }

    @Override
    public void close() {}
}
