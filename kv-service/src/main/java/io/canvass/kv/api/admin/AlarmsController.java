package io.canvass.kv.api.admin;

import java.io.IOException;
import java.util.List;

import io.canvass.kv.admin.ClusterAlarms.Member;
import io.canvass.kv.api.calls.Replies;
import io.canvass.kv.api.http.RequestHeaders;
import io.canvass.kv.api.http.Requires;
import io.canvass.kv.api.json.KvJson;
import io.canvass.kv.store.Right;
import io.canvass.proto.kv.v1.Alarm;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import tools.jackson.core.JsonGenerator;

/** {@code /v1/alarms}: what the members would have an operator look at (KV-API.md, section 7; docs/api-admin.md, Alarms). */
@Controller
final class AlarmsController {
    private final AdminCalls calls;

    AlarmsController(AdminCalls calls) {
        this.calls = calls;
    }

    @Requires(Right.MONITOR)
    @GetMapping("/v1/alarms")
    void list(HttpServletRequest request, HttpServletResponse response) throws IOException {
        MemberRequests.requireNoParameters(request);
        RequestHeaders.requireAccepts(request, MediaType.APPLICATION_JSON_VALUE, "Accept it or */*.");
        List<Member> members = calls.alarms(false);
        send(request, response, KvJson.object(json -> {
            alarms(json, "alarms", members, Member::alarms);
            silent(json, members);
        }));
    }

    @Requires(Right.ADMIN)
    @DeleteMapping("/v1/alarms")
    void disarm(HttpServletRequest request, HttpServletResponse response) throws IOException {
        MemberRequests.bare(request, List.of());
        List<Member> members = calls.alarms(true);
        send(request, response, KvJson.object(json -> {
            alarms(json, "disarmed", members, Member::disarmed);
            alarms(json, "alarms", members, Member::alarms);
            silent(json, members);
        }));
    }

    private interface Which {
        List<Alarm> of(Member member);
    }

    private static void alarms(JsonGenerator json, String name, List<Member> members, Which which) {
        json.writeArrayPropertyStart(name);
        for (Member member : members) {
            for (Alarm alarm : which.of(member)) {
                json.writeStartObject();
                json.writeStringProperty("node", member.id());
                json.writeStringProperty("code", alarm.getCode());
                json.writeStringProperty("detail", sentence(alarm.getDetail()));
                json.writeBooleanProperty("remembered", alarm.getRemembered());
                json.writeEndObject();
            }
        }
        json.writeEndArray();
    }

    /** Who said nothing may have any alarm. */
    private static void silent(JsonGenerator json, List<Member> members) {
        json.writeArrayPropertyStart("silent");
        for (Member member : members) {
            if (!member.silent().isEmpty()) {
                json.writeStartObject();
                json.writeStringProperty("node", member.id());
                json.writeStringProperty("detail", sentence(member.silent()));
                json.writeEndObject();
            }
        }
        json.writeEndArray();
    }

    private static String sentence(String clause) {
        String text = clause.endsWith(".") ? clause : clause + ".";
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    private void send(HttpServletRequest request, HttpServletResponse response, byte[] body) throws IOException {
        Replies.stamp(request, response, calls.view());
        response.setHeader("Cache-Control", "no-store");
        Replies.send(response, MediaType.APPLICATION_JSON_VALUE, body);
    }
}
