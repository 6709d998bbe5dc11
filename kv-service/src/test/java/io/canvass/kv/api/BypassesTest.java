package io.canvass.kv.api;

import java.util.List;

import io.canvass.kv.store.Right;
import io.canvass.proto.kv.v1.Command;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The ways around the rights that others had to close, tried here: etcd's of 2026 (CVE-2026-33413, CVE-2026-33343,
 * CVE-2026-44283, GHSA-xg4h-6gfc-h4m8), and Consul's (CVE-2019-12291, CVE-2020-7955, CVE-2020-12797).
 */
class BypassesTest {
    private static TestServer server;
    private static Wire http;

    private Rights rights;
    private String reader;
    private String writer;

    @BeforeAll
    static void begin() {
        server = TestServer.guarded();
        http = new Wire(server.port());
    }

    @AfterAll
    static void end() {
        server.stop();
    }

    @BeforeEach
    void givenTwoTenants() {
        server.store().reset();
        rights = new Rights(server.store());
        reader = rights.token("reader", Rights.grant(Right.READ, "a"));
        writer = rights.token("writer", Rights.grant(Right.WRITE, "a"));
        assertThat(http.put("/v1/kv/a", "own", Rights.ADMIN).status()).isEqualTo(201);
        assertThat(http.put("/v1/kv/b", "secret", Rights.ADMIN).status()).isEqualTo(201);
    }

    private static void assertForbidden(Wire.Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(403);
        assertThat(reply.text()).doesNotContain("secret");
    }

    /** GHSA-xg4h-6gfc-h4m8: a watch without an end told all keys behind the one that was allowed. */
    @Test
    void aWatchOrARangeWithoutAnEndNeedsTheRightOnAllKeysBehindItsStart() {
        for (String path : List.of("/v1/watch?start=a", "/v1/kv?start=a", "/v1/export?prefix=", "/v1/kv?start=a&count-only=true")) {
            assertForbidden(http.get(path, reader));
        }
        assertForbidden(http.get("/v1/watch?prefix=", reader));
        assertForbidden(http.get("/v1/watch?start=a&end=c", reader));
        assertThat(http.call("HEAD", "/v1/watch?start=a&end=b", new byte[0], reader).status()).isEqualTo(200);
    }

    /** CVE-2026-33343: what stood inside of a transaction was not judged. */
    @Test
    void eachOperationOfATransactionIsJudgedInBothOfItsLists() {
        for (String list : List.of("then", "else")) {
            assertForbidden(txn("{\"" + list + "\":[{\"get\":{\"key\":\"b\"}}]}", reader));
            assertForbidden(txn("{\"" + list + "\":[{\"put\":{\"key\":\"b\",\"value\":\"x\"}}]}", writer));
            assertForbidden(txn("{\"" + list + "\":[{\"delete\":{\"key\":\"b\"}}]}", writer));
            assertForbidden(txn("{\"" + list + "\":[{\"delete\":{\"start\":\"a\"}}]}", writer));
            assertForbidden(txn(
                    "{\"" + list + "\":[{\"put\":{\"key\":\"a\",\"value\":\"1\"}},{\"get\":{\"key\":\"b\"}}]}", writer));
        }
        assertThat(server.store().contents()).containsEntry("a", "own").containsEntry("b", "secret");
    }

    /** The same, by its comparisons: whether they hold tells what is there. */
    @Test
    void aComparisonIsARead() {
        assertForbidden(txn("{\"if\":[{\"key\":\"b\",\"value\":{\"eq\":\"secret\"}}]}", reader));
        assertForbidden(txn("{\"if\":[{\"key\":\"a\",\"exists\":true}],\"then\":[{\"delete\":{\"key\":\"a\"}}]}", writer));
    }

    /** CVE-2026-44283: the value before told who could only write, in a transaction; and a lease was attached unasked. */
    @Test
    void theValueBeforeIsARead() {
        assertForbidden(http.put("/v1/kv/a?prev=true", "x", writer));
        assertForbidden(http.delete("/v1/kv/a?prev=true", writer));
        assertForbidden(txn("{\"then\":[{\"put\":{\"key\":\"a\",\"value\":\"x\",\"prev\":true}}]}", writer));
        assertForbidden(txn("{\"then\":[{\"delete\":{\"key\":\"a\",\"prev\":true}}]}", writer));
        Wire.Reply lines = http.post("/v1/batch", "application/x-ndjson",
                "{\"put\":{\"key\":\"a\",\"value\":\"x\",\"prev\":true}}\n", writer);
        assertThat(lines.lines().getFirst().path("status").asInt()).isEqualTo(403);
        assertThat(http.json("/v1/counters/a?add=1", "", writer).status()).isEqualTo(403);
        assertThat(server.store().contents()).containsEntry("a", "own");
    }

    @Test
    void aLeaseOfSomebodyElseIsAsIfItDidNotExist() {
        String other = rights.token("other", Rights.grant(Right.WRITE, "b"), Rights.grant(Right.LOCK, "b"));
        String id = http.json("/v1/leases", "{\"ttl\":\"1h\"}", other).json().path("id").asString();
        assertThat(http.put("/v1/kv/b?lease=" + id, "leased", other).status()).isEqualTo(200);

        assertThat(http.put("/v1/kv/a?lease=" + id, "x", writer).status()).isEqualTo(404);
        assertThat(txn("{\"then\":[{\"put\":{\"key\":\"a\",\"value\":\"x\",\"lease\":\"" + id + "\"}}]}", writer).status())
                .isEqualTo(404);
        assertThat(http.get("/v1/leases/" + id + "?keys=true", writer).status()).isEqualTo(404);
        assertThat(http.json("/v1/leases/" + id + "/keepalive", "", writer).status()).isEqualTo(404);
        assertThat(http.delete("/v1/leases/" + id, writer).status()).isEqualTo(404);
        assertForbidden(http.get("/v1/leases", writer));

        assertThat(http.get("/v1/leases/" + id, other).status()).isEqualTo(200);
        assertThat(http.get("/v1/leases/" + id, Rights.ADMIN).status()).isEqualTo(200);
        assertThat(server.store().contents()).containsEntry("b", "leased");
    }

    /** CVE-2026-33413: members, leases, compaction and alarms asked nobody. */
    @Test
    void whatIsOnNoKeyAsksForARightOfItsOwn() {
        for (String path : List.of("/v1/cluster", "/v1/cluster/members", "/v1/leases", "/v1/audit", "/v1/snapshot")) {
            assertThat(http.get(path).status()).as(path).isEqualTo(401);
            assertForbidden(http.get(path, writer));
        }
        assertForbidden(http.json("/v1/compact", "{\"revision\":1}", writer));
        assertForbidden(http.json("/v1/leases", "{\"ttl\":\"30s\"}", reader));
    }

    /** CVE-2019-12291: a rule for a prefix let keys be deleted that do not begin with it. */
    @Test
    void aRangeIsDeletedOnlyWhereAllOfItIsAllowed() {
        for (String range : List.of("prefix=b", "start=a", "start=a&end=c", "start=b&end=c", "all=true")) {
            assertForbidden(http.delete("/v1/kv?" + range, writer));
            assertForbidden(http.delete("/v1/kv?dry-run=true&" + range, writer));
        }
        assertThat(server.store().contents()).hasSize(2);
        assertThat(http.delete("/v1/kv?prefix=a", writer).status()).isEqualTo(200);
        assertThat(server.store().contents()).containsOnlyKeys("b");
    }

    /** CVE-2020-12797: a change of rights did not reach who had to judge by it. */
    @Test
    void aWriteThatWasJudgedBeforeTheRightWasTakenIsNotApplied() {
        http.put("/v1/kv/a", "first", writer);
        Command judged = server.store().commands().getLast();
        rights.role("writer", Rights.grant(Right.WRITE, "elsewhere/"));
        assertThat(server.store().apply(judged).getRefused().getDetail())
                .isEqualTo("The principal 'writer' lacks the right 'write' on the key 'a'.");
        rights.role("writer", Rights.grant(Right.WRITE, "a"));
        assertThat(server.store().apply(judged).hasWritten()).isTrue();
        rights.revoke("writer");
        assertThat(server.store().apply(judged).hasRefused()).isTrue();
        // Another one of the same name is somebody else.
        rights.token("writer", Rights.grant(Right.WRITE, "a"));
        assertThat(server.store().apply(judged).hasRefused()).isTrue();
    }

    @Test
    void anAnswerThatIsKeptIsToldToNobodyWhoMayNotAskForIt() {
        String both = rights.token("both", Rights.grant(Right.WRITE, "b"), Rights.grant(Right.READ, "b"));
        Wire.Reply first = http.put("/v1/kv/b?prev=true", "new", both, "Idempotency-Key: k1");
        assertThat(first.text()).contains("secret");
        assertForbidden(http.put("/v1/kv/b?prev=true", "new", writer, "Idempotency-Key: k1"));
    }

    @Test
    void aRefusalSaysTheSameWhetherTheKeyExistsOrNot() {
        String there = http.get("/v1/kv/b", reader).json().path("detail").asString();
        String missing = http.get("/v1/kv/c", reader).json().path("detail").asString();
        assertThat(there).isEqualTo(missing.replace("'c'", "'b'")).contains("lacks the right 'read' on the key 'b'");
    }

    private static Wire.Reply txn(String body, String... headers) {
        return http.json("/v1/txn", body, headers);
    }
}
