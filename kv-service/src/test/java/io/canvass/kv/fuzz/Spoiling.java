package io.canvass.kv.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Makes a request a little wrong. What it does to who is a member stays harmless: {@code /v1/cluster} keeps its parts. */
final class Spoiling {
    static final List<String> ODD_VALUES = List.of(
            "", "0", "-1", "+1", "1.5", "1e3", "NaN", "99999999999999999999", "9223372036854775807", "9223372036854775808",
            "2147483648", "true", "TRUE", "yes", "null", "%00", "%", "%2", "%zz", "%c0%af", "%ed%a0%80", "%f8%88%80%80%80",
            "%ff", "a%0d%0aInjected:%20yes", "%2e%2e%2f", "..", "/", "30s", "-5s", "30", "1d", "PT1H", "99999999h", "\u00ff",
            "\u00c3\u00a9", "<script>", "'\"", "${x}", "%25", "&", "=", "a=b", "x".repeat(5000), "\"1\"", "W/\"1\"", "*");
    private static final List<String> PARAMETERS = List.of(
            "consistency", "max-staleness", "max-lag", "min-revision", "revision", "wait", "timeout", "format", "ttl", "lease",
            "prev", "prefix", "start", "end", "limit", "max-bytes", "cursor", "reverse", "keys-only", "count-only", "separator",
            "all", "dry-run", "history", "before", "from-revision", "initial", "events", "key", "on-fail", "add", "min", "max",
            "keys", "after", "unknown", "");
    private static final List<String> HEADERS = List.of(
            "If-Match", "If-None-Match", "Prefer", "Idempotency-Key", "Last-Event-ID", "Accept", "Accept-Encoding",
            "Content-Type", "Content-Encoding", "Content-Range", "Range", "Kv-Routing", "Kv-Request-Id", "Expect", "Upgrade",
            "Connection", "TE", "Trailer", "Origin", "Cookie", "Authorization", "X-Forwarded-For", "X-HTTP-Method-Override",
            "Forwarded", "Cache-Control", "If-Modified-Since", "If-Unmodified-Since", "If-Range", "Host", "Repr-Digest");
    private static final List<String> HEADER_VALUES = List.of(
            "\"1\"", "\"1\", \"2\"", "W/\"1\"", "\"", "\"\"", "*, \"1\"", "\"99999999999999999999\"", "return=minimal",
            "return=;;;=", "wait=99999999999", "wait=-1", "respond-async", "text/html", "application/json;charset=utf-99",
            "*/*;q=9", "a/b;q=0", "application/*", "application/x-ndjson;q=0, */*", "////", "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x", "gzip", "identity", "bytes=0-1", "bytes 0-1/5", "local", "100-continue",
            "200-maybe", "h2c", "websocket", "Upgrade, HTTP2-Settings", "close, close", "fuzz:99999", "[::1", "a@b", "\t",
            "\u0001", "\u00ff\u00fe", "\u0000");
    private static final List<String> SEGMENTS = List.of(
            "..", ".", "", "%2e%2e", "%2E", "%2f", "%5c", "\\", ";a=b", "%3b", "%00", "%c0%ae", "%ed%a0%80", "%ff", "%", "%zz",
            "\u00e4", "\u00ff", " ", "a b", "{key}", "|", "^", "\"", "<", "#x", "?", "x".repeat(1025), "%41".repeat(2000), "*",
            "~", "%7f", "%C2%80", "\u0007", "keepalive", "watch");
    private static final List<String> METHODS = List.of(
            "GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "G\u00cbT",
            "M".repeat(300), "", "PUT\u0000", "PRI");
    private static final List<String> VERSIONS =
            List.of("HTTP/1.0", "HTTP/2.0", "HTTP/1.9", "HTTP/0.9", "HTTP/11", "http/1.1", "HTTP/", "", "HTTP/1.1 x");

    private final Random random;
    private boolean isWhole = true;

    Spoiling(Random random) {
        this.random = random;
    }

    /** Whether it is still clear where the request ends. */
    boolean isWhole() {
        return isWhole;
    }

    void spoil(Draft draft) {
        boolean keepsParts = draft.path.startsWith("/v1/cluster");
        switch (random.nextInt(12)) {
            case 0, 1 -> parameter(draft, keepsParts);
            case 2 -> path(draft, keepsParts);
            case 3 -> method(draft, keepsParts);
            case 4, 5 -> header(draft);
            case 6 -> oddHeaders(draft);
            case 7, 8 -> body(draft, keepsParts);
            case 9 -> framing(draft);
            case 10 -> draft.framing = draft.framing == Draft.Framing.UNSAID ? Draft.Framing.UNSAID : Draft.Framing.CHUNKED;
            default -> line(draft);
        }
    }

    private void parameter(Draft draft, boolean keepsParts) {
        String odd = of(ODD_VALUES);
        int size = draft.query.size();
        switch (random.nextInt(5)) {
            case 0 -> draft.query.add(of(PARAMETERS) + "=" + odd);
            case 1 -> draft.query.add(of(PARAMETERS));
            case 2 -> draft.query.add(size == 0 ? "&" : draft.query.get(random.nextInt(size)));
            case 3 -> draft.query.add(odd);
            default -> {
                if (size > 0 && !keepsParts) {
                    int at = random.nextInt(size);
                    draft.query.set(at, draft.query.get(at).split("=", 2)[0] + "=" + odd);
                }
            }
        }
    }

    private void path(Draft draft, boolean keepsParts) {
        String segment = of(SEGMENTS);
        if (keepsParts) {
            draft.path = draft.path + "/" + segment;
            return;
        }
        switch (random.nextInt(6)) {
            case 0 -> draft.path = draft.path + "/" + segment;
            case 1 -> draft.path = draft.path + segment;
            case 2 -> draft.path = "/v1/" + of("kv", "kv64", "counters", "leases", "locks", "elections", "problems", "..")
                    + "/" + segment;
            case 3 -> {
                int at = random.nextInt(draft.path.length() + 1);
                draft.path = draft.path.substring(0, at) + segment + draft.path.substring(at);
            }
            case 4 -> draft.path = of("http://other:1", "//other", "*", "other:80", "") + draft.path;
            default -> draft.path = draft.path.replace("/", of("//", "/./", "%2F", "\\"));
        }
    }

    private void method(Draft draft, boolean keepsParts) {
        if (!keepsParts) {
            draft.method = of(METHODS);
            isWhole &= !draft.method.isEmpty();
        } else if (draft.method.equals("GET")) {
            draft.method = of("HEAD", "OPTIONS", "PUT", "TRACE");
        }
    }

    private void header(Draft draft) {
        String name = of(HEADERS);
        if (name.equals("Host") || name.equals("Connection") || name.equals("Upgrade") || name.equals("Expect")) {
            isWhole = false;
        }
        draft.headers.add(name + ": " + (random.nextInt(4) == 0 ? of(ODD_VALUES) : of(HEADER_VALUES)));
    }

    /** What a parser of headers may stumble over. */
    private void oddHeaders(Draft draft) {
        isWhole = false;
        switch (random.nextInt(9)) {
            case 0 -> draft.headers.add("X-Huge: " + "h".repeat(1 << random.nextInt(18)));
            case 1 -> {
                for (int i = 0; i < 300; i++) {
                    draft.headers.add("X-Many-" + i + ": v");
                }
            }
            case 2 -> draft.headers.add("no colon at all");
            case 3 -> draft.headers.add("Bad Name: v");
            case 4 -> draft.headers.add("X-Folded: a\r\n b");
            case 5 -> draft.headers.add(": nameless");
            case 6 -> draft.headers.add("X-Bare: a\rb");
            case 7 -> draft.headers.add("X-Null\u0000: \u0000");
            default -> draft.headers.add("Host: one\r\nHost: two");
        }
    }

    private void body(Draft draft, boolean keepsParts) {
        if (keepsParts) {
            // Whatever becomes of it, it does not become another request that is right.
            draft.body = new BodyNoise(random).noise();
        } else {
            draft.body = new BodyNoise(random).spoil(draft.body);
        }
    }

    /** What says where the body ends, wrongly. */
    private void framing(Draft draft) {
        isWhole = false;
        draft.framing = Draft.Framing.UNSAID;
        String length = Integer.toString(draft.body.length);
        switch (random.nextInt(12)) {
            case 0 -> draft.headers.add("Content-Length: " + (draft.body.length + 1 + random.nextInt(100)));
            case 1 -> draft.headers.add("Content-Length: " + Math.max(0, draft.body.length - 1 - random.nextInt(5)));
            case 2 -> draft.headers.add("Content-Length: " + of("-1", "+5", "0x10", "5,5", "99999999999999999999", "", "five"));
            case 3 -> draft.headers.add("Content-Length: " + length + "\r\nContent-Length: " + of(length, "0", "1"));
            case 4 -> draft.headers.add("Content-Length: " + length + "\r\nTransfer-Encoding: chunked");
            case 5 -> draft.headers.add("Transfer-Encoding: " + of("gzip, chunked", "chunked, chunked", "identity", "x", ""));
            case 6 -> chunked(draft, "ffffffffffffffffff\r\n");
            case 7 -> chunked(draft, "-1\r\nab\r\n0\r\n\r\n");
            case 8 -> chunked(draft, "5;ext=\"a\r\nb\"\r\nhello\r\n0\r\n\r\n");
            case 9 -> chunked(draft, "5\r\nhelloworld\r\n0\r\n\r\n");
            case 10 -> chunked(draft, "5\r\nhel");
            default -> chunked(draft, "2;" + "e".repeat(1 << random.nextInt(16)) + "\r\nab\r\n0\r\nX-T: "
                    + "t".repeat(1 << random.nextInt(16)) + "\r\n\r\n");
        }
    }

    private static void chunked(Draft draft, String body) {
        draft.headers.add("Transfer-Encoding: chunked");
        draft.body = body.getBytes(StandardCharsets.ISO_8859_1);
    }

    private void line(Draft draft) {
        isWhole = false;
        draft.version = of(VERSIONS);
    }

    /** Bytes of the whole request changed, left out or doubled, here and there. */
    byte[] scramble(byte[] bytes) {
        isWhole = false;
        byte[] scrambled = bytes.clone();
        for (int i = 1 + random.nextInt(4); i > 0 && scrambled.length > 1; i--) {
            int at = random.nextInt(scrambled.length);
            if (random.nextInt(3) > 0) {
                scrambled[at] = (byte) random.nextInt(256);
            } else {
                scrambled = Arrays.copyOf(scrambled, random.nextInt(scrambled.length) + 1);
            }
        }
        return scrambled;
    }

    private String of(String... some) {
        return some[random.nextInt(some.length)];
    }

    private String of(List<String> some) {
        return some.get(random.nextInt(some.size()));
    }
}
