package io.canvass.kv.api;

import java.nio.charset.StandardCharsets;

import io.canvass.kv.store.Right;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** {@code /v1/auth} and {@code /v1/audit}: from the first admin to a token that is revoked. */
class TokensTest {
    private static TestServer server;
    private static Wire http;

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
    void empty() {
        server.store().reset();
    }

    private static Wire.Reply admin(String method, String target, String body) {
        return http.call(method, target, body.getBytes(StandardCharsets.UTF_8), Rights.ADMIN,
                "Content-Type: application/json");
    }

    private static String makeToken() {
        assertThat(admin("PUT", "/v1/auth/roles/app",
                "{\"rights\":[{\"right\":\"read\",\"prefix\":\"app/\"},{\"right\":\"write\",\"prefix\":\"app/\"}]}").status())
                .isEqualTo(201);
        Wire.Reply made = admin("POST", "/v1/auth/tokens", "{\"name\":\"ci\",\"roles\":[\"app\"],\"ttl\":\"90d\"}");
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        assertThat(made.header("Cache-Control")).contains("no-store");
        return made.json().path("token").asString();
    }

    @Test
    void aTokenIsShownOnceAndWorksUntilItIsRevoked() {
        String token = makeToken();
        assertThat(token).matches("cvt_ci\\.[A-Za-z0-9_-]{43}");
        String header = "Authorization: Bearer " + token;
        assertThat(http.put("/v1/kv/app/color", "green", header).status()).isEqualTo(201);
        assertThat(http.put("/v1/kv/other", "green", header).status()).isEqualTo(403);

        JsonNode me = http.get("/v1/auth/whoami", header).json();
        assertThat(me.path("principal").asString()).isEqualTo("token:ci");
        assertThat(me.path("rights").toString()).contains("app/").contains("read").contains("write");

        String secret = token.substring("cvt_ci.".length());
        for (String path : new String[] {"/v1/auth/tokens", "/v1/auth/tokens/ci", "/v1/audit"}) {
            Wire.Reply listed = admin("GET", path, "");
            assertThat(listed.status()).isEqualTo(200);
            assertThat(listed.text()).contains("ci").doesNotContain(secret);
        }
        assertThat(admin("DELETE", "/v1/auth/roles/app", "").status()).isEqualTo(409);
        assertThat(admin("DELETE", "/v1/auth/tokens/ci", "").status()).isEqualTo(200);
        assertThat(http.get("/v1/kv/app/color", header).status()).isEqualTo(401);
        assertThat(admin("DELETE", "/v1/auth/tokens/ci", "").status()).isEqualTo(404);
        assertThat(admin("DELETE", "/v1/auth/roles/app", "").status()).isEqualTo(200);
    }

    @Test
    void nothingOfATokenIsStoredButItsHash() {
        String secret = makeToken().substring("cvt_ci.".length());
        assertThat(server.store().commands().toString()).doesNotContain(secret);
        assertThat(server.store().store().auth().principals().toString()).doesNotContain(secret);
    }

    @Test
    void aNameIsGivenOnceAndARoleMustExist() {
        makeToken();
        assertThat(admin("POST", "/v1/auth/tokens", "{\"name\":\"ci\",\"roles\":[\"app\"]}").status()).isEqualTo(409);
        assertThat(admin("POST", "/v1/auth/tokens", "{\"name\":\"x\",\"roles\":[\"none\"]}").status()).isEqualTo(404);
        assertThat(admin("PUT", "/v1/auth/certificates/ci", "{\"certificate\":\"dns:x\",\"roles\":[\"app\"]}").status())
                .isEqualTo(404);
    }

    @Test
    void whatIsMalformedIsRefusedAndChangesNothing() {
        for (String body : new String[] {
            "{\"rights\":[]}", "{\"rights\":[{\"right\":\"rule\"}]}", "{\"rights\":[{\"right\":\"read\"}]}",
            "{\"rights\":[{\"right\":\"backup\",\"prefix\":\"a\"}]}",
            "{\"rights\":[{\"right\":\"read\",\"prefix\":\"" + "x".repeat(9000) + "\"}]}", "{}", "[]", "nothing"
        }) {
            assertThat(admin("PUT", "/v1/auth/roles/r", body).status()).as(body).isEqualTo(400);
        }
        assertThat(admin("PUT", "/v1/auth/roles/-r", "{\"rights\":[{\"right\":\"admin\"}]}").status()).isEqualTo(400);
        assertThat(server.store().commands()).isEmpty();
    }

    @Test
    void theAuditTellsWhoChangedWhatAndWhoWasRefusedWhat() {
        String reader = new Rights(server.store()).token("reader", Rights.grant(Right.READ, "a"));
        long before = admin("GET", "/v1/audit", "").json().path("newest").asLong();
        http.get("/v1/kv/b", reader);
        http.get("/v1/kv/b");
        admin("PUT", "/v1/auth/roles/r", "{\"rights\":[{\"right\":\"admin\"}]}");
        http.put("/v1/kv/b", "not told: it is a write of keys", Rights.ADMIN);
        // An entry may come a moment after the answer that it is about.
        JsonNode items = await().until(
                () -> admin("GET", "/v1/audit?after=" + before, "").json().path("items"), found -> found.size() >= 3);
        assertThat(items.size()).isEqualTo(3);
        assertThat(items.get(0).path("principal").asString()).isEqualTo("token:reader");
        assertThat(items.get(0).path("event").asString()).isEqualTo("refused");
        assertThat(items.get(0).path("detail").asString()).contains("'read' on the key 'b'");
        assertThat(items.get(1).path("principal").asString()).isEqualTo("nobody");
        assertThat(items.get(2).path("event").asString()).isEqualTo("changed");
        assertThat(items.get(2).path("principal").asString()).isEqualTo("file:admin");
        assertThat(items.get(2).path("path").asString()).isEqualTo("/v1/auth/roles/r");
        assertThat(items.get(2).path("status").asInt()).isEqualTo(201);
    }
}
