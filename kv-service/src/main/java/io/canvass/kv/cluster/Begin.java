package io.canvass.kv.cluster;

import io.canvass.raft.storage.Formation;

/** Decides what an empty data directory is made of. */
@FunctionalInterface
public interface Begin {
    /**
     * With what the replica's directory is opened. May wait for other nodes as long as it takes; ends at once when its thread is
     * interrupted. The data directory exists.
     *
     * @throws RuntimeException a sentence for the operator if this node cannot begin
     */
    Formation formation();
}
