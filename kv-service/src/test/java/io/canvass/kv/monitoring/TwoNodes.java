package io.canvass.kv.monitoring;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.canvass.kv.CanvassApplication;
import io.canvass.raft.transport.Ports;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Two real nodes in this process, each with all that production has, that are a cluster. */
final class TwoNodes implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final List<ConfigurableApplicationContext> contexts = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private final HttpClient http = HttpClient.newHttpClient();

    TwoNodes(Path directory, String... settings) throws IOException, InterruptedException {
        int first = Ports.next();
        int second = Ports.next();
        String voters = "kv-1@127.0.0.1:" + first + ",kv-2@127.0.0.1:" + second;
        List<Thread> starts = new ArrayList<>();
        for (String id : List.of("kv-1", "kv-2")) {
            String[] own = {
                "--kv.node.id=" + id, "--kv.cluster.voters=" + voters, "--kv.data-dir=" + directory.resolve(id),
                "--server.port=0", "--server.address=127.0.0.1", "--kv.raft.election-timeout=3s"
            };
            starts.add(Thread.ofPlatform().start(() -> start(Stream.concat(Stream.of(own), Stream.of(settings)))));
        }
        for (Thread start : starts) {
            start.join();
        }
        if (contexts.size() < 2) {
            close();
            throw new IllegalStateException("Not both nodes started", failures.getFirst());
        }
        await().atMost(PATIENCE).untilAsserted(() -> {
            for (int node = 0; node < 2; node++) {
                assertThat(get(node, "/readyz").statusCode()).isEqualTo(200);
            }
        });
    }

    private void start(Stream<String> arguments) {
        try {
            ConfigurableApplicationContext context =
                    SpringApplication.run(CanvassApplication.class, arguments.toArray(String[]::new));
            synchronized (contexts) {
                contexts.add(context);
            }
        } catch (RuntimeException e) {
            synchronized (contexts) {
                failures.add(e);
            }
        }
    }

    HttpResponse<String> get(int node, String path) throws IOException, InterruptedException {
        return send(node, HttpRequest.newBuilder(uri(node, path)).build());
    }

    HttpResponse<String> put(int node, String path, String value, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri(node, path)).PUT(HttpRequest.BodyPublishers.ofString(value));
        return send(node, (headers.length == 0 ? request : request.headers(headers)).build());
    }

    HttpResponse<String> send(int node, HttpRequest request) throws IOException, InterruptedException {
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    URI uri(int node, String path) {
        return URI.create("http://127.0.0.1:"
                + contexts.get(node).getEnvironment().getRequiredProperty("local.server.port") + path);
    }

    /** As SIGTERM would; the other one is no majority. */
    void stop(int node) {
        contexts.get(node).close();
    }

    @Override
    public void close() {
        contexts.forEach(ConfigurableApplicationContext::close);
        http.close();
    }
}
