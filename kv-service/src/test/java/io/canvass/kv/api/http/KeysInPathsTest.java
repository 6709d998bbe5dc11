package io.canvass.kv.api.http;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

import io.canvass.kv.api.ApiTest;
import io.canvass.kv.api.Wire;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** KV-API.md, section 2: which path names which key, through a real Tomcat. */
class KeysInPathsTest extends ApiTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "a/b a/b", "a%2Fb a/b", "a%2fb a/b", "a%3Bb a;b", "a%25b a%b", "a%252Fb a%2Fb", "a+b a+b", "a%2Bb a+b",
                "a%7Bb a{b", "a%7Cb a|b", "%C3%A9 é", "%E2%82%AC/x €/x", "a:b@c,d=e a:b@c,d=e", "a%3Fb a?b",
                "a%23b a#b", "... ...", ".a/..b/c. .a/..b/c.", "a%22b a\"b", "a~b-c_d!$&'()* a~b-c_d!$&'()*"
            },
            quoteCharacter = '§')
    void thePathNamesTheKeyAndBothSpellingsNameTheSame(String path, String key) {
        assertThat(http.put("/v1/kv/" + path, "v").status()).isEqualTo(201);
        assertThat(store.contents()).isEqualTo(Map.of(key, "v"));
        assertThat(http.get("/v1/kv/" + path).text()).isEqualTo("v");
        assertThat(http.get("/v1/kv64/" + base64(key)).text()).isEqualTo("v");
    }

    @Test
    void anEncodedSpaceIsPartOfTheKey() {
        http.put("/v1/kv/a%20b", "v");
        assertThat(store.contents()).isEqualTo(Map.of("a b", "v"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "/a", "a//b", "a/", "a%2F", "%2Fa", "a%2F%2Fb", "a/../b", "a/%2e%2e/b", "a%2F..%2Fb", "a/./b", ".",
                "..", "%2e", "a;b=c", "a;", ";", "a%00b", "a%0Ab", "a%7Fb", "a%C2%85b", "%FF%FE", "%C0%AF", "%ED%A0%80",
                "a%5Cb", "a%zzb", "a%2", "a%"
            })
    void whatProxiesRewriteOrWhatIsNotTextIsNoKeyInAPath(String path) {
        for (String method : new String[] {"GET", "PUT", "DELETE"}) {
            Wire.Reply reply = http.call(method, "/v1/kv/" + path, new byte[0]);
            assertProblem(reply, 400, "invalid-key");
            assertThat(reply.json().path("detail").asString()).contains("/v1/kv64/", "Nothing was done");
        }
        assertThat(store.commands()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"é", "a{b", "a|b", "a\\b", "a^b", "a\"b", "a<b"})
    void charactersThatHttpDoesNotAllowInATargetAreAProblemTooNotAPage(String path) {
        Wire.Reply reply = http.put("/v1/kv/" + path, "v");
        assertProblem(reply, 400, "invalid-request");
        assertOutcome(reply, "not-applied");
        assertThat(store.commands()).isEmpty();
    }

    @Test
    void aKeyHasAtMost1024BytesNotCharacters() {
        assertThat(http.put("/v1/kv/" + "k".repeat(1024), "v").status()).isEqualTo(201);
        assertThat(http.put("/v1/kv/" + "%C3%A9".repeat(512), "v").status()).isEqualTo(201);
        Wire.Reply reply = http.put("/v1/kv/" + "k".repeat(1025), "v");
        assertProblem(reply, 400, "invalid-key");
        assertThat(reply.json().path("detail").asString()).contains("1025 bytes", "1024");
        assertProblem(http.put("/v1/kv/" + "%C3%A9".repeat(513), "v"), 400, "invalid-key");
        assertProblem(http.put("/v1/kv64/" + base64("k".repeat(1025)), "v"), 400, "invalid-key");
    }

    @Test
    void base64NamesAnyBytes() {
        byte[] key = new byte[256];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) i;
        }
        String path = "/v1/kv64/" + Base64.getUrlEncoder().withoutPadding().encodeToString(key);
        Wire.Reply written = http.put(path, "v");
        assertThat(written.status()).isEqualTo(201);
        assertThat(written.json().path("key64").asString()).isEqualTo(path.substring("/v1/kv64/".length()));
        assertThat(written.json().has("key")).isFalse();
        assertThat(http.get(path).text()).isEqualTo("v");
        assertThat(http.delete(path).json().path("deleted").asInt()).isEqualTo(1);
    }

    @Test
    void base64WithPaddingNamesTheSameKey() {
        http.put("/v1/kv/a", "v");
        for (String spelling : new String[] {"YQ", "YQ==", "YQ%3D%3D"}) {
            assertThat(http.get("/v1/kv64/" + spelling).text()).isEqualTo("v");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "YQ=", "YR", "a+b=", "Y Q", "YQ;x", "%zz", "YQ/YQ"})
    void whatIsNotCanonicalBase64urlIsRefused(String path) {
        Wire.Reply reply = http.get("/v1/kv64/" + path.replace(" ", "%20"));
        assertProblem(reply, 400, "invalid-key");
    }

    @Test
    void thePathBeforeTheKeyMustBeSpeltPlainly() {
        assertProblem(http.get("/v1/%6Bv/a"), 404, "not-found");
        assertProblem(http.get("/v1;x/kv/a"), 400, "invalid-key");
        assertProblem(http.get("//v1/kv/a"), 404, "not-found");
    }

    @Test
    void aKeyMayLookLikeSomethingElseOfThisApi() {
        http.put("/v1/kv/problems/x", "1");
        http.put("/v1/kv/v1/kv/a", "2");
        assertThat(store.contents()).isEqualTo(Map.of("problems/x", "1", "v1/kv/a", "2"));
    }

    private static String base64(String key) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(key.getBytes(StandardCharsets.UTF_8));
    }
}
