package io.canvass.kv.api;

import java.util.Optional;
import java.util.Set;

import io.canvass.kv.api.problem.ProblemType;
import org.junit.jupiter.api.BeforeEach;

import static org.assertj.core.api.Assertions.assertThat;

/** What the tests of the API share: one server, and what every problem must look like. */
public abstract class ApiTest {
    /** Beside 503, what passes by itself. */
    private static final Set<String> TELL_WHEN = Set.of("idempotency-in-flight", "rate-limited");

    protected final TestServer server = TestServer.shared();
    protected final LocalStore store = server.store();
    protected final Wire http = new Wire(server.port());

    @BeforeEach
    protected void emptyStore() {
        store.reset();
    }

    /** RFC 9457 and KV-API.md, section 8: what a problem of this type says in every case. */
    public static void assertProblem(Wire.Reply reply, int status, String type) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        assertThat(reply.header("Content-Type")).contains("application/problem+json");
        assertThat(reply.header("X-Content-Type-Options")).contains("nosniff");
        assertThat(reply.header("Cache-Control")).contains("no-store");
        assertThat(reply.json().path("type").asString()).isEqualTo("/problems/" + type);
        assertThat(reply.json().path("status").asInt()).isEqualTo(status);
        assertThat(reply.json().path("title").asString()).isNotBlank();
        assertThat(reply.json().path("detail").asString()).isNotBlank().doesNotContain("Exception");
        assertThat(reply.json().path("retryable").isBoolean()).isTrue();
        assertThat(reply.json().path("node").asString()).isEqualTo("kv-1");
        assertThat(reply.json().path("epoch").isNumber()).isTrue();
        assertThat(reply.json().has("leader")).isTrue();
        assertThat(reply.json().path("requestId").asString()).matches("[0-9A-HJKMNP-TV-Z]{26}");
        assertThat(reply.header("Kv-Request-Id")).contains(reply.json().path("requestId").asString());
        assertThat(reply.header("Kv-Served-By")).contains("kv-1");
        assertThat(reply.header("Retry-After"))
                .isEqualTo(status == 503 || TELL_WHEN.contains(type) ? Optional.of("1") : Optional.empty());
        assertThat(ProblemType.bySlug(type)).isPresent();
    }

    protected static void assertOutcome(Wire.Reply reply, String outcome) {
        assertThat(reply.json().path("outcome").asString()).isEqualTo(outcome);
    }

    protected static void assertNoOutcome(Wire.Reply reply) {
        assertThat(reply.json().has("outcome")).isFalse();
    }
}
