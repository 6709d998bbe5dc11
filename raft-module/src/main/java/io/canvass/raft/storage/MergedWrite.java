package io.canvass.raft.storage;

import java.util.ArrayList;
import java.util.List;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.HardState;

/**
 * Several writes as the one that has the same result as all of them in their order.
 *
 * @param state the state after the last of them
 * @param puts the entries that remain, contiguous; those that a later write truncated are gone
 * @param deleteFrom the first stored entry that is dropped and not overwritten
 * @param deleteTo the last such entry; below {@code deleteFrom} if there is none
 */
record MergedWrite(HardState state, List<Entry> puts, long deleteFrom, long deleteTo) {
    /**
     * Moves {@code shape} on to what it is after the write.
     *
     * @param shape the log as stored
     * @param stored the state as stored
     * @throws StorageException if a write breaks a promise that the core made: a gap, an epoch that falls, a changed
     *     vote. {@code shape} is then of no more use
     */
    static MergedWrite of(LogShape shape, HardState stored, List<Effect.Persist> batch) {
        long storedLast = shape.lastIndex();
        HardState state = stored;
        List<Entry> puts = new ArrayList<>();
        for (Effect.Persist persist : batch) {
            requireForward(state, persist.state());
            state = persist.state();
            truncate(shape, puts, persist.log().truncateFrom());
            for (Entry entry : persist.log().entries()) {
                require(shape.objectionTo(entry.index(), entry.epoch()));
                shape.append(entry.index(), entry.epoch());
                puts.add(entry);
            }
            // HAZARDS E5: an epoch is durable before, or in one batch with, any entry of it.
            require(shape.lastEpoch() > state.epoch()
                    ? "epoch " + state.epoch() + " below epoch " + shape.lastEpoch() + " of log entry "
                            + shape.lastIndex()
                    : "");
        }
        return new MergedWrite(state, puts, shape.lastIndex() + 1, storedLast);
    }

    boolean changesLog() {
        return !puts.isEmpty() || deleteFrom <= deleteTo;
    }

    private static void truncate(LogShape shape, List<Entry> puts, long from) {
        if (from == 0) {
            return;
        }
        // The first entry forms the cluster: no leader ever replaces it.
        require(from < 2 || from > shape.lastIndex() + 1
                ? "a truncation from " + from + " on in a log that ends at " + shape.lastIndex()
                : "");
        while (!puts.isEmpty() && puts.getLast().index() >= from) {
            puts.removeLast();
        }
        shape.truncateFrom(from);
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
