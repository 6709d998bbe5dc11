package io.canvass.benchmarks;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ResponseParserTest {
    private final ResponseParser parser = new ResponseParser();

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            textBlock = """
            length               | HTTP/1.1 200 OK~Content-Length: 5~~hello | 200 | 5 | true
            any case, no blank   | HTTP/1.1 200 OK~cOnTeNt-LeNgTh:5~~hello | 200 | 5 | true
            empty body           | HTTP/1.1 200 ~Content-Length: 0~~ | 200 | 0 | true
            no reason phrase     | HTTP/1.1 200~Content-Length: 0~~ | 200 | 0 | true
            204                  | HTTP/1.1 204 No Content~Date: x~~ | 204 | 0 | true
            304 with a length    | HTTP/1.1 304 Not Modified~Content-Length: 9~~ | 304 | 0 | true
            100 first            | HTTP/1.1 100 Continue~~HTTP/1.1 201 Created~Content-Length: 1~~x | 201 | 1 | true
            two of 1xx first     | HTTP/1.1 102 P~~HTTP/1.1 103 H~Link: y~~HTTP/1.1 204 N~~ | 204 | 0 | true
            close                | HTTP/1.1 503 S~Connection: close~Content-Length: 2~~no | 503 | 2 | false
            Close among others   | HTTP/1.1 200 S~Connection: x, Close~Content-Length: 2~~no | 200 | 2 | false
            HTTP/1.0             | HTTP/1.0 200 OK~Content-Length: 2~~ok | 200 | 2 | false
            HTTP/1.0 keep-alive  | HTTP/1.0 200 OK~Connection: Keep-Alive~Content-Length: 2~~ok | 200 | 2 | true
            chunked              | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5~hello~6~ world~0~~ | 200 | 11 | true
            chunked, hex         | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~1A~abcdefghijklmnopqrstuvwxyz~0~~ | 200 | 26 | true
            chunked, extension   | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~2;a=b~ok~0;x~~ | 200 | 2 | true
            chunked, trailer     | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~2~ok~0~Expires: 0~~ | 200 | 2 | true
            chunked, none        | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~0~~ | 200 | 0 | true
            chunked and length   | HTTP/1.1 200 OK~Content-Length: 99~Transfer-Encoding: chunked~~2~ok~0~~ | 200 | 2 | true
            many headers         | HTTP/1.1 200 OK~ETag: "7"~Kv-Revision: 7~Content-Length: 1~Vary: a~~x | 200 | 1 | true
            """)
    void aResponseIsTheSameHoweverItIsCut(String name, String pattern, int status, long body, boolean keepAlive)
            throws MalformedResponseException {
        byte[] bytes = wire(pattern);
        for (int cut = 0; cut <= bytes.length; cut++) {
            parser.reset();
            boolean early = parser.consume(ByteBuffer.wrap(bytes, 0, cut));
            assertThat(early).as("complete after %d of %d bytes", cut, bytes.length).isEqualTo(cut == bytes.length);
            if (!early) {
                assertThat(parser.consume(ByteBuffer.wrap(bytes, cut, bytes.length - cut)))
                        .as("complete when cut at %d", cut)
                        .isTrue();
            }
            assertThat(parser.status()).isEqualTo(status);
            assertThat(parser.bodyBytes()).isEqualTo(body);
            assertThat(parser.keepAlive()).isEqualTo(keepAlive);
        }
    }

    @Test
    void linesOfABatchThatWereDoneAreCountedHoweverTheyAreCut() throws MalformedResponseException {
        String body = """
                {"line":1,"status":201}
                {"line":2,"status":412,"type":"/problems/x"}
                {"line":3,"status":200,"key":"status"}
                """;
        byte[] bytes = wire("HTTP/1.1 200 OK~Content-Length: " + body.length() + "~~" + body);
        for (int cut = 0; cut < bytes.length; cut++) {
            parser.reset();
            assertThat(parser.consume(ByteBuffer.wrap(bytes, 0, cut))).isFalse();
            assertThat(parser.consume(ByteBuffer.wrap(bytes, cut, bytes.length - cut))).isTrue();
            assertThat(parser.linesDone()).as("lines done when cut at %d", cut).isEqualTo(2);
        }
    }

    @Test
    void aResponseMayArriveByteByByte() throws MalformedResponseException {
        byte[] bytes = wire("HTTP/1.1 100 C~~HTTP/1.1 200 OK~Transfer-Encoding: chunked~~3~abc~0~T: x~~");
        for (int i = 0; i < bytes.length; i++) {
            assertThat(parser.consume(ByteBuffer.wrap(bytes, i, 1))).isEqualTo(i == bytes.length - 1);
        }
        assertThat(parser.bodyBytes()).isEqualTo(3);
    }

    @Test
    void linesMayEndWithoutCarriageReturn() throws MalformedResponseException {
        assertThat(parser.consume(bytes("HTTP/1.1 200 OK\nContent-Length: 2\n\nok"))).isTrue();
        assertThat(parser.bodyBytes()).isEqualTo(2);
    }

    @Test
    void whatFollowsAResponseStaysInTheBuffer() throws MalformedResponseException {
        ByteBuffer two = ByteBuffer.wrap(
                wire("HTTP/1.1 200 OK~Content-Length: 2~~okHTTP/1.1 404 Not Found~Content-Length: 4~~none"));
        assertThat(parser.consume(two)).isTrue();
        assertThat(parser.status()).isEqualTo(200);
        parser.reset();
        assertThat(parser.consume(two)).isTrue();
        assertThat(parser.status()).isEqualTo(404);
        assertThat(parser.bodyBytes()).isEqualTo(4);
        assertThat(two.hasRemaining()).isFalse();
    }

    @Test
    void nothingOfAResponseIsLeftInTheNext() throws MalformedResponseException {
        assertThat(parser.consume(ByteBuffer.wrap(
                        wire("HTTP/1.0 200 OK~Transfer-Encoding: chunked~Content-Length: 9~~1~x~0~~"))))
                .isTrue();
        parser.reset();
        assertThat(parser.consume(ByteBuffer.wrap(wire("HTTP/1.1 201 Created~Content-Length: 3~~new")))).isTrue();
        assertThat(parser.keepAlive()).isTrue();
        assertThat(parser.bodyBytes()).isEqualTo(3);
    }

    @Test
    void withoutALengthTheEndOfTheConnectionEndsTheBody() throws MalformedResponseException {
        assertThat(parser.consume(ByteBuffer.wrap(wire("HTTP/1.1 200 OK~~some")))).isFalse();
        assertThat(parser.consume(bytes("thing"))).isFalse();
        assertThat(parser.endOfStream()).isTrue();
        assertThat(parser.bodyBytes()).isEqualTo(9);
        assertThat(parser.keepAlive()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 20",
                "HTTP/1.1 200 OK~Content-Length: 5~~hell",
                "HTTP/1.1 200 OK~Content-Length: 5~",
                "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5~hello~",
                "HTTP/1.1 100 Continue~~",
            })
    void aConnectionThatEndsEarlierCutsTheResponseOff(String pattern) throws MalformedResponseException {
        assertThat(parser.consume(ByteBuffer.wrap(wire(pattern)))).isFalse();
        assertThat(parser.endOfStream()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH~",
                "HTTP/2.0 200 OK~",
                "HTTP/1.1 2x0 OK~",
                "HTTP/1.1 200 OK~Content-Length: five~",
                "HTTP/1.1 200 OK~Content-Length:~",
                "HTTP/1.1 200 OK~Content-Length: -1~",
                "HTTP/1.1 200 OK~Content-Length: 99999999999999999999~",
                "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~zz~",
                "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~2~okay~",
            })
    void whatIsNotHttpIsSaidToBeSo(String pattern) {
        assertThatThrownBy(() -> parser.consume(ByteBuffer.wrap(wire(pattern))))
                .isInstanceOf(MalformedResponseException.class);
    }

    @Test
    void aLineWithoutEndIsNotGatheredForEver() {
        assertThatThrownBy(() -> parser.consume(bytes("HTTP/1.1 200 " + "x".repeat(1 << 20))))
                .isInstanceOf(MalformedResponseException.class);
    }

    /** A tilde is the end of a line. */
    private static byte[] wire(String pattern) {
        return pattern.replace("~", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
