package io.canvass.kv.e2e;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * What a node is told: the only place of these tests that knows the service's settings.
 *
 * @param voters as they are listed, right or wrong
 * @param clusterId null: not said
 * @param protocolVersion the highest it speaks to its peers
 * @param more further arguments, as they are
 */
record NodeSettings(
        String id, int httpPort, Path dataDir, List<Voter> voters, @Nullable UUID clusterId, int protocolVersion,
        List<String> more) {
    private static final String PEER_PORT = "--kv.peer.port=";
    private static final int NEWEST = 2;
    private static final int WITHOUT_PRE_VOTE = 0;

    NodeSettings {
        voters = List.copyOf(voters);
        more = List.copyOf(more);
    }

    NodeSettings(String id, int httpPort, Path dataDir, List<Voter> voters, @Nullable UUID clusterId) {
        this(id, httpPort, dataDir, voters, clusterId, NEWEST, List.of());
    }

    NodeSettings withId(String other) {
        return new NodeSettings(other, httpPort, dataDir, voters, clusterId, protocolVersion, more);
    }

    NodeSettings withHttpPort(int other) {
        return new NodeSettings(id, other, dataDir, voters, clusterId, protocolVersion, more);
    }

    NodeSettings withDataDir(Path other) {
        return new NodeSettings(id, httpPort, other, voters, clusterId, protocolVersion, more);
    }

    NodeSettings withVoters(Voter... others) {
        return new NodeSettings(id, httpPort, dataDir, List.of(others), clusterId, protocolVersion, more);
    }

    NodeSettings withClusterId(UUID other) {
        return new NodeSettings(id, httpPort, dataDir, voters, other, protocolVersion, more);
    }

    /** As before the release that brought Pre-Vote. */
    NodeSettings withoutPreVote() {
        return new NodeSettings(id, httpPort, dataDir, voters, clusterId, WITHOUT_PRE_VOTE, more);
    }

    NodeSettings with(List<String> arguments) {
        return new NodeSettings(id, httpPort, dataDir, voters, clusterId, protocolVersion, arguments);
    }

    /** Where its peers reach it, as it is on the list or told otherwise. */
    String peerAddress() {
        String port = more.stream()
                .filter(argument -> argument.startsWith(PEER_PORT))
                .map(argument -> argument.substring(PEER_PORT.length()))
                .findFirst()
                .orElseGet(() -> voters.stream()
                        .filter(voter -> voter.id().equals(id))
                        .map(voter -> Integer.toString(voter.peerPort()))
                        .findFirst()
                        .orElseThrow());
        return "127.0.0.1:" + port;
    }

    List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        arguments.add("--server.address=127.0.0.1");
        arguments.add("--server.port=" + httpPort);
        arguments.add("--kv.node.id=" + id);
        arguments.add("--kv.data-dir=" + dataDir);
        arguments.add("--kv.cluster.voters=" + voters.stream().map(Voter::text).collect(Collectors.joining(",")));
        if (clusterId != null) {
            arguments.add("--kv.cluster.id=" + clusterId);
        }
        if (protocolVersion != NEWEST) {
            arguments.add("--kv.raft.protocol-version=" + protocolVersion);
        }
        arguments.addAll(more);
        return arguments;
    }

    /** One item of the list of voters. */
    record Voter(String id, int httpPort, int peerPort) {
        String text() {
            return id + "@127.0.0.1:" + peerPort + "=http://127.0.0.1:" + httpPort;
        }
    }
}
