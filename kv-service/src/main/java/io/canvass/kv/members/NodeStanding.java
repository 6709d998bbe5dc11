package io.canvass.kv.members;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.ReplicaKey;

/**
 * What a node says of itself.
 *
 * @param replica its directory id unassigned while it has none
 * @param clusterId with which its directory is formatted or would be; empty if it joins and knows none
 * @param clusterIdIsExplicit whether an operator wrote that id
 * @param about what a configuration may say of it besides
 */
record NodeStanding(
        ReplicaKey replica, Optional<UUID> clusterId, boolean clusterIdIsExplicit, State state, About about) {

    sealed interface State {}

    /**
     * On its list, and its log holds no more than that.
     *
     * @param voters id@host:port
     */
    record Unformed(SortedSet<String> voters) implements State {
        Unformed {
            voters = Collections.unmodifiableSortedSet(new TreeSet<>(voters));
        }
    }

    /**
     * Its log holds more than the list of its birth.
     *
     * @param configuration the latest of its log
     * @param committed whether that is
     * @param leads only then the configuration is surely not an old one
     * @param founded whether its directory was formatted with the list of the cluster's birth, and not by joining
     */
    record Formed(Configuration configuration, long index, boolean committed, boolean leads, boolean founded)
            implements State {}

    /** No member yet, with nothing in its log. */
    record Joining() implements State {}

    String nodeId() {
        return replica.nodeId();
    }

    /** Whether this replica is one of the cluster's founders, which remembers all it ever voted. */
    boolean isFounder() {
        return switch (state) {
            case Unformed _ -> true;
            case Formed formed -> formed.founded();
            case Joining _ -> false;
        };
    }
}
