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
 * @param bootstrap the voters at the birth of the cluster; afterwards the log knows
 * @param httpUrls node id to base URL of the HTTP API
 * @param bindHost where to listen for peers
 * @param bindPort 0: any free port
 */
public record ClusterPlan(
        String nodeId,
        UUID clusterId,
        boolean clusterIdIsExplicit,
        Configuration bootstrap,
        Map<String, String> httpUrls,
        String bindHost,
        int bindPort) {
    static final int DEFAULT_PEER_PORT = 9080;
    private static final String LOOPBACK = "127.0.0.1";
    private static final String ALL_ADDRESSES = "0.0.0.0";

    public ClusterPlan {
        httpUrls = Map.copyOf(httpUrls);
    }

    /**
     * @param httpPort that of this node's HTTP API, and of those of its peers that name no URL
     * @throws InvalidSettingException if no cluster can be made of these settings
     */
    public static ClusterPlan of(KvProperties properties, int httpPort) {
        List<String> items = properties.cluster().voters();
        return items.isEmpty() ? soleVoter(properties, httpPort) : listed(properties, parse(items), httpPort);
    }

    /**
     * The voters that a list names, each once, by node id: whatever the order of the list, the same.
     *
     * @param nodeId that of one of them; alone, at the default address, if the list is empty
     * @throws InvalidSettingException if no cluster can be made of them
     */
    public static Configuration voters(String nodeId, List<String> items) {
        List<String> listed =
                items.isEmpty() ? List.of(nodeId + "@" + LOOPBACK + ":" + DEFAULT_PEER_PORT) : items;
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

    private static ClusterPlan soleVoter(KvProperties properties, int httpPort) {
        String id = properties.node().id();
        Integer port = properties.peer().port();
        int bindPort = port == null ? DEFAULT_PEER_PORT : port;
        String host = properties.peer().host();
        String bindHost = host.isEmpty() ? LOOPBACK : host;
        UUID explicit = properties.cluster().id();
        return new ClusterPlan(
                id,
                explicit == null ? UUID.randomUUID() : explicit,
                explicit != null,
                Configuration.ofVoters(List.of(new Member(ReplicaKey.ofNode(id), bindHost + ":" + bindPort))),
                Map.of(id, url(LOOPBACK, httpPort)),
                bindHost,
                bindPort);
    }

    private static ClusterPlan listed(KvProperties properties, Map<String, Voter> voters, int httpPort) {
        Voter self = self(properties, voters);
        List<Member> members = new ArrayList<>();
        Map<String, String> urls = new LinkedHashMap<>();
        for (Voter voter : voters.values()) {
            members.add(new Member(ReplicaKey.ofNode(voter.id()), voter.address()));
            urls.put(voter.id(), voter.httpUrl().map(Object::toString).orElseGet(() -> url(voter.host(), httpPort)));
        }
        String host = properties.peer().host();
        Integer port = properties.peer().port();
        UUID explicit = properties.cluster().id();
        return new ClusterPlan(
                self.id(),
                explicit == null ? derivedId(voters) : explicit,
                explicit != null,
                Configuration.ofVoters(members),
                urls,
                host.isEmpty() ? defaultBindHost(self) : host,
                port == null ? self.port() : port);
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

    private static Voter self(KvProperties properties, Map<String, Voter> voters) {
        String id = properties.node().id();
        Voter self = voters.get(id);
        if (self == null) {
            throw new InvalidSettingException(
                    "kv.node.id",
                    id,
                    Voter.PROPERTY + " lists only " + String.join(", ", voters.keySet()),
                    "set it to one of these, or add this node to the list on every node");
        }
        return self;
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

    private static String defaultBindHost(Voter self) {
        boolean loopback = self.host().equals(LOOPBACK) || self.host().equals("localhost");
        return loopback ? LOOPBACK : ALL_ADDRESSES;
    }

    private static String url(String host, int httpPort) {
        return "http://" + host + ":" + httpPort;
    }

    private static InvalidSettingException refused(List<String> items, String problem, String remedy) {
        return new InvalidSettingException(Voter.PROPERTY, String.join(",", items), problem, remedy);
    }
}
