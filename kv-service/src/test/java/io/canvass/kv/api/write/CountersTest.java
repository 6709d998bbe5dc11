package io.canvass.kv.api.write;

import java.util.Map;

import io.canvass.kv.api.ApiTest;
import io.canvass.kv.api.Wire;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** KV-API.md, section 6: counters; section 7: compaction. */
class CountersTest extends ApiTest {
    @Test
    void aCounterIsAKeyThatBeginsAtZero() {
        assertProblem(http.get("/v1/counters/hits/today"), 404, "key-not-found");
        Wire.Reply first = http.json("/v1/counters/hits/today", "{\"add\":41}");
        assertThat(first.status()).as(first.text()).isEqualTo(200);
        assertThat(first.text()).isEqualToIgnoringNewLines("{\"value\":41,\"revision\":1}");
        assertThat(first.header("ETag")).contains("\"1\"");
        assertThat(http.call("POST", "/v1/counters/hits%2Ftoday?add=1", new byte[0]).json().path("value").asLong())
                .isEqualTo(42);
        Wire.Reply read = http.get("/v1/counters/hits/today");
        assertThat(read.text()).isEqualToIgnoringNewLines("{\"value\":42,\"revision\":2}");
        assertThat(store.contents()).isEqualTo(Map.of("hits/today", "42"));
        assertThat(http.delete("/v1/counters/hits/today").text())
                .isEqualToIgnoringNewLines("{\"deleted\":1,\"revision\":3}");
        assertThat(http.delete("/v1/counters/hits/today").json().path("deleted").asInt()).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{'add':1,'max':10}|out-of-range", "{'add':-1,'min':10}|out-of-range", "{'add':9223372036854775807}|out-of-range"
    })
    void aSumOutOfItsRangeIs409WithHowItStands(String body, String type) {
        http.put("/v1/kv/c", "10");
        Wire.Reply reply = http.json("/v1/counters/c", body.replace('\'', '"'));
        assertProblem(reply, 409, type);
        assertOutcome(reply, "not-applied");
        assertThat(reply.json().at("/current/value").asString()).isEqualTo("10");
        assertThat(reply.json().at("/current/revision").asLong()).isEqualTo(1);
        assertThat(store.contents()).isEqualTo(Map.of("c", "10"));
    }

    @Test
    void boundsMayBeReached() {
        http.put("/v1/kv/c", "9");
        assertThat(http.json("/v1/counters/c", "{\"add\":1,\"max\":10}").json().path("value").asInt()).isEqualTo(10);
        assertThat(http.call("POST", "/v1/counters/c?add=-10&min=0", new byte[0]).json().path("value").asInt()).isZero();
        Wire.Reply absent = http.json("/v1/counters/d", "{\"add\":1,\"max\":0}");
        assertProblem(absent, 409, "out-of-range");
        assertThat(absent.json().path("current").toString()).isEqualTo("{\"exists\":false}");
    }

    @Test
    void whatIsNoNumberIs409() {
        http.put("/v1/kv/c", "green");
        Wire.Reply reply = http.json("/v1/counters/c", "{\"add\":1}");
        assertProblem(reply, 409, "not-a-number");
        assertThat(reply.json().at("/current/value").asString()).isEqualTo("green");
        assertProblem(http.get("/v1/counters/c"), 409, "not-a-number");
        assertNoOutcome(http.get("/v1/counters/c"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{'add':'1'}", "{'add':1.5}", "{'add':1e3}", "{'add':9223372036854775808}", "{'by':1}",
            "{'add':1,'add':2}", "{'add':1,'min':2,'max':1}", "[1]", "{'add':1}x", "{'add':null}"})
    void whatIsNoAdditionIsRefused(String body) {
        assertProblem(http.json("/v1/counters/c", body.replace('\'', '"')), 400, "invalid-request");
        assertThat(store.commands()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?add=", "?add=+1", "?add=1.0", "?add=9223372036854775808", "?add=1&add=2", "?by=1"})
    void whatIsNoAdditionInTheQueryIsRefused(String query) {
        assertProblem(http.call("POST", "/v1/counters/c" + query, new byte[0]), 400, "invalid-request");
        assertProblem(http.json("/v1/counters/c?add=1", "{\"add\":1}"), 400, "invalid-request");
        assertProblem(http.json("/v1/counters/c?add=1", "", "If-Match: *"), 400, "invalid-request");
        assertProblem(http.call("POST", "/v1/counters/a//b?add=1", new byte[0]), 400, "invalid-key");
        assertThat(store.commands()).isEmpty();
    }

    @Test
    void historyBelowARevisionGoesAndTheFutureIsRefused() {
        http.put("/v1/kv/a", "1");
        http.put("/v1/kv/a", "2");
        Wire.Reply reply = http.json("/v1/compact", "{\"revision\":2}");
        assertThat(reply.text()).isEqualToIgnoringNewLines("{\"compactRevision\":2,\"revision\":2}");
        assertThat(store.compactRevision()).isEqualTo(2);
        assertThat(http.json("/v1/compact", "{\"revision\":1}").json().path("compactRevision").asInt()).isEqualTo(2);
        Wire.Reply future = http.json("/v1/compact", "{\"revision\":3}");
        assertProblem(future, 400, "revision-in-future");
        assertOutcome(future, "not-applied");
        for (String body : new String[] {"", "{}", "{\"revision\":0}", "{\"revision\":-1}", "{\"revision\":\"1\"}"}) {
            assertProblem(http.json("/v1/compact", body), 400, "invalid-request");
        }
        assertProblem(http.post("/v1/compact", "text/plain", "{\"revision\":1}"), 415, "unsupported-media-type");
    }
}
