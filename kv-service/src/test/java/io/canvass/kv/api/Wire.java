package io.canvass.kv.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import javax.net.SocketFactory;
import javax.net.ssl.SSLSocket;

import io.canvass.raft.core.Bytes;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Speaks HTTP/1.1 by hand, so that nothing between the test and Tomcat repairs a request. */
public final class Wire {
    private static final int PATIENCE_MILLIS = 60_000;

    private final int port;
    private final SocketFactory sockets;

    public Wire(int port) {
        this(port, SocketFactory.getDefault());
    }

    /** @param sockets plain ones, or of TLS */
    public Wire(int port, SocketFactory sockets) {
        this.port = port;
        this.sockets = sockets;
    }

    public Reply get(String target, String... headers) {
        return call("GET", target, new byte[0], headers);
    }

    public Reply put(String target, String value, String... headers) {
        return call("PUT", target, value.getBytes(StandardCharsets.UTF_8), headers);
    }

    public Reply delete(String target, String... headers) {
        return call("DELETE", target, new byte[0], headers);
    }

    /** As {@code curl --json} sends it. */
    public Reply json(String target, String body, String... headers) {
        return post(target, "application/json", body, headers);
    }

    public Reply post(String target, String type, String body, String... headers) {
        String[] all = Arrays.copyOf(headers, headers.length + 1);
        all[headers.length] = "Content-Type: " + type;
        return call("POST", target, body.getBytes(StandardCharsets.UTF_8), all);
    }

    public Reply call(String method, String target, byte[] body, String... headers) {
        StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\n"
                + "Host: test\r\nConnection: close\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        if (body.length > 0 || method.equals("PUT")) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
        request.writeBytes(body);
        return raw(request.toByteArray(), method);
    }

    /** Sends the text as UTF-8, then says that nothing more comes. */
    public Reply raw(String request) {
        return raw(request.getBytes(StandardCharsets.UTF_8), request.split(" ", 2)[0]);
    }

    public Reply raw(byte[] request, String method) {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request);
            socket.getOutputStream().flush();
            if (!(socket instanceof SSLSocket)) {
                socket.shutdownOutput();
            }
            return Reply.read(socket.getInputStream(), method);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Socket connect() throws IOException {
        Socket socket = sockets.createSocket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    /** @param headers by lower-case name */
    public record Reply(int status, Map<String, List<String>> headers, Bytes body) {
        public static Reply read(InputStream in, String method) throws IOException {
            String line = line(in);
            if (line.isEmpty()) {
                throw new IOException("The connection was closed without an answer");
            }
            int status = Integer.parseInt(line.split(" ", 3)[1]);
            Map<String, List<String>> headers = new TreeMap<>();
            for (String header = line(in); !header.isEmpty(); header = line(in)) {
                String[] parts = header.split(":", 2);
                headers.computeIfAbsent(parts[0].toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                        .add(parts[1].strip());
            }
            if (status == 100) {
                return read(in, method);
            }
            boolean empty = method.equals("HEAD") || status == 204 || status == 304;
            Reply head = new Reply(status, headers, Bytes.EMPTY);
            if (empty) {
                return head;
            }
            Optional<String> length = head.header("content-length");
            boolean chunked = head.header("transfer-encoding").filter("chunked"::equals).isPresent();
            byte[] body = length.isPresent()
                    ? in.readNBytes(Integer.parseInt(length.get()))
                    : chunked ? chunks(in) : in.readAllBytes();
            return new Reply(status, headers, Bytes.wrap(body));
        }

        public Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT))).map(List::getFirst);
        }

        public String text() {
            return body.toUtf8();
        }

        /** Of an answer of one object per line. */
        public List<JsonNode> lines() {
            return text().lines().map(line -> JsonMapper.shared().readTree(line)).toList();
        }

        public JsonNode json() {
            return JsonMapper.shared().readTree(body.array());
        }

        private static byte[] chunks(InputStream in) throws IOException {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            for (int size = Integer.parseInt(line(in), 16); size > 0; size = Integer.parseInt(line(in), 16)) {
                body.writeBytes(in.readNBytes(size));
                line(in);
            }
            // What ends the last one: another answer may follow on this connection.
            line(in);
            return body.toByteArray();
        }

        private static String line(InputStream in) throws IOException {
            StringBuilder line = new StringBuilder();
            for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
                if (c != '\r') {
                    line.append((char) c);
                }
            }
            return line.toString();
        }
    }
}
