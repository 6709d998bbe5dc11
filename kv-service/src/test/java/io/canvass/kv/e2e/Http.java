package io.canvass.kv.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The HTTP that the tests speak: one request, one reply, nothing repeated behind the caller's back. */
final class Http implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final HttpClient client;
    private final Duration timeout;
    /** Empty: it says nothing of who asks. */
    private final String token;

    /** @param timeout for one request, whatever holds it up */
    Http(Duration timeout) {
        this(timeout, "");
    }

    /** @param token that each request shows */
    Http(Duration timeout, String token) {
        this.timeout = timeout;
        this.token = token;
        // HTTP/1.1 said out loud: the default asks to upgrade, which is not what curl does.
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .build();
    }

    Reply get(String url) {
        return send(request(url).GET());
    }

    /** @param headers names and values in turn */
    Reply put(String url, String body, String... headers) {
        HttpRequest.Builder request = request(url).PUT(BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    /** @param json the body; empty for none */
    Reply send(String method, String url, String json) {
        HttpRequest.Builder request = request(url);
        if (json.isEmpty()) {
            return send(request.method(method, BodyPublishers.noBody()));
        }
        return send(request.method(method, BodyPublishers.ofString(json)).header("Content-Type", "application/json"));
    }

    Reply sendLines(String url, String lines) {
        return send(request(url).POST(BodyPublishers.ofString(lines)).header("Content-Type", "application/x-ndjson"));
    }

    Reply post(String url) {
        return send(request(url).POST(BodyPublishers.noBody()));
    }

    /** Without a body. */
    Reply post(String url, String... headers) {
        return send(request(url).POST(BodyPublishers.noBody()).headers(headers));
    }

    Reply delete(String url) {
        return send(request(url).DELETE());
    }

    /** @param tag what If-Match asks for, quotes included */
    Reply deleteIf(String url, String tag) {
        return send(request(url).DELETE().header("If-Match", tag));
    }

    private HttpRequest.Builder request(String url) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).timeout(timeout);
        return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
    }

    private Reply send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
            String etag = response.headers().firstValue("ETag").orElse("");
            long version = response.headers().firstValueAsLong("Kv-Version").orElse(0);
            boolean last = response.headers().firstValue("Connection").filter("close"::equalsIgnoreCase).isPresent();
            return new Reply(Reach.ANSWERED, response.statusCode(), etag, version, response.body(), last);
        } catch (ConnectException | HttpConnectTimeoutException e) {
            return new Reply(Reach.NOT_CONNECTED, 0, "", 0, e.toString(), true);
        } catch (IOException e) {
            return new Reply(Reach.LOST, 0, "", 0, e.toString(), true);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("Interrupted", e));
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }

    /** How far a request came. */
    enum Reach {
        /** Surely nowhere. */
        NOT_CONNECTED,
        /** It may have been done. */
        LOST,
        ANSWERED
    }

    /**
     * @param status 0: none came
     * @param etag empty: none came
     * @param version of the key; 0: not said
     * @param body of the response; what went wrong if none came
     * @param last whether the connection ended with it
     */
    record Reply(Reach reach, int status, String etag, long version, String body, boolean last) {
        boolean isSuccess() {
            return status >= 200 && status < 300;
        }

        JsonNode json() {
            return JSON.readTree(body);
        }

        /** What a client may conclude about a write (KV-API.md, section 8). */
        Outcome outcome() {
            if (isSuccess()) {
                return Outcome.ACKNOWLEDGED;
            }
            if (status == 412) {
                return Outcome.PRECONDITION_FAILED;
            }
            boolean refused = reach == Reach.NOT_CONNECTED
                    || (reach == Reach.ANSWERED && body.contains("\"outcome\":\"not-applied\""));
            return refused ? Outcome.NOT_APPLIED : Outcome.UNKNOWN;
        }
    }

    /** What became of a write. */
    enum Outcome {
        ACKNOWLEDGED,
        PRECONDITION_FAILED,
        NOT_APPLIED,
        UNKNOWN
    }
}
