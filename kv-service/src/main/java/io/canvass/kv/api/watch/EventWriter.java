package io.canvass.kv.api.watch;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.function.Consumer;

import io.canvass.kv.cluster.Replication.ClusterView;
import jakarta.servlet.http.HttpServletResponse;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

/**
 * Writes events as they come, without a copy of them. A write waits for a client that does not read, and fails after the
 * server's {@code connection-timeout}. For one thread.
 */
public final class EventWriter {
    private static final JsonFactory FACTORY =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    /** After which an EventSource connects again. */
    private static final int RETRY_MILLIS = 2000;

    private final EventFormat format;
    private final OutputStream out;

    /** Sets the headers that a stream has; nothing is sent yet. */
    public EventWriter(HttpServletResponse response, EventFormat format) throws IOException {
        this.format = format;
        describe(response, format);
        this.out = response.getOutputStream();
    }

    /** Sets the headers that a stream has; sends nothing. */
    public static void describe(HttpServletResponse response, EventFormat format) {
        response.setContentType(format.mediaType());
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        // Proxies of the nginx kind hold answers back otherwise.
        response.setHeader("X-Accel-Buffering", "no");
    }

    /** @param id where the client would go on if the connection broke now */
    public void connected(ClusterView view, OptionalLong id) throws IOException {
        switch (format) {
            case SSE -> {
                text(": connected " + view.nodeId() + " epoch " + view.epoch() + "\nretry: " + RETRY_MILLIS + "\n");
                if (id.isPresent()) {
                    text("id: " + id.getAsLong() + "\n");
                }
                text("\n");
            }
            case NDJSON -> event("connected", OptionalLong.empty(), json -> {
                json.writeStringProperty("node", view.nodeId());
                json.writeNumberProperty("epoch", view.epoch());
                id.ifPresent(revision -> json.writeNumberProperty("revision", revision));
            });
        }
        flush();
    }

    /** @param id from where the client goes on after it; empty: from where it would have before */
    public void event(String name, OptionalLong id, Consumer<JsonGenerator> members) throws IOException {
        if (format == EventFormat.SSE) {
            text("event: " + name + "\n");
            if (id.isPresent()) {
                text("id: " + id.getAsLong() + "\n");
            }
            text("data: ");
        }
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), new Unclosed(out))) {
            json.writeStartObject();
            if (format == EventFormat.NDJSON) {
                json.writeStringProperty("event", name);
            }
            members.accept(json);
            json.writeEndObject();
        } catch (JacksonIOException e) {
            throw e.getCause();
        }
        text(format == EventFormat.SSE ? "\n\n" : "\n");
    }

    /** Sends what was written until now. */
    public void flush() throws IOException {
        out.flush();
    }

    private void text(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** A generator ends with its event, the stream does not; and when it is flushed, the stream's owner decides. */
    private static final class Unclosed extends FilterOutputStream {
        Unclosed(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void flush() {
            // Not now.
        }

        @Override
        public void close() {
            // Nor closed.
        }
    }
}
