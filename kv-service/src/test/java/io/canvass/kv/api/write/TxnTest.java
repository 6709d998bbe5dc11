package io.canvass.kv.api.write;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.canvass.kv.api.ApiTest;
import io.canvass.kv.api.TestServer;
import io.canvass.kv.api.Wire;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** KV-API.md, section 6: transactions. */
class TxnTest extends ApiTest {
    @Test
    void whatHoldsIsDoneInOneRevisionAndEachOperationHasItsResult() {
        http.put("/v1/kv/a", "0");
        http.put("/v1/kv/c", "x");
        http.put("/v1/kv/tmp/1", "");
        http.put("/v1/kv/tmp/2", "");
        Wire.Reply reply = http.json("/v1/txn", """
                {"if":[{"key":"a","revision":{"eq":1}},{"key":"b","exists":false},{"key":"c","value":{"eq":"x"}},
                       {"key":"a","version":{"gt":0}}],
                 "then":[{"put":{"key":"a","value":"1","prev":true}},{"delete":{"prefix":"tmp/"}},{"get":{"key":"b"}},
                         {"get":{"key":"a"}},{"delete":{"key":"c","prev":true}}],
                 "else":[{"get":{"key":"a"}}]}""");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.text()).isEqualToIgnoringNewLines("{\"succeeded\":true,\"revision\":5,\"results\":["
                + "{\"put\":{\"key\":\"a\",\"revision\":5,\"createRevision\":1,\"version\":2,\"lease\":null,"
                + "\"prev\":{\"key\":\"a\",\"value\":\"0\",\"revision\":1,\"createRevision\":1,\"version\":1}}},"
                + "{\"delete\":{\"deleted\":2}},{\"get\":null},"
                + "{\"get\":{\"key\":\"a\",\"value\":\"1\",\"revision\":5,\"createRevision\":1,\"version\":2}},"
                + "{\"delete\":{\"deleted\":1,\"prev\":"
                + "{\"key\":\"c\",\"value\":\"x\",\"revision\":2,\"createRevision\":2,\"version\":1}}}]}");
        assertThat(reply.header("Kv-Revision")).contains("5");
        assertThat(store.contents()).isEqualTo(Map.of("a", "1"));
    }

    @Test
    void whatDoesNotHoldIsElseOr412() {
        http.put("/v1/kv/a", "1");
        String guarded = "{\"if\":[{\"key\":\"a\",\"exists\":false}],\"then\":[{\"put\":{\"key\":\"b\",\"value\":\"\"}}],"
                + "\"else\":[{\"get\":{\"key\":\"a\"}}]}";
        Wire.Reply reply = http.json("/v1/txn", guarded);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.json().path("succeeded").asBoolean()).isFalse();
        assertThat(reply.json().at("/results/0/get/value").asString()).isEqualTo("1");

        Wire.Reply failed = http.json("/v1/txn?on-fail=412", guarded);
        assertProblem(failed, 412, "precondition-failed");
        assertOutcome(failed, "not-applied");
        assertThat(failed.json().at("/results/0/get/value").asString()).isEqualTo("1");
        assertProblem(http.json("/v1/txn?on-fail=412",
                "{\"if\":[{\"key\":\"a\",\"exists\":false}],\"else\":[{\"delete\":{\"key\":\"a\"}}]}"), 400, "invalid-request");
        assertProblem(http.json("/v1/txn?on-fail=409", guarded), 400, "invalid-request");
        assertThat(store.contents()).isEqualTo(Map.of("a", "1"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "'revision':{'eq':2}|true", "'revision':{'lt':2}|false", "'createRevision':{'lte':1}|true",
        "'createRevision':{'ne':1}|false", "'version':{'gte':2}|true", "'version':{'gt':2}|false",
        "'value':{'eq':'m'}|true", "'value':{'gt':'l'}|true", "'value64':{'lt':'bQ=='}|false", "'value':{'ne':'m'}|false",
        "'exists':true|true", "'exists':false|false", "'lease':{'eq':'0'}|true", "'lease':{'eq':'7f3a'}|false"
    })
    void everyTargetAndRelation(String comparison, boolean holds) {
        http.put("/v1/kv/k", "x");
        http.put("/v1/kv/k", "m");
        Wire.Reply reply = http.json(
                "/v1/txn", "{\"if\":[{\"key64\":\"aw\"," + comparison.replace('\'', '"') + "}]}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.json().path("succeeded").asBoolean()).isEqualTo(holds);
    }

    @Test
    void textAndBytesAndLifetimes() {
        Wire.Reply reply = http.json("/v1/txn", "{\"then\":[{\"put\":{\"key64\":\"_w\",\"value64\":\"AP8=\"}},"
                + "{\"put\":{\"key\":\"//\\u0000é\\uD83D\\uDE00\",\"value\":\"\",\"ttl\":\"30s\"}}]}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.json().at("/results/0/put/key64").asString()).isEqualTo("_w");
        assertThat(reply.json().at("/results/1/put/lease").asString()).isNotEmpty();
        assertThat(http.get("/v1/kv64/_w").body().array()).containsExactly(0, 0xff);
        Wire.Reply gone = http.json("/v1/txn", "{\"then\":[{\"put\":{\"key\":\"a\",\"value\":\"\",\"lease\":\"7f3a\"}}]}");
        assertProblem(gone, 404, "lease-not-found");
        assertOutcome(gone, "not-applied");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{'then':[{'get':{'key':'a'}},{'put':{'key':7,'value':''}}]}|then[1].put.key",
        "{'then':[{'put':{'key':'','value':''}}]}|then[0].put.key", "{'then':[{'put':{'key':'a'}}]}|then[0].put",
        "{'then':[{'put':{'value':'a'}}]}|then[0].put", "{'then':[{'put':{'key':'a','value':1}}]}|then[0].put.value",
        "{'then':[{'put':{'key':'a','value':null}}]}|then[0].put.value",
        "{'then':[{'put':{'key':'a','key64':'YQ','value':''}}]}|then[0].put.key64",
        "{'then':[{'put':{'key':'a','key':'a','value':''}}]}|then[0].put",
        "{'then':[{'put':{'key':'a','value':'','ttl':'1s','lease':'1'}}]}|then[0].put.lease",
        "{'then':[{'put':{'key':'a','value':'','ttl':30}}]}|then[0].put.ttl",
        "{'then':[{'put':{'key':'a','value':'','ifExists':true}}]}|then[0].put",
        "{'then':[{'put':{'key':'a','value64':'?'}}]}|then[0].put.value64",
        "{'then':[{'get':{'key':'\\uD83D'}}]}|then[0].get.key", "{'then':[{'get':{'key':'a','x':1}}]}|then[0].get",
        "{'then':[{}]}|then[0]", "{'then':[{'get':{'key':'a'},'delete':{'key':'a'}}]}|then[0].delete",
        "{'then':{}}|then", "{'then':[[]]}|then[0]", "{'then':[{'delete':{'prefix':'a','key':'b'}}]}|then[0].delete",
        "{'then':[{'delete':{'prefix':'a','prev':true}}]}|then[0].delete",
        "{'then':[{'delete':{'start':'b','end':'a'}}]}|then[0].delete",
        "{'if':[{'key':'a'}]}|if[0]", "{'if':[{'exists':true}]}|if[0]", "{'if':[{'key':'a','revision':17}]}|if[0].revision",
        "{'if':[{'key':'a','revision':{}}]}|if[0].revision", "{'if':[{'key':'a','revision':{'eq':1.0}}]}|if[0].revision.eq",
        "{'if':[{'key':'a','revision':{'eq':-1}}]}|if[0].revision.eq",
        "{'if':[{'key':'a','revision':{'eq':9223372036854775808}}]}|if[0].revision.eq",
        "{'if':[{'key':'a','revision':{'eq':1,'ne':2}}]}|if[0].revision.ne",
        "{'if':[{'key':'a','revision':{'eq':1},'version':{'eq':2}}]}|if[0].version",
        "{'if':[{'key':'a','revision':{'is':1}}]}|if[0].revision", "{'if':[{'key':'a','exists':'yes'}]}|if[0].exists",
        "{'if':[{'key':'a','lease':{'eq':'07'}}]}|if[0].lease.eq", "{'unless':[]}|unless", "{'if':[],'if':[]}|if",
        "{}|nothing", "[]|object", "7|object", "{'if':[|JSON", "{'if':[{'key':'a','exists':true}]} x|JSON", "{'if':[{'key':'a','exists':true}]}{}|behind",
        "{'then':[{'put':{'key':'a','value':''}},{'delete':{'key':'a'}}]}|then[0]",
        "{'then':[{'put':{'key':'a/1','value':''}},{'delete':{'prefix':'a'}}]}|at most once",
        "{'then':[{'delete':{'prefix':'a'}},{'delete':{'start':'aa','end':'b'}}]}|at most once"
    })
    void whatIsWrongIsToldByItsPlaceAndNothingIsDone(String body, String place) {
        http.put("/v1/kv/a", "1");
        Wire.Reply reply = http.json("/v1/txn", body.replace('\'', '"'));
        assertProblem(reply, 400, "invalid-request");
        assertOutcome(reply, "not-applied");
        assertThat(reply.json().path("detail").asString()).contains(place);
        assertThat(store.commands()).hasSize(1);
    }

    @Test
    void everythingIsDeletedOnlyWhereThatIsSaid() {
        http.put("/v1/kv/a", "1");
        for (String range : List.of("\"prefix\":\"\"", "", "\"start\":\"\"")) {
            assertProblem(http.json("/v1/txn", "{\"then\":[{\"delete\":{" + range + "}}]}"), 400,
                    "refusing-to-delete-everything");
        }
        assertThat(http.json("/v1/txn", "{\"then\":[{\"delete\":{\"all\":true}}]}").status()).isEqualTo(200);
        assertThat(store.contents()).isEmpty();
    }

    @Test
    void theNumberOfOperationsIsBounded() {
        assertThat(http.json("/v1/txn", gets(511, 1)).status()).isEqualTo(200);
        Wire.Reply reply = http.json("/v1/txn", gets(511, 2));
        assertProblem(reply, 413, "too-many-operations");
        assertOutcome(reply, "not-applied");
        assertThat(reply.json().path("limit").asInt()).isEqualTo(512);
        assertThat(reply.json().path("actual").asInt()).isEqualTo(513);
        assertThat(reply.json().path("property").asString()).isEqualTo("kv.txn.max-ops");
        assertThat(store.commands()).hasSize(1);
    }

    @Test
    void decodedBytesAreBoundedHoweverTheyAreSpelt() {
        int value = 64 * 1024;
        int values = (2 << 20) / (value + 4);
        int rest = (2 << 20) - values * (value + 4);
        String escaped = "\\u0001".repeat(value);
        String fits = puts(values, escaped, "\\u0001".repeat(rest - 4));
        assertThat(http.json("/v1/txn", fits).status()).isEqualTo(200);
        Wire.Reply reply = http.json("/v1/txn", puts(values, escaped, "\\u0001".repeat(rest - 3)));
        assertProblem(reply, 413, "too-many-operations");
        assertThat(reply.json().path("limit").asInt()).isEqualTo(2 << 20);
        assertThat(reply.json().path("actual").asInt()).isEqualTo((2 << 20) + 1);
        assertThat(reply.json().path("property").asString()).isEqualTo("kv.request.max-size");
        assertThat(store.commands()).hasSize(1);
    }

    @Test
    void aValueAndAKeyHaveTheirOwnBounds() {
        int most = TestServer.SMALL.maxValueBytes();
        assertThat(http.json("/v1/txn", puts(0, "", "v".repeat(most))).status()).isEqualTo(200);
        for (int more : new int[] {1, 100_000}) {
            Wire.Reply reply = http.json("/v1/txn", puts(0, "", "v".repeat(most + more)));
            assertProblem(reply, 413, "value-too-large");
            assertThat(reply.json().path("property").asString()).isEqualTo("kv.value.max-size");
        }
        assertThat(http.json("/v1/txn", "{\"then\":[{\"get\":{\"key\":\"" + "k".repeat(1024) + "\"}}]}").status())
                .isEqualTo(200);
        assertProblem(http.json("/v1/txn", "{\"then\":[{\"get\":{\"key\":\"" + "k".repeat(1025) + "\"}}]}"), 400,
                "invalid-request");
    }

    @Test
    void blanksDoNotGoOnForEver() {
        int most = 8 * (2 << 20) + (1 << 20);
        Wire.Reply reply = http.raw("POST /v1/txn HTTP/1.1\r\nHost: test\r\nConnection: close\r\n"
                + "Content-Type: application/json\r\nContent-Length: " + (most + 1) + "\r\n\r\n");
        assertProblem(reply, 413, "body-too-large");
        assertOutcome(reply, "not-applied");
    }

    @Test
    void theBodyIsJsonInUtf8OfThatType() {
        String sound = "{\"then\":[{\"get\":{\"key\":\"a\"}}]}";
        Wire.Reply form = http.post("/v1/txn", "application/x-www-form-urlencoded", sound);
        assertProblem(form, 415, "unsupported-media-type");
        assertThat(form.header("Accept")).contains("application/json");
        byte[] overlong = "{\"then\":[{\"get\":{\"key\":\"__\"}}]}".getBytes(StandardCharsets.ISO_8859_1);
        int at = new String(overlong, StandardCharsets.ISO_8859_1).indexOf('_');
        overlong[at] = (byte) 0xc0;
        overlong[at + 1] = (byte) 0x80;
        Wire.Reply reply = http.call("POST", "/v1/txn", overlong, "Content-Type: application/json");
        assertProblem(reply, 400, "invalid-request");
        assertThat(reply.json().path("detail").asString()).contains("UTF-8");
        assertProblem(http.json("/v1/txn", sound, "If-Match: *"), 400, "invalid-request");
        assertProblem(http.get("/v1/txn"), 405, "method-not-allowed");
        assertThat(store.commands()).isEmpty();
    }

    private static String gets(int then, int otherwise) {
        return "{\"then\":[" + gets(then) + "],\"else\":[" + gets(otherwise) + "]}";
    }

    private static String gets(int count) {
        return IntStream.range(0, count).mapToObj(i -> "{\"get\":{\"key\":\"a\"}}").collect(Collectors.joining(","));
    }

    /** Keys of four bytes. */
    private static String puts(int count, String value, String last) {
        return "{\"then\":[" + IntStream.rangeClosed(0, count)
                .mapToObj(i -> "{\"put\":{\"key\":\"k" + (100 + i) + "\",\"value\":\"" + (i == count ? last : value) + "\"}}")
                .collect(Collectors.joining(",")) + "]}";
    }
}
