package io.canvass.kv.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One item of {@code kv.cluster.voters}.
 *
 * @param host a name or an address; an IPv6 address in brackets
 * @param httpUrl the base URL of its HTTP API, without a slash at the end; empty if the item names none
 */
record Voter(String id, String host, int port, Optional<URI> httpUrl) {
    static final String PROPERTY = "kv.cluster.voters";
    static final String ID_PATTERN = "[A-Za-z0-9][A-Za-z0-9._-]{0,62}";
    private static final String FORM = "id@host:peerPort or id@host:peerPort=httpUrl";
    private static final int MAX_PORT = 65_535;
    private static final String ADDRESS_PATTERN = "(?<host>\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+):(?<port>[0-9]{1,5})";
    private static final Pattern ADDRESS = Pattern.compile(ADDRESS_PATTERN);
    private static final Pattern ITEM =
            Pattern.compile("(?<id>" + ID_PATTERN + ")@" + ADDRESS_PATTERN + "(=(?<url>.+))?");

    /** @throws InvalidSettingException if it is not of this form */
    static Voter parse(String item) {
        Matcher matcher = ITEM.matcher(item.strip());
        if (!matcher.matches()) {
            throw malformed(item, "an item must have the form " + FORM, "write for example kv-0@kv-0.example.net:9080");
        }
        int port = Integer.parseInt(matcher.group("port"));
        if (!isPort(port)) {
            throw malformed(item, "its port is not from 1 to " + MAX_PORT, "correct the port");
        }
        return new Voter(
                matcher.group("id"), matcher.group("host"), port, Optional.ofNullable(matcher.group("url")).map(url -> url(item, url)));
    }

    String address() {
        return host + ":" + port;
    }

    /** Of the form host:port, with a port other than 0; an IPv6 address in brackets. */
    static boolean isAddress(String text) {
        Matcher matcher = ADDRESS.matcher(text);
        return matcher.matches() && isPort(Integer.parseInt(matcher.group("port")));
    }

    /** The base URL of an HTTP API, without a slash at the end; empty if the text is not one. */
    static Optional<URI> baseUrl(String text) {
        try {
            URI url = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
            boolean base = http && url.getHost() != null && url.getQuery() == null && url.getFragment() == null;
            return base ? Optional.of(url) : Optional.empty();
        } catch (URISyntaxException _) {
            return Optional.empty();
        }
    }

    private static boolean isPort(int port) {
        return port >= 1 && port <= MAX_PORT;
    }

    private static URI url(String item, String text) {
        return baseUrl(text).orElseThrow(() -> malformed(
                item, "\"" + text + "\" is not the base URL of an HTTP API", "write for example http://kv-0.example.net:8080"));
    }

    private static InvalidSettingException malformed(String item, String problem, String remedy) {
        return new InvalidSettingException(PROPERTY, item, problem, remedy);
    }
}
