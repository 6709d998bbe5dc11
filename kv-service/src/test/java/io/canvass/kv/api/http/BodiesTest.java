package io.canvass.kv.api.http;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.canvass.kv.api.ApiTest;
import io.canvass.kv.api.TestServer;
import io.canvass.kv.api.Wire;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.raft.core.Bytes;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** Values of every length, announced or chunked, whole or cut off. */
class BodiesTest extends ApiTest {
    private static final int LIMIT = TestServer.SMALL.maxValueBytes();

    @Test
    void aValueMayBeAsLongAsTheLimit() {
        byte[] value = new byte[LIMIT];
        Arrays.fill(value, (byte) 'v');
        assertThat(http.call("PUT", "/v1/kv/a", value).status()).isEqualTo(201);
        assertThat(http.get("/v1/kv/a").body().array()).isEqualTo(value);
    }

    @Test
    void aValueAnnouncedOverTheLimitIsRefusedBeforeItIsSent() {
        Wire.Reply reply = http.raw(
                put("/v1/kv/a", "Content-Length: 1000000000", "Expect: 100-continue"));
        assertTooLarge(reply);
        assertThat(reply.json().path("actual").asInt()).isEqualTo(1_000_000_000);
    }

    @Test
    void aValueOverTheLimitIsRefusedAlsoWhenItIsSentAtOnce() {
        Wire.Reply reply = http.call("PUT", "/v1/kv/a", new byte[LIMIT + 1]);
        assertTooLarge(reply);
        assertThat(reply.json().path("actual").asInt()).isEqualTo(LIMIT + 1);
        assertThat(reply.json().path("detail").asString()).contains(String.valueOf(LIMIT), "kv.value.max-size");
    }

    @Test
    void aChunkedValueIsReadToTheLimitAndNotFurther() throws IOException {
        assertThat(chunked(LIMIT).status()).isEqualTo(201);
        assertThat(http.get("/v1/kv/a").body().size()).isEqualTo(LIMIT);
        store.reset();
        Wire.Reply reply = chunked(LIMIT + 1);
        assertTooLarge(reply);
        assertThat(reply.json().has("actual")).isFalse();
    }

    @Test
    void anEndlessChunkedValueIsRefusedWithoutWaitingForItsEnd() throws IOException {
        try (Socket socket = http.connect()) {
            OutputStream out = socket.getOutputStream();
            write(out, put("/v1/kv/a", "Transfer-Encoding: chunked", "Expect: 100-continue"));
            assertThat(socket.getInputStream().readNBytes("HTTP/1.1 100 \r\n\r\n".length()))
                    .startsWith("HTTP/1.1 100".getBytes(StandardCharsets.US_ASCII));
            write(out, Integer.toHexString(LIMIT + 1) + "\r\n");
            out.write(new byte[LIMIT + 1]);
            write(out, "\r\n");
            assertTooLarge(Wire.Reply.read(socket.getInputStream(), "PUT"));
        }
    }

    @Test
    void aBodyShorterThanAnnouncedWritesNothing() {
        Wire.Reply reply = http.raw(put("/v1/kv/a", "Content-Length: 10") + "abc");
        assertProblem(reply, 400, "invalid-request");
        assertOutcome(reply, "not-applied");
        assertThat(store.commands()).isEmpty();
        assertThat(store.contents()).isEqualTo(Map.of());
    }

    @Test
    void aChunkedBodyThatEndsEarlyOrIsMalformedWritesNothing() {
        for (String chunks : new String[] {"5\r\nab", "5\r\nabcde\r\n", "zz\r\nabc\r\n0\r\n\r\n", ""}) {
            Wire.Reply reply = http.raw(put("/v1/kv/a", "Transfer-Encoding: chunked")
                    + chunks);
            assertProblem(reply, 400, "invalid-request");
        }
        assertThat(store.commands()).isEmpty();
    }

    @Test
    void whatFollowsTheAnnouncedLengthIsNotPartOfTheValue() {
        http.raw(put("/v1/kv/a", "Content-Length: 3") + "abcdef");
        assertThat(store.contents()).isEqualTo(Map.of("a", "abc"));
    }

    @Test
    void aClientThatWaitsIsToldToContinueOnlyWhenItsValueIsWanted() throws IOException {
        try (Socket socket = http.connect()) {
            write(socket.getOutputStream(), put("/v1/kv/a", "Content-Length: 5", "Expect: 100-continue"));
            byte[] interim = socket.getInputStream().readNBytes("HTTP/1.1 100 \r\n\r\n".length());
            assertThat(new String(interim, StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 100");
            write(socket.getOutputStream(), "green");
            assertThat(Wire.Reply.read(socket.getInputStream(), "PUT").status()).isEqualTo(201);
        }
        try (Socket socket = http.connect()) {
            write(socket.getOutputStream(), put("/v1/kv/a?x=1", "Content-Length: 5", "Expect: 100-continue"));
            String first = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            assertThat(first).isEqualTo("HTTP/1.1 400");
        }
    }

    @Test
    void aBodyThatStopsArrivingIs408AndWritesNothing() throws IOException {
        TestServer impatient = TestServer.start(TestServer.SMALL, "--server.tomcat.connection-timeout=200ms");
        try (Socket socket = new Wire(impatient.port()).connect()) {
            write(socket.getOutputStream(), put("/v1/kv/a", "Content-Length: 10") + "abc");
            Wire.Reply reply = Wire.Reply.read(socket.getInputStream(), "PUT");
            assertProblem(reply, 408, "request-timeout");
            assertThat(reply.json().path("retryable").asBoolean()).isTrue();
            assertThat(impatient.store().commands()).isEmpty();
        } finally {
            impatient.stop();
        }
    }

    /** Each look at the clock finds it so much later. */
    private static Bytes readAtAPaceOf(long secondsPerLook) throws IOException {
        MockHttpServletRequest request = new MockHttpServletRequest("PUT", "/v1/kv/a");
        request.setContent(new byte[100]);
        AtomicLong seconds = new AtomicLong();
        return ValueBody.read(request, 1000, () -> TimeUnit.SECONDS.toNanos(seconds.getAndAdd(secondsPerLook)));
    }

    @Test
    void aBodyThatTricklesForMoreThanAMinuteIs408() throws IOException {
        assertThat(readAtAPaceOf(60).size()).isEqualTo(100);
        Problem problem = catchThrowableOfType(ProblemException.class, () -> readAtAPaceOf(61)).problem();
        assertThat(problem.status()).isEqualTo(408);
        assertThat(problem.limit()).isEqualTo("kv.request.body-timeout");
    }

    private Wire.Reply chunked(int bytes) throws IOException {
        try (Socket socket = http.connect()) {
            OutputStream out = socket.getOutputStream();
            write(out, put("/v1/kv/a", "Transfer-Encoding: chunked"));
            for (int sent = 0; sent < bytes; sent += Math.min(1000, bytes - sent)) {
                int size = Math.min(1000, bytes - sent);
                write(out, Integer.toHexString(size) + "\r\n");
                out.write(new byte[size]);
                write(out, "\r\n");
            }
            write(out, "0\r\n\r\n");
            return Wire.Reply.read(socket.getInputStream(), "PUT");
        }
    }

    private void assertTooLarge(Wire.Reply reply) {
        assertProblem(reply, 413, "value-too-large");
        assertOutcome(reply, "not-applied");
        assertThat(reply.json().path("limit").asInt()).isEqualTo(LIMIT);
        assertThat(reply.json().path("property").asString()).isEqualTo(ValueBody.LIMIT_PROPERTY);
        assertThat(store.commands()).isEmpty();
    }

    /** The head of a request, up to where its body begins. */
    private static String put(String target, String... headers) {
        return "PUT " + target + " HTTP/1.1\r\nHost: t\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }
}
