package io.canvass.kv.api.lease;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import io.canvass.kv.api.ApiTest;
import io.canvass.kv.api.TestServer;
import io.canvass.kv.api.Wire;
import io.canvass.kv.cluster.ReplicationException;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.LeaseRevoke;
import io.canvass.proto.kv.v1.LockSpace;
import io.canvass.raft.core.Bytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(120)
class LocksTest extends ApiTest {
    private static final String NIGHTLY = "/v1/locks/backup/nightly";

    private final List<Client> clients = new ArrayList<>();

    /** One that waits for its answer, and keeps its side of the connection open as real ones do. */
    private final class Client implements AutoCloseable {
        private final Socket socket;

        Client(String target, String body) {
            try {
                socket = http.connect();
                send("PUT " + target + " HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: "
                        + body.length() + "\r\n\r\n" + body);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            clients.add(this);
        }

        final void send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
        }

        Wire.Reply answer() {
            try {
                return Wire.Reply.read(socket.getInputStream(), "PUT");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @BeforeEach
    void knowNothing() {
        server.deadlines().reset();
    }

    @AfterEach
    void nobodyWaits() {
        clients.forEach(Client::close);
        await().until(() -> server.queues().count() == 0);
    }

    private static String owner(String owner) {
        return "{\"owner\":\"" + owner + "\",\"ttl\":\"15s\"}";
    }

    private Wire.Reply put(String target, String body) {
        return http.put(target, body, "Content-Type: application/json");
    }

    private Wire.Reply take(String owner) {
        return put(NIGHTLY, owner(owner));
    }

    private Wire.Reply release(Wire.Reply taken) {
        return http.delete(NIGHTLY, "If-Match: " + taken.header("ETag").orElseThrow());
    }

    private long waiters() {
        return store.lock(LockSpace.LOCK, Bytes.ofUtf8("backup/nightly"), 10).waiters();
    }

    private long ttlMillis(Wire.Reply taken) {
        return store.lease(Long.parseUnsignedLong(taken.json().path("lease").asString(), 16)).orElseThrow().getTtlMillis();
    }

    @Test
    void aFreeLockIsTakenAndTheSameOwnerRenewsIt() {
        Wire.Reply taken = take("job-7");
        assertThat(taken.status()).as(taken.text()).isEqualTo(201);
        long token = taken.json().path("token").asLong();
        assertThat(taken.header("ETag")).contains("\"" + token + "\"");
        assertThat(taken.json().path("name").asString()).isEqualTo("backup/nightly");
        assertThat(taken.json().path("owner").asString()).isEqualTo("job-7");
        assertThat(taken.json().path("expiresInMs").asLong()).isBetween(1L, 15_000L);

        Wire.Reply renewed = take("job-7");
        assertThat(renewed.status()).isEqualTo(200);
        assertThat(renewed.json().path("token").asLong()).isEqualTo(token);
        assertThat(renewed.json().path("lease").asString()).isEqualTo(taken.json().path("lease").asString());
    }

    @Test
    void whoComesSecondIsToldWhoHoldsIt() {
        Wire.Reply taken = take("job-7");
        server.deadlines().know(Long.parseUnsignedLong(taken.json().path("lease").asString(), 16), 4_100);
        Wire.Reply refused = take("job-8");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.json().path("type").asString()).isEqualTo("/problems/lock-held");
        assertOutcome(refused, "not-applied");
        JsonNode holder = refused.json().path("holder");
        assertThat(holder.path("owner").asString()).isEqualTo("job-7");
        assertThat(holder.path("token").asLong()).isEqualTo(taken.json().path("token").asLong());
        assertThat(holder.path("expiresInMs").asLong()).isEqualTo(4_100);
        assertThat(refused.header("Retry-After")).contains("5");
        assertThat(waiters()).isZero();
    }

    @Test
    void aLeaseOfTheClientsOwnCarriesALock() {
        String lease = http.call("POST", "/v1/leases", "{\"ttl\":\"30s\"}".getBytes(StandardCharsets.UTF_8),
                        "Content-Type: application/json")
                .json()
                .path("id")
                .asString();
        Wire.Reply taken = put(NIGHTLY, "{\"owner\":\"job-7\",\"lease\":\"" + lease + "\"}");
        assertThat(taken.status()).as(taken.text()).isEqualTo(201);
        assertThat(taken.json().path("lease").asString()).isEqualTo(lease);
        assertThat(taken.json().path("expiresInMs").isNull()).as("nobody knows").isTrue();
        store.apply(Command.newBuilder()
                .setLeaseRevoke(LeaseRevoke.newBuilder().setLease(Long.parseUnsignedLong(lease, 16)))
                .build());
        assertProblem(http.get(NIGHTLY), 404, "lock-not-found");
        assertProblem(put(NIGHTLY, "{\"owner\":\"job-7\",\"lease\":\"" + lease + "\"}"), 404, "lease-not-found");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{\"owner\":\"a\"}", "{\"ttl\":\"1s\"}", "{\"owner\":\"a\",\"ttl\":\"1s\",\"lease\":\"7\"}", "{\"owner\":\"\",\"ttl\":\"1s\"}",
        "{\"owner\":\"a\",\"ttl\":\"0s\"}", "{\"owner\":\"a\",\"lease\":\"G\"}", "{\"owner\":\"\\ud800\",\"ttl\":\"1s\"}",
        "{\"candidate\":\"a\",\"ttl\":\"1s\"}"
    })
    void aBodyOfAnotherFormIsRefused(String body) {
        assertProblem(put(NIGHTLY, body), 400, "invalid-request");
        assertThat(store.commands()).isEmpty();
    }

    @Test
    void namesAndOwnersHaveBounds() {
        assertThat(put("/v1/locks/" + "n".repeat(1024), owner("o".repeat(1024))).status()).isEqualTo(201);
        assertProblem(put("/v1/locks/" + "n".repeat(1025), owner("o")), 400, "invalid-key");
        assertProblem(put("/v1/locks/n", owner("o".repeat(1025))), 400, "invalid-request");
        assertProblem(put("/v1/locks/n?wait=11m", owner("o")), 400, "invalid-request");
        assertProblem(http.put("/v1/locks/n", owner("o"), "Content-Type: application/json", "If-Match: \"1\""), 400,
                "invalid-request");
    }

    @Test
    void whoWaitsGetsItWhenItIsReleasedAndForItsTtlAlone() {
        Wire.Reply first = take("job-7");
        Client second = new Client(NIGHTLY + "?wait=1m", owner("job-8"));
        await().until(() -> waiters() == 1);
        assertThat(http.get(NIGHTLY).json().path("waiting").path(0).path("owner").asString()).isEqualTo("job-8");

        Wire.Reply released = release(first);
        assertThat(released.status()).isEqualTo(200);
        assertThat(released.json().path("released").asBoolean()).isTrue();
        assertThat(released.json().path("holder").path("owner").asString()).isEqualTo("job-8");
        Wire.Reply taken = second.answer();
        assertThat(taken.status()).as(taken.text()).isEqualTo(201);
        assertThat(taken.json().path("token").asLong()).isGreaterThan(first.json().path("token").asLong());
        assertThat(ttlMillis(taken)).as("the time of waiting is taken off again").isEqualTo(15_000);
    }

    /** The wake-up is a hint: the log says who has it (etcd's lock without a look after waiting). */
    @Test
    void whoWaitedAsksTheLogAgain() {
        Wire.Reply first = take("job-7");
        Client second = new Client(NIGHTLY + "?wait=1m", owner("job-8"));
        await().until(() -> waiters() == 1);
        int before = store.commands().size();
        assertThat(release(first).status()).isEqualTo(200);
        assertThat(second.answer().status()).isEqualTo(201);
        assertThat(store.commands().subList(before, store.commands().size()))
                .extracting(command -> command.getKindCase().name())
                .containsExactly("LOCK_RELEASE", "LOCK_ACQUIRE");
    }

    @Test
    void theQueueIsServedInTheOrderOfArrival() {
        Wire.Reply first = take("job-7");
        List<Client> queue = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            queue.add(new Client(NIGHTLY + "?wait=1m", owner("waiter-" + i)));
            long queued = i + 1L;
            await().until(() -> waiters() == queued);
        }
        Wire.Reply holder = first;
        for (Client next : queue) {
            assertThat(release(holder).status()).isEqualTo(200);
            holder = next.answer();
            assertThat(holder.status()).isEqualTo(201);
        }
    }

    @Test
    void aWaitersLeaseRunsAsLongAsItMayWaitToo() {
        assertThat(take("job-7").status()).isEqualTo(201);
        Client second = new Client(NIGHTLY + "?wait=1m", owner("job-8"));
        await().until(() -> waiters() == 1);
        long lease = store.lock(LockSpace.LOCK, Bytes.ofUtf8("backup/nightly"), 1).waiting().getFirst().getLease();
        assertThat(store.lease(lease).orElseThrow().getTtlMillis()).isBetween(45_000L, 75_000L);
        second.close();
        await().until(() -> waiters() == 0);
    }

    @Test
    void whoseTimeIsOverIsTakenOutOfTheQueue() {
        assertThat(take("job-7").status()).isEqualTo(201);
        Wire.Reply refused = new Client(NIGHTLY + "?wait=50ms", owner("job-8")).answer();
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.json().path("type").asString()).isEqualTo("/problems/lock-held");
        assertThat(refused.json().path("holder").path("owner").asString()).isEqualTo("job-7");
        assertOutcome(refused, "not-applied");
        assertThat(waiters()).isZero();
    }

    @Test
    void aClientThatGoesAwayIsTakenOutOfTheQueue() {
        Wire.Reply first = take("job-7");
        Client second = new Client(NIGHTLY + "?wait=10m", owner("job-8"));
        await().until(() -> waiters() == 1);
        second.close();
        await().until(() -> waiters() == 0);
        assertThat(release(first).json().path("holder").isNull()).isTrue();
    }

    @Test
    void aClientThatSendsItsNextRequestAlreadyHasNotGoneAway() throws Exception {
        Wire.Reply first = take("job-7");
        Client second = new Client(NIGHTLY + "?wait=10m", owner("job-8"));
        await().until(() -> waiters() == 1);
        second.send("GET " + NIGHTLY + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
        // So long that it is looked for several times.
        Thread.sleep(Duration.ofMillis(1600));
        assertThat(waiters()).isEqualTo(1);
        assertThat(release(first).status()).isEqualTo(200);
        Wire.Reply taken = second.answer();
        assertThat(taken.status()).isEqualTo(201);
        // It is told that what it sent too early has to be sent again.
        assertThat(taken.header("Connection")).contains("close");
    }

    @Test
    void soLongMayBeAskedForAndNotLonger() {
        assertThat(put(NIGHTLY + "?wait=10m", owner("job-7")).status()).isEqualTo(201);
        Wire.Reply refused = put(NIGHTLY + "?wait=600001ms", owner("job-7"));
        assertProblem(refused, 400, "invalid-request");
        assertThat(refused.json().path("detail").asString()).contains("'wait'", "10m");
    }

    @Test
    void soManyWaitAndNotOneMore() {
        assertThat(take("job-7").status()).isEqualTo(201);
        for (int i = 0; i < TestServer.MAX_WAITING; i++) {
            Client ignored = new Client(NIGHTLY + "?wait=1m", owner("waiter-" + i));
            assertThat(ignored).isNotNull();
        }
        await().until(() -> waiters() == TestServer.MAX_WAITING);
        Wire.Reply refused = put(NIGHTLY + "?wait=1m", owner("one-more"));
        assertProblem(refused, 503, "overloaded");
        assertThat(refused.json().path("detail").asString()).contains("kv.lock.max-waiting");
        assertThat(waiters()).isEqualTo(TestServer.MAX_WAITING);
    }

    @Test
    void aFailureOfWhoHasAPlaceInTheQueueIsAnUnknownOutcomeThatMayBeRepeated() {
        Wire.Reply first = take("job-7");
        Client second = new Client(NIGHTLY + "?wait=1m", owner("job-8"));
        await().until(() -> waiters() == 1);
        AtomicInteger failed = new AtomicInteger();
        store.answerWritesBy(() -> {
            failed.incrementAndGet();
            return CompletableFuture.failedFuture(
                    new ReplicationException(ReplicationException.Reason.NO_QUORUM, "No leader"));
        });
        store.apply(QueueClaim.release(QueueKind.LOCK, Bytes.ofUtf8("backup/nightly"), first.json().path("token").asLong()));
        Wire.Reply unknown = second.answer();
        assertProblem(unknown, 504, "outcome-unknown");
        assertOutcome(unknown, "unknown");
        assertThat(unknown.json().path("retryable").asBoolean()).isTrue();
        assertThat(failed).hasValue(1);
    }

    @Test
    void aLockIsReleasedByItsTokenAlone() {
        Wire.Reply taken = take("job-7");
        assertProblem(http.delete(NIGHTLY), 428, "precondition-required");
        for (String tag : List.of("*", "\"1\", \"2\"", "1045")) {
            assertProblem(http.delete(NIGHTLY, "If-Match: " + tag), 400, "invalid-request");
        }
        for (String tag : List.of("\"999\"", "\"abc\"", "W/" + taken.header("ETag").orElseThrow())) {
            Wire.Reply refused = http.delete(NIGHTLY, "If-Match: " + tag);
            assertProblem(refused, 412, "precondition-failed");
            assertThat(refused.json().path("holder").path("owner").asString()).isEqualTo("job-7");
            assertThat(refused.header("ETag")).isEqualTo(taken.header("ETag"));
        }
        assertThat(release(taken).status()).isEqualTo(200);
        Wire.Reply again = release(taken);
        assertThat(again.status()).as("a repeated release does no harm").isEqualTo(200);
        assertThat(again.json().path("released").asBoolean()).isFalse();
        assertProblem(http.get(NIGHTLY), 404, "lock-not-found");
    }

    @Test
    void whoWaitsGivesItsPlaceUpByItsToken() {
        assertThat(take("job-7").status()).isEqualTo(201);
        Client second = new Client(NIGHTLY + "?wait=300ms", owner("job-8"));
        await().until(() -> waiters() == 1);
        long token = store.lock(LockSpace.LOCK, Bytes.ofUtf8("backup/nightly"), 1).waiting().getFirst().getToken();
        assertThat(http.delete(NIGHTLY, "If-Match: \"" + token + "\"").json().path("released").asBoolean()).isTrue();
        assertThat(second.answer().status()).isEqualTo(409);
    }

    @Test
    void aLockIsLookedAt() {
        Wire.Reply taken = take("job-7");
        Wire.Reply seen = http.get(NIGHTLY);
        assertThat(seen.status()).isEqualTo(200);
        assertThat(seen.header("ETag")).isEqualTo(taken.header("ETag"));
        assertThat(seen.header("Kv-Consistency")).contains("linearizable");
        assertThat(seen.json().path("owner").asString()).isEqualTo("job-7");
        assertThat(seen.json().path("waiters").asInt()).isZero();
        assertThat(seen.json().path("expiresInMs").isNull()).isTrue();
    }

    @Test
    void electionsAreTheSameInTheirWordsAndBesideLocks() {
        String name = "/v1/elections/backup/nightly";
        assertThat(take("job-7").status()).isEqualTo(201);
        Wire.Reply won = put(name, "{\"candidate\":\"n1\",\"ttl\":\"10s\"}");
        assertThat(won.status()).as(won.text()).isEqualTo(201);
        assertThat(won.json().path("candidate").asString()).isEqualTo("n1");
        assertProblem(put(name, owner("n2")), 400, "invalid-request");
        Wire.Reply lost = put(name, "{\"candidate\":\"n2\",\"ttl\":\"10s\"}");
        assertThat(lost.status()).isEqualTo(409);
        assertThat(lost.json().path("holder").path("candidate").asString()).isEqualTo("n1");
        assertThat(http.get(name).json().path("candidate").asString()).isEqualTo("n1");
        assertThat(http.delete(name, "If-Match: " + won.header("ETag").orElseThrow()).status()).isEqualTo(200);
        assertProblem(http.get(name), 404, "lock-not-found");
    }
}
