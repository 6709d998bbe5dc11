package io.canvass.kv.api.admin;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

import io.canvass.kv.admin.Uuids;
import io.canvass.kv.api.ApiTest;
import io.canvass.kv.api.FakeAdmin;
import io.canvass.kv.api.Wire;
import io.canvass.kv.api.json.JsonBody;
import io.canvass.kv.cluster.ReplicationException;
import io.canvass.kv.cluster.ReplicationException.Reason;
import io.canvass.proto.kv.v1.AdminReply.Refusal;
import io.canvass.proto.kv.v1.AdminRequest;
import io.canvass.proto.kv.v1.MemberPromotion;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** KV-API.md, section 7: members, leadership, and whether a node may be stopped. */
class ClusterApiTest extends ApiTest {
    private static final String KV_4 = "{\"id\":\"kv-4\",\"address\":\"kv-4:9080\"}";
    private final FakeAdmin admin = server.admin();

    @BeforeEach
    void content() {
        admin.reset();
    }

    @Test
    void theClusterIsShownAsTheLeaderSeesItAndWhatIsNotKnownIsLeftOut() {
        JsonNode cluster = http.get("/v1/cluster").json();
        assertThat(cluster.toString()).startsWith("{\"clusterId\":\"" + FakeAdmin.CLUSTER
                + "\",\"source\":{\"id\":\"kv-2\",\"leads\":true},\"leader\":{\"id\":\"kv-2\",\"url\":\"http://kv-2:8080\"},"
                + "\"epoch\":7,\"commitIndex\":5120,\"lastIndex\":5121,"
                + "\"quorum\":{\"voters\":2,\"observers\":1,\"needed\":2,\"reachable\":1},\"failureTolerance\":-1,"
                + "\"configuration\":{\"index\":40,\"committed\":true,\"format\":2},\"members\":[");
        assertThat(cluster.path("members").path(0).toString()).isEqualTo("{\"id\":\"kv-1\",\"role\":\"FOLLOWER\",\"voter\":true,"
                + "\"promote\":\"auto\",\"address\":\"kv-1:9080\",\"url\":null,\"directoryId\":null,\"connected\":false,"
                + "\"detail\":\"Connection refused\"}");
        assertThat(cluster.path("members").path(1).toString()).isEqualTo("{\"id\":\"kv-2\",\"role\":\"LEADER\",\"voter\":true,"
                + "\"promote\":\"auto\",\"address\":\"kv-2:9080\",\"url\":\"http://kv-2:8080\",\"directoryId\":\""
                + FakeAdmin.DIRECTORY + "\",\"peerProtocol\":{\"min\":1,\"max\":2},\"connected\":true,\"matchIndex\":5121,"
                + "\"lag\":0}");
        assertThat(cluster.path("members").path(2).toString()).isEqualTo("{\"id\":\"kv-4\",\"role\":\"OBSERVER\",\"voter\":false,"
                + "\"promote\":\"manual\",\"address\":\"kv-4:9080\",\"url\":null,\"directoryId\":null,\"connected\":true,"
                + "\"lastContactMs\":12,\"stableSinceMs\":900,\"matchIndex\":5000,\"lag\":121}");
    }

    @Test
    void whoAnsweredAndThatNoLeaderIsKnownIsSaid() {
        admin.describes(FakeAdmin.described().setLeads(false).setNodeId("kv-1").setLeaderId("").build());
        JsonNode cluster = http.get("/v1/cluster").json();
        assertThat(cluster.path("leader").isNull()).isTrue();
        assertThat(cluster.path("source").toString()).isEqualTo("{\"id\":\"kv-1\",\"leads\":false}");
        assertThat(cluster.path("members").path(1).path("role").asString()).isEqualTo("FOLLOWER");
    }

    @Test
    void theFormatOfTheConfigurationIsLeftOutWhereAnOlderMemberDidNotTellIt() {
        admin.describes(FakeAdmin.described().clearConfigurationFormat().build());
        assertThat(http.get("/v1/cluster").json().path("configuration").toString())
                .isEqualTo("{\"index\":40,\"committed\":true}");
    }

    @Test
    void membersAreListedAndShownOneByOne() {
        JsonNode members = http.get("/v1/cluster/members").json();
        assertThat(members.path("members")).hasSize(3);
        assertThat(members.path("configuration").toString()).isEqualTo("{\"index\":40,\"committed\":true,\"format\":2}");
        assertThat(http.get("/v1/cluster/members/kv-4").json().path("role").asString()).isEqualTo("OBSERVER");
        assertThat(http.get("/v1/cluster/members/kv-4").header("Cache-Control")).contains("no-store");
        Wire.Reply missing = http.get("/v1/cluster/members/kv-9");
        assertProblem(missing, 404, "member-not-found");
        assertNoOutcome(missing);
    }

    @Test
    void aMemberIsAddedWithAllThatIsToldOfIt() {
        Wire.Reply reply = post("/v1/cluster/members", "{\"id\":\"kv-4\",\"address\":\"[::1]:9080\",\"url\":\"http://kv-4:8080/\","
                + "\"directoryId\":\"" + FakeAdmin.DIRECTORY + "\",\"promote\":\"manual\"}");
        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.header("Location")).contains("/v1/cluster/members/kv-4");
        assertThat(reply.text()).startsWith("{\"change\":\"add\",\"dryRun\":false,\"index\":42,\"epoch\":7,\"member\":{\"id\":\"kv-4\"");
        AdminRequest asked = admin.asked().getFirst();
        assertThat(asked.getAdd().getAddress()).isEqualTo("[::1]:9080");
        assertThat(asked.getAdd().getUrl()).isEqualTo("http://kv-4:8080");
        assertThat(Uuids.of(asked.getAdd().getDirectoryId())).contains(FakeAdmin.DIRECTORY);
        assertThat(asked.getAdd().getPromotion()).isEqualTo(MemberPromotion.MEMBER_PROMOTION_MANUAL);
        assertThat(asked.getDryRun()).isFalse();
        assertThat(asked.getForce()).isFalse();
    }

    @Test
    void withoutAWordAboutItAnObserverIsPromotedByItsLeader() {
        post("/v1/cluster/members", KV_4);
        assertThat(admin.asked().getFirst().getAdd().getPromotion()).isEqualTo(MemberPromotion.MEMBER_PROMOTION_AUTO);
        assertThat(admin.asked().getFirst().getAdd().getDirectoryId().isEmpty()).isTrue();
    }

    @Test
    void aDryRunCreatesNothingAndHasNoIndex() {
        Wire.Reply reply = post("/v1/cluster/members?dry-run=true", KV_4);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("Location")).isEmpty();
        assertThat(reply.text()).startsWith("{\"change\":\"add\",\"dryRun\":true,\"epoch\":7,");
        assertThat(admin.asked().getFirst().getDryRun()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /v1/cluster/members/kv-4/promote, PROMOTE, promote", "POST, /v1/cluster/members/kv-4/demote, DEMOTE, demote",
        "DELETE, /v1/cluster/members/kv-4, REMOVE, remove", "POST, /v1/cluster/members/kv-4/replace, REPLACE, replace"
    })
    void aChangeNeedsNoBody(String method, String path, AdminRequest.KindCase kind, String word) {
        Wire.Reply reply = http.call(method, path + "?force=true", new byte[0]);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.json().path("change").asString()).isEqualTo(word);
        assertThat(reply.json().path("member").path("id").asString()).isEqualTo("kv-4");
        assertThat(admin.asked().getFirst().getKindCase()).isEqualTo(kind);
        assertThat(admin.asked().getFirst().getForce()).isTrue();
        assertThat(admin.asked().getFirst().toString()).contains("id: \"kv-4\"");
    }

    @Test
    void whatIsNotToldOfAMemberStaysAsItIs() {
        Wire.Reply reply = call("PATCH", "/v1/cluster/members/kv-4", "{\"url\":\"\"}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        AdminRequest asked = admin.asked().getFirst();
        assertThat(asked.getUpdate().hasAddress()).isFalse();
        assertThat(asked.getUpdate().getUrl()).isEmpty();
        assertThat(asked.getUpdate().hasUrl()).isTrue();
        assertThat(asked.getUpdate().getPromotion()).isEqualTo(MemberPromotion.MEMBER_PROMOTION_UNSPECIFIED);
        assertProblem(call("PATCH", "/v1/cluster/members/kv-4", "{}"), 400, "invalid-request");
    }

    @Test
    void aDiskIsReplacedByTheOneThatIsNamedOrTheOneThatWasSeen() {
        call("POST", "/v1/cluster/members/kv-4/replace", "{\"directoryId\":\"" + new UUID(7, 7) + "\"}");
        assertThat(Uuids.of(admin.asked().getFirst().getReplace().getDirectoryId())).contains(new UUID(7, 7));
        call("POST", "/v1/cluster/members/kv-4/replace", "{}");
        assertThat(admin.asked().getLast().getReplace().getDirectoryId().isEmpty()).isTrue();
    }

    @Test
    void leadershipIsHandedToWhomIsNamedOrToTheBest() {
        Wire.Reply reply = post("/v1/cluster/leader", "{\"to\":\"kv-2\"}");
        assertThat(reply.text().strip())
                .isEqualTo("{\"dryRun\":false,\"leader\":{\"id\":\"kv-2\",\"url\":\"http://kv-2:8080\"},\"epoch\":7}");
        assertThat(admin.asked().getFirst().getTransfer().getTo()).isEqualTo("kv-2");
        http.call("POST", "/v1/cluster/leader?dry-run=true", new byte[0]);
        assertThat(admin.asked().getLast().getTransfer().getTo()).isEmpty();
        assertThat(admin.asked().getLast().getDryRun()).isTrue();
        assertProblem(post("/v1/cluster/leader?force=true", "{}"), 400, "invalid-request");
    }

    @Test
    void whetherANodeMayBeStoppedIsAStatusAndASentence() {
        Wire.Reply yes = http.get("/v1/cluster/members/kv-4/safe-to-stop");
        assertThat(yes.status()).isEqualTo(200);
        assertThat(yes.text().strip()).isEqualTo("{\"id\":\"kv-4\",\"safe\":true,\"reason\":\"All is well.\"}");
        admin.refuses(Refusal.NOT_SAFE, "kv-1 is 1200 entries behind");
        Wire.Reply no = http.get("/v1/cluster/members/kv-4/safe-to-stop");
        assertProblem(no, 409, "not-safe-to-stop");
        assertThat(no.json().path("detail").asString()).isEqualTo("kv-1 is 1200 entries behind.");
        assertNoOutcome(no);
    }

    @ParameterizedTest
    @CsvSource({
        "NOT_READY, 503, leader-not-ready", "NOT_LEADER, 503, leader-not-ready", "STOPPING, 503, leader-not-ready",
        "SUPERSEDED, 503, leader-not-ready", "OVERLOADED, 503, overloaded", "INVALID, 400, invalid-request",
        "CHANGE_PENDING, 409, change-pending", "WOULD_LOSE_QUORUM, 409, would-lose-quorum",
        "ALREADY_A_MEMBER, 409, already-a-member", "NOT_A_MEMBER, 404, member-not-found", "NOTHING_TO_DO, 409, nothing-to-do",
        "TOO_FAR_BEHIND, 409, member-behind", "DIRECTORY_UNKNOWN, 409, directory-unknown",
        "DIRECTORY_IN_USE, 409, directory-in-use", "NOT_A_VOTER, 409, not-a-voter", "TRANSFER_FAILED, 409, transfer-failed",
        "NOT_SUPPORTED, 409, not-supported", "TOO_MANY_MEMBERS, 409, too-many-members"
    })
    void aRefusalIsAProblemThatSaysThatNothingWasChanged(Refusal refusal, int status, String type) {
        admin.refuses(refusal, "Because of this");
        Wire.Reply reply = http.delete("/v1/cluster/members/kv-4");
        assertProblem(reply, status, type);
        assertOutcome(reply, "not-applied");
        assertThat(reply.json().path("detail").asString()).startsWith("Because of this. Nothing was changed.");
    }

    @ParameterizedTest
    @EnumSource(Refusal.class)
    void everyRefusalHasAProblem(Refusal refusal) {
        if (refusal == Refusal.NONE || refusal == Refusal.UNRECOGNIZED) {
            return;
        }
        admin.refuses(refusal, "Because of this");
        assertThat(http.delete("/v1/cluster/members/kv-4").status()).isBetween(400, 504).isNotEqualTo(500);
    }

    @Test
    void thePendingChangeIsNamed() {
        admin.refuses(Refusal.CHANGE_PENDING, "The configuration at index 40 is not committed yet");
        assertThat(http.delete("/v1/cluster/members/kv-4").json().path("pending").toString()).isEqualTo("{\"index\":40}");
    }

    @Test
    void whatMayHaveHappenedIs504WhoeverSaysSo() {
        admin.refuses(Refusal.OUTCOME_UNKNOWN, "The leader stopped");
        Wire.Reply byLeader = http.delete("/v1/cluster/members/kv-4");
        assertProblem(byLeader, 504, "outcome-unknown");
        assertOutcome(byLeader, "unknown");
        assertThat(byLeader.json().path("retryable").asBoolean()).isTrue();
        admin.answersBy(() -> {
            throw new ReplicationException(Reason.OUTCOME_UNKNOWN, "No answer came");
        });
        assertOutcome(http.delete("/v1/cluster/members/kv-4"), "unknown");
    }

    @ParameterizedTest
    @CsvSource({"NO_QUORUM, no-quorum", "OVERLOADED, overloaded", "STARTING, starting", "DRAINING, draining"})
    void withoutALeaderNothingIsChanged(Reason reason, String type) {
        admin.answersBy(() -> {
            throw new ReplicationException(reason, "No leader was found");
        });
        Wire.Reply reply = post("/v1/cluster/members", KV_4);
        assertProblem(reply, 503, type);
        assertOutcome(reply, "not-applied");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{\"id\":\"kv-4\"}|'address'", "{\"address\":\"kv-4:9080\"}|'id'", "{\"id\":\"-4\",\"address\":\"kv-4:9080\"}|'id'",
        "{\"id\":\"kv-4\",\"address\":\"kv-4\"}|'address'", "{\"id\":\"kv-4\",\"address\":\"kv-4:99999\"}|'address'",
        "{\"id\":\"kv-4\",\"address\":\"kv-4:90=http://x\"}|'address'", "{\"id\":4,\"address\":\"kv-4:9080\"}|'id' must be a string",
        "{\"id\":null,\"address\":\"kv-4:9080\"}|'id' must be a string",
        "{\"id\":\"kv-4\",\"address\":\"kv-4:9080\",\"adress\":\"\"}|'adress' is not known here. Known: id, address",
        "{\"id\":\"kv-4\",\"id\":\"kv-5\",\"address\":\"kv-4:9080\"}|uplicate",
        "{\"id\":\"kv-4\",\"address\":\"kv-4:9080\",\"url\":\"kv-4\"}|'url'",
        "{\"id\":\"kv-4\",\"address\":\"kv-4:9080\",\"directoryId\":\"1-2-3-4-5\"}|'directoryId'",
        "{\"id\":\"kv-4\",\"address\":\"kv-4:9080\",\"directoryId\":\"00000000-0000-0000-0000-000000000000\"}|'directoryId'",
        "{\"id\":\"kv-4\",\"address\":\"kv-4:9080\",\"promote\":\"yes\"}|'promote'",
        "{\"id\":\"kv-4\",\"address\":\"kv-4:9080\"} {}|nothing behind it", "[]|JSON object", "{\"id\":|not JSON", "kv-4|not JSON"
    })
    void aBodyThatIsNotRightIsRefusedByTheNameOfWhatIsWrong(String body, String named) {
        Wire.Reply reply = post("/v1/cluster/members", body);
        assertProblem(reply, 400, "invalid-request");
        assertOutcome(reply, "not-applied");
        assertThat(reply.json().path("detail").asString()).contains(named);
        assertThat(admin.asked()).isEmpty();
    }

    @Test
    void aBodyIsJsonAndNotLarge() {
        Wire.Reply form = http.call("POST", "/v1/cluster/members", bytes(KV_4), "Content-Type: application/x-www-form-urlencoded");
        assertProblem(form, 415, "unsupported-media-type");
        assertThat(form.header("Accept")).contains("application/json");
        assertProblem(http.call("POST", "/v1/cluster/members", bytes(KV_4)), 415, "unsupported-media-type");
        Wire.Reply large = post("/v1/cluster/members", "{\"id\":\"" + "x".repeat(JsonBody.MAX_BYTES) + "\"}");
        assertProblem(large, 413, "body-too-large");
        assertThat(large.json().path("limit").asInt()).isEqualTo(JsonBody.MAX_BYTES);
        assertProblem(call("DELETE", "/v1/cluster/members/kv-4", "{\"id\":\"kv-4\"}"), 400, "invalid-request");
        assertThat(admin.asked()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"?dryrun=true", "?dry-run=yes", "?dry-run", "?force=true&force=true", "?x="})
    void aParameterThatIsNotRightIsRefused(String query) {
        assertProblem(http.delete("/v1/cluster/members/kv-4" + query), 400, "invalid-request");
        assertThat(admin.asked()).isEmpty();
    }

    @Test
    void whatCannotBeKeptIsRefused() {
        assertProblem(http.delete("/v1/cluster/members/kv-4", "Idempotency-Key: \"a\""), 400, "invalid-request");
        assertProblem(http.delete("/v1/cluster/members/kv-4", "If-Match: \"40\""), 400, "invalid-request");
        assertProblem(http.get("/v1/cluster?dry-run=true"), 400, "invalid-request");
        assertThat(admin.asked()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/cluster/members/kv-4;x", "/v1/cluster/members/kv-4;x/promote"})
    void noPartOfAPathIsCutOff(String path) {
        String method = path.endsWith("promote") ? "POST" : "DELETE";
        assertProblem(http.call(method, path, new byte[0]), 400, "invalid-request");
        assertThat(admin.asked()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/cluster/members/kv%2F4", "/v1/cluster/members/%20"})
    void whatCannotBeANodeIsNoMember(String path) {
        assertProblem(http.delete(path), 404, "member-not-found");
        assertThat(admin.asked()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /v1/cluster, 'GET, HEAD, OPTIONS'", "PUT, /v1/cluster/members, 'GET, HEAD, POST, OPTIONS'",
        "PUT, /v1/cluster/members/kv-4, 'GET, HEAD, PATCH, DELETE, OPTIONS'",
        "GET, /v1/cluster/members/kv-4/promote, 'POST, OPTIONS'", "GET, /v1/cluster/leader, 'POST, OPTIONS'",
        "POST, /v1/cluster/members/kv-4/safe-to-stop, 'GET, HEAD, OPTIONS'", "POST, /v1/version, 'GET, HEAD, OPTIONS'"
    })
    void aMethodThatIsNotThereIs405(String method, String path, String allowed) {
        Wire.Reply reply = http.call(method, path, new byte[0]);
        assertProblem(reply, 405, "method-not-allowed");
        assertThat(reply.header("Allow")).contains(allowed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/v1/cluster", "/v1/cluster/members", "/v1/cluster/members/kv-4", "/v1/cluster/members/kv-4/safe-to-stop",
                "/v1/version"})
    void onlyJsonIsServed(String path) {
        assertProblem(http.get(path, "Accept: text/html"), 406, "not-acceptable");
        Wire.Reply reply = http.get(path, "Accept: application/json");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("Content-Type")).contains("application/json");
        assertThat(reply.header("Kv-Served-By")).contains("kv-1");
    }

    @Test
    void theVersionIsThatOfTheNode() {
        JsonNode version = http.get("/v1/version").json();
        assertThat(version.path("version").asString()).isNotBlank();
        assertThat(version.path("java").asString()).startsWith(String.valueOf(Runtime.version().feature()));
    }

    private Wire.Reply post(String path, String json) {
        return call("POST", path, json);
    }

    private Wire.Reply call(String method, String path, String json) {
        return http.call(method, path, bytes(json), "Content-Type: application/json");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
