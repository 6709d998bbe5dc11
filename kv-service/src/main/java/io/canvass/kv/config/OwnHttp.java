package io.canvass.kv.config;

/** How this node's HTTP API is reached: {@code http} or {@code https}, and the port. Peers that name no URL are taken to be the same. */
public record OwnHttp(String scheme, int port) {
    /** Without TLS. */
    public static OwnHttp plain(int port) {
        return new OwnHttp("http", port);
    }

    String at(String host) {
        return scheme + "://" + host + ":" + port;
    }
}
