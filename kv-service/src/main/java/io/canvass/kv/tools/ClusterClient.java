package io.canvass.kv.tools;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

import javax.net.ssl.SSLException;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Speaks to one node; whatever is not a success becomes the sentence that the node gave. Repeats nothing. */
final class ClusterClient implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final int UNAUTHENTICATED = 401;
    /** The node speaks of a header, which is not what is typed here. */
    private static final String SHOW_A_TOKEN =
            " --token-file names a file with a token, or KVCTL_TOKEN holds one; --cert and --key show a certificate.";
    private static final JsonMapper JSON = JsonMapper.shared();

    private final String root;
    private final Duration timeout;
    private final Access access;
    private final HttpClient http;

    /** @param url of the node, with or without a slash at its end */
    ClusterClient(URI url, Duration timeout, Access access) {
        this.access = access;
        String text = url.toString();
        this.root = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
        this.timeout = timeout;
        this.http = access.client()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT.compareTo(timeout) < 0 ? CONNECT_TIMEOUT : timeout)
                .build();
    }

    /** @param status 200 to 299 where it was not asked for otherwise */
    record Answer(int status, String text, JsonNode json) {}

    /** @throws ToolException for anything but a success */
    Answer get(String path) {
        return requireSuccess(send(request(path).GET(), ExitStatus.UNAVAILABLE));
    }

    /** As the node answered, whatever it did. */
    Answer look(String path) {
        return send(request(path).GET(), ExitStatus.UNAVAILABLE);
    }

    /**
     * Asks for a change.
     *
     * @param members of the body; none for no body
     * @throws ToolException for anything but a success, with {@link ExitStatus#UNKNOWN} if the change may have happened
     */
    Answer change(String method, String path, Map<String, String> members) {
        HttpRequest.Builder request = request(path);
        if (members.isEmpty()) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.method(method, HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(members)))
                    .header("Content-Type", "application/json");
        }
        return requireSuccess(send(request, ExitStatus.UNKNOWN));
    }

    /** As one segment of a path. */
    static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public void close() {
        http.close();
    }

    private HttpRequest.Builder request(String path) {
        return access.request(URI.create(root + path));
    }

    /** @param lost the exit status if the request may have arrived, and no answer came */
    private Answer send(HttpRequest.Builder request, int lost) {
        try {
            HttpResponse<String> response = http.send(
                    request.timeout(timeout).header("Accept", "application/json, */*;q=0.1").build(),
                    HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            return new Answer(response.statusCode(), response.body(), parsed(response.body()));
        } catch (ConnectException | HttpConnectTimeoutException e) {
            throw new ToolException(
                    ExitStatus.UNAVAILABLE, "No node answers at " + root + ". Nothing was done. Is it running? --url names another.");
        } catch (SSLException e) {
            throw new ToolException(ExitStatus.UNAVAILABLE, "No secure connection to " + root + " (" + e.getMessage() + ")."
                    + " Nothing was done. --ca names the CA of the nodes' certificates, --cert and --key what they ask for.");
        } catch (IOException e) {
            throw new ToolException(lost, "The node at " + root + " gave no answer (" + e + ")."
                    + (lost == ExitStatus.UNKNOWN ? " It may have been done, or may still be: 'kvctl status' shows it." : ""));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ToolException(lost, "Interrupted while the node at " + root + " was asked.");
        }
    }

    /** Who asked for a change and was told that its outcome is unknown must be told otherwise than who was refused. */
    private static Answer requireSuccess(Answer answer) {
        if (answer.status() >= 200 && answer.status() < 300) {
            return answer;
        }
        throw failure(answer);
    }

    static ToolException failure(Answer answer) {
        String detail = answer.json().path("detail").asString("");
        int exit = answer.json().path("outcome").asString("").equals("unknown")
                ? ExitStatus.UNKNOWN
                : answer.status() == 503 || answer.status() == 429 ? ExitStatus.UNAVAILABLE : ExitStatus.REFUSED;
        if (detail.isEmpty()) {
            return new ToolException(exit, "The node answered " + answer.status() + ", which is not what Canvass answers.");
        }
        return new ToolException(exit, answer.status() == UNAUTHENTICATED ? detail + SHOW_A_TOKEN : detail);
    }

    private static JsonNode parsed(String text) {
        try {
            return JSON.readTree(text);
        } catch (JacksonException e) {
            return JSON.createObjectNode();
        }
    }
}
