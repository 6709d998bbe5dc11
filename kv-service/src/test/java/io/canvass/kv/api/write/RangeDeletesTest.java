package io.canvass.kv.api.write;

import java.util.Map;

import com.google.protobuf.ByteString;
import io.canvass.kv.api.ApiTest;
import io.canvass.kv.api.Wire;
import io.canvass.kv.store.ApplyLimits;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Operation;
import io.canvass.proto.kv.v1.Put;
import io.canvass.proto.kv.v1.Txn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** KV-API.md, section 3: DELETE of a range. */
class RangeDeletesTest extends ApiTest {
    @ParameterizedTest
    @CsvSource({
        "prefix=a/, 2", "prefix64=YS8, 2", "start=a/2, 3", "start64=YS8y, 3", "end=a/2, 1", "start=a/1&end=b, 2",
        "start=a/1&end64=Yg, 2", "all=true, 4", "prefix=x, 0", "start=&end=c, 3", "prefix=a/&all=false, 2"
    })
    void aRangeGoesInOneRevision(String query, int deleted) {
        fill();
        Wire.Reply dry = http.delete("/v1/kv?dry-run=true&" + query);
        assertThat(dry.text()).isEqualToIgnoringNewLines(
                "{\"deleted\":0,\"wouldDelete\":" + deleted + ",\"more\":false,\"revision\":4}");
        assertThat(store.contents()).hasSize(4);

        Wire.Reply reply = http.delete("/v1/kv?" + query);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        long revision = deleted == 0 ? 4 : 5;
        assertThat(reply.text()).isEqualToIgnoringNewLines(
                "{\"deleted\":" + deleted + ",\"revision\":" + revision + "}");
        assertThat(reply.header("Kv-Revision")).contains(Long.toString(revision));
        assertThat(store.contents()).hasSize(4 - deleted);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?prefix=", "?start=", "?prefix=&all=false", "?dry-run=true", "?partial=true"})
    void everythingGoesOnlyWhereThatIsSaid(String query) {
        fill();
        Wire.Reply reply = http.delete("/v1/kv" + query);
        assertProblem(reply, 400, "refusing-to-delete-everything");
        assertOutcome(reply, "not-applied");
        assertThat(store.commands()).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"prefix=a&start=b", "prefix=a&end=b", "prefix=a&prefix64=YQ", "prefix64=%25", "start=b&end=a",
            "start=a&end=a", "start=a&end=", "prefix=a&all=true", "all=yes", "limit=1", "prefix=a&prev=true"})
    void aRangeThatIsNoneIsRefused(String query) {
        assertProblem(http.delete("/v1/kv?" + query), 400, "invalid-request");
        assertThat(store.commands()).isEmpty();
    }

    @Test
    void aRangeHasNoPreconditionAndNoBoundLongerThanAKey() {
        assertProblem(http.delete("/v1/kv?prefix=a", "If-Match: \"1\""), 400, "invalid-request");
        assertProblem(http.delete("/v1/kv?prefix=" + "a".repeat(1025)), 400, "invalid-request");
        assertThat(http.delete("/v1/kv?prefix=" + "a".repeat(1024)).status()).isEqualTo(200);
    }

    @Test
    void moreThanOneEntryMayDeleteAre413OrGoInParts() {
        int most = ApplyLimits.MAX_DELETED_KEYS;
        seed(0, most + 1);
        Wire.Reply refused = http.delete("/v1/kv?prefix=k");
        assertProblem(refused, 413, "too-many-operations");
        assertOutcome(refused, "not-applied");
        assertThat(refused.json().path("limit").asInt()).isEqualTo(most);
        assertThat(refused.json().path("actual").asInt()).isEqualTo(most + 1);
        assertThat(http.delete("/v1/kv?prefix=k&dry-run=true").json().path("more").asBoolean()).isTrue();

        Wire.Reply part = http.delete("/v1/kv?prefix=k&partial=true");
        assertThat(part.json().path("deleted").asInt()).isEqualTo(most);
        assertThat(part.json().path("more").asBoolean()).isTrue();
        Wire.Reply rest = http.delete("/v1/kv?prefix=k&partial=true");
        assertThat(rest.json().path("deleted").asInt()).isEqualTo(1);
        assertThat(rest.json().path("more").asBoolean()).isFalse();

        seed(0, most);
        assertThat(http.delete("/v1/kv?prefix=k").json().path("deleted").asInt()).isEqualTo(most);
        assertThat(store.contents()).isEmpty();
    }

    private void fill() {
        Map.of("a/1", "1", "a/2", "2", "b", "3", "c", "4").forEach((key, value) -> http.put("/v1/kv/" + key, value));
    }

    private void seed(int from, int to) {
        Txn.Builder txn = Txn.newBuilder();
        for (int i = from; i < to; i++) {
            txn.addThen(Operation.newBuilder().setPut(Put.newBuilder().setKey(ByteString.copyFromUtf8("k" + i))));
        }
        store.apply(Command.newBuilder().setTxn(txn).build());
    }
}
