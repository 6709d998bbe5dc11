package io.canvass.raft.simulation;

import java.util.List;
import java.util.Optional;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Entry;

/**
 * The state machine of one replica in one of its lives, as the simulator sees it: registers by key. {@link Registers} is the
 * quickest; a service runs its own under the same faults with {@link MachineRuns}.
 */
public interface Machine extends AutoCloseable {
    long applied();

    /** Takes up the next entries of the log. One answer for each. */
    List<Answer> apply(List<Entry> entries);

    /** Of the whole state: the same on all replicas after the same entry. */
    long hash();

    Optional<Seen> get(String key);

    @Override
    void close();

    /** @param version what a compare-and-set names, where values are not compared themselves */
    record Seen(String value, long version) {}

    /**
     * @param refused whether it was a compare-and-set that found something else
     * @param found what it found
     */
    record Answer(boolean refused, Optional<String> found) {
        public static final Answer DONE = new Answer(false, Optional.empty());
    }

    /** How machines are made, and what they are told. */
    interface Kind {
        /** An empty one. */
        Machine make();

        Bytes write(String key, String value);

        Bytes compareAndSet(String key, Seen expected, String value);
    }
}
