package io.canvass.raft.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * This replica's log as the core sees it: where it ends, which epochs it holds, what of it is durable and committed, and the
 * write that the step under way will ask for.
 */
final class ReplicaLog {
    /** A write under way and the end of the log that it vouches for; a truncation lowers that (HAZARDS E6). */
    private record PendingWrite(long sequence, long lastIndex) {}

    private final EpochRuns epochs;
    private final LogTail tail;
    private final ConfigurationHistory configurations;
    private final Deque<PendingWrite> pending = new ArrayDeque<>();

    /** The place before the first entry; ZERO while nothing was dropped. */
    private LogPosition base;
    private long lastIndex;
    private long durableIndex;
    private long commitIndex;
    private long handedToApply;
    private long generation;
    private long lastToken;
    private long durableToken;

    private boolean staged;
    private boolean stateStaged;
    private long stateToken;
    private long stagedTruncateFrom;
    private @Nullable LogBase stagedBase;
    /** While a snapshot takes the state's place, nothing is handed to it. */
    private boolean installing;
    private List<Entry> stagedEntries = new ArrayList<>();

    ReplicaLog(StoredState stored, int maxTailBytes) {
        base = stored.base() == null ? LogPosition.ZERO : stored.base().position();
        epochs = new EpochRuns(stored.base(), stored.epochs());
        tail = new LogTail(maxTailBytes, stored.lastIndex() + 1);
        configurations = new ConfigurationHistory(stored.base(), stored.configurations());
        lastIndex = stored.lastIndex();
        durableIndex = lastIndex;
        commitIndex = stored.appliedIndex();
        handedToApply = stored.appliedIndex();
    }

    long lastIndex() {
        return lastIndex;
    }

    long durableIndex() {
        return durableIndex;
    }

    long commitIndex() {
        return commitIndex;
    }

    long firstCachedIndex() {
        return tail.firstIndex();
    }

    /** The place before the log's first entry; {@link LogPosition#ZERO} while nothing was dropped. */
    LogPosition base() {
        return base;
    }

    boolean isInstalling() {
        return installing;
    }

    /** Where the configuration in force stands; 0 if before the log's first entry. */
    long configurationIndex() {
        return configurations.latestIndex();
    }

    /** The configuration that is back in force if the latest one comes to nothing. */
    Configuration configurationBefore() {
        return configurations.beforeLatest();
    }

    Configuration configuration() {
        return configurations.latest();
    }

    List<Configuration> configurations() {
        return configurations.all();
    }

    boolean anyCommittedConfiguration(Predicate<Configuration> test) {
        return configurations.anyUpTo(commitIndex, test);
    }

    LogPosition end() {
        return position(lastIndex);
    }

    /** The end of what a crash would leave: all that a candidate may offer (HAZARDS A34). */
    LogPosition durableEnd() {
        return position(durableIndex);
    }

    /** The place of an index from the base to the last one, or of index 0. */
    LogPosition position(long index) {
        return index == 0 ? LogPosition.ZERO : new LogPosition(epochs.epochOf(index), index);
    }

    /** Whatever is before the base is committed, and in the log of every leader: of that there is one history only. */
    boolean holds(LogPosition position) {
        if (position.index() < base.index()) {
            return true;
        }
        return position.index() <= lastIndex && position(position.index()).epoch() == position.epoch();
    }

    /** The last place of this log, at or before {@code other}, where it may agree with a log that holds {@code other}. */
    LogPosition lastPossibleAgreement(LogPosition other) {
        return position(epochs.lastIndexUpTo(other.epoch(), Math.min(other.index(), lastIndex)));
    }

    boolean inMemory(long index) {
        return tail.holds(index);
    }

    List<Entry> slice(long from, long to, long budgetBytes) {
        return tail.slice(from, to, budgetBytes);
    }

    Entry inMemoryEntry(long index) {
        return tail.get(index);
    }

    /** Asks for the step's write even if it brings no entries: epoch, vote or leader changed. */
    void stageState() {
        staged = true;
        stateStaged = true;
    }

    void append(Entry entry) {
        if (entry.index() != lastIndex + 1) {
            throw new IllegalStateException("Entry " + entry.index() + " does not follow " + lastIndex);
        }
        epochs.appended(entry);
        tail.append(entry);
        configurations.appended(entry);
        lastIndex = entry.index();
        stagedEntries.add(entry);
        staged = true;
    }

    /**
     * Drops everything from {@code from} on.
     *
     * @throws IllegalStateException at or below the commit index: the replica must halt (DESIGN.md, Order 5; HAZARDS F5)
     */
    void truncate(long from) {
        if (from <= commitIndex) {
            throw new IllegalStateException(
                    "The log would be truncated from " + from + " on, but it is committed up to " + commitIndex);
        }
        if (stagedTruncateFrom != 0 || !stagedEntries.isEmpty()) {
            throw new IllegalStateException("A step truncates once, before it appends");
        }
        epochs.truncated(from);
        tail.truncate(from);
        configurations.truncated(from);
        lastIndex = from - 1;
        durableIndex = Math.min(durableIndex, lastIndex);
        lowerPending();
        generation++;
        stagedTruncateFrom = from;
        staged = true;
    }

    private void lowerPending() {
        int count = pending.size();
        for (int i = 0; i < count; i++) {
            PendingWrite write = pending.removeFirst();
            pending.addLast(new PendingWrite(write.sequence(), Math.min(write.lastIndex(), lastIndex)));
        }
    }

    /**
     * Lets the log begin later.
     *
     * @param upTo clamped to what was handed to apply and is durable
     */
    void compact(long upTo) {
        long to = Math.min(upTo, Math.min(handedToApply, durableIndex));
        if (to <= base.index() || installing) {
            return;
        }
        dropUpTo(baseAt(to));
    }

    LogBase baseAt(long index) {
        return new LogBase(position(index), configurations.inForceAt(index));
    }

    private void dropUpTo(LogBase next) {
        epochs.compacted(next.position());
        configurations.compacted(next.position().index());
        base = next.position();
        stagedBase = next;
        staged = true;
    }

    void beginInstall() {
        installing = true;
    }

    /**
     * The state is that of a snapshot now. If the log does not go on from there, it begins there, empty.
     *
     * @throws IllegalStateException if it contradicts what is committed: the replica must halt (HAZARDS G2)
     */
    void installed(LogBase snapshot) {
        installing = false;
        long index = snapshot.position().index();
        if (index <= handedToApply) {
            return;
        }
        requireCommittedIsHeld(snapshot.position());
        handedToApply = index;
        if (index <= lastIndex && position(index).epoch() == snapshot.position().epoch()) {
            commitIndex = Math.max(commitIndex, index);
            // What the snapshot stands for is in the state for good, synced here or not.
            durableIndex = Math.max(durableIndex, index);
            dropUpTo(snapshot);
            return;
        }
        epochs.replacedBy(snapshot);
        configurations.replacedBy(snapshot);
        tail.restart(index + 1);
        base = snapshot.position();
        lastIndex = index;
        durableIndex = index;
        commitIndex = index;
        lowerPending();
        generation++;
        stagedTruncateFrom = 1;
        stagedEntries = new ArrayList<>();
        stagedBase = snapshot;
        staged = true;
    }

    private void requireCommittedIsHeld(LogPosition snapshot) {
        if (snapshot.index() <= commitIndex && !holds(snapshot)) {
            throw new IllegalStateException("The snapshot up to " + snapshot + " contradicts the log, which has "
                    + position(snapshot.index()) + " and is committed up to " + commitIndex);
        }
    }

    /** The token that must be durable before what is true now may be said: that of this step's write, if it has one. */
    long tokenInForce() {
        return staged ? lastToken + 1 : lastToken;
    }

    /** The token that must be durable before the epoch may be said. */
    long stateTokenInForce() {
        return stateStaged ? lastToken + 1 : stateToken;
    }

    boolean isDurable(long tokenSequence) {
        return tokenSequence <= durableToken;
    }

    /** Ends the step's write: adds it to the effects if there is one. */
    void flush(HardState state, List<Effect> effects) {
        if (!staged) {
            return;
        }
        lastToken++;
        stateToken = stateStaged ? lastToken : stateToken;
        stateStaged = false;
        pending.addLast(new PendingWrite(lastToken, lastIndex));
        effects.addFirst(new Effect.Persist(
                new Token(lastToken, generation), state, new Effect.LogWrite(stagedTruncateFrom, stagedEntries, stagedBase)));
        staged = false;
        stagedTruncateFrom = 0;
        stagedEntries = new ArrayList<>();
        stagedBase = null;
    }

    /** @throws IllegalStateException for a token that was never given out, or that is older than one already reported */
    void persisted(Token token) {
        if (token.sequence() > lastToken || token.sequence() < durableToken || token.generation() > generation) {
            throw new IllegalStateException("Token " + token + " was reported durable; given out were "
                    + lastToken + ", durable " + durableToken);
        }
        durableToken = token.sequence();
        while (!pending.isEmpty() && pending.getFirst().sequence() <= durableToken) {
            durableIndex = Math.max(durableIndex, pending.removeFirst().lastIndex());
        }
    }

    /** Raises the commit index; never lowers it. */
    void commitUpTo(long index) {
        if (index > lastIndex) {
            throw new IllegalStateException("Commit " + index + " is beyond the log's end " + lastIndex);
        }
        commitIndex = Math.max(commitIndex, index);
    }

    /** Adds what may be applied now: committed, and durable here. */
    void apply(List<Effect> effects) {
        long to = Math.min(commitIndex, durableIndex);
        if (to > handedToApply && !installing) {
            effects.add(new Effect.Apply(handedToApply + 1, to));
            handedToApply = to;
        }
        tail.evict(Math.min(handedToApply, durableIndex));
    }
}
