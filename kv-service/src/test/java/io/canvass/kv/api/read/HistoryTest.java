package io.canvass.kv.api.read;

import io.canvass.kv.api.ApiTest;
import io.canvass.kv.api.Wire;
import io.canvass.raft.core.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** KV-API.md, section 3: GET of a key with history=true. */
class HistoryTest extends ApiTest {
    private static final Bytes A = Bytes.ofUtf8("a");

    private void seed() {
        store.seed(A, new byte[] {'1'});
        store.seed(Bytes.ofUtf8("b"), new byte[] {'2'});
        store.seed(A, new byte[] {'3'});
        store.remove("a");
        store.seed(A, new byte[] {(byte) 0xFF});
    }

    @Test
    void allVersionsAreToldNewestFirstAndDeletionsAreVersions() {
        seed();
        Wire.Reply reply = http.get("/v1/kv/a?history=true");
        assertThat(reply.text()).isEqualToIgnoringNewLines("{\"key\":\"a\",\"revision\":5,\"compactRevision\":0,\"items\":["
                + "{\"value64\":\"/w==\",\"revision\":5,\"createRevision\":5,\"version\":1},"
                + "{\"revision\":4,\"deleted\":true},"
                + "{\"value\":\"3\",\"revision\":3,\"createRevision\":1,\"version\":2},"
                + "{\"value\":\"1\",\"revision\":1,\"createRevision\":1,\"version\":1}],\"more\":false}");
        assertThat(reply.header("Content-Type")).contains("application/json");
        assertThat(reply.header("Kv-Store-Revision")).contains("5");
        assertThat(reply.header("ETag")).isEmpty();
    }

    @Test
    void pagesFollowEachOtherByTheLastRevision() {
        seed();
        Wire.Reply first = http.get("/v1/kv/a?history=true&limit=3");
        assertThat(first.json().path("items").size()).isEqualTo(3);
        assertThat(first.json().path("more").asBoolean()).isTrue();
        long last = first.json().at("/items/2/revision").asLong();
        Wire.Reply second = http.get("/v1/kv/a?history=true&limit=3&before=" + last);
        assertThat(second.json().at("/items/0/revision").asLong()).isEqualTo(1);
        assertThat(second.json().path("items").size()).isEqualTo(1);
        assertThat(second.json().path("more").asBoolean()).isFalse();
    }

    @Test
    void historyGoesBackToTheCompactRevision() {
        seed();
        store.compact(3);
        Wire.Reply reply = http.get("/v1/kv/a?history=true");
        assertThat(reply.json().path("compactRevision").asLong()).isEqualTo(3);
        assertThat(reply.json().path("items").size()).isEqualTo(3);
        assertThat(reply.json().path("more").asBoolean()).isFalse();
        assertThat(http.get("/v1/kv/a?history=true&before=4").json().path("items").size()).isEqualTo(1);
        Wire.Reply gone = http.get("/v1/kv/a?history=true&before=3");
        assertProblem(gone, 410, "revision-compacted");
        assertThat(gone.json().path("compactRevision").asLong()).isEqualTo(3);
    }

    @Test
    void aKeyOfWhichNothingIsKeptIs404() {
        seed();
        assertProblem(http.get("/v1/kv/none?history=true"), 404, "key-not-found");
        assertProblem(http.get("/v1/kv/b?history=true&before=2"), 404, "key-not-found");
        store.remove("b");
        assertThat(http.get("/v1/kv/b?history=true").json().path("items").size()).isEqualTo(2);
        store.compact(6);
        assertProblem(http.get("/v1/kv/b?history=true"), 404, "key-not-found");
    }

    @Test
    void bytesOfAPageAreBoundedButNeverBelowOneVersion() {
        byte[] large = new byte[600_000];
        store.seed(A, large);
        store.seed(A, large);
        Wire.Reply reply = http.get("/v1/kv/a?history=true");
        assertThat(reply.json().path("items").size()).isEqualTo(1);
        assertThat(reply.json().path("more").asBoolean()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "history=yes", "history=true&limit=0", "history=true&limit=1001", "history=true&before=0",
                "history=true&revision=3", "history=true&format=json", "history=false&limit=3", "before=3"
            })
    void whatMakesNoSenseIsRefused(String query) {
        seed();
        assertProblem(http.get("/v1/kv/a?" + query), 400, "invalid-request");
    }
}
