package io.canvass.kv.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * More keys than a node has memory for, read by cursor, as a stream and as an export, on the heap that all tests' nodes have
 * (256 MiB). {@code -Dcanvass.range.keys} says how many.
 */
@Tag("long")
@Timeout(7200)
class LongRangeIT {
    private static final int KEYS = Integer.getInteger("canvass.range.keys", 1_000_000);
    private static final int CONNECTIONS = 8;
    private static final int BATCH = 100;
    private static final String VALUE = "v".repeat(400);
    /** Beside the caches, which the first walk fills. */
    private static final long MAX_GROWTH_BYTES = 64L << 20;

    @RegisterExtension
    private final LocalCluster cluster = LocalCluster.of(1);

    @Test
    void aScanOfAMillionKeysTakesNoMemory() throws Exception {
        LocalNode node = cluster.awaitLeader();
        long begun = System.nanoTime();
        fill(node);
        System.out.printf("%d keys written in %d s%n", KEYS, secondsSince(begun));
        assertThat(node.http().get(node.url() + "/v1/kv?count-only=true").json().path("count").asInt())
                .isEqualTo(KEYS);
        assertThat(scan(node)).isEqualTo(KEYS);
        assertThat(lines(node, "/v1/kv?prefix=k", "\"count\":" + KEYS)).isEqualTo(KEYS + 1);

        long before = node.residentBytes();
        begun = System.nanoTime();
        assertThat(scan(node)).isEqualTo(KEYS);
        System.out.printf("scanned by cursor in %d s%n", secondsSince(begun));
        begun = System.nanoTime();
        assertThat(lines(node, "/v1/export", "\"count\":" + KEYS)).isEqualTo(KEYS + 2);
        System.out.printf("exported in %d s%n", secondsSince(begun));
        long after = node.residentBytes();
        System.out.printf("resident before: %d MiB, after: %d MiB%n", before >> 20, after >> 20);
        assertThat(after - before).as("growth by reading").isLessThan(MAX_GROWTH_BYTES);
    }

    private static void fill(LocalNode node) throws Exception {
        AtomicInteger next = new AtomicInteger();
        try (ExecutorService clients = Executors.newFixedThreadPool(CONNECTIONS);
                HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                all.add(clients.submit(() -> {
                    for (int key = next.getAndAdd(BATCH); key < KEYS; key = next.getAndAdd(BATCH)) {
                        writeBatch(http, node, key, Math.min(key + BATCH, KEYS));
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    private static void writeBatch(HttpClient http, LocalNode node, int from, int to) throws Exception {
        String body = IntStream.range(from, to)
                .mapToObj(key -> "{\"put\":{\"key\":\"" + key(key) + "\",\"value\":\"" + VALUE + "\"}}\n")
                .collect(Collectors.joining());
        HttpResponse<String> reply = http.send(
                HttpRequest.newBuilder(URI.create(node.url() + "/v1/batch"))
                        .header("Content-Type", "application/x-ndjson")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(reply.body().lines().filter(line -> line.contains("\"status\":201")).count())
                .as(reply.body())
                .isEqualTo(to - from);
    }

    /** From page to page, each key once and in order. */
    private static int scan(LocalNode node) {
        int count = 0;
        String cursor = "";
        while (true) {
            Http.Reply reply = node.http().get(node.url() + "/v1/kv?prefix=k&limit=1000" + cursor);
            assertThat(reply.isSuccess()).as(reply.body()).isTrue();
            JsonNode page = reply.json();
            for (JsonNode item : page.path("items")) {
                assertThat(item.path("key").asString()).isEqualTo(key(count));
                count++;
            }
            if (!page.path("more").asBoolean()) {
                return count;
            }
            cursor = "&cursor=" + page.path("next").asString();
        }
    }

    /** How many lines come, the last of which says that it was all. */
    private static int lines(LocalNode node, String target, String end) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(node.url() + target))
                    .header("Accept", "application/x-ndjson")
                    .build();
            HttpResponse<InputStream> response =
                    client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            assertThat(response.statusCode()).isEqualTo(200);
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
                int count = 0;
                String last = "";
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    last = line;
                    count++;
                }
                assertThat(last).contains(end);
                return count;
            }
        }
    }

    private static String key(int number) {
        return String.format("k%09d", number);
    }

    private static long secondsSince(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos).toSeconds();
    }
}
