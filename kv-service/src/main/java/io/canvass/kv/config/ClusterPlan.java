package io.canvass.kv.config;

import java.io.IOException;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.ReplicaKey;
import org.jspecify.annotations.Nullable;

/**
 * What the settings say of the cluster, with everything filled in that was left out.
 *
 * @param clusterId with which an empty data directory is formatted
 * @param clusterIdIsExplicit whether an operator wrote it; a directory of another cluster is then refused, while a derived one
 *     yields to what the directory says
 * @param bootstrap the list: the voters at the birth of the cluster, afterwards the log knows. Without this node, if it is not on it
 * @param httpUrls node id to base URL of the HTTP API, this node's among them
 * @param bindHost where to listen for peers
 * @param bindPort 0: any free port
 * @param address where peers reach this node, host:port
 */
public record ClusterPlan(
        String nodeId,
        UUID clusterId,
        boolean clusterIdIsExplicit,
        Configuration bootstrap,
        Map<String, String> httpUrls,
        String bindHost,
        int bindPort,
        String address) {
    public ClusterPlan {
        httpUrls = Map.copyOf(httpUrls);
    }

    /** @throws InvalidSettingException if no cluster can be made of these settings */
    public static ClusterPlan of(KvProperties properties, OwnHttp http) {
        List<String> items = properties.cluster().voters();
        return items.isEmpty() ? soleVoter(properties, http) : listed(properties, parse(items), http);
    }

    /**
     * The voters that a list names, each once, by node id: whatever the order of the list, the same.
     *
     * @param nodeId that of one of them; alone, at the default address, if the list is empty
     * @throws InvalidSettingException if no cluster can be made of them
     */
    public static Configuration voters(String nodeId, List<String> items) {
        List<String> listed =
                items.isEmpty() ? List.of(nodeId + "@" + Whereabouts.LOOPBACK + ":" + Whereabouts.DEFAULT_PEER_PORT) : items;
        Map<String, Voter> voters = new TreeMap<>(parse(listed));
        if (!voters.containsKey(nodeId)) {
            throw refused(listed, "the node id " + nodeId + " is not on it", "add it, or name another node");
        }
        List<Member> members = new ArrayList<>();
        for (Voter voter : voters.values()) {
            members.add(new Member(ReplicaKey.ofNode(voter.id()), voter.address()));
        }
        return Configuration.ofVoters(members);
    }

    /** The refusal of a start because the port for peers is taken, for the failure of whoever tried to listen on it. */
    public RuntimeException explainListenFailure(RuntimeException failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (isRefusedBind(cause)) {
                InvalidSettingException explained = new InvalidSettingException(
                        "kv.peer.port",
                        Integer.toString(bindPort),
                        "this node cannot listen on " + bindHost + ":" + bindPort + " (" + cause.getMessage() + ")",
                        "stop the process that holds the port, or choose another one here and for this node in " + Voter.PROPERTY);
                explained.addSuppressed(failure);
                return explained;
            }
        }
        return failure;
    }

    /** Netty's native transport has an exception of its own in the place of the JDK's. */
    private static boolean isRefusedBind(Throwable cause) {
        return cause instanceof BindException
                || (cause instanceof IOException && String.valueOf(cause.getMessage()).startsWith("bind("));
    }

    /** Whether this node is on the list. One that is not can form nothing, and joins the cluster of those who are. */
    public boolean isListed() {
        return bootstrap.isVoter(ReplicaKey.ofNode(nodeId));
    }

    /** All on the list but this node. */
    public List<Member> others() {
        return bootstrap.voters().stream()
                .filter(member -> !member.key().nodeId().equals(nodeId))
                .toList();
    }

    /** The base URL of this node's HTTP API. */
    public String url() {
        return httpUrls.getOrDefault(nodeId, "");
    }

    private static ClusterPlan soleVoter(KvProperties properties, OwnHttp http) {
        String id = properties.node().id();
        Whereabouts where = Whereabouts.alone(properties, http);
        UUID explicit = properties.cluster().id();
        return new ClusterPlan(
                id,
                explicit == null ? UUID.randomUUID() : explicit,
                explicit != null,
                Configuration.ofVoters(List.of(new Member(ReplicaKey.ofNode(id), where.address()))),
                Map.of(id, where.url()),
                where.bindHost(),
                where.bindPort(),
                where.address());
    }

    private static ClusterPlan listed(KvProperties properties, Map<String, Voter> voters, OwnHttp http) {
        String id = properties.node().id();
        List<Member> members = new ArrayList<>();
        Map<String, String> urls = new LinkedHashMap<>();
        for (Voter voter : voters.values()) {
            members.add(new Member(ReplicaKey.ofNode(voter.id()), voter.address()));
            urls.put(
                    voter.id(),
                    voter.httpUrl().map(Object::toString).orElseGet(() -> http.at(voter.host())));
        }
        Voter self = voters.get(id);
        Whereabouts where = self == null
                ? Whereabouts.joining(properties, voters.values(), http)
                : Whereabouts.listed(properties, self, urls.getOrDefault(id, ""));
        urls.put(id, where.url());
        UUID explicit = properties.cluster().id();
        return new ClusterPlan(
                id,
                explicit == null ? derivedId(voters) : explicit,
                explicit != null,
                Configuration.ofVoters(members),
                urls,
                where.bindHost(),
                where.bindPort(),
                where.address());
    }

    private static Map<String, Voter> parse(List<String> items) {
        Map<String, Voter> voters = new LinkedHashMap<>();
        Map<String, String> byAddress = new LinkedHashMap<>();
        for (String item : items) {
            Voter voter = Voter.parse(item);
            if (voters.putIfAbsent(voter.id(), voter) != null) {
                throw refused(items, "it lists the node id " + voter.id() + " twice", "give each voter an id of its own");
            }
            String other = byAddress.putIfAbsent(voter.address(), voter.id());
            if (other != null) {
                throw refused(
                        items,
                        other + " and " + voter.id() + " have the same address " + voter.address(),
                        "give each voter an address of its own");
            }
        }
        return voters;
    }

    /** Every node finds the same id without being told, whatever order its list has. */
    private static UUID derivedId(Map<String, Voter> voters) {
        List<String> names = new ArrayList<>();
        for (Voter voter : voters.values()) {
            names.add(voter.id() + "@" + voter.address());
        }
        names.sort(null);
        return UUID.nameUUIDFromBytes(String.join("\n", names).getBytes(StandardCharsets.UTF_8));
    }

    private static InvalidSettingException refused(List<String> items, String problem, String remedy) {
        return new InvalidSettingException(Voter.PROPERTY, String.join(",", items), problem, remedy);
    }
}
