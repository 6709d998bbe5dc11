package io.canvass.kv.members;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.Formed;
import io.canvass.proto.kv.v1.Joining;
import io.canvass.proto.kv.v1.Standing;
import io.canvass.proto.kv.v1.Unformed;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.ReplicaKey;

/** What nodes say of themselves, on the wire. Stateless. */
final class Standings {
    private static final int UUID_BYTES = 2 * Long.BYTES;
    private static final int MAX_NODE_ID = 63;

    private Standings() {}

    static Standing encode(NodeStanding standing) {
        Standing.Builder wire = Standing.newBuilder()
                .setNodeId(standing.nodeId())
                .setClusterIdIsExplicit(standing.clusterIdIsExplicit())
                .setUrl(standing.about().url())
                .setMinVersion(standing.about().minVersion())
                .setMaxVersion(standing.about().maxVersion());
        standing.clusterId().ifPresent(id -> wire.setClusterId(encode(id)));
        if (!standing.replica().directoryId().equals(ReplicaKey.UNASSIGNED)) {
            wire.setDirectoryId(encode(standing.replica().directoryId()));
        }
        switch (standing.state()) {
            case NodeStanding.Unformed unformed ->
                wire.setUnformed(Unformed.newBuilder().addAllVoters(unformed.voters()));
            case NodeStanding.Formed formed ->
                wire.setFormed(Formed.newBuilder()
                        .setConfiguration(ByteString.copyFrom(formed.configuration().encode().array()))
                        .setConfigurationIndex(formed.index())
                        .setConfigurationCommitted(formed.committed())
                        .setLeads(formed.leads())
                        .setFounded(formed.founded()));
            case NodeStanding.Joining _ -> wire.setJoining(Joining.getDefaultInstance());
        }
        return wire.build();
    }

    /** @throws IllegalArgumentException if that is nothing a node says of itself; the message says why, for people */
    static NodeStanding decode(Standing wire) {
        UUID directory = wire.getDirectoryId().isEmpty()
                ? ReplicaKey.UNASSIGNED
                : uuid(wire.getDirectoryId(), "directory id");
        Optional<UUID> cluster = wire.getClusterId().isEmpty()
                ? Optional.empty()
                : Optional.of(uuid(wire.getClusterId(), "cluster id"));
        NodeStanding.State state = switch (wire.getStateCase()) {
            case UNFORMED -> new NodeStanding.Unformed(sorted(wire.getUnformed()));
            case FORMED -> formed(wire.getFormed());
            case JOINING -> new NodeStanding.Joining();
            case STATE_NOT_SET -> throw new IllegalArgumentException("it does not say what it is, in words that this version knows");
        };
        if (cluster.isEmpty() && !(state instanceof NodeStanding.Joining)) {
            throw new IllegalArgumentException("it names no cluster");
        }
        return new NodeStanding(
                new ReplicaKey(nodeId(wire.getNodeId()), directory),
                cluster,
                wire.getClusterIdIsExplicit(),
                state,
                About.of(wire.getUrl(), wire.getMinVersion(), wire.getMaxVersion()));
    }

    static ByteString encode(UUID id) {
        return ByteString.copyFrom(ByteBuffer.allocate(UUID_BYTES)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .flip());
    }

    static UUID uuid(ByteString bytes, String what) {
        if (bytes.size() != UUID_BYTES) {
            throw new IllegalArgumentException("its " + what + " has " + bytes.size() + " bytes, not " + UUID_BYTES);
        }
        ByteBuffer buffer = bytes.asReadOnlyByteBuffer();
        return new UUID(buffer.getLong(), buffer.getLong());
    }

    static String nodeId(String nodeId) {
        if (nodeId.isEmpty() || nodeId.length() > MAX_NODE_ID) {
            throw new IllegalArgumentException("its node id has " + nodeId.length() + " characters, not 1 to " + MAX_NODE_ID);
        }
        return nodeId;
    }

    private static SortedSet<String> sorted(Unformed unformed) {
        return new TreeSet<>(unformed.getVotersList());
    }

    private static NodeStanding.Formed formed(Formed wire) {
        return new NodeStanding.Formed(
                Configuration.decode(Bytes.wrap(wire.getConfiguration().toByteArray())),
                wire.getConfigurationIndex(),
                wire.getConfigurationCommitted(),
                wire.getLeads(),
                wire.getFounded());
    }
}
