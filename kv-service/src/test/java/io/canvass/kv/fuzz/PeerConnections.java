package io.canvass.kv.fuzz;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import com.google.protobuf.Descriptors.Descriptor;
import io.canvass.proto.kv.v1.AdminRequest;
import io.canvass.proto.kv.v1.DiscoverRequest;
import io.canvass.proto.kv.v1.FetchRequest;
import io.canvass.proto.kv.v1.JoinRequest;
import io.canvass.proto.kv.v1.LookRequest;
import io.canvass.proto.kv.v1.TellRequest;
import io.canvass.proto.kv.v1.WriteRequest;
import io.canvass.proto.raft.v1.Frame;

/** What is sent to the peer port: noise, broken HTTP/2, broken gRPC, and right calls of strangers. */
final class PeerConnections {
    private static final List<Call> CALLS = List.of(
            new Call("/canvass.raft.v1.Peer/Exchange", Frame.getDescriptor()),
            new Call("/canvass.kv.v1.Forward/Write", WriteRequest.getDescriptor()),
            new Call("/canvass.kv.v1.Admin/Ask", AdminRequest.getDescriptor()),
            new Call("/canvass.kv.v1.Members/Discover", DiscoverRequest.getDescriptor()),
            new Call("/canvass.kv.v1.Members/Join", JoinRequest.getDescriptor()),
            new Call("/canvass.kv.v1.Check/Look", LookRequest.getDescriptor()),
            new Call("/canvass.kv.v1.Check/Tell", TellRequest.getDescriptor()),
            new Call("/canvass.kv.v1.Check/Fetch", FetchRequest.getDescriptor()));
    private static final int MOST_STREAMS = 20;
    /** SETTINGS_MAX_FRAME_SIZE as it is at first (RFC 9113, section 6.5.2). */
    private static final int MOST_DATA = 16 * 1024;

    private final Random random;
    private final RandomMessages messages;

    private PeerConnections(long number) {
        random = new Random(number);
        messages = new RandomMessages(random);
    }

    private record Call(String path, Descriptor request) {}

    /** All bytes of one connection; the same for the same number. */
    static byte[] bytes(long number) {
        return new PeerConnections(number).bytes();
    }

    private byte[] bytes() {
        return switch (random.nextInt(14)) {
            case 0 -> messages.noise(random.nextInt(50_000));
            case 1 -> Http2.begun().raw(messages.noise(random.nextInt(20_000))).bytes();
            case 2, 3 -> frames();
            case 4 -> oddHeaders();
            case 5 -> flood();
            case 6 -> framing();
            default -> calls();
        };
    }

    private byte[] frames() {
        Http2 out = Http2.begun();
        for (int i = random.nextInt(60); i >= 0; i--) {
            byte[] payload = messages.noise(random.nextInt(random.nextBoolean() ? 20 : 3000));
            int type = random.nextInt(5) == 0 ? random.nextInt(256) : random.nextInt(11);
            int stream = switch (random.nextInt(4)) {
                case 0 -> 0;
                case 1 -> random.nextInt();
                default -> 1 + 2 * random.nextInt(5);
            };
            if (random.nextInt(8) == 0) {
                out.head(random.nextInt(1 << 24), type, random.nextInt(256), stream).raw(payload);
            } else {
                out.frame(type, random.nextInt(256), stream, payload);
            }
        }
        return out.bytes();
    }

    private byte[] calls() {
        Http2 out = Http2.begun();
        int stream = 1;
        for (int i = random.nextInt(MOST_STREAMS); i >= 0; i--, stream += 2) {
            Call call = CALLS.get(random.nextInt(CALLS.size()));
            open(out, stream, headers(call.path));
            int count = random.nextInt(random.nextBoolean() ? 2 : 10);
            for (int j = 0; j <= count; j++) {
                byte[] message = messages.of(call.request).toByteArray();
                if (random.nextInt(3) == 0) {
                    message = messages.spoil(message);
                }
                data(out, stream, Http2.message(0, message.length, message), j == count && random.nextInt(4) > 0);
            }
        }
        return out.bytes();
    }

    private byte[] framing() {
        Http2 out = Http2.begun();
        Call call = CALLS.get(random.nextInt(CALLS.size()));
        open(out, 1, headers(call.path));
        byte[] message = messages.of(call.request).toByteArray();
        byte[] framed = switch (random.nextInt(6)) {
            case 0 -> Http2.message(1, message.length, message);
            case 1 -> Http2.message(random.nextInt(256), message.length, message);
            case 2 -> Http2.message(0, -1, message);
            case 3 -> Http2.message(0, Integer.MAX_VALUE, message);
            case 4 -> Http2.message(0, message.length + 10, message);
            default -> new byte[] {0, 0};
        };
        data(out, 1, framed, random.nextBoolean());
        return out.bytes();
    }

    private byte[] oddHeaders() {
        Http2 out = Http2.begun();
        Map<String, String> headers = headers(CALLS.get(random.nextInt(CALLS.size())).path);
        switch (random.nextInt(10)) {
            case 0 -> headers.remove(":method");
            case 1 -> headers.put(":path", "nowhere");
            case 2 -> headers.put("content-type", "application/json");
            case 3 -> headers.put("grpc-timeout", List.of("0n", "99999999H", "1", "-1S", "").get(random.nextInt(5)));
            case 4 -> headers.put("grpc-encoding", "gzip");
            case 5 -> headers.put("grpc-trace-bin", "!!!");
            case 6 -> headers.put("X-Upper", "case");
            case 7 -> headers.put("big", "v".repeat(15_000));
            case 8 -> headers.put(":unknown", "pseudo");
            default -> headers.put(":method", "GET");
        }
        byte[] block = Http2.block(headers);
        if (random.nextInt(4) == 0) {
            out.frame(Http2.HEADERS, 0, 1, block);
            for (int i = 0; i < 200; i++) {
                out.frame(Http2.CONTINUATION, 0, 1, Http2.block(Map.of("c", "c".repeat(100))));
            }
        } else {
            out.frame(Http2.HEADERS, Http2.END_HEADERS | random.nextInt(2), 1, block);
        }
        return out.bytes();
    }

    private byte[] flood() {
        Http2 out = Http2.begun();
        int kind = random.nextInt(5);
        for (int i = 0; i < 1000; i++) {
            switch (kind) {
                case 0 -> out.frame(Http2.PING, 0, 0, messages.noise(8));
                case 1 -> out.frame(Http2.SETTINGS, 0, 0);
                case 2 -> out.frame(Http2.WINDOW_UPDATE, 0, 0, (byte) 0, (byte) 0, (byte) 0, (byte) 1);
                case 3 -> out.frame(Http2.DATA, 0, 1);
                default -> {
                    open(out, 2 * i + 1, headers(CALLS.get(random.nextInt(CALLS.size())).path));
                    out.frame(Http2.RST_STREAM, 0, 2 * i + 1, (byte) 0, (byte) 0, (byte) 0, (byte) 8);
                }
            }
        }
        return out.bytes();
    }

    private static void open(Http2 out, int stream, Map<String, String> headers) {
        out.frame(Http2.HEADERS, Http2.END_HEADERS, stream, Http2.block(headers));
    }

    private static void data(Http2 out, int stream, byte[] bytes, boolean ends) {
        int at = 0;
        do {
            int length = Math.min(MOST_DATA, bytes.length - at);
            boolean last = at + length == bytes.length;
            byte[] piece = Arrays.copyOfRange(bytes, at, at + length);
            out.frame(Http2.DATA, last && ends ? Http2.END_STREAM : 0, stream, piece);
            at += length;
        } while (at < bytes.length);
    }

    private static Map<String, String> headers(String path) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(":method", "POST");
        headers.put(":scheme", "http");
        headers.put(":path", path);
        headers.put(":authority", "fuzz");
        headers.put("te", "trailers");
        headers.put("content-type", "application/grpc");
        return headers;
    }
}
