package io.canvass.raft.simulation;

import java.util.List;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Entry;

/**
 * What clients ask of a state machine in one run, and the judgement of what they were told. Draws nothing but from the numbers of
 * the requests: the same requests are the same commands.
 */
public interface Workload {
    /** What a judge may know of the world, and no client does. */
    interface World {
        /** How much time has passed by the clock of each machine, by number; whatever it started again. */
        List<Long> machineNanos();
    }

    /** A write is asked for. */
    Bytes write(long request);

    void read(long request);

    /** The entry of this write was applied, and the client is told so. */
    void answered(long request, Entry entry, Machine.Answer answer);

    /** The read is answered from this machine, as it stands. */
    void haveRead(long request, Machine machine);

    /** It surely did not happen, or nobody was told what it read. */
    void forget(long request);

    /** A leader found that it has to propose this of its own accord, now. */
    default void due(int replica, long epoch, Bytes command) {}

    /** A replica, by its number, took up an entry. Called for each replica, and again after a restart. */
    default void applied(int replica, Entry entry, Machine.Answer answer) {}

    /** A replica's state is now this one: it started, or installed a snapshot, or has applied a batch. */
    default void stands(int replica, long life, Machine machine) {}

    /** A replica's process is gone, and its last machine with it; {@link #stands} tells of the next one. */
    default void crashed(int replica) {}

    /** @throws InvariantViolation if what clients were told has no explanation */
    void requireKept();
}
