package io.canvass.kv.api.read;

import java.util.Base64;

import io.canvass.kv.api.ApiTest;
import io.canvass.kv.api.Wire;
import io.canvass.raft.core.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** KV-API.md, section 3: GET /v1/kv. */
class PagesTest extends ApiTest {
    private void seed(String... keys) {
        for (String key : keys) {
            store.seed(Bytes.ofUtf8(key), new byte[] {'1'});
        }
    }

    @Test
    void aPageHasTheKeysOfThePrefixInOrder() {
        seed("b", "app/z", "app/a", "apple");
        Wire.Reply reply = http.get("/v1/kv?prefix=app/");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.text()).isEqualToIgnoringNewLines("{\"revision\":4,\"items\":["
                + "{\"key\":\"app/a\",\"value\":\"1\",\"revision\":3,\"createRevision\":3,\"version\":1},"
                + "{\"key\":\"app/z\",\"value\":\"1\",\"revision\":2,\"createRevision\":2,\"version\":1}],"
                + "\"count\":2,\"more\":false}");
        assertThat(reply.header("Content-Type")).contains("application/json");
        assertThat(reply.header("Cache-Control")).contains("no-cache");
        assertThat(reply.header("Kv-Consistency")).contains("linearizable");
        assertThat(reply.header("Kv-Store-Revision")).contains("4");
        assertThat(reply.header("Kv-Served-By")).contains("kv-1");
    }

    @Test
    void withoutAPrefixAllKeysAreListed() {
        seed("b", "a");
        assertThat(http.get("/v1/kv").json().path("count").asInt()).isEqualTo(2);
        assertThat(http.get("/v1/kv?prefix=").json().path("count").asInt()).isEqualTo(2);
        assertThat(http.get("/v1/kv?prefix=none").text())
                .isEqualToIgnoringNewLines("{\"revision\":2,\"items\":[],\"count\":0,\"more\":false}");
    }

    @Test
    void aLimitIsKeptAndMoreSaysThatThereIsMore() {
        seed("a", "b", "c");
        Wire.Reply reply = http.get("/v1/kv?limit=2");
        assertThat(reply.json().path("count").asInt()).isEqualTo(2);
        assertThat(reply.json().path("more").asBoolean()).isTrue();
        assertThat(http.get("/v1/kv?limit=3").json().path("more").asBoolean()).isFalse();
        assertThat(http.get("/v1/kv?max-bytes=4").json().path("count").asInt()).isEqualTo(2);
        assertThat(http.get("/v1/kv?max-bytes=1").json().path("count").asInt()).isEqualTo(1);
    }

    @Test
    void aPageHas100ItemsUnlessAskedForMore() {
        for (int i = 0; i < 101; i++) {
            seed("k" + i);
        }
        assertThat(http.get("/v1/kv").json().path("count").asInt()).isEqualTo(100);
        assertThat(http.get("/v1/kv?limit=1000").json().path("count").asInt()).isEqualTo(101);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=-1", "limit=abc", "limit=0", "limit=1001", "limit=", "limit=%2B1", "limit=1.5",
                "limit=99999999999999999999", "limit=١", "max-bytes=0", "max-bytes=1048577", "max-bytes=1k", "cursor=x",
                "cursor=", "reverse=yes", "keys-only=true&count-only=true", "revision=0", "separator=",
                "prefix=a&start=b", "prefix=a&end64=Yg", "prefix=a&prefix64=YQ", "start=b&end=a", "end=", "start64=Y",
                "prefix64=YR", "count-only=true&limit=3", "max-lag=1", "min-revision=x", "prefix=a&prefix=b", "prefix", "Prefix=a", "prefix=%FF", "prefix=%", "consistency=strong"
            })
    void whatCannotBeHadIsRefused(String query) {
        Wire.Reply reply = http.get("/v1/kv?" + query.replace("١", "%D9%A1"));
        assertProblem(reply, 400, "invalid-request");
        assertNoOutcome(reply);
    }

    @Test
    void theRefusalNamesTheParameterAndItsBounds() {
        assertThat(http.get("/v1/kv?limit=-1").json().path("detail").asString()).contains("'limit'", "'-1'",
                "from 1 to 1000");
        assertThat(http.get("/v1/kv?cursor=x").json().path("detail").asString())
                .contains("'cursor'", "Nothing was done");
        assertThat(http.get("/v1/kv?curser=x").json().path("detail").asString())
                .contains("'curser'", "prefix, prefix64, start, start64, end, end64, reverse", "cursor, consistency");
        assertProblem(http.get("/v1/kv?prefix=" + "p".repeat(1025)), 400, "invalid-request");
    }

    @Test
    void aPlusInAPrefixIsAPlusAndASpaceIsPercentEncoded() {
        seed("a+b", "a b");
        assertThat(http.get("/v1/kv?prefix=a+b").json().at("/items/0/key").asString()).isEqualTo("a+b");
        assertThat(http.get("/v1/kv?prefix=a%2Bb").json().at("/items/0/key").asString()).isEqualTo("a+b");
        assertThat(http.get("/v1/kv?prefix=a%20b").json().at("/items/0/key").asString()).isEqualTo("a b");
    }

    @Test
    void aPrefixMayHoldWhatAPathMayNot() {
        seed("a//b", "a/../c");
        assertThat(http.get("/v1/kv?prefix=a//").json().at("/items/0/key").asString()).isEqualTo("a//b");
        assertThat(http.get("/v1/kv?prefix=a%2F..%2F").json().at("/items/0/key").asString()).isEqualTo("a/../c");
    }

    @Test
    void aKeyThatIsNotTextIsKey64AsItsPathHasIt() {
        byte[] key = {(byte) 0xFF, (byte) 0xFE, 0};
        store.seed(Bytes.wrap(key), new byte[] {'1'});
        String key64 = http.get("/v1/kv").json().at("/items/0/key64").asString();
        assertThat(Base64.getUrlDecoder().decode(key64)).isEqualTo(key);
        assertThat(http.get("/v1/kv/").status()).isEqualTo(400);
        assertThat(http.get("/v1/kv64/" + key64).text()).isEqualTo("1");
    }

    @Test
    void aPageMayBeReadLocally() {
        assertThat(http.get("/v1/kv?consistency=local").header("Kv-Consistency")).contains("local");
    }
}
