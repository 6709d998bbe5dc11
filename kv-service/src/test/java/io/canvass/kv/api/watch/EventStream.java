package io.canvass.kv.api.watch;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import io.canvass.kv.api.Wire;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client of a stream of events, over a connection of its own. Its answer is chunked, or ends with the connection. */
final class EventStream implements AutoCloseable {
    private static final int RECEIVE_BYTES = 16 << 10;

    private final Socket socket;
    private final BufferedReader in;
    private final int status;
    private final Map<String, String> headers = new TreeMap<>();

    /** @param id empty: it had none */
    record Event(String name, Optional<Long> id, JsonNode data) {
        String text() {
            return name + id.map(i -> " " + i).orElse("") + " " + data;
        }
    }

    private EventStream(Socket socket) throws IOException {
        this.socket = socket;
        // HTTP/1.0, so that no chunks are between the lines.
        this.in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        this.status = Integer.parseInt(in.readLine().split(" ", 3)[1]);
        for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
            String[] parts = line.split(":", 2);
            headers.put(parts[0].toLowerCase(Locale.ROOT), parts[1].strip());
        }
    }

    /** @param more headers */
    static EventStream open(Wire http, String target, String... more) {
        try {
            return new EventStream(request(http, target, more));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks, and does not read. */
    static Socket request(Wire http, String target, String... more) throws IOException {
        Socket socket = http.connect();
        // Who does not read shall be found out soon.
        socket.setReceiveBufferSize(RECEIVE_BYTES);
        StringBuilder head = new StringBuilder("GET " + target + " HTTP/1.0\r\nHost: t\r\n");
        for (String header : more) {
            head.append(header).append("\r\n");
        }
        socket.getOutputStream().write(head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    int status() {
        return status;
    }

    String header(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }

    /** The next line; empty when the stream has ended. */
    Optional<String> line() {
        try {
            return Optional.ofNullable(in.readLine());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The lines up to an empty one. */
    List<String> block() {
        List<String> lines = new ArrayList<>();
        for (String line = line().orElse(""); !line.isEmpty(); line = line().orElse("")) {
            lines.add(line);
        }
        return lines;
    }

    /** The next of a stream of server-sent events, progress left out. */
    Event next() {
        Event event = any();
        while (event.name.equals("progress")) {
            event = any();
        }
        return event;
    }

    Event any() {
        List<String> lines = block();
        if (lines.isEmpty()) {
            throw new IllegalStateException("The stream has ended");
        }
        String name = "";
        Optional<Long> id = Optional.empty();
        String data = "{}";
        for (String line : lines) {
            String[] parts = line.split(": ", 2);
            switch (parts[0]) {
                case "event" -> name = parts[1];
                case "id" -> id = Optional.of(Long.valueOf(parts[1]));
                case "data" -> data = parts[1];
                default -> throw new IllegalStateException("Not a line of an event: " + line);
            }
        }
        return new Event(name, id, JsonMapper.shared().readTree(data));
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
