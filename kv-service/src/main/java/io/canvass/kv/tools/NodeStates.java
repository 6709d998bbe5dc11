package io.canvass.kv.tools;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks nodes for what they say of themselves, as JSON. */
final class NodeStates implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Access access;
    private final HttpClient client;

    NodeStates(Access access) {
        this.access = access;
        this.client = access.client().connectTimeout(TIMEOUT).build();
    }

    /**
     * Asks once. A health that is DOWN comes with 503 and is an answer too.
     *
     * @param base of a node's API
     * @throws IOException if nobody answers within {@link #TIMEOUT}, or not with JSON; a clause that names the URL
     */
    JsonNode get(String base, String path) throws IOException, InterruptedException {
        String url = (base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + path;
        HttpResponse<byte[]> response;
        try {
            response = client.send(
                    access.request(URI.create(url)).timeout(TIMEOUT).build(),
                    HttpResponse.BodyHandlers.ofByteArray());
        } catch (HttpTimeoutException e) {
            throw new IOException(url + " does not answer within " + TIMEOUT.toSeconds() + " s", e);
        } catch (ConnectException e) {
            throw new IOException(url + " does not answer: nobody listens there, or it cannot be reached", e);
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException(url + " does not answer as a node does (" + e.getMessage() + ")", e);
        }
        if (response.statusCode() != 200 && response.statusCode() != 503) {
            throw new IOException(url + " answered " + response.statusCode());
        }
        try {
            return JsonMapper.shared().readTree(response.body());
        } catch (JacksonException e) {
            throw new IOException(url + " did not answer with JSON", e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
