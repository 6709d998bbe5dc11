package io.canvass.kv.api.read;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import io.canvass.kv.api.ApiTest;
import io.canvass.kv.api.Wire;
import io.canvass.raft.core.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

/** KV-API.md, section 3: which part of GET /v1/kv is asked for, and how it goes on. */
class RangesTest extends ApiTest {
    private void seed(String... keys) {
        for (String key : keys) {
            store.seed(Bytes.ofUtf8(key), new byte[] {'1'});
        }
    }

    private List<String> keys(String query) {
        return keys(http.get("/v1/kv?" + query));
    }

    private static List<String> keys(Wire.Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        List<String> keys = new ArrayList<>();
        reply.json().path("items").forEach(item -> keys.add(item.path("key").asString()));
        return keys;
    }

    /** From page to page, by the header. */
    private List<Wire.Reply> follow(String query) {
        List<Wire.Reply> pages = new ArrayList<>();
        String target = "/v1/kv?" + query;
        while (true) {
            Wire.Reply page = http.get(target);
            assertThat(page.status()).as(target + ": " + page.text()).isEqualTo(200);
            pages.add(page);
            assertThat(page.header("Link").isPresent()).isEqualTo(page.json().path("more").asBoolean());
            assertThat(page.json().has("next")).isEqualTo(page.json().path("more").asBoolean());
            if (page.header("Link").isEmpty()) {
                return pages;
            }
            String link = page.header("Link").get();
            assertThat(link).startsWith("</v1/kv?").endsWith(">; rel=\"next\"")
                    .contains("cursor=" + page.json().path("next").asString());
            target = link.substring(1, link.indexOf('>'));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "start=b&end=d, b c", "start=b, b c d", "end=b, a", "start=b&end=b, ''", "start=bb&end=c, ''", "prefix=, a b c d",
        "start64=Yg&end64=ZA, b c", "prefix64=Yg, b", "prefix64=, a b c d"
    })
    void aRangeIsHalfOpen(String query, String keys) {
        seed("a", "b", "c", "d");
        assertThat(String.join(" ", keys(query))).isEqualTo(keys);
    }

    @Test
    void aPrefixOfTheHighestBytesEndsWhereAllKeysEnd() {
        byte[][] keys = {{(byte) 0xFE}, {(byte) 0xFF}, {(byte) 0xFF, 0}, {(byte) 0xFF, (byte) 0xFF, 1}};
        for (byte[] key : keys) {
            store.seed(Bytes.wrap(key), new byte[] {'1'});
        }
        assertThat(http.get("/v1/kv?prefix64=_w").json().path("count").asInt()).isEqualTo(3);
        assertThat(http.get("/v1/kv?prefix64=__8").json().path("count").asInt()).isEqualTo(1);
        assertThat(http.get("/v1/kv?prefix64=_w&reverse=true").json().at("/items/0/key64").asString())
                .isEqualTo(Base64.getUrlEncoder().withoutPadding().encodeToString(keys[3]));
    }

    @Test
    void boundsMayBeAsLongAsKeysAndEndsOneByteLonger() {
        String longest = "k".repeat(1024);
        seed(longest);
        assertThat(keys("prefix=" + longest)).containsExactly(longest);
        assertThat(keys("end=" + longest + "a")).containsExactly(longest);
        assertProblem(http.get("/v1/kv?prefix=" + longest + "a"), 400, "invalid-request");
        assertProblem(http.get("/v1/kv?end=" + longest + "aa"), 400, "invalid-request");
        assertProblem(http.get("/v1/kv?start=" + longest + "aa"), 400, "invalid-request");
    }

    @Test
    void reverseBeginsAtTheEnd() {
        seed("a", "b", "c", "d");
        assertThat(keys("reverse=true&limit=2")).containsExactly("d", "c");
        assertThat(keys("reverse=true&start=b&end=d")).containsExactly("c", "b");
        assertThat(follow("reverse=true&limit=3").stream().map(RangesTest::keys).toList())
                .containsExactly(List.of("d", "c", "b"), List.of("a"));
    }

    @Test
    void keysOnlyLeavesTheValuesOut() {
        seed("a");
        assertThat(http.get("/v1/kv?keys-only=true").text()).isEqualToIgnoringNewLines("{\"revision\":1,\"items\":["
                + "{\"key\":\"a\",\"revision\":1,\"createRevision\":1,\"version\":1}],\"count\":1,\"more\":false}");
    }

    @Test
    void theSeparatorMakesFoldersOfWhatLiesBelow() {
        seed("app/a", "app/eu/x", "app/eu/y", "app/us/x", "app/z", "b");
        assertThat(http.get("/v1/kv?prefix=app/&separator=/&keys-only=true").json().path("folders"))
                .map(JsonNode::asString)
                .containsExactly("app/eu/", "app/us/");
        assertThat(keys("prefix=app/&separator=/")).containsExactly("app/a", "app/z");
        List<Wire.Reply> pages = follow("prefix=app/&separator=/&limit=1");
        assertThat(pages).hasSize(4).allMatch(page -> page.json().path("count").asInt() == 1);
        assertThat(pages.get(1).json().at("/folders/0").asString()).isEqualTo("app/eu/");
        assertThat(follow("separator=/&limit=1&reverse=true")).hasSize(2);
        assertThat(http.get("/v1/kv?separator=/").json().at("/folders/0").asString()).isEqualTo("app/");
        assertThat(http.get("/v1/kv?prefix=none&separator=/").json().path("folders").isArray()).isTrue();
    }

    @Test
    void aFolderThatIsNotTextIsBytes() {
        store.seed(Bytes.wrap(new byte[] {(byte) 0xFF, '/', 'a'}), new byte[0]);
        JsonNode page = http.get("/v1/kv?separator=/").json();
        assertThat(page.path("folders")).isEmpty();
        assertThat(page.at("/folders64/0").asString()).isEqualTo("_y8");
    }

    @Test
    void pagesOfOneCursorAreOneSnapshot() {
        seed("a", "b", "c", "d");
        Wire.Reply first = http.get("/v1/kv?limit=2");
        store.remove("c");
        store.seed(Bytes.ofUtf8("d"), new byte[] {'2'});
        seed("bb", "e");
        Wire.Reply second = http.get("/v1/kv?limit=2&cursor=" + first.json().path("next").asString());
        assertThat(keys(second)).containsExactly("c", "d");
        assertThat(second.json().at("/items/1/value").asString()).isEqualTo("1");
        assertThat(second.json().path("revision").asLong()).isEqualTo(4);
        assertThat(second.header("Kv-Store-Revision")).contains("4");
        assertThat(second.json().path("more").asBoolean()).isFalse();
        assertThat(keys("prefix=")).containsExactly("a", "b", "bb", "d", "e");
    }

    @Test
    void aCursorMayGoOnWithOtherSizesAndWithItsOwnRevision() {
        seed("a", "b", "c", "d");
        String cursor = http.get("/v1/kv?limit=1").json().path("next").asString();
        assertThat(keys("limit=1&cursor=" + cursor)).containsExactly("b");
        assertThat(keys("cursor=" + cursor + "&keys-only=true&max-bytes=4")).containsExactly("b", "c", "d");
        assertThat(keys("cursor=" + cursor + "&revision=4")).containsExactly("b", "c", "d");
        assertProblem(http.get("/v1/kv?revision=3&cursor=" + cursor), 400, "invalid-request");
        assertThat(keys("revision=2&limit=1")).containsExactly("a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"prefix=a", "reverse=true", "separator=/", "start=a", "end=z", "prefix64=YQ"})
    void aCursorOfAnotherRangeIsRefused(String other) {
        seed("a", "b", "c");
        String cursor = http.get("/v1/kv?limit=1").json().path("next").asString();
        Wire.Reply reply = http.get("/v1/kv?" + other + "&cursor=" + cursor);
        assertProblem(reply, 400, "invalid-request");
        assertThat(reply.json().path("detail").asString()).contains("'cursor'", "of this range");
    }

    @Test
    void aDamagedCursorIsRefused() {
        seed("a", "b", "c");
        String cursor = http.get("/v1/kv?limit=1").json().path("next").asString();
        for (int i = 0; i < cursor.length(); i++) {
            char other = cursor.charAt(i) == 'A' ? 'B' : 'A';
            String damaged = cursor.substring(0, i) + other + cursor.substring(i + 1);
            assertProblem(http.get("/v1/kv?cursor=" + damaged), 400, "invalid-request");
        }
        assertProblem(http.get("/v1/kv?cursor=" + cursor.substring(0, cursor.length() - 2)), 400, "invalid-request");
        assertProblem(http.get("/v1/kv?cursor=" + cursor + "AA"), 400, "invalid-request");
    }

    @Test
    void aCursorWhoseRevisionWasCompactedIs410AndOneAtTheCompactRevisionIsNot() {
        seed("a", "b", "c");
        String cursor = http.get("/v1/kv?limit=1").json().path("next").asString();
        seed("d");
        store.compact(3);
        assertThat(keys("cursor=" + cursor)).containsExactly("b", "c");
        store.compact(4);
        Wire.Reply reply = http.get("/v1/kv?cursor=" + cursor);
        assertProblem(reply, 410, "revision-compacted");
        assertThat(reply.json().path("compactRevision").asLong()).isEqualTo(4);
    }

    @Test
    void aNodeThatIsBehindTheCursorWaitsForItsRevision() throws Exception {
        seed("a", "b");
        String cursor = http.get("/v1/kv?limit=1").json().path("next").asString();
        store.reset();
        seed("a");
        Wire.Reply reply = http.get("/v1/kv?consistency=local&timeout=20ms&cursor=" + cursor);
        assertProblem(reply, 503, "too-stale");
        seed("b");
        assertThat(keys("consistency=local&cursor=" + cursor)).containsExactly("b");
    }

    @Test
    void theLinkRepeatsWhatWasAskedForHoweverItWasSpelt() {
        seed("a b/ä&1", "a b/ä&2", "a b/ä&3");
        List<Wire.Reply> pages = follow("%70refix=a%20b%2F%C3%A4%26&limit=1&consistency=local&timeout=1s");
        assertThat(pages).hasSize(3);
        assertThat(pages.getFirst().header("Link").orElseThrow())
                .startsWith("</v1/kv?prefix=a%20b/%C3%A4%26&limit=1&consistency=local&timeout=1s&cursor=");
        assertThat(http.call("HEAD", "/v1/kv?limit=1", new byte[0]).header("Link")).isPresent();
    }

    @Test
    void bytesBoundAPageOnBothSides() {
        store.seed(Bytes.ofUtf8("a"), new byte[9]);
        store.seed(Bytes.ofUtf8("b"), new byte[9]);
        store.seed(Bytes.ofUtf8("c"), new byte[9]);
        assertThat(keys("max-bytes=20")).containsExactly("a", "b");
        assertThat(keys("max-bytes=19")).containsExactly("a");
        assertThat(follow("max-bytes=1").stream().map(RangesTest::keys).toList())
                .containsExactly(List.of("a"), List.of("b"), List.of("c"));
        assertThat(http.get("/v1/kv?max-bytes=1048576").status()).isEqualTo(200);
    }

    @Test
    void theWholeRangeIsCounted() {
        seed("a", "b", "c/1", "c/2");
        store.remove("a");
        assertThat(http.get("/v1/kv?count-only=true").text()).isEqualToIgnoringNewLines("{\"revision\":5,\"count\":3}");
        assertThat(http.get("/v1/kv?count-only=true&prefix=c/").json().path("count").asInt()).isEqualTo(2);
        assertThat(http.get("/v1/kv?count-only=true&revision=4").json().path("count").asInt()).isEqualTo(4);
        assertThat(http.get("/v1/kv?count-only=true&separator=/").json().path("count").asInt()).isEqualTo(2);
        assertThat(http.get("/v1/kv?count-only=true&start=b&end=c0").json().path("count").asInt()).isEqualTo(3);
        assertThat(http.get("/v1/kv?count-only=true&prefix=x").json().path("count").asInt()).isZero();
    }

    @Test
    void readsOfOneRevisionAreRightOrGoneWhileItIsCompacted() throws Exception {
        for (int round = 1; round <= 300; round++) {
            byte[] value = Integer.toString(round).getBytes(US_ASCII);
            store.seed(Bytes.ofUtf8("k" + round % 3), value);
        }
        Thread compacting = Thread.ofVirtual().start(() -> {
            for (int revision = 1; revision <= 300; revision++) {
                store.compact(revision);
            }
        });
        int right = 0;
        int gone = 0;
        for (int revision = 300; revision > 3; revision--) {
            Wire.Reply reply = http.get("/v1/kv/k" + revision % 3 + "?revision=" + revision);
            if (reply.status() == 410) {
                assertThat(reply.json().path("compactRevision").asLong()).isGreaterThan(revision);
                gone++;
            } else {
                assertThat(reply.text()).isEqualTo(Integer.toString(revision));
                right++;
            }
        }
        assertThat(compacting.join(Duration.ofMinutes(1))).isTrue();
        assertThat(right).isPositive();
        assertThat(gone).isPositive();
    }
}
