package io.canvass.kv.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/** SIGTERM to a leader with many clients (OPERATIONS.md, section 6): what each of them is told, in which order, and that nothing waits. */
@Timeout(900)
class ShutdownIT {
    private static final int WATCHES = 100;
    private static final int WRITERS = 50;
    private static final int LEAST_WRITES = 500;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** What a node says when something did not end in its time. */
    private static final List<String> OVERRUN =
            List.of("Failed to shut down", "Graceful shutdown aborted", "did not end", "not closed in time", "Interrupted while clients");

    @RegisterExtension
    private final LocalCluster cluster = LocalCluster.of(3);

    private final Map<String, String> acknowledged = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
    private final AtomicInteger lost = new AtomicInteger();
    private final CountDownLatch warm = new CountDownLatch(LEAST_WRITES);

    @Test
    void aLeaderThatIsStoppedSaysGoodbyeToAHundredStreamsAndLosesNoneOfFiftyWritersWrites() throws Exception {
        LocalNode leader = cluster.awaitLeader();
        List<GoodbyeStream> streams = new ArrayList<>();
        List<Thread> writers = new ArrayList<>();
        try {
            for (int i = 0; i < WATCHES; i++) {
                // Some see all that is written, some nothing.
                streams.add(new GoodbyeStream(leader.url(), i % 2 == 0 ? "writer-" : "quiet-"));
            }
            for (GoodbyeStream stream : streams) {
                stream.awaitOpen();
            }
            IntStream.range(0, WRITERS).forEach(n -> writers.add(Thread.ofVirtual().start(() -> write(leader, n))));
            assertThat(warm.await(PATIENCE.toSeconds() * 4, TimeUnit.SECONDS)).as("writes before the stop").isTrue();

            long begun = System.nanoTime();
            leader.stop();
            long endedNanos = System.nanoTime();
            for (GoodbyeStream stream : streams) {
                stream.awaitEnd();
            }
            for (Thread writer : writers) {
                writer.join();
            }
            long lastStream = streams.stream().mapToLong(GoodbyeStream::endedAtNanos).max().orElseThrow();
            System.out.printf("A leader with %d streams and %d writers ended %d ms after SIGTERM, its last stream after %d ms;"
                            + " %d writes acknowledged, %d without an answer%n",
                    WATCHES, WRITERS, millis(endedNanos - begun), millis(lastStream - begun), acknowledged.size(), lost.get());

            assertThat(streams).extracting(GoodbyeStream::last).containsOnly("goodbye {\"reason\":\"shutdown\"}, ended by the node");
            assertThat(wrong).as("answers that a writer cannot use").isEmpty();
            String log = leader.log();
            OVERRUN.forEach(words -> assertThat(log).doesNotContain(words));
            assertThat(log).contains("Leadership was handed over in ");
            assertNothingLost(cluster.awaitLeader());
        } finally {
            for (GoodbyeStream stream : streams) {
                stream.close();
            }
        }
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    /** One new key after the other, until the node takes no connection any more. */
    private void write(LocalNode node, int writer) {
        try (Http http = new Http(PATIENCE)) {
            for (int n = 0; ; n++) {
                String key = "writer-" + writer + "/" + n;
                Http.Reply reply = http.put(node.url() + "/v1/kv/" + key, "value " + n);
                if (reply.reach() == Http.Reach.NOT_CONNECTED) {
                    return;
                }
                if (reply.outcome() == Http.Outcome.ACKNOWLEDGED) {
                    acknowledged.put(key, "value " + n);
                    warm.countDown();
                } else if (reply.reach() == Http.Reach.LOST) {
                    // A connection that the system had taken and the node not: whoever has no answer knows that it is unknown.
                    lost.incrementAndGet();
                } else if (reply.status() != 503) {
                    wrong.add(key + ": " + reply);
                }
            }
        }
    }

    private void assertNothingLost(LocalNode node) {
        try (Http http = new Http(PATIENCE)) {
            List<String> missing = acknowledged.entrySet().stream()
                    .filter(write -> !http.get(node.url() + "/v1/kv/" + write.getKey()).body().equals(write.getValue()))
                    .map(Map.Entry::getKey)
                    .toList();
            assertThat(missing).as("acknowledged writes that are not there, of %d", acknowledged.size()).isEmpty();
        }
    }
}
