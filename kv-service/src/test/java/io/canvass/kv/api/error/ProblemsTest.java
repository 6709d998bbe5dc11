package io.canvass.kv.api.error;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

import io.canvass.kv.api.ApiTest;
import io.canvass.kv.api.Wire;
import io.canvass.kv.api.problem.ContainerProblems;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** KV-API.md, section 8: errors that no handler raised are problems too. */
class ProblemsTest extends ApiTest {
    @ParameterizedTest
    @EnumSource(ProblemType.class)
    void everyTypeHasItsPage(ProblemType type) {
        Wire.Reply reply = http.get(type.reference());
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("Content-Type")).contains("text/plain;charset=utf-8");
        assertThat(reply.text()).contains(type.title(), String.valueOf(type.status()), "What to do: ");
    }

    @Test
    void thePagesAreListedAndOthersAreNotThere() {
        assertThat(http.get("/problems").text().lines()).hasSize(ProblemType.values().length);
        assertProblem(http.get("/problems/none"), 404, "not-found");
        assertProblem(http.call("POST", "/problems/no-quorum", new byte[0]), 405, "method-not-allowed");
    }

    @Test
    void everyTypeIsNamedOnce() {
        Set<String> slugs = new HashSet<>();
        assertThat(Arrays.stream(ProblemType.values()).allMatch(type -> slugs.add(type.slug()))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/v1", "/v1/", "/v2/kv/a", "/error", "/v1/kvx", "/index.html", "/favicon.ico",
            "/v1/kv.json", "/actuator/health/cluster/nonsense", "/actuator/health/nonsense", "/actuator/nonsense",
            "/actuator/metrics/nonsense"})
    void anUnknownPathIs404(String path) {
        Wire.Reply reply = http.get(path);
        assertProblem(reply, 404, "not-found");
        assertThat(reply.json().path("instance").asString()).isEqualTo(path);
        assertNoOutcome(reply);
        assertOutcome(http.put(path, "x"), "not-applied");
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /v1/kv/a, 'GET, HEAD, PUT, DELETE, OPTIONS'", "PATCH, /v1/kv64/YQ, 'GET, HEAD, PUT, DELETE, OPTIONS'",
        "FROB, /v1/kv/a, 'GET, HEAD, PUT, DELETE, OPTIONS'", "PUT, /v1/kv, 'GET, HEAD, DELETE, OPTIONS'",
        "DELETE, /v1/txn, 'POST, OPTIONS'", "POST, /v1/kv, 'GET, HEAD, DELETE, OPTIONS'",
        "DELETE, /problems, 'GET, HEAD, OPTIONS'"
    })
    void aMethodThatIsNotThereIs405WithThoseThatAre(String method, String path, String allowed) {
        Wire.Reply reply = http.call(method, path, new byte[0]);
        assertProblem(reply, 405, "method-not-allowed");
        assertThat(reply.header("Allow")).contains(allowed);
        assertOutcome(reply, "not-applied");
        assertThat(store.commands()).isEmpty();
    }

    @Test
    void traceIsRefusedAndOptionsAnswered() {
        Wire.Reply trace = http.call("TRACE", "/v1/kv/a", new byte[0]);
        assertProblem(trace, 405, "method-not-allowed");
        assertThat(trace.header("Allow")).isPresent();
        assertThat(http.call("OPTIONS", "/v1/kv/a", new byte[0]).header("Allow"))
                .contains("GET, HEAD, PUT, DELETE, OPTIONS");
        assertThat(http.call("OPTIONS", "/v1/kv", new byte[0]).header("Allow"))
                .contains("GET, HEAD, DELETE, OPTIONS");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GARBAGE\r\n\r\n",
                "GET /v1/kv/a b HTTP/1.1\r\nHost: t\r\n\r\n",
                "GET /v1/kv/a HTTP/1.1\r\n\r\n",
                "GET /v1/kv/a HTTP/1.1\r\nHost: t\r\nHost: u\r\n\r\n",
                "GET /v1/kv/a HTTP/1.1\r\nHost: t\r\nBad Header: x\r\n\r\n",
                "GET /v1/kv/a HTTP/1.1\r\nHost: t\r\nContent-Length: x\r\n\r\n",
                "GET /v1/kv/a HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "G@T /v1/kv/a HTTP/1.1\r\nHost: t\r\n\r\n",
                "GET v1/kv/a HTTP/1.1\r\nHost: t\r\n\r\n",
                "GET /v1/kv?prefix=a|b HTTP/1.1\r\nHost: t\r\n\r\n",
                "GET /%zz HTTP/1.1\r\nHost: t\r\n\r\n",
                "GET /%00 HTTP/1.1\r\nHost: t\r\n\r\n",
                "GET /a/../../b HTTP/1.1\r\nHost: t\r\n\r\n"
            })
    void whatTomcatRefusesIsAProblemToo(String request) {
        assertProblem(http.raw(request), 400, "invalid-request");
    }

    @Test
    void aHeaderThatIsTooLargeIsAProblem() {
        assertProblem(
                http.raw("GET /v1/kv/a HTTP/1.1\r\nHost: t\r\nA: " + "a".repeat(20_000) + "\r\n\r\n"), 400,
                        "invalid-request");
        assertProblem(http.raw("GET /v1/kv/" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: t\r\n\r\n"), 400,
                "invalid-request");
    }

    @Test
    void whatHttpHasAndThisServiceHasNotIsNamed() {
        assertProblem(http.raw("GET /v1/kv/a HTTP/3.7\r\nHost: t\r\n\r\n"), 505, "http-version-not-supported");
        assertProblem(
                http.raw("PUT /v1/kv/a HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: br, chunked\r\n\r\n0\r\n\r\n"),
                501, "not-implemented");
        assertProblem(
                http.raw("PUT /v1/kv/a HTTP/1.1\r\nHost: t\r\nExpect: tea\r\nContent-Length: 0\r\n\r\n"), 417,
                        "expectation-failed");
    }

    /** HTTP/0.9 would answer with a body and nothing before it. */
    @ParameterizedTest
    @ValueSource(strings = {"GET /v1/kv/a\r\n", "PUT /v1/kv/a\r\n\r\n", "ms HTTP/1.1\r\nHost: t\r\n\r\n"})
    void aRequestLineWithoutAVersionIsRefusedByAnAnswerThatHasAHead(String request) {
        Wire.Reply reply = http.raw(request);
        assertThat(reply.status()).isIn(400, 505);
        assertProblem(reply, reply.status(), reply.status() == 505 ? "http-version-not-supported" : "invalid-request");
        assertThat(reply.headers().get("connection")).containsExactly("close");
        assertThat(reply.headers()).containsKeys("kv-request-id", "content-length", "content-type");
        assertThat(reply.headers().values()).allSatisfy(values -> assertThat(values).hasSize(1));
    }

    @Test
    void aStatusThatNoTypeDescribesIsAboutBlankAsTheRfcHasIt() {
        Problem problem = ContainerProblems.ofStatus(418);
        assertThat(problem.reference()).isEqualTo("about:blank");
        assertThat(problem.status()).isEqualTo(418);
        assertThat(problem.title()).isNotBlank();
    }

    @Test
    void aConnectionIsOfUseAfterAProblem() throws IOException {
        String two = "GET /v1/kv/none HTTP/1.1\r\nHost: t\r\n\r\n".repeat(2);
        try (var socket = http.connect()) {
            socket.getOutputStream().write(two.getBytes(StandardCharsets.US_ASCII));
            assertProblem(Wire.Reply.read(socket.getInputStream(), "GET"), 404, "key-not-found");
            assertProblem(Wire.Reply.read(socket.getInputStream(), "GET"), 404, "key-not-found");
        }
    }
}
