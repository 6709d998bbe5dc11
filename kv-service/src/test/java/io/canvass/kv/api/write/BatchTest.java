package io.canvass.kv.api.write;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.canvass.kv.api.ApiTest;
import io.canvass.kv.api.TestServer;
import io.canvass.kv.api.Wire;
import io.canvass.kv.api.json.NdjsonLines;
import io.canvass.kv.cluster.ReplicationException;
import io.canvass.kv.cluster.ReplicationException.Reason;
import io.canvass.proto.kv.v1.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** KV-API.md, section 6: batch and import. */
class BatchTest extends ApiTest {
    private static final String TYPE = NdjsonLines.MEDIA_TYPE;

    @Test
    void eachLineSucceedsOrFailsByItselfInOrder() {
        List<JsonNode> answers = batch("""
                {"put":{"key":"a","value":"1"}}

                {"put":{"key":"a","value":"2","prev":true}}
                {"put":{"key":"a","value":"3","ifRevision":1}}
                {"put":{"key":"b","value":"1","ifExists":true}}
                {"put":{"key":"b","value":"1","ifExists":false}}
                {"get":{"key":"a"}}
                {"get":{"key":"none"}}
                {"nonsense":1}
                not json
                {"put":{"key":"a","value":"","lease":"7f3a"}}
                {"delete":{"key":"a","prev":true}}
                {"delete":{"prefix":"b"}}
                {"get":{"key":"a"}}""");
        assertThat(answers.stream().map(answer -> answer.path("line").asInt()))
                .containsExactly(1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
        assertThat(answers.stream().map(answer -> answer.path("status").asInt()))
                .containsExactly(201, 200, 412, 412, 201, 200, 404, 400, 400, 404, 200, 200, 404);
        assertThat(answers.get(1).at("/prev/value").asString()).isEqualTo("1");
        assertThat(answers.get(2).path("type").asString()).isEqualTo("/problems/precondition-failed");
        assertThat(answers.get(2).path("outcome").asString()).isEqualTo("not-applied");
        assertThat(answers.get(2).at("/current/revision").asInt()).isEqualTo(2);
        assertThat(answers.get(5).path("value").asString()).isEqualTo("2");
        assertThat(answers.get(6).has("outcome")).isFalse();
        assertThat(answers.get(9).path("type").asString()).isEqualTo("/problems/lease-not-found");
        assertThat(answers.get(11).path("deleted").asInt()).isEqualTo(1);
        assertThat(store.contents()).isEmpty();
    }

    @Test
    void aBatchMayBeLongAndTheLastOfManyWritesOfAKeyStays() {
        int lines = 20 * BatchRun.MAX_IN_FLIGHT;
        List<JsonNode> answers = batch(IntStream.range(0, lines)
                .mapToObj(i -> "{\"put\":{\"key\":\"k" + i % 7 + "\",\"value\":\"" + i + "\"}}")
                .collect(Collectors.joining("\n")));
        assertThat(answers).hasSize(lines).allMatch(answer -> answer.path("status").asInt() < 300);
        assertThat(answers.stream().map(answer -> answer.path("line").asInt()))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, lines).boxed().toList());
        assertThat(store.contents().values())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(lines - 7, lines).mapToObj(Integer::toString).toList());
    }

    @Test
    void noMoreLinesAreUnderWayThanMayBe() throws Exception {
        CompletableFuture<Result> held = new CompletableFuture<>();
        store.answerWritesBy(() -> held);
        String body = IntStream.range(0, 2 * BatchRun.MAX_IN_FLIGHT)
                .mapToObj(i -> "{\"put\":{\"key\":\"k" + i + "\",\"value\":\"\"}}")
                .collect(Collectors.joining("\n"));
        CompletableFuture<List<JsonNode>> answers = CompletableFuture.supplyAsync(() -> batch(body));
        await().atMost(Duration.ofMinutes(1)).until(() -> store.commands().size() >= BatchRun.MAX_IN_FLIGHT);
        assertThat(store.commands()).hasSize(BatchRun.MAX_IN_FLIGHT);
        held.completeExceptionally(new ReplicationException(Reason.OUTCOME_UNKNOWN, ""));
        assertThat(answers.get()).hasSize(2 * BatchRun.MAX_IN_FLIGHT).allMatch(answer -> answer.path("status").asInt() == 504
                && answer.path("outcome").asString().equals("unknown")
                && !answer.path("retryable").asBoolean());
    }

    @Test
    void linesAreAnsweredWhileTheClientStillSends() throws IOException {
        try (Socket socket = http.connect()) {
            socket.getOutputStream().write(("POST /v1/batch HTTP/1.1\r\nHost: test\r\nContent-Type: " + TYPE
                            + "\r\nTransfer-Encoding: chunked\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            byte[] line = "{\"put\":{\"key\":\"a\",\"value\":\"1\"}}\n".getBytes(StandardCharsets.UTF_8);
            socket.getOutputStream().write((Integer.toHexString(line.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(line);
            socket.getOutputStream().write("\r\n".getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            StringBuilder seen = new StringBuilder();
            byte[] some = new byte[4096];
            while (!seen.toString().contains("\"status\":201")) {
                int n = socket.getInputStream().read(some);
                assertThat(n).as(seen.toString()).isPositive();
                seen.append(new String(some, 0, n, StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void aKeyedBatchSentAgainIsAnsweredLineByLineAsTheFirst() {
        String body = "{\"put\":{\"key\":\"a\",\"value\":\"1\"}}\n{\"delete\":{\"key\":\"b\"}}\n";
        List<JsonNode> first = batch(body, "Idempotency-Key: \"k\"");
        http.put("/v1/kv/a", "2");
        List<JsonNode> again = batch(body, "Idempotency-Key: \"k\"");
        assertThat(again).allMatch(answer -> answer.path("replayed").asBoolean());
        assertThat(again.stream().map(answer -> answer.path("revision")))
                .containsExactlyElementsOf(first.stream().map(answer -> answer.path("revision")).toList());
        List<JsonNode> other = batch(body.replace("1", "3"), "Idempotency-Key: \"k\"");
        assertThat(other.getFirst().path("status").asInt()).isEqualTo(422);
        assertThat(store.contents()).isEqualTo(Map.of("a", "2"));
    }

    @Test
    void aLineIsBoundedAndTheTypeIsAskedFor() {
        long most = 6L * (TestServer.SMALL.maxValueBytes() + TestServer.SMALL.maxKeyBytes()) + 4096;
        String line = "{\"put\":{\"key\":\"a\",\"value\":\"\"}}";
        String blanks = " ".repeat((int) most - line.length());
        assertThat(batch(line + blanks + "\n" + line).stream().map(answer -> answer.path("status").asInt()))
                .containsExactly(201, 200);
        assertThat(batch(line + blanks + " \n" + line).stream().map(answer -> answer.path("status").asInt()))
                .containsExactly(413);
        assertProblem(http.json("/v1/batch", line), 415, "unsupported-media-type");
        assertProblem(http.post("/v1/import", "text/plain", line), 415, "unsupported-media-type");
        assertProblem(http.post("/v1/batch?x=1", TYPE, line), 400, "invalid-request");
        assertProblem(http.post("/v1/batch", TYPE, line, "If-Match: *"), 400, "invalid-request");
    }

    /** Tomcat throws the answer away when the body was cut, and would say that nothing was done. */
    @Test
    void anImportWhoseBodyIsCutTellsWhatWasWritten() {
        String lines = "{\"key\":\"a\",\"value\":\"1\"}\n".repeat(3);
        Wire.Reply reply = http.raw("POST /v1/import HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
                + "Connection: close\r\nContent-Length: " + (lines.length() + 10) + "\r\n\r\n" + lines + "{\"key\"");
        assertProblem(reply, 400, "invalid-request");
        assertOutcome(reply, "unknown");
        assertThat(reply.json().path("imported").asInt()).isEqualTo(2);
        assertThat(store.contents()).isEqualTo(Map.of("a", "1"));
    }

    @Test
    void anExportIsImportedAsItWasWithoutLeases() {
        Wire.Reply reply = imported("""
                {"export":1,"revision":99,"prefix":"a"}
                {"key":"a","value":"1","revision":7,"createRevision":3,"version":2,"lease":"7f3a"}
                {"key64":"_w","value64":"AP8=","revision":8,"createRevision":8,"version":1}
                {"end":true,"count":2}
                """);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.text()).isEqualToIgnoringNewLines("{\"imported\":2,\"revision\":1}");
        assertThat(http.get("/v1/kv64/_w").body().array()).containsExactly(0, 0xff);
        assertThat(http.get("/v1/kv/a").header("Kv-Lease")).isEmpty();
        assertThat(imported("{\"key\":\"b\",\"value\":\"1\"}").text())
                .isEqualToIgnoringNewLines("{\"imported\":1,\"revision\":2}");
        assertThat(imported("").text()).isEqualToIgnoringNewLines("{\"imported\":0,\"revision\":0}");
    }

    @Test
    void transactionsAreBoundedInOperationsBytesAndKeys() {
        assertThat(imported(entries(0, 513, "")).json().path("imported").asInt()).isEqualTo(513);
        assertThat(operations()).containsExactly(512, 1);
        emptyStore();
        imported(entries(0, 65, "v".repeat(TestServer.SMALL.maxValueBytes())));
        assertThat(operations()).containsExactly(31, 31, 3);
        emptyStore();
        imported(entries(0, 2, "1") + entries(1, 3, "2"));
        assertThat(operations()).containsExactly(2, 2);
        assertThat(store.contents()).isEqualTo(Map.of("k0", "1", "k1", "2", "k2", "2"));
    }

    /** Tomcat would answer 400 for it, and that nothing was done. */
    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 500\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n"})
    void aBatchWhoseBodyBreaksOffAnswersTheLinesThatCame(String framing) throws IOException {
        String body = "{\"put\":{\"key\":\"a\",\"value\":\"1\"}}\n{\"put\":{\"key\":\"b\",";
        boolean chunked = framing.startsWith("Transfer");
        String sent = chunked ? Integer.toHexString(body.length()) + "\r\n" + body + "\r\nno size\r\n" : body;
        String answer;
        try (Socket socket = http.connect()) {
            socket.getOutputStream().write(("POST /v1/batch HTTP/1.1\r\nHost: t\r\nContent-Type: " + TYPE + "\r\n"
                    + framing + sent).getBytes(StandardCharsets.UTF_8));
            socket.shutdownOutput();
            answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
        assertThat(answer)
                .startsWith("HTTP/1.1 200 ")
                .contains("{\"line\":1,\"status\":201,", "{\"line\":2,\"status\":400,", "should have followed it was not done.")
                .doesNotContain("Nothing was done");
        assertThat(answer).as("the end of an answer that is whole").doesNotEndWith("\r\n0\r\n\r\n");
        assertThat(store.contents()).isEqualTo(Map.of("a", "1"));
    }

    @Test
    void anImportThatBreaksOffSaysHowMuchWasWritten() {
        Wire.Reply cut = imported("{\"export\":1,\"revision\":9,\"prefix\":null}\n" + entries(0, 600, ""));
        assertProblem(cut, 400, "invalid-request");
        assertOutcome(cut, "unknown");
        assertThat(cut.json().path("imported").asInt()).isEqualTo(512);
        assertThat(cut.json().path("detail").asString()).contains("cut short", "first 512");
        assertThat(store.contents()).hasSize(512);

        Wire.Reply wrong = imported("{\"key\":\"x\",\"value\":\"\"}\n{\"key\":1,\"value\":\"\"}\n");
        assertProblem(wrong, 400, "invalid-request");
        assertOutcome(wrong, "not-applied");
        assertThat(wrong.json().path("line").asInt()).isEqualTo(2);
        assertThat(wrong.json().path("imported").asInt()).isZero();
        assertThat(store.contents()).doesNotContainKey("x");
    }

    @Test
    void anExportIsCheckedForBeingWhole() {
        String entry = "{\"key\":\"a\",\"value\":\"\"}\n";
        String header = "{\"export\":1,\"revision\":9}\n";
        for (String body : List.of(
                header + entry + "{\"end\":true,\"count\":2}", entry + header, header + header, entry + "{\"end\":true,\"count\":1}",
                header + entry + "{\"end\":true,\"count\":1}\n" + entry, header + entry + "{\"end\":true}",
                "{\"export\":2,\"revision\":9}\n" + entry, "{\"export\":1,\"key\":\"a\",\"value\":\"\"}",
                "{\"key\":\"a\",\"value\":\"\",\"x\":1}", "{\"key\":\"a\",\"value\":\"\",\"version\":[1]}", "{\"key\":\"a\"}")) {
            Wire.Reply reply = imported(body);
            assertProblem(reply, 400, "invalid-request");
            assertOutcome(reply, "not-applied");
        }
        assertThat(store.commands()).isEmpty();
    }

    private List<Integer> operations() {
        return store.commands().stream().map(command -> command.getTxn().getThenCount()).toList();
    }

    private Wire.Reply imported(String body) {
        return http.post("/v1/import", TYPE, body);
    }

    private List<JsonNode> batch(String body, String... headers) {
        Wire.Reply reply = http.post("/v1/batch", TYPE, body, headers);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("Content-Type")).contains(TYPE);
        return reply.text().lines().map(line -> JsonMapper.shared().readTree(line)).toList();
    }

    private static String entries(int from, int to, String value) {
        return IntStream.range(from, to)
                .mapToObj(i -> "{\"key\":\"k" + i + "\",\"value\":\"" + value + "\"}\n")
                .collect(Collectors.joining());
    }
}
