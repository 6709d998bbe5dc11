package io.canvass.benchmarks;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class RequestTemplateTest {
    private static final URI TARGET = URI.create("http://127.0.0.1:8081");

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 42, 9_999, 123_456_789, 999_999_998})
    void canvassIsAskedForTheKeyInThePath(int key) {
        String path = String.format("/v1/kv/bench/%09d", key);
        assertThat(request("canvass", "get", key))
                .isEqualTo("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:8081\r\n\r\n");
        assertThat(request("canvass", "put", key))
                .startsWith("PUT " + path + " HTTP/1.1\r\nHost: 127.0.0.1:8081\r\n")
                .contains("\r\nContent-Length: 100\r\n\r\n")
                .matches(Pattern.compile(".*\r\n\r\n[A-Za-z]{100}", Pattern.DOTALL));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 42, 9_999, 123_456_789, 999_999_998})
    void etcdIsAskedForTheSameKeyInBase64(int key) {
        String text = String.format("bench/%09d", key);
        assertThat(request("etcd", "get", key)).startsWith("POST /v3/kv/range HTTP/1.1\r\n");
        for (String op : List.of("get", "put", "fill")) {
            String request = request("etcd", op, key);
            String body = request.substring(request.indexOf("\r\n\r\n") + 4);
            assertThat(request).contains("\r\nContent-Length: " + body.length() + "\r\n");
            assertThat(field("key", body)).isEqualTo(text);
        }
        String put = request("etcd", "put", key);
        assertThat(put).startsWith("POST /v3/kv/put HTTP/1.1\r\n");
        assertThat(field("value", put)).hasSize(100);
    }

    @Test
    void aBatchNamesEachOfItsKeysInALineOfItsOwn() {
        RequestTemplate template = RequestTemplate.of(
                LoadOptions.parse(List.of("--target", TARGET.toString(), "--batch", "3", "--payload", "10")), TARGET);
        ByteBuffer buffer = template.newBuffer();
        template.prepare(buffer, 1, List.of(20, 300).iterator()::next);
        String request = StandardCharsets.US_ASCII.decode(buffer).toString();
        String body = request.substring(request.indexOf("\r\n\r\n") + 4);
        assertThat(request)
                .startsWith("POST /v1/batch HTTP/1.1\r\nHost: 127.0.0.1:8081\r\nContent-Type: application/x-ndjson\r\n")
                .contains("\r\nContent-Length: " + body.length() + "\r\n");
        assertThat(body.lines().map(line -> line.replaceAll("[A-Za-z]{10}", "V")))
                .containsExactly(
                        "{\"put\":{\"key\":\"bench/000000001\",\"value\":\"V\"}}",
                        "{\"put\":{\"key\":\"bench/000000020\",\"value\":\"V\"}}",
                        "{\"put\":{\"key\":\"bench/000000300\",\"value\":\"V\"}}");
    }

    private static int noOthers() {
        throw new AssertionError("one key is enough");
    }

    private static String request(String kind, String op, int key) {
        RequestTemplate template = RequestTemplate.of(
                LoadOptions.parse(
                        List.of("--target", TARGET.toString(), "--kind", kind, "--op", op, "--payload", "100")),
                TARGET);
        ByteBuffer buffer = template.newBuffer();
        template.prepare(buffer, 7, RequestTemplateTest::noOthers);
        buffer.position(buffer.limit());
        template.prepare(buffer, key, RequestTemplateTest::noOthers);
        return StandardCharsets.US_ASCII.decode(buffer).toString();
    }

    private static String field(String name, String body) {
        Matcher matcher = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(body);
        assertThat(matcher.find()).as("%s in %s", name, body).isTrue();
        return new String(Base64.getDecoder().decode(matcher.group(1)), StandardCharsets.US_ASCII);
    }
}
