package io.canvass.raft.core;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The configurations in the log. The latest is in force from the moment it is appended; a truncation brings back the one before (HAZARDS D2). */
final class ConfigurationHistory {
    private record At(long index, Configuration configuration) {}

    private final Deque<At> history = new ArrayDeque<>();

    ConfigurationHistory(List<Entry> stored) {
        stored.forEach(this::appended);
        if (history.isEmpty()) {
            throw new IllegalArgumentException("A log without a configuration entry cannot be started from");
        }
    }

    void appended(Entry entry) {
        if (entry.kind() == EntryKind.CONFIGURATION) {
            history.addLast(new At(entry.index(), Configuration.decode(entry.data())));
        }
    }

    void truncated(long from) {
        while (history.size() > 1 && history.getLast().index() >= from) {
            history.removeLast();
        }
    }

    Configuration latest() {
        return history.getLast().configuration();
    }
}
