package io.canvass.raft.storage;

import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

import io.canvass.raft.core.Configuration;

/**
 * What a node was told about itself and its cluster: an empty directory is formatted with it, and a directory that
 * holds something else is refused.
 *
 * @param nodeId the configured name of this node; one of the members of {@code bootstrap}
 * @param clusterId what a new directory is formatted with
 * @param clusterIdIsExplicit whether an operator chose {@code clusterId}, so that a directory of another cluster is
 *     an error; otherwise the id in the directory counts
 * @param bootstrap the members that form the cluster: the same list on every node. Their addresses may change later,
 *     the node ids of the voters may not
 */
public record Formation(String nodeId, UUID clusterId, boolean clusterIdIsExplicit, Configuration bootstrap) {
    /** @throws IllegalArgumentException if {@code nodeId} is not a member of {@code bootstrap} */
    public Formation {
        Set<String> members = nodeIds(bootstrap.members());
        if (!members.contains(nodeId)) {
            throw new IllegalArgumentException("Node \"" + nodeId + "\" is not in the list of members of its cluster, "
                    + members + ". Give it a node id out of this list, or put it on the list of every node.");
        }
    }

    Set<String> voterIds() {
        return nodeIds(bootstrap.voters());
    }

    /** Sorted, so that two sets read alike in a message. */
    static Set<String> nodeIds(Collection<Configuration.Member> members) {
        Set<String> ids = new TreeSet<>();
        for (Configuration.Member member : members) {
            ids.add(member.key().nodeId());
        }
        return ids;
    }
}
