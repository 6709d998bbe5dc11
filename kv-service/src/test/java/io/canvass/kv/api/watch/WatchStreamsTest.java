package io.canvass.kv.api.watch;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

import com.google.protobuf.ByteString;
import io.canvass.kv.api.ApiTest;
import io.canvass.kv.api.LocalStore;
import io.canvass.kv.api.TestServer;
import io.canvass.kv.api.Wire;
import io.canvass.kv.api.watch.EventStream.Event;
import io.canvass.kv.cluster.Replication;
import io.canvass.kv.cluster.ReplicationException;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Compact;
import io.canvass.proto.kv.v1.LockAcquire;
import io.canvass.proto.kv.v1.LockSpace;
import io.canvass.proto.kv.v1.Operation;
import io.canvass.proto.kv.v1.Put;
import io.canvass.proto.kv.v1.Txn;
import io.canvass.raft.core.Bytes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** {@code GET /v1/watch}, on a server of its own whose store is not replaced while streams are open. */
@Timeout(120)
class WatchStreamsTest {
    /** The common pool may have but one thread. */
    private static final Executor OWN_THREAD = task -> Thread.ofVirtual().start(task);

    private static final TestServer SERVER = TestServer.start(TestServer.SMALL);

    private final LocalStore store = SERVER.store();
    private final Wire http = new Wire(SERVER.port());
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void hangUp() throws Exception {
        for (AutoCloseable stream : open) {
            stream.close();
        }
        store.seeCluster(LocalStore.HEALTHY);
        // Their threads find out when they next write.
        await().atMost(Duration.ofMinutes(1)).until(() -> SERVER.hub().openCount() == 0);
    }

    @AfterAll
    static void stop() {
        SERVER.stop();
    }

    private EventStream watch(String query, String... headers) {
        EventStream stream = EventStream.open(http, "/v1/watch?" + query, headers);
        open.add(stream);
        assertThat(stream.status()).isEqualTo(200);
        return stream;
    }

    /** What begins each stream of server-sent events was read. */
    private EventStream events(String query, String... headers) {
        EventStream stream = watch(query, headers);
        stream.block();
        return stream;
    }

    private long put(String key, String value) {
        return store.seed(Bytes.ofUtf8(key), value.getBytes(StandardCharsets.UTF_8)).modRevision();
    }

    private long delete(String key) {
        http.delete("/v1/kv/" + key);
        return store.revision();
    }

    private static String url(String path) {
        return "/v1/watch?" + path;
    }

    @Test
    void aStreamSaysWhereItBeginsAndThenEachChangeWithItsIdAsTheSpecificationShows() {
        long before = put("sse/color", "green");
        EventStream stream = watch("prefix=sse/");
        assertThat(stream.header("Content-Type")).startsWith("text/event-stream");
        assertThat(stream.header("Cache-Control")).isEqualTo("no-store");
        assertThat(stream.header("Kv-Served-By")).isEqualTo("kv-1");
        assertThat(stream.block()).containsExactly(": connected kv-1 epoch 7", "retry: 2000", "id: " + before);
        long after = put("sse/color", "blue");
        assertThat(stream.next().text()).isEqualTo("change " + after + " {\"revision\":" + after
                + ",\"changes\":[{\"type\":\"put\",\"key\":\"sse/color\",\"value\":\"blue\",\"createRevision\":" + before
                + ",\"version\":2}]}");
        long gone = delete("sse/color");
        assertThat(stream.next().text()).isEqualTo(
                "change " + gone + " {\"revision\":" + gone + ",\"changes\":[{\"type\":\"delete\",\"key\":\"sse/color\"}]}");
    }

    @Test
    void linesOfJsonSayTheSame() {
        EventStream stream = watch("key=line", "Accept: application/x-ndjson");
        assertThat(stream.header("Content-Type")).startsWith("application/x-ndjson");
        long before = store.revision();
        assertThat(stream.line()).contains(
                "{\"event\":\"connected\",\"node\":\"kv-1\",\"epoch\":7,\"revision\":" + before + "}");
        long after = put("line", "x");
        String line = stream.line().orElseThrow();
        while (line.contains("progress")) {
            line = stream.line().orElseThrow();
        }
        assertThat(line).isEqualTo("{\"event\":\"change\",\"revision\":" + after
                + ",\"changes\":[{\"type\":\"put\",\"key\":\"line\",\"value\":\"x\",\"createRevision\":" + after
                + ",\"version\":1}]}");
    }

    /** python-etcd3#729: with a message per key, no place to resume at is exact. */
    @Test
    void allChangesOfATransactionAreOneEvent() {
        EventStream stream = events("prefix=txn/&prev=true");
        Txn.Builder txn = Txn.newBuilder();
        for (String key : List.of("txn/a", "other", "txn/b")) {
            txn.addThen(Operation.newBuilder().setPut(Put.newBuilder()
                    .setKey(ByteString.copyFromUtf8(key)).setValue(ByteString.copyFromUtf8("1"))));
        }
        store.apply(Command.newBuilder().setTxn(txn).build());
        Event event = stream.next();
        assertThat(event.data().path("changes").size()).isEqualTo(2);
        assertThat(event.data().path("changes").get(1).path("prev").isNull()).isTrue();
        put("txn/a", "2");
        assertThat(stream.next().data().path("changes").get(0).path("prev").path("value").asString()).isEqualTo("1");
    }

    @Test
    void oneResumesAfterTheLastEventOrAtARevisionWithoutAGapOrARepeat() {
        long first = put("resume/a", "1");
        put("elsewhere", "x");
        long second = put("resume/a", "2");
        long third = put("resume/a", "3");
        assertThat(events("prefix=resume/&from-revision=" + second).next().id()).contains(second);
        EventStream resumed = events("prefix=resume/&from-revision=1&initial=false", "Last-Event-ID: " + first);
        assertThat(resumed.next().id()).contains(second);
        assertThat(resumed.next().id()).contains(third);
        long fourth = put("resume/a", "4");
        assertThat(resumed.next().id()).contains(fourth);
    }

    /** etcd#12824: between a list and the watch after it, an event got lost. */
    @Test
    void theInitialListAndTheEventsAfterItHaveNoGap() throws Exception {
        for (int i = 0; i < 1000; i++) {
            put(String.format("list/%04d", i), "0");
        }
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < 1000; i++) {
                put(String.format("list/%04d", i % 500), "v" + i);
            }
        });
        EventStream stream = events("prefix=list/&initial=true");
        List<String> keys = new ArrayList<>();
        long listed = 0;
        Event event = stream.next();
        while (event.name().equals("item")) {
            assertThat(event.id()).isEmpty();
            keys.add(event.data().path("key").asString());
            listed = Math.max(listed, event.data().path("revision").asLong());
            event = stream.next();
        }
        assertThat(keys).hasSize(1000).isSorted();
        assertThat(event.name()).isEqualTo("synced");
        long synced = event.id().orElseThrow();
        assertThat(listed).isLessThanOrEqualTo(synced);
        writer.get();
        for (long revision = synced + 1; revision <= store.revision(); revision++) {
            Event next = stream.next();
            if (next.name().equals("lagging")) {
                stream = events("prefix=list/&initial=true", "Last-Event-ID: " + (revision - 1));
                next = stream.next();
            }
            assertThat(next.id()).as(next.text()).contains(revision);
        }
    }

    /** etcd #15220: progress before the events that it speaks of; #15271: ids that went back. */
    @Test
    void progressMovesTheIdOnAndNeverAheadOfWhatWasSent() {
        EventStream stream = events("prefix=quiet/");
        for (int round = 0; round < 5; round++) {
            long own = put("quiet/a", "" + round);
            long others = put("loud", "x");
            boolean seen = false;
            long last = 0;
            while (last < others) {
                Event event = stream.any();
                long id = event.id().orElseThrow();
                assertThat(id).isGreaterThanOrEqualTo(last);
                last = id;
                seen |= event.name().equals("change") && id == own;
                assertThat(seen || id < own).as("revision %s was told at %s without its event", own, event).isTrue();
            }
        }
    }

    @Test
    void whatIsCompactedIs410BeforeTheStreamBegins() {
        put("gone", "1");
        long kept = put("gone", "2");
        store.apply(Command.newBuilder().setCompact(Compact.newBuilder().setRevision(kept)).build());
        Wire.Reply reply = http.get(url("key=gone&from-revision=" + (kept - 1)));
        ApiTest.assertProblem(reply, 410, "revision-compacted");
        assertThat(reply.json().path("compactRevision").asLong()).isEqualTo(kept);
        assertThat(http.get(url("key=gone"), "Last-Event-ID: " + (kept - 2)).status()).isEqualTo(410);
        assertThat(events("key=gone", "Last-Event-ID: " + (kept - 1)).next().id()).contains(kept);
    }

    @Test
    void aPlaceThatNoNodeHasComeToIsRefusedAndOneThatOnlyOthersHaveIsWaitedFor() {
        long next = store.revision() + 1;
        assertThat(http.get(url("prefix=&from-revision=" + (next + 1))).status()).isEqualTo(400);
        ApiTest.assertProblem(
                http.get(url("prefix="), "Last-Event-ID: " + (next + 5)), 400, "revision-in-future");
        store.answerReadsBy(() -> CompletableFuture.failedFuture(
                new ReplicationException(ReplicationException.Reason.NO_QUORUM, "No leader is known")));
        try {
            EventStream behind = events("prefix=future", "Last-Event-ID: " + next);
            assertThat(behind.any().text()).startsWith("progress " + next);
            put("future", "1");
            put("future", "2");
            assertThat(behind.next().id()).contains(next + 1);
        } finally {
            store.answerReadsBy(() -> CompletableFuture.completedFuture(null));
        }
    }

    @Test
    void aStreamBeginsAsFreshAsItIsAskedToAndSaysSo() {
        EventStream plain = watch("prefix=fresh/");
        assertThat(plain.header("Kv-Consistency")).isEqualTo("local");
        assertThat(plain.header("Kv-Staleness")).startsWith("contact=");
        store.answerReadsBy(() -> {
            // What this node lacked comes while the leader is asked.
            put("fresh/a", "1");
            return CompletableFuture.completedFuture(null);
        });
        try {
            EventStream fresh = watch("prefix=fresh/&initial=true&consistency=linearizable");
            assertThat(fresh.header("Kv-Consistency")).isEqualTo("linearizable");
            fresh.block();
            assertThat(fresh.next().data().path("key").asString()).isEqualTo("fresh/a");
            assertThat(fresh.next().name()).isEqualTo("synced");
            store.answerReadsBy(() -> CompletableFuture.failedFuture(
                    new ReplicationException(ReplicationException.Reason.NO_QUORUM, "No leader.")));
            ApiTest.assertProblem(http.get(url("prefix=fresh/&consistency=linearizable")), 503, "no-quorum");
        } finally {
            store.answerReadsBy(() -> CompletableFuture.completedFuture(null));
        }
    }

    @Test
    void aStreamWaitsForTheRevisionThatItsClientHasSeen() throws Exception {
        long next = store.revision() + 1;
        CompletableFuture<EventStream> waiting =
                CompletableFuture.supplyAsync(() -> events("prefix=seen/&initial=true&min-revision=" + next), OWN_THREAD);
        await().atMost(Duration.ofMinutes(1)).until(() -> store.waitingForRevisions() == 1);
        put("seen/a", "1");
        assertThat(waiting.get().next().data().path("key").asString()).isEqualTo("seen/a");
        Wire.Reply late = http.get(url("prefix=seen/&timeout=20ms&min-revision=" + (store.revision() + 1)));
        ApiTest.assertProblem(late, 503, "too-stale");
        store.age(new Replication.Staleness(OptionalLong.of(4000), OptionalLong.of(3)));
        try {
            ApiTest.assertProblem(http.get(url("prefix=seen/&max-staleness=1s")), 503, "too-stale");
            ApiTest.assertProblem(http.get(url("prefix=seen/&max-lag=2")), 503, "too-stale");
            watch("prefix=seen/&max-lag=3");
        } finally {
            store.age(LocalStore.FRESH);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'', named in no way", "key=a&prefix=b, in several ways", "key=, is empty", "prefix=a&prefix64=YQ, Both 'prefix'",
        "start=b&end=b, not after the start", "prefix64=*, not base64url", "prefix=&events=gone, It can be put",
        "prefix=&from-revision=0, from 1", "prefix=&from-revision=3&initial=true, Both initial",
        "prefix=&initial=maybe, true or false", "prefix=&revision=4, is not known",
        "prefix=&consistency=strong, 'linearizable, lease or local'", "prefix=&min-revision=0, from 1",
        "prefix=&consistency=linearizable&max-lag=3, bounds a read with consistency=local"
    })
    void whatCannotBeMeantIs400AndSaysWhy(String query, String why) {
        Wire.Reply reply = http.get(query.isEmpty() ? "/v1/watch" : url(query));
        ApiTest.assertProblem(reply, 400, "invalid-request");
        assertThat(reply.json().path("detail").asString()).contains(why);
    }

    @Test
    void keysOfAnyBytesAndRangesAreWatchedByTheirBase64Forms() {
        EventStream bytes = events("prefix64=_wA");
        EventStream range = events("start=m/2&end64=bS80");
        store.seed(Bytes.wrap(new byte[] {(byte) 0xff, 0, 1}), new byte[] {(byte) 0xfe});
        put("m/1", "no");
        put("m/3", "yes");
        assertThat(bytes.next().data().path("changes").get(0).toString())
                .contains("\"key64\":\"_wAB\",\"value64\":\"/g==\"");
        assertThat(range.next().data().path("changes").get(0).path("key").asString()).isEqualTo("m/3");
    }

    @Test
    void headSaysWhatAStreamWouldAndOpensNone() {
        Wire.Reply head = http.call("HEAD", url("prefix="), new byte[0]);
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("Content-Type")).hasValueSatisfying(type -> assertThat(type).startsWith("text/event-stream"));
        assertThat(http.call("HEAD", url("key=a&prefix=b"), new byte[0]).status()).isEqualTo(400);
        assertThat(http.get(url("prefix="), "Accept: image/png").status()).isEqualTo(406);
        assertThat(http.put("/v1/watch?prefix=", "x").status()).isEqualTo(405);
        assertThat(SERVER.hub().openCount()).isZero();
    }

    @Test
    void soManyStreamsAndNotOneMore() {
        int limit = TestServer.WATCHES.maxStreams();
        for (int i = 0; i < limit; i++) {
            watch("prefix=many/" + i);
        }
        Wire.Reply reply = http.get(url("prefix=many/"));
        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.header("Retry-After")).contains("5");
        assertThat(reply.json().path("type").asString()).isEqualTo("/problems/too-many-watches");
        assertThat(reply.json().path("limit").asInt()).isEqualTo(limit);
        assertThat(reply.json().path("property").asString()).isEqualTo("kv.watch.max-streams");
        assertThat(http.get("/v1/kv/many?wait=1s", "If-None-Match: \"0\"").status()).isEqualTo(429);
    }

    @Test
    void aStreamThatRequiresALeaderEndsWithoutOneAndOthersStay() {
        EventStream careless = events("key=led");
        EventStream careful = events("key=led&require-leader=true");
        store.seeCluster(LocalStore.ALONE);
        assertThat(careful.next().text()).isEqualTo("goodbye {\"reason\":\"leader-lost\"}");
        assertThat(careful.line()).as("the end of the stream").isEmpty();
        put("led", "x");
        assertThat(careless.next().name()).isEqualTo("change");
    }

    /** Their clients keep connections open and read nothing. */
    @Test
    void fiftyWhoDoNotReadKeepNoMemoryAndOthersAreServed() throws IOException {
        String value = "v".repeat(32_000);
        long lagging = SERVER.hub().counts().laggingEnds();
        for (int i = 0; i < 50; i++) {
            Socket socket = EventStream.request(http, url("prefix=slow/"));
            open.add(socket);
        }
        await().until(() -> SERVER.hub().openCount() == 50);
        EventStream reading = events("prefix=fast/");
        // Until sockets and buffers are full.
        for (int i = 0; i < 5000 && SERVER.hub().counts().laggingEnds() < lagging + 50; i++) {
            put("slow/a", value);
            assertThat(SERVER.hub().bufferedBytes())
                    .as("what waits for all")
                    .isLessThanOrEqualTo(TestServer.WATCHES.totalBytes() + (1 << 20));
        }
        await().untilAsserted(() -> assertThat(SERVER.hub().counts().laggingEnds() - lagging).isEqualTo(50));
        assertThat(SERVER.hub().bufferedBytes()).isZero();
        long own = put("fast/a", "x");
        assertThat(reading.next().id()).contains(own);
    }

    @Test
    void queuesOfLocksAndElectionsAreShownAtOnceAndAfterEachChange() {
        EventStream lock = EventStream.open(http, "/v1/locks/jobs/nightly/watch");
        EventStream election = EventStream.open(http, "/v1/elections/jobs/nightly/watch", "Accept: application/x-ndjson");
        open.addAll(List.of(lock, election));
        assertThat(lock.block().getFirst()).isEqualTo(": connected kv-1 epoch 7");
        assertThat(lock.next().data().path("holder").isNull()).isTrue();
        acquire(LockSpace.LOCK, "jobs/nightly", "job-7");
        Event held = lock.next();
        long token = store.revision();
        assertThat(held.data().path("holder").path("owner").asString()).isEqualTo("job-7");
        assertThat(held.data().path("holder").path("token").asLong()).isEqualTo(token);
        assertThat(held.data().path("name").asString()).isEqualTo("jobs/nightly");
        assertThat(held.data().path("waiters").asLong()).isZero();
        put("nobody's", "x");
        acquire(LockSpace.LOCK, "jobs/nightly", "job-8");
        Event waited = lock.next();
        assertThat(waited.data().path("waiters").asLong()).isEqualTo(1);
        assertThat(waited.data().path("waiting").get(0).path("owner").asString()).isEqualTo("job-8");
        assertThat(election.line()).hasValueSatisfying(line -> assertThat(line).contains("connected"));
        assertThat(election.line())
                .hasValueSatisfying(line -> assertThat(line).contains("\"holder\":null,\"waiters\":0,\"waiting\":[]"));
        acquire(LockSpace.ELECTION, "jobs/nightly", "n1");
        assertThat(election.line()).hasValueSatisfying(line -> assertThat(line).contains("\"candidate\":\"n1\""));
        assertThat(http.get("/v1/locks/a//b/watch").status()).isEqualTo(400);
    }

    private void acquire(LockSpace space, String lock, String owner) {
        store.apply(Command.newBuilder()
                .setLockAcquire(LockAcquire.newBuilder()
                        .setSpace(space)
                        .setName(ByteString.copyFromUtf8(lock))
                        .setOwner(ByteString.copyFromUtf8(owner))
                        .setTtlMillis(60_000)
                        .setWait(true))
                .build());
    }

    @Test
    void whenTheServerStopsEachStreamEndsAtOnceWithGoodbye() throws Exception {
        TestServer server = TestServer.start(TestServer.SMALL, "--server.shutdown=graceful",
                "--spring.lifecycle.timeout-per-shutdown-phase=60s");
        Wire wire = new Wire(server.port());
        try (EventStream stream = EventStream.open(wire, url("prefix="));
                EventStream lock = EventStream.open(wire, "/v1/locks/l/watch")) {
            CompletableFuture<Wire.Reply> poll = CompletableFuture.supplyAsync(
                    () -> wire.get("/v1/kv/missing?wait=10m", "If-None-Match: \"0\""), OWN_THREAD);
            await().until(() -> server.hub().openCount() == 3);
            stream.block();
            lock.block();
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(server::stop, OWN_THREAD);
            assertThat(stream.next().text()).isEqualTo("goodbye {\"reason\":\"shutdown\"}");
            assertThat(stream.line()).isEmpty();
            assertThat(lock.next().name()).isEqualTo("change");
            assertThat(lock.next().text()).isEqualTo("goodbye {\"reason\":\"shutdown\"}");
            assertThat(poll.get().status()).as("as things stand").isEqualTo(404);
            stopped.get();
        }
    }
}
