package io.canvass.kv.api;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;

import io.canvass.kv.api.calls.KeysInFlight;
import io.canvass.kv.api.http.WriteLimits;
import io.canvass.kv.api.json.JsonBody;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.kv.backup.Backups;
import io.canvass.kv.backup.Copies;
import io.canvass.kv.cluster.ReplicationException;
import io.canvass.kv.cluster.ReplicationException.Reason;
import io.canvass.kv.store.Right;
import io.canvass.proto.kv.v1.AdminReply.Refusal;
import io.canvass.proto.kv.v1.Refused;
import io.canvass.proto.kv.v1.Result;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * KV-API.md, section 8: each type of problem is produced by a request, with its status and its outcome. The switch has a line for
 * each, or this does not compile. What else is to be said of a type is with the tests of what produces it.
 */
class EveryProblemTest extends ApiTest {
    /** The types and statuses of KV-API.md's table, but for those of access, which {@code docs/api.md} speaks of. */
    private static final List<String> TABLE = List.of(
            "400 invalid-key", "400 invalid-request", "400 revision-in-future", "404 key-not-found", "404 lease-not-found",
            "404 member-not-found", "409 lock-held", "409 idempotency-in-flight", "409 would-lose-quorum",
            "409 snapshot-running", "410 revision-compacted", "412 precondition-failed", "413 value-too-large",
            "413 too-many-operations", "421 not-leader", "422 idempotency-key-reused", "428 precondition-required",
            "429 rate-limited", "429 too-many-watches", "503 no-quorum", "503 starting", "503 draining", "503 overloaded",
            "503 too-stale", "503 read-only-alarm", "504 outcome-unknown", "507 quota-exceeded");
    private static final byte[] NONE = new byte[0];
    private static final String KEY = "/v1/kv/a";
    private static final String LOCK = "/v1/locks/a";

    private final FakeAdmin admin = server.admin();

    @BeforeEach
    void healthyCluster() {
        admin.reset();
    }

    @Test
    void theTableOfTheSpecificationIsThere() {
        List<String> types = Arrays.stream(ProblemType.values()).map(type -> type.status() + " " + type.slug()).toList();
        assertThat(types).containsAll(TABLE);
    }

    @ParameterizedTest
    @EnumSource(ProblemType.class)
    void isProducedByARequest(ProblemType type) throws Exception {
        Wire.Reply reply = produced(type);
        assertThat(reply.status()).as(reply.text()).isEqualTo(type.status());
        assertThat(reply.header("Content-Type")).contains("application/problem+json");
        assertThat(reply.json().path("type").asString()).isEqualTo(type.reference());
        assertThat(reply.json().path("title").asString()).isEqualTo(type.title());
        assertThat(reply.json().path("detail").asString()).isNotBlank();
        // A read that fails has no outcome, whatever its type would say of a write.
        Optional<String> outcome = Optional.of(reply.json().path("outcome").asString("")).filter(word -> !word.isEmpty());
        assertThat(outcome).satisfiesAnyOf(
                word -> assertThat(word).isEmpty(), word -> assertThat(word).contains(type.outcome().word()));
        assertThat(outcome.isEmpty() || type.outcome() != ProblemType.Outcome.NONE).as("%s", outcome).isTrue();
    }

    @Test
    void whatMeetsALimitIsCountedByItsName() throws Exception {
        double before = refusals("kv.value.max-size");
        http.put(KEY, "x".repeat(TestServer.SMALL.maxValueBytes()));
        assertThat(refusals("kv.value.max-size")).as("the longest that is allowed").isEqualTo(before);
        produced(ProblemType.VALUE_TOO_LARGE);
        assertThat(refusals("kv.value.max-size")).isEqualTo(before + 1);

        double leases = refusals("too-many-leases");
        produced(ProblemType.TOO_MANY_LEASES);
        store.reset();
        produced(ProblemType.LEASE_NOT_FOUND);
        assertThat(refusals("too-many-leases")).isEqualTo(leases + 1);
    }

    private double refusals(String limit) {
        return server.bean(MeterRegistry.class).counter("kv.limit.refusals", "limit", limit).count();
    }

    private Wire.Reply produced(ProblemType type) throws Exception {
        return switch (type) {
            case INVALID_KEY -> http.put("/v1/kv/a//b", "1");
            case INVALID_REQUEST -> http.put(KEY + "?x=1", "1");
            case REFUSING_TO_DELETE_EVERYTHING -> http.delete("/v1/kv");
            case REVISION_IN_FUTURE -> http.get(KEY + "?revision=99");
            case INVALID_SNAPSHOT -> http.call("POST", "/v1/snapshot/verify", "no snapshot".getBytes(StandardCharsets.UTF_8));
            case NOT_FOUND -> http.put("/v2/kv/a", "1");
            case KEY_NOT_FOUND -> http.get(KEY);
            case LEASE_NOT_FOUND -> http.put(KEY + "?lease=7f3a", "1");
            case LOCK_NOT_FOUND -> http.get(LOCK);
            case METHOD_NOT_ALLOWED -> http.call("PATCH", KEY, NONE);
            case NOT_ACCEPTABLE -> http.get(KEY, "Accept: image/png");
            case REQUEST_TIMEOUT -> stopsSending();
            case LOCK_HELD -> lockedBy("job-7", "job-8");
            case QUEUE_FULL -> refused(Refused.Reason.QUEUE_FULL, "PUT", LOCK + "?wait=1s", "{\"owner\":\"job-8\",\"ttl\":\"15s\"}");
            case TOO_MANY_LEASES -> refused(Refused.Reason.TOO_MANY_LEASES, "POST", "/v1/leases", "{\"ttl\":\"1s\"}");
            case IDEMPOTENCY_IN_FLIGHT -> twiceAtOnce();
            case NOT_A_NUMBER -> after(http.put(KEY, "x"), http.json("/v1/counters/a", "{\"add\":1}"));
            case OUT_OF_RANGE -> http.json("/v1/counters/a", "{\"add\":2,\"max\":1}");
            case SNAPSHOT_RUNNING -> whileAnotherRuns();
            case REVISION_COMPACTED -> compacted();
            case PRECONDITION_FAILED -> http.put(KEY, "1", "If-Match: \"99\"");
            case VALUE_TOO_LARGE -> http.put(KEY, "x".repeat(TestServer.SMALL.maxValueBytes() + 1));
            case TOO_MANY_OPERATIONS -> http.json(
                    "/v1/txn", "{\"then\":[" + "{\"get\":{\"key\":\"a\"}},".repeat(512) + "{\"get\":{\"key\":\"a\"}}]}");
            case BODY_TOO_LARGE -> http.json("/v1/cluster/members", "{\"id\":\"" + "x".repeat(JsonBody.MAX_BYTES) + "\"}");
            case SNAPSHOT_TOO_LARGE -> http.call("POST", "/v1/snapshot/verify", Copies.announcing(1L << 40));
            case UNSUPPORTED_MEDIA_TYPE -> http.put(KEY, "1", "Content-Encoding: gzip");
            case EXPECTATION_FAILED -> http.raw("PUT /v1/kv/a HTTP/1.1\r\nHost: t\r\nExpect: tea\r\nContent-Length: 0\r\n\r\n");
            case NOT_LEADER -> http.put(KEY, "1", "Kv-Routing: local");
            case IDEMPOTENCY_KEY_REUSED -> after(http.put(KEY, "1", "Idempotency-Key: k"), http.put(KEY, "2", "Idempotency-Key: k"));
            case PRECONDITION_REQUIRED -> http.delete(LOCK);
            case RATE_LIMITED -> tooOften();
            case TOO_MANY_WATCHES -> oneStreamTooMany();
            case INTERNAL_ERROR -> failing(new IllegalStateException("a fault"));
            case NOT_IMPLEMENTED -> failing(Reason.UNSUPPORTED);
            case NO_QUORUM -> failing(Reason.NO_QUORUM);
            case OVERLOADED -> failing(Reason.OVERLOADED);
            case STARTING -> failing(Reason.STARTING);
            case DRAINING -> failing(Reason.DRAINING);
            case REPLICA_DAMAGED -> failing(Reason.DAMAGED);
            case REMOVED -> failing(Reason.REMOVED);
            case READ_ONLY_ALARM -> failing(Reason.READ_ONLY);
            case OUTCOME_UNKNOWN -> failing(Reason.OUTCOME_UNKNOWN);
            case QUOTA_EXCEEDED -> failing(Reason.QUOTA_EXCEEDED);
            case TOO_STALE -> http.get(KEY + "?min-revision=99&timeout=10ms");
            case HTTP_VERSION_NOT_SUPPORTED -> http.raw("GET /v1/kv/a HTTP/3.7\r\nHost: t\r\n\r\n");
            case MEMBER_NOT_FOUND -> adminRefuses(Refusal.NOT_A_MEMBER);
            case CHANGE_PENDING -> adminRefuses(Refusal.CHANGE_PENDING);
            case WOULD_LOSE_QUORUM -> adminRefuses(Refusal.WOULD_LOSE_QUORUM);
            case ALREADY_A_MEMBER -> adminRefuses(Refusal.ALREADY_A_MEMBER);
            case NOTHING_TO_DO -> adminRefuses(Refusal.NOTHING_TO_DO);
            case MEMBER_BEHIND -> adminRefuses(Refusal.TOO_FAR_BEHIND);
            case NOT_A_VOTER -> adminRefuses(Refusal.NOT_A_VOTER);
            case DIRECTORY_UNKNOWN -> adminRefuses(Refusal.DIRECTORY_UNKNOWN);
            case DIRECTORY_IN_USE -> adminRefuses(Refusal.DIRECTORY_IN_USE);
            case TRANSFER_FAILED -> adminRefuses(Refusal.TRANSFER_FAILED);
            case TOO_MANY_MEMBERS -> adminRefuses(Refusal.TOO_MANY_MEMBERS);
            case NOT_SUPPORTED -> adminRefuses(Refusal.NOT_SUPPORTED);
            case LEADER_NOT_READY -> adminRefuses(Refusal.NOT_READY);
            case UNAUTHENTICATED -> guarded(known -> new Wire(known.port()).get(KEY));
            case FORBIDDEN -> guarded(known -> new Wire(known.port())
                    .get(KEY, new Rights(known.store()).token("other", Rights.grant(Right.READ, "b"))));
            case ROLE_NOT_FOUND -> http.call("DELETE", "/v1/auth/roles/none", NONE);
            case PRINCIPAL_NOT_FOUND -> http.call("DELETE", "/v1/auth/tokens/none", NONE);
            case ROLE_IN_USE -> refused(Refused.Reason.ROLE_IN_USE, "DELETE", "/v1/auth/roles/r", "");
            case PRINCIPAL_EXISTS -> newToken(Refused.Reason.PRINCIPAL_EXISTS);
            case CERTIFICATE_TAKEN -> refused(Refused.Reason.CERTIFICATE_TAKEN, "PUT", "/v1/auth/certificates/c",
                    "{\"certificate\":\"dns:c\",\"roles\":[\"r\"]}");
            case TOO_MANY_PRINCIPALS -> newToken(Refused.Reason.TOO_MANY_PRINCIPALS);
            case NOT_SAFE_TO_STOP -> {
                admin.refuses(Refusal.NOT_SAFE, "It is needed");
                yield http.get("/v1/cluster/members/kv-2/safe-to-stop");
            }
        };
    }

    private static Wire.Reply after(Wire.Reply first, Wire.Reply second) {
        assertThat(first.status()).as(first.text()).isLessThan(300);
        return second;
    }

    private Wire.Reply failing(Reason reason) {
        return failing(new ReplicationException(reason, "It rains."));
    }

    private Wire.Reply failing(RuntimeException failure) {
        store.answerWritesBy(() -> CompletableFuture.failedFuture(failure));
        return http.put(KEY, "1");
    }

    private Wire.Reply refused(Refused.Reason reason, String method, String target, String body) {
        store.answerWritesBy(() -> CompletableFuture.completedFuture(Result.newBuilder()
                .setRefused(Refused.newBuilder().setReason(reason).setDetail("As many as may be.").setLimit(9).setActual(9))
                .build()));
        return http.call(method, target, body.getBytes(StandardCharsets.UTF_8), "Content-Type: application/json");
    }

    private Wire.Reply newToken(Refused.Reason reason) {
        return refused(reason, "POST", "/v1/auth/tokens", "{\"name\":\"t\",\"roles\":[\"r\"]}");
    }

    private static Wire.Reply guarded(Function<TestServer, Wire.Reply> request) {
        TestServer guarded = TestServer.guarded();
        try {
            return request.apply(guarded);
        } finally {
            guarded.stop();
        }
    }

    private Wire.Reply adminRefuses(Refusal refusal) {
        admin.refuses(refusal, "It is so");
        return http.call("POST", "/v1/cluster/members/kv-4/promote", NONE);
    }

    private Wire.Reply lockedBy(String first, String second) {
        String[] owners = {first, second};
        List<Wire.Reply> replies = new ArrayList<>();
        for (String owner : owners) {
            replies.add(http.call(
                    "PUT", LOCK, ("{\"owner\":\"" + owner + "\",\"ttl\":\"15s\"}").getBytes(StandardCharsets.UTF_8),
                    "Content-Type: application/json"));
        }
        return after(replies.getFirst(), replies.getLast());
    }

    private Wire.Reply compacted() {
        for (int i = 0; i < 3; i++) {
            http.put(KEY, "1");
        }
        assertThat(http.json("/v1/compact", "{\"revision\":2}").status()).isEqualTo(200);
        return http.get(KEY + "?revision=1");
    }

    private Wire.Reply twiceAtOnce() throws InterruptedException {
        CompletableFuture<Result> held = new CompletableFuture<>();
        store.answerWritesBy(() -> held);
        Thread first = Thread.ofVirtual().start(() -> http.put(KEY, "1", "Idempotency-Key: k"));
        await().until(() -> !server.bean(KeysInFlight.class).isEmpty());
        Wire.Reply second = http.put(KEY, "1", "Idempotency-Key: k");
        held.completeExceptionally(new ReplicationException(Reason.NO_QUORUM, "It rains."));
        first.join();
        return second;
    }

    private Wire.Reply whileAnotherRuns() throws Exception {
        try (Backups.Backup _ = SnapshotServer.backups().begin()) {
            return http.get("/v1/snapshot");
        }
    }

    private Wire.Reply oneStreamTooMany() throws IOException {
        List<Socket> open = new ArrayList<>();
        try {
            for (int i = 0; i < TestServer.WATCHES.maxStreams(); i++) {
                Socket socket = http.connect();
                open.add(socket);
                socket.getOutputStream()
                        .write("GET /v1/watch?key=a HTTP/1.1\r\nHost: t\r\n\r\n".getBytes(StandardCharsets.UTF_8));
                assertThat(socket.getInputStream().read()).isEqualTo('H');
            }
            return http.get("/v1/watch?key=a");
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
            // A change that cannot be written is what tells the node.
            await().until(() -> {
                http.put(KEY, "1");
                return server.hub().openCount() == 0;
            });
        }
    }

    private static Wire.Reply stopsSending() throws IOException {
        TestServer impatient = TestServer.start(TestServer.SMALL, "--server.tomcat.connection-timeout=200ms");
        try (Socket socket = new Wire(impatient.port()).connect()) {
            socket.getOutputStream()
                    .write("PUT /v1/kv/a HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nabc".getBytes(StandardCharsets.UTF_8));
            return Wire.Reply.read(socket.getInputStream(), "PUT");
        } finally {
            impatient.stop();
        }
    }

    private static Wire.Reply tooOften() {
        TestServer bounded = TestServer.start(TestServer.SMALL, List.of(new WriteLimits(10, 512, 1 << 20, 1, List.of())));
        try {
            Wire wire = new Wire(bounded.port());
            return IntStream.range(0, 200)
                    .mapToObj(i -> wire.put(KEY, "1"))
                    .filter(reply -> reply.status() == 429)
                    .findFirst()
                    .orElseThrow();
        } finally {
            bounded.stop();
        }
    }
}
