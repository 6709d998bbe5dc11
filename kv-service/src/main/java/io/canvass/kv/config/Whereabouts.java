package io.canvass.kv.config;

import java.util.Collection;
import java.util.Set;

/**
 * Where this node listens for its peers, and where others reach it.
 *
 * @param address for peers, host:port
 * @param url of its HTTP API
 */
record Whereabouts(String bindHost, int bindPort, String address, String url) {
    static final int DEFAULT_PEER_PORT = 9080;
    static final String LOOPBACK = "127.0.0.1";
    private static final String ALL_ADDRESSES = "0.0.0.0";
    private static final String ADVERTISE = "kv.peer.advertise";
    private static final Set<String> WILDCARDS = Set.of(ALL_ADDRESSES, "::", "[::]", "0:0:0:0:0:0:0:0");

    /** Of a cluster of one: on this machine only, unless others are told how to reach it. */
    static Whereabouts alone(KvProperties properties, OwnHttp http) {
        String advertised = advertised(properties);
        String host = properties.peer().host();
        String bindHost = host.isEmpty() ? defaultBindHost(advertised.isEmpty() ? LOOPBACK : hostOf(advertised)) : host;
        int bindPort = bindPort(properties, advertised);
        String address = advertised.isEmpty() ? join(bindHost, bindPort) : advertised;
        String reachedAt = advertised.isEmpty() ? LOOPBACK : hostOf(advertised);
        return new Whereabouts(bindHost, bindPort, address, ownUrl(properties, http.at(reachedAt)));
    }

    /** Of a node that the list tells of. */
    static Whereabouts listed(KvProperties properties, Voter self, String listedUrl) {
        String advertised = advertised(properties);
        if (!advertised.isEmpty() && !advertised.equals(self.address())) {
            throw new InvalidSettingException(
                    ADVERTISE, advertised, Voter.PROPERTY + " says that " + self.id() + " is reached at " + self.address(),
                    "leave it out, or correct the list on every node");
        }
        String host = properties.peer().host();
        Integer port = properties.peer().port();
        return new Whereabouts(
                host.isEmpty() ? defaultBindHost(self.host()) : host,
                port == null ? self.port() : port,
                self.address(),
                ownUrl(properties, listedUrl));
    }

    /** Of a node that joins the cluster of those on the list. */
    static Whereabouts joining(KvProperties properties, Collection<Voter> voters, OwnHttp http) {
        String advertised = advertised(properties);
        String host = properties.peer().host();
        int bindPort = bindPort(properties, advertised);
        if (advertised.isEmpty()) {
            advertised = join(derivedHost(properties, voters), requireKnown(bindPort));
        }
        return new Whereabouts(
                host.isEmpty() ? defaultBindHost(hostOf(advertised)) : host,
                bindPort,
                advertised,
                ownUrl(properties, http.at(hostOf(advertised))));
    }

    private static String derivedHost(KvProperties properties, Collection<Voter> voters) {
        String host = properties.peer().host();
        if (!host.isEmpty() && !WILDCARDS.contains(host)) {
            return host;
        }
        if (voters.stream().allMatch(voter -> isLoopback(voter.host()))) {
            return LOOPBACK;
        }
        throw new InvalidSettingException(
                ADVERTISE, "", "this node, " + properties.node().id() + ", is not in " + Voter.PROPERTY + ", so that it joins the"
                        + " cluster of those who are, and nothing says where they reach it",
                "set it to host:port, or correct kv.node.id or the list if this node is one of them");
    }

    private static int requireKnown(int port) {
        if (port == 0) {
            throw new InvalidSettingException(
                    "kv.peer.port", "0", "a node that joins a cluster must be reached at a port that stays", "choose a port");
        }
        return port;
    }

    /** Empty if it is not said. */
    private static String advertised(KvProperties properties) {
        String advertised = properties.peer().advertise();
        if (!advertised.isEmpty() && !Voter.isAddress(advertised)) {
            throw new InvalidSettingException(
                    ADVERTISE, advertised, "that is not host:port", "write for example kv-3.example.net:9080");
        }
        return advertised;
    }

    private static int bindPort(KvProperties properties, String advertised) {
        Integer port = properties.peer().port();
        if (port != null) {
            return port;
        }
        return advertised.isEmpty()
                ? DEFAULT_PEER_PORT
                : Integer.parseInt(advertised.substring(advertised.lastIndexOf(':') + 1));
    }

    private static String ownUrl(KvProperties properties, String otherwise) {
        String url = properties.node().url();
        return url.isEmpty()
                ? otherwise
                : Voter.baseUrl(url)
                        .orElseThrow(() -> new InvalidSettingException(
                                "kv.node.url", url, "that is not the base URL of an HTTP API",
                                "write for example http://kv-3.example.net:8080"))
                        .toString();
    }

    private static String hostOf(String address) {
        return address.substring(0, address.lastIndexOf(':'));
    }

    private static String join(String host, int port) {
        return (host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host) + ":" + port;
    }

    private static String defaultBindHost(String reachedAt) {
        return isLoopback(reachedAt) ? LOOPBACK : ALL_ADDRESSES;
    }

    private static boolean isLoopback(String host) {
        return host.equals(LOOPBACK) || host.equals("localhost");
    }
}
