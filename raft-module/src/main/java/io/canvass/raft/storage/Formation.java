package io.canvass.raft.storage;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

import io.canvass.raft.core.Configuration;

/**
 * What a node was told about itself and its cluster: an empty directory is formatted with it, and a directory of another node or
 * cluster is refused. Of a formatted directory the members are never compared with it: the log knows them.
 */
public sealed interface Formation {
    /** The configured name of this node. */
    String nodeId();

    /** The cluster that a formatted directory must be of; empty: whichever it is of. */
    Optional<UUID> requiredCluster();

    /**
     * To begin a cluster.
     *
     * @param clusterId what a new directory is formatted with
     * @param clusterIdIsExplicit whether an operator chose {@code clusterId}, so that a directory of another cluster is
     *     an error; otherwise the id in the directory counts
     * @param bootstrap the members that form the cluster, this node among them: the same list on every node
     */
    record Founding(String nodeId, UUID clusterId, boolean clusterIdIsExplicit, Configuration bootstrap)
            implements Formation {
        public Founding {
            Set<String> members = nodeIds(bootstrap.members());
            if (!members.contains(nodeId)) {
                throw new IllegalArgumentException("Node \"" + nodeId
                        + "\" is not in the list of members of its cluster, " + members
                        + ". Give it a node id out of this list, or put it on the list of every node.");
            }
        }

        @Override
        public Optional<UUID> requiredCluster() {
            return clusterIdIsExplicit ? Optional.of(clusterId) : Optional.empty();
        }
    }

    /**
     * To join a cluster that is there. A new directory has an empty log and is a member of nothing, until an entry of the log names its
     * directory.
     *
     * @param known the members as they were told, without this node: one of its name is the replica that it was before
     */
    record Joining(String nodeId, UUID clusterId, Configuration known) implements Formation {
        public Joining {
            if (nodeIds(known.members()).contains(nodeId)) {
                throw new IllegalArgumentException("Node \"" + nodeId + "\" cannot join by what names it already");
            }
        }

        @Override
        public Optional<UUID> requiredCluster() {
            return Optional.of(clusterId);
        }
    }

    /** To go on with a directory that is formatted; one that is not is refused. */
    record Existing(String nodeId, Optional<UUID> requiredCluster) implements Formation {}

    /** @throws IllegalArgumentException if {@code nodeId} is not a member of {@code bootstrap} */
    static Formation founding(String nodeId, UUID clusterId, boolean clusterIdIsExplicit, Configuration bootstrap) {
        return new Founding(nodeId, clusterId, clusterIdIsExplicit, bootstrap);
    }

    /**
     * @param known the members as another node told them; one of this node's name is left out
     * @throws IllegalArgumentException if no other voter is left: nobody could give this node the log
     */
    static Formation joining(String nodeId, UUID clusterId, Configuration known) {
        List<Configuration.Member> voters = others(known.voters(), nodeId);
        if (voters.isEmpty()) {
            throw new IllegalArgumentException("Node \"" + nodeId + "\" is the only voter of cluster " + clusterId
                    + " and comes without its data: no other voter is there that could give it the log. Give it its data"
                    + " directory back, or restore the cluster from a backup.");
        }
        return new Joining(nodeId, clusterId, new Configuration(voters, others(known.observers(), nodeId)));
    }

    /** @param requiredCluster the cluster that an operator chose; empty if none was chosen */
    static Formation existing(String nodeId, Optional<UUID> requiredCluster) {
        return new Existing(nodeId, requiredCluster);
    }

    private static List<Configuration.Member> others(List<Configuration.Member> members, String nodeId) {
        return members.stream()
                .filter(member -> !member.key().nodeId().equals(nodeId))
                .toList();
    }

    /** Sorted, so that two sets read alike in a message. */
    private static Set<String> nodeIds(Collection<Configuration.Member> members) {
        Set<String> ids = new TreeSet<>();
        for (Configuration.Member member : members) {
            ids.add(member.key().nodeId());
        }
        return ids;
    }
}
