package io.canvass.raft.core;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/** The configurations in the log. The latest is in force from the moment it is appended; a truncation brings back the one before (HAZARDS D2). */
final class ConfigurationHistory {
    private record At(long index, Configuration configuration) {}

    private final Deque<At> history = new ArrayDeque<>();

    ConfigurationHistory(@Nullable LogBase base, List<Entry> stored) {
        if (base != null) {
            history.addLast(new At(base.position().index(), base.configuration()));
        }
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

    /** The log begins after this index now. */
    void compacted(long upTo) {
        while (history.size() > 1 && at(1).index() <= upTo) {
            history.removeFirst();
        }
    }

    private At at(int position) {
        Iterator<At> all = history.iterator();
        for (int i = 0; i < position; i++) {
            all.next();
        }
        return all.next();
    }

    void replacedBy(LogBase base) {
        history.clear();
        history.addLast(new At(base.position().index(), base.configuration()));
    }

    /** The configuration in force at this index, at or above the log's base. */
    Configuration inForceAt(long index) {
        Configuration found = history.getFirst().configuration();
        for (At at : history) {
            found = at.index() <= index ? at.configuration() : found;
        }
        return found;
    }

    boolean anyUpTo(long index, Predicate<Configuration> test) {
        return history.stream().anyMatch(at -> at.index() <= index && test.test(at.configuration()));
    }

    /** All of them, the one before the log's first entry included, the latest last. */
    List<Configuration> all() {
        return history.stream().map(At::configuration).toList();
    }

    long latestIndex() {
        return history.getLast().index();
    }

    /** The one before the latest; the latest itself if nothing is known of any before. */
    Configuration beforeLatest() {
        return at(Math.max(0, history.size() - 2)).configuration();
    }

    Configuration latest() {
        return history.getLast().configuration();
    }
}
