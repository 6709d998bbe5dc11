package io.canvass.kv.api.admin;

import java.nio.charset.StandardCharsets;
import java.util.List;

import io.canvass.kv.admin.ClusterAlarms.Member;
import io.canvass.kv.api.ApiTest;
import io.canvass.kv.api.FakeAlarms;
import io.canvass.kv.api.Wire;
import io.canvass.proto.kv.v1.Alarm;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code /v1/alarms} (KV-API.md, section 7). */
class AlarmsApiTest extends ApiTest {
    private static final byte[] NONE = new byte[0];
    private static final Alarm LOW = Alarm.newBuilder().setCode("DISK_LOW").setDetail("the disk has 3 bytes").build();
    private static final Alarm STRANGE =
            Alarm.newBuilder().setCode("STRANGE_MESSAGES").setDetail("3 messages came").setRemembered(true).build();

    private final FakeAlarms alarms = server.bean(FakeAlarms.class);

    @BeforeEach
    void calm() {
        alarms.reset();
    }

    @Test
    void aCalmClusterHasNone() {
        Wire.Reply reply = http.get("/v1/alarms");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.text().strip()).isEqualTo("{\"alarms\":[],\"silent\":[]}");
        assertThat(reply.header("Cache-Control")).contains("no-store");
    }

    @Test
    void eachIsToldWithItsNodeAndWhoIsSilentIsNamed() {
        alarms.are(
                new Member("kv-1", List.of(LOW, STRANGE), List.of(), ""),
                new Member("kv-2", List.of(), List.of(), "it did not answer in time"));
        assertThat(http.get("/v1/alarms").text().strip()).isEqualTo("{\"alarms\":["
                + "{\"node\":\"kv-1\",\"code\":\"DISK_LOW\",\"detail\":\"The disk has 3 bytes.\",\"remembered\":false},"
                + "{\"node\":\"kv-1\",\"code\":\"STRANGE_MESSAGES\",\"detail\":\"3 messages came.\",\"remembered\":true}],"
                + "\"silent\":[{\"node\":\"kv-2\",\"detail\":\"It did not answer in time.\"}]}");
    }

    @Test
    void whatIsOnlyRememberedIsDisarmedAndTheRestStays() {
        alarms.are(new Member("kv-1", List.of(LOW, STRANGE), List.of(), ""));
        Wire.Reply reply = http.call("DELETE", "/v1/alarms", NONE);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.json().path("disarmed")).hasSize(1);
        assertThat(reply.json().path("disarmed").path(0).path("code").asString()).isEqualTo("STRANGE_MESSAGES");
        assertThat(reply.json().path("alarms")).hasSize(1);
        assertThat(http.call("DELETE", "/v1/alarms", NONE).json().path("disarmed")).isEmpty();
        assertThat(http.get("/v1/alarms").json().path("alarms").path(0).path("code").asString()).isEqualTo("DISK_LOW");
    }

    @Test
    void whatIsNotKnownHereIsRefused() {
        alarms.are(new Member("kv-1", List.of(STRANGE), List.of(), ""));
        assertProblem(http.get("/v1/alarms?node=kv-1"), 400, "invalid-request");
        assertProblem(http.call("DELETE", "/v1/alarms?force=true", NONE), 400, "invalid-request");
        assertProblem(http.call("DELETE", "/v1/alarms", NONE, "Idempotency-Key: k"), 400, "invalid-request");
        assertProblem(
                http.call("DELETE", "/v1/alarms", "{\"node\":\"kv-1\"}".getBytes(StandardCharsets.UTF_8),
                        "Content-Type: application/json"),
                400, "invalid-request");
        assertProblem(http.call("POST", "/v1/alarms", NONE), 405, "method-not-allowed");
        assertThat(http.get("/v1/alarms").json().path("alarms")).hasSize(1);
    }

    @Test
    void asManyAskersAsMayBeAreTold() {
        alarms.overloaded();
        Wire.Reply reply = http.call("DELETE", "/v1/alarms", NONE);
        assertProblem(reply, 503, "overloaded");
        assertOutcome(reply, "not-applied");
    }
}
