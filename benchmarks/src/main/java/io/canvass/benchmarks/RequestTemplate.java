package io.canvass.benchmarks;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;
import java.util.regex.Pattern;

/**
 * One request, ready to send but for its keys: one, or as many as a batch has. All keys have the same length, {@code bench/} and
 * nine digits, for both kinds of server; so the rest of the request never changes and the next request is made by writing over
 * the digits.
 */
final class RequestTemplate {
    private static final String KEY_PREFIX = "bench/";
    private static final int DIGITS = 9;
    /** Base64 of the digits: nine bytes make twelve characters, and the prefix of six ends on a boundary too. */
    private static final String ETCD_PLACE = "AAAAAAAAAAAA";
    private static final String CANVASS_PLACE = "000000000";
    private static final byte[] BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
            .getBytes(StandardCharsets.US_ASCII);

    private final LoadOptions.Kind kind;
    private final byte[] bytes;
    private final int[] keyOffsets;
    private final byte[] digits = new byte[DIGITS];

    private RequestTemplate(LoadOptions.Kind kind, String request, String place) {
        this.kind = kind;
        this.bytes = request.getBytes(StandardCharsets.US_ASCII);
        this.keyOffsets = offsets(request, KeyPlace.of(kind), place);
    }

    private static int[] offsets(String request, String prefix, String place) {
        return Pattern.compile(prefix + place, Pattern.LITERAL)
                .matcher(request)
                .results()
                .mapToInt(found -> found.start() + prefix.length())
                .toArray();
    }

    static RequestTemplate of(LoadOptions options, URI target) {
        return switch (options.kind()) {
            case CANVASS -> new RequestTemplate(options.kind(), canvass(options, target), CANVASS_PLACE);
            case ETCD -> new RequestTemplate(options.kind(), etcd(options, target), ETCD_PLACE);
        };
    }

    /** A buffer of its own that holds the whole request. */
    ByteBuffer newBuffer() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length);
        buffer.put(bytes).flip();
        return buffer;
    }

    /**
     * Makes the buffer a request for these keys, ready to be written from its first byte.
     *
     * @param first the first key
     * @param others gives the others, if a request names more than one
     */
    void prepare(ByteBuffer buffer, int first, IntSupplier others) {
        buffer.clear();
        put(buffer, keyOffsets[0], first);
        for (int i = 1; i < keyOffsets.length; i++) {
            put(buffer, keyOffsets[i], others.getAsInt());
        }
    }

    private void put(ByteBuffer buffer, int offset, int key) {
        int rest = key;
        for (int i = DIGITS - 1; i >= 0; i--) {
            digits[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        switch (kind) {
            case CANVASS -> buffer.put(offset, digits);
            case ETCD -> putBase64(buffer, offset);
        }
    }

    private void putBase64(ByteBuffer buffer, int offset) {
        int at = offset;
        for (int i = 0; i < DIGITS; i += 3) {
            int group = digits[i] << 16 | digits[i + 1] << 8 | digits[i + 2];
            buffer.put(at++, BASE64[group >> 18]);
            buffer.put(at++, BASE64[group >> 12 & 63]);
            buffer.put(at++, BASE64[group >> 6 & 63]);
            buffer.put(at++, BASE64[group & 63]);
        }
    }

    private static String canvass(LoadOptions options, URI target) {
        if (options.batch() > 1) {
            return batch(options, target);
        }
        String path = "/v1/kv/" + KEY_PREFIX + CANVASS_PLACE;
        return switch (options.op()) {
            case GET -> "GET " + path + " HTTP/1.1\r\n" + host(target) + "\r\n";
            case PUT, FILL ->
                "PUT " + path + " HTTP/1.1\r\n"
                        + host(target)
                        + "Content-Type: application/octet-stream\r\nContent-Length: "
                        + options.payloadBytes() + "\r\n\r\n" + value(options.payloadBytes());
        };
    }

    private static String batch(LoadOptions options, URI target) {
        String line = "{\"put\":{\"key\":\"" + KEY_PREFIX + CANVASS_PLACE + "\",\"value\":\"" + value(options.payloadBytes()) + "\"}}\n";
        String body = line.repeat(options.batch());
        return "POST /v1/batch HTTP/1.1\r\n" + host(target)
                + "Content-Type: application/x-ndjson\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private static String etcd(LoadOptions options, URI target) {
        String key = "\"key\":\"" + KeyPlace.of(LoadOptions.Kind.ETCD) + ETCD_PLACE + "\"";
        return switch (options.op()) {
            case GET -> post("/v3/kv/range", "{" + key + "}", target);
            case PUT, FILL -> {
                byte[] value = value(options.payloadBytes()).getBytes(StandardCharsets.US_ASCII);
                String base64 = Base64.getEncoder().encodeToString(value);
                yield post("/v3/kv/put", "{" + key + ",\"value\":\"" + base64 + "\"}", target);
            }
        };
    }

    private static String post(String path, String body, URI target) {
        return "POST " + path + " HTTP/1.1\r\n" + host(target) + "Content-Type: application/json\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body;
    }

    private static String host(URI target) {
        return "Host: " + target.getRawAuthority() + "\r\n";
    }

    /** Letters that do not compress well, the same in each run. */
    private static String value(int length) {
        SplittableRandom random = new SplittableRandom(length);
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append((char) BASE64[random.nextInt(52)]);
        }
        return text.toString();
    }

    /** What stands in a request before the digits of its key. */
    private static final class KeyPlace {
        private KeyPlace() {}

        static String of(LoadOptions.Kind kind) {
            return switch (kind) {
                case CANVASS -> KEY_PREFIX;
                case ETCD -> Base64.getEncoder().encodeToString(KEY_PREFIX.getBytes(StandardCharsets.US_ASCII));
            };
        }
    }
}
