package io.canvass.kv.backup;

import java.io.IOException;
import java.util.function.BooleanSupplier;

import io.canvass.raft.runtime.StateCopy;

/** Where a backup gets its state from. Safe for any thread. */
@FunctionalInterface
public interface StateSource {
    /**
     * A copy of the state as of now, to be closed; blocks while it is made.
     *
     * @param stopped asked now and then; once it says yes, no copy is wanted any more
     * @throws IOException if it cannot be made
     * @throws java.util.concurrent.CancellationException if it was stopped
     */
    StateCopy copy(BooleanSupplier stopped) throws IOException, InterruptedException;
}
