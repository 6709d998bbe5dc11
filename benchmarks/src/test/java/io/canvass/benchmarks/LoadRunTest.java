package io.canvass.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LoadRunTest {
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(executor);
    }

    @AfterEach
    void stop() {
        server.stop(0);
        executor.close();
    }

    @Test
    void everyAnswerIsCountedOnManyConnectionsAndThreads() throws Exception {
        AtomicInteger served = new AtomicInteger();
        Report report = run(
                exchange -> {
                    exchange.getRequestBody().readAllBytes();
                    served.incrementAndGet();
                    exchange.sendResponseHeaders(204, -1);
                    exchange.close();
                },
                "--connections", "32", "--threads", "2");
        assertThat(report.tally().errors()).isEmpty();
        assertThat(report.tally().answered()).isBetween(100L, (long) served.get());
        assertThat(report.succeeded()).isTrue();
    }

    @Test
    void aFillWritesEachKeyOnceAndTriesAgainWhatWasRefused() throws Exception {
        Set<String> written = ConcurrentHashMap.newKeySet();
        AtomicInteger requests = new AtomicInteger();
        Report report = run(
                exchange -> {
                    boolean refused = requests.incrementAndGet() % 10 == 0;
                    if (!refused) {
                        assertThat(written.add(exchange.getRequestURI().getPath())).isTrue();
                        assertThat(exchange.getRequestBody().readAllBytes()).hasSize(256);
                    }
                    exchange.sendResponseHeaders(refused ? 503 : 201, -1);
                    exchange.close();
                },
                "--op", "fill", "--keys", "200", "--connections", "8");
        assertThat(written).hasSize(200).contains("/v1/kv/bench/000000000", "/v1/kv/bench/000000199");
        assertThat(report.tally().errors()).hasEntrySatisfying("status 503", count -> assertThat(count).isPositive());
        assertThat(report.succeeded()).isTrue();
    }

    @Test
    void anErrorStatusIsAnErrorAndNoAnswer() throws Exception {
        Report report = run(exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(503, 2);
            exchange.getResponseBody().write(new byte[2]);
            exchange.close();
        });
        assertThat(report.tally().answered()).isZero();
        assertThat(report.tally().errors()).containsOnlyKeys("status 503");
        assertThat(report.succeeded()).isFalse();
        assertThat(report.text()).contains("status 503");
        assertThat(report.json()).contains("\"answers\":0,").contains("\"errors\":{\"status 503\":");
    }

    @Test
    void aReadOfNothingIsNotCountedAsAFastRead() throws Exception {
        Report report = run(
                exchange -> {
                    exchange.sendResponseHeaders(200, 0);
                    exchange.getResponseBody().write("{\"header\":{}}".getBytes(StandardCharsets.US_ASCII));
                    exchange.close();
                },
                "--op", "get", "--kind", "etcd");
        assertThat(report.tally().errors()).containsOnlyKeys("value missing or short");
    }

    @Test
    void aBatchOfWhichALineWasRefusedIsNoSuccess() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        Report report = run(
                exchange -> {
                    exchange.getRequestBody().readAllBytes();
                    boolean whole = requests.incrementAndGet() % 2 == 0;
                    byte[] answer = ("{\"line\":1,\"status\":200}\n{\"line\":2,\"status\":" + (whole ? 200 : 507) + "}\n")
                            .getBytes(StandardCharsets.US_ASCII);
                    exchange.sendResponseHeaders(200, answer.length);
                    exchange.getResponseBody().write(answer);
                    exchange.close();
                },
                "--batch", "2");
        assertThat(report.tally().errors()).containsOnlyKeys("not all of a batch done");
        assertThat(report.tally().answered()).isPositive();
        assertThat(report.json()).contains("\"operations\":" + 2 * report.tally().answered() + ",");
    }

    @Test
    void anAnswerThatIsCutOffIsAnErrorAndTheConnectionIsMadeAnew() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        Report report = run(
                exchange -> {
                    if (requests.incrementAndGet() % 2 == 0) {
                        // Half a body, and then the end of the connection.
                        exchange.sendResponseHeaders(200, 100);
                        exchange.getResponseBody().write(new byte[10]);
                        exchange.getResponseBody().flush();
                        throw new IOException("hang up");
                    }
                    exchange.sendResponseHeaders(200, -1);
                    exchange.close();
                });
        assertThat(report.tally().errors()).containsOnlyKeys("connection lost");
        assertThat(report.tally().answered()).isPositive();
    }

    @Test
    void aServerThatIsSilentIsGivenUpAfterTheTimeout() throws Exception {
        // A listening socket that nobody accepts from: connections succeed, answers never come.
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Report report = run(silent.getLocalPort(), "--timeout", "1");
            assertThat(report.tally().errors()).containsExactly(Map.entry("no answer in 1 s", 16L));
        }
    }

    @Test
    void nobodyThereIsAnErrorToo() throws Exception {
        int port;
        try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = gone.getLocalPort();
        }
        assertThat(run(port).tally().errors()).containsOnlyKeys("cannot connect");
    }

    private Report run(HttpHandler handler, String... args) throws IOException, InterruptedException {
        server.createContext("/", handler);
        server.start();
        return run(server.getAddress().getPort(), args);
    }

    private static Report run(int port, String... args) throws IOException, InterruptedException {
        List<String> usual = List.of("--target", "http://127.0.0.1:" + port, "--seconds", "1", "--warmup", "0");
        return new LoadRun(LoadOptions.parse(Stream.concat(usual.stream(), Stream.of(args)).toList())).run();
    }
}
