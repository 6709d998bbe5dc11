package io.canvass.kv.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Writes frames of HTTP/2 (RFC 9113) by hand, right ones and wrong ones. */
final class Http2 {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;
    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int SMALL_PREFIX = 127;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** What a right client begins with. */
    static Http2 begun() {
        return new Http2().raw(PREFACE).frame(SETTINGS, 0, 0);
    }

    Http2 raw(byte... bytes) {
        out.writeBytes(bytes);
        return this;
    }

    Http2 frame(int type, int flags, int stream, byte... payload) {
        return head(payload.length, type, flags, stream).raw(payload);
    }

    /** The head alone, whatever follows it. */
    Http2 head(int length, int type, int flags, int stream) {
        return raw(ByteBuffer.allocate(9)
                .put((byte) (length >> 16))
                .putShort((short) length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .array());
    }

    /** HPACK (RFC 7541, section 6.2.2): each a literal that nobody need remember. */
    static byte[] block(Map<String, String> fields) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        fields.forEach((name, value) -> {
            block.write(0);
            string(block, name);
            string(block, value);
        });
        return block.toByteArray();
    }

    private static void string(ByteArrayOutputStream block, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length < SMALL_PREFIX) {
            block.write(bytes.length);
        } else {
            block.write(SMALL_PREFIX);
            int rest = bytes.length - SMALL_PREFIX;
            for (; rest >= 128; rest >>>= 7) {
                block.write((rest & 0x7f) | 0x80);
            }
            block.write(rest);
        }
        block.writeBytes(bytes);
    }

    /** A message as gRPC frames it. */
    static byte[] message(int compressed, int length, byte... message) {
        return ByteBuffer.allocate(5 + message.length).put((byte) compressed).putInt(length).put(message).array();
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
