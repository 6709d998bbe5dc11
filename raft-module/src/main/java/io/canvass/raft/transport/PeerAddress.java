package io.canvass.raft.transport;

/**
 * Where a peer listens.
 *
 * @param host a name or a literal address, without brackets
 */
record PeerAddress(String host, int port) {
    private static final int MAX_PORT = 65_535;

    /**
     * @param text {@code host:port}; an IPv6 address in brackets
     * @throws IllegalArgumentException if it is not that
     */
    static PeerAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            throw notAnAddress(text);
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw notAnAddress(text);
        }
        int port = port(text, text.substring(colon + 1));
        if (host.isBlank() || port < 1 || port > MAX_PORT) {
            throw notAnAddress(text);
        }
        return new PeerAddress(host, port);
    }

    private static int port(String text, String port) {
        try {
            return Integer.parseInt(port);
        } catch (NumberFormatException e) {
            throw notAnAddress(text);
        }
    }

    private static IllegalArgumentException notAnAddress(String text) {
        return new IllegalArgumentException("\"" + text + "\" is not host:port");
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
