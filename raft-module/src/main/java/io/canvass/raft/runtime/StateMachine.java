package io.canvass.raft.runtime;

import java.nio.file.Path;
import java.util.List;

import io.canvass.raft.core.Entry;

/**
 * What a cluster replicates. All calls but {@link #appliedIndex} before the start come from one thread, the applier's.
 *
 * <p>Apply must be a function of the entries alone: the same log gives the same state on every replica. No clock, no
 * randomness, no order of a hash table, no environment (HAZARDS H6).
 *
 * @param <R> what applying one command answers
 */
public interface StateMachine<R> extends AutoCloseable {
    /** The last index whose effect this machine holds and will hold after a crash. Asked once, at the start. */
    long appliedIndex();

    /**
     * Applies committed entries, in order and without a gap. Entries of other kinds than COMMAND change nothing but the applied
     * index. Each index comes exactly once in the life of the machine, and after a crash again from {@link #appliedIndex} on.
     *
     * @return one answer per entry, in order; for entries of other kinds the answer is ignored
     * @throws RuntimeException is fatal to the replica: it stops, with the message as the reason
     */
    List<R> apply(List<Entry> entries);

    /**
     * Makes everything applied so far durable, beside apply: called on a thread of its own.
     *
     * @return the index up to which it is; {@link #appliedIndex} is never below it from now on
     */
    long flush();

    /**
     * Writes a consistent copy of the state, as of the last applied entry, into an empty directory; does not stop apply for
     * longer than the copy's creation (a checkpoint).
     */
    void checkpoint(Path directory);

    /**
     * Verifies a copy that {@link #checkpoint} made, before it is given to a peer: called on a thread of its own, and may
     * take long. A machine that keeps no checksums has nothing to verify.
     *
     * @throws RuntimeException if it is damaged; it is not given to anybody then
     */
    default void verify(Path copy) {}

    /** Replaces the state by such a copy, atomically: after a crash either the old or the new state is there. */
    void install(Path directory);

    @Override
    void close();
}
