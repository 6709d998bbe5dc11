package io.canvass.raft.storage;

import java.util.ArrayList;
import java.util.List;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.LogPosition;
import org.jspecify.annotations.Nullable;

/**
 * Several writes as the one that has the same result as all of them in their order. Its deletions come before its
 * entries: those of a log that a snapshot replaced may have the index of one that is dropped.
 *
 * @param state the state after the last of them
 * @param puts the entries that remain, contiguous; those that a later write truncated or dropped are gone
 * @param base the last of their bases; null if they have none
 * @param purged the stored entries that the log no longer begins with, or all if a snapshot replaced it
 * @param truncated the stored entries that are dropped from the end and not overwritten
 */
record MergedWrite(
        HardState state, List<Entry> puts, @Nullable LogBase base, IndexRange purged, IndexRange truncated) {
    /** Both included; empty if {@code last} is below {@code first}. */
    record IndexRange(long first, long last) {
        boolean isEmpty() {
            return last < first;
        }
    }

    /**
     * Moves {@code shape} on to what it is after the write.
     *
     * @param shape the log as stored
     * @param stored the state as stored
     * @throws StorageException if a write breaks a promise that the core made: a gap, an epoch that falls, a changed
     *     vote. {@code shape} is then of no more use
     */
    static MergedWrite of(LogShape shape, HardState stored, List<Effect.Persist> batch) {
        Merge merge = new Merge(shape, stored);
        batch.forEach(merge::add);
        return merge.result();
    }

    boolean changesLog() {
        return !puts.isEmpty() || base != null || !truncated.isEmpty();
    }

    /** The merge under way. */
    private static final class Merge {
        private final LogShape shape;
        private final long storedFirst;
        private final long storedLast;
        private final List<Entry> puts = new ArrayList<>();
        private HardState state;
        private @Nullable LogBase base;
        private boolean replaced;

        private Merge(LogShape shape, HardState stored) {
            this.shape = shape;
            this.storedFirst = shape.base().index() + 1;
            this.storedLast = shape.lastIndex();
            this.state = stored;
        }

        private void add(Effect.Persist persist) {
            requireForward(state, persist.state());
            state = persist.state();
            Effect.LogWrite log = persist.log();
            LogBase nextBase = log.base();
            if (nextBase != null && log.truncateFrom() == 1) {
                replace(nextBase, log.entries());
            } else {
                truncate(log.truncateFrom());
                append(log.entries());
                if (nextBase != null) {
                    dropUpTo(nextBase);
                }
            }
            // HAZARDS E5: an epoch is durable before, or in one batch with, any entry of it, and any base.
            require(shape.lastEpoch() > state.epoch()
                    ? "epoch " + state.epoch() + " below epoch " + shape.lastEpoch() + " of log entry "
                            + shape.lastIndex()
                    : "");
        }

        private void append(List<Entry> entries) {
            for (Entry entry : entries) {
                require(shape.objectionTo(entry.index(), entry.epoch()));
                shape.append(entry.index(), entry.epoch());
                puts.add(entry);
            }
        }

        private void truncate(long from) {
            if (from == 0) {
                return;
            }
            // The first entry forms the cluster: no leader ever replaces it.
            require(from < 2 || from > shape.lastIndex() + 1
                    ? "a truncation from " + from + " on in a log that ends at " + shape.lastIndex()
                    : "");
            // What a base stands for is committed (HAZARDS F5).
            require(from <= shape.base().index()
                    ? "a truncation from " + from + " on in a log that begins after " + shape.base().index()
                    : "");
            while (!puts.isEmpty() && puts.getLast().index() >= from) {
                puts.removeLast();
            }
            shape.truncateFrom(from);
        }

        private void dropUpTo(LogBase next) {
            LogPosition position = next.position();
            requireRising(position);
            require(shape.holds(position) ? "" : "a base at " + position + ", which is not in a log that ends at "
                    + shape.end());
            int dropped = 0;
            while (dropped < puts.size() && puts.get(dropped).index() <= position.index()) {
                dropped++;
            }
            puts.subList(0, dropped).clear();
            shape.dropUpTo(position);
            base = next;
        }

        private void replace(LogBase next, List<Entry> entries) {
            LogPosition position = next.position();
            require(entries.isEmpty() ? "" : "entries in the write with which a snapshot up to " + position
                    + " replaces the log");
            requireRising(position);
            // HAZARDS G1: a log that goes on from there is only to begin later; what follows may be acknowledged.
            require(shape.holds(position) ? "a snapshot up to " + position + " that replaces a log which holds that"
                    + " place" : "");
            puts.clear();
            shape.replaceBy(position);
            base = next;
            replaced = true;
        }

        private void requireRising(LogPosition position) {
            LogPosition before = shape.base();
            require(position.index() <= before.index() || position.epoch() < before.epoch()
                    ? "a base at " + position + " after one at " + before
                    : "");
        }

        private MergedWrite result() {
            long dropped = base == null ? storedFirst - 1 : base.position().index();
            IndexRange purged = new IndexRange(storedFirst, replaced ? storedLast : Math.min(dropped, storedLast));
            IndexRange truncated = new IndexRange(Math.max(shape.lastIndex(), purged.last()) + 1, storedLast);
            return new MergedWrite(state, puts, base, purged, truncated);
        }
    }

    private static void requireForward(HardState before, HardState after) {
        require(after.epoch() < before.epoch() ? "epoch " + after.epoch() + " after epoch " + before.epoch() : "");
        // HAZARDS E4: a vote is given once in an epoch; taking it back would be a second vote.
        boolean voteKept = before.epoch() < after.epoch()
                || before.vote().isNone()
                || before.vote().matches(after.vote());
        require(voteKept ? "" : "a vote for " + after.vote() + " in epoch " + after.epoch() + ", in which "
                + before.vote() + " has it");
    }

    private static void require(String objection) {
        if (!objection.isEmpty()) {
            throw new StorageException("A write was not done, because it contradicts what is stored: " + objection
                    + ". This is a fault of Canvass; please report it.");
        }
    }
}
