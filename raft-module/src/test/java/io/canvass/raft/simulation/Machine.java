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

    /** The same; it is so late by the monotonic clock of this replica. */
    default List<Answer> apply(List<Entry> entries, long nowNanos) {
        return apply(entries);
    }

    /** What was applied so far stands for what was on the disk at a start, or for a snapshot that was installed. */
    default void restored(long nowNanos) {}

    /** This replica leads from now on. */
    default void leads(long epoch, long nowNanos) {}

    /** It does not lead any more, or never did. */
    default void follows() {}

    /** A client's command reached this replica, which leads, and is about to be proposed. */
    default void received(Bytes command, long nowNanos) {}

    /** What this replica, which leads, has to propose of its own accord; asked every {@link Kind#tickNanos}. */
    default List<Bytes> due(long nowNanos) {
        return List.of();
    }

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
     * @param result what else the client is told; only the service's own clients know what it means
     */
    record Answer(boolean refused, Optional<String> found, Bytes result) {
        public static final Answer DONE = new Answer(false, Optional.empty(), Bytes.EMPTY);
    }

    /** How machines are made, and what they are told. */
    interface Kind {
        /** An empty one. */
        Machine make();

        Bytes write(String key, String value);

        Bytes compareAndSet(String key, Seen expected, String value);

        /** What clients do with it in one run. */
        default Workload workload(Workload.World world) {
            return new History(this);
        }

        /** How often a leader is asked what it has to propose of its own accord; 0: never. */
        default long tickNanos() {
            return 0;
        }
    }
}
