package io.canvass.kv.api.admin;

import java.io.IOException;
import java.util.Optional;

import io.canvass.kv.api.calls.Replies;
import io.canvass.kv.api.http.RequestHeaders;
import io.canvass.kv.api.http.Requires;
import io.canvass.kv.api.json.KvJson;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.kv.store.Right;
import io.canvass.proto.kv.v1.AdminReply;
import io.canvass.proto.kv.v1.AdminRequest;
import io.canvass.proto.kv.v1.ClusterDescription;
import io.canvass.proto.kv.v1.DemoteMember;
import io.canvass.proto.kv.v1.MemberDescription;
import io.canvass.proto.kv.v1.PromoteMember;
import io.canvass.proto.kv.v1.RemoveMember;
import io.canvass.proto.kv.v1.SafeToStop;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** {@code /v1/cluster}: who the members are, and their changes (KV-API.md, section 7; docs/api-admin.md). */
@Controller
final class ClusterController {
    private static final String ACCEPT_ADVICE = "Accept it or */*.";
    private final AdminCalls calls;

    ClusterController(AdminCalls calls) {
        this.calls = calls;
    }

    @Requires(Right.MONITOR)
    @GetMapping("/v1/cluster")
    void cluster(HttpServletRequest request, HttpServletResponse response) throws IOException {
        requireRead(request);
        ClusterDescription cluster = calls.describe();
        send(request, response, KvJson.object(json -> ClusterJson.cluster(json, cluster)));
    }

    @Requires(Right.MONITOR)
    @GetMapping("/v1/cluster/members")
    void members(HttpServletRequest request, HttpServletResponse response) throws IOException {
        requireRead(request);
        ClusterDescription cluster = calls.describe();
        send(request, response, KvJson.object(json -> {
            ClusterJson.source(json, cluster);
            ClusterJson.members(json, cluster);
        }));
    }

    @Requires(Right.MONITOR)
    @GetMapping("/v1/cluster/members/{id}")
    void member(HttpServletRequest request, HttpServletResponse response, @PathVariable String id) throws IOException {
        MemberRequests.requireMemberPath(request, id);
        requireRead(request);
        ClusterDescription cluster = calls.describe();
        MemberDescription found = find(cluster, id).orElseThrow(() -> Problem.of(ProblemType.MEMBER_NOT_FOUND, id + " is no"
                + " member as far as " + cluster.getNodeId() + " knows. GET /v1/cluster/members lists the members.")
                .asException());
        send(request, response, KvJson.object(json -> ClusterJson.member(json, cluster, found)));
    }

    @Requires(Right.ADMIN)
    @PostMapping("/v1/cluster/members")
    void add(HttpServletRequest request, HttpServletResponse response) throws IOException {
        AdminRequest asked = MemberRequests.add(request);
        AdminReply reply = calls.ask(asked);
        if (!asked.getDryRun()) {
            response.setStatus(HttpServletResponse.SC_CREATED);
            response.setHeader("Location", "/v1/cluster/members/" + asked.getAdd().getId());
        }
        changed(request, response, "add", asked, reply, asked.getAdd().getId());
    }

    @Requires(Right.ADMIN)
    @PatchMapping("/v1/cluster/members/{id}")
    void update(HttpServletRequest request, HttpServletResponse response, @PathVariable String id) throws IOException {
        MemberRequests.requireMemberPath(request, id);
        AdminRequest asked = MemberRequests.update(request, id);
        changed(request, response, "update", asked, calls.ask(asked), id);
    }

    @Requires(Right.ADMIN)
    @DeleteMapping("/v1/cluster/members/{id}")
    void remove(HttpServletRequest request, HttpServletResponse response, @PathVariable String id) throws IOException {
        MemberRequests.requireMemberPath(request, id);
        AdminRequest asked =
                MemberRequests.bare(request).setRemove(RemoveMember.newBuilder().setId(id)).build();
        changed(request, response, "remove", asked, calls.ask(asked), id);
    }

    @Requires(Right.ADMIN)
    @PostMapping("/v1/cluster/members/{id}/promote")
    void promote(HttpServletRequest request, HttpServletResponse response, @PathVariable String id) throws IOException {
        MemberRequests.requireMemberPath(request, id);
        AdminRequest asked =
                MemberRequests.bare(request).setPromote(PromoteMember.newBuilder().setId(id)).build();
        changed(request, response, "promote", asked, calls.ask(asked), id);
    }

    @Requires(Right.ADMIN)
    @PostMapping("/v1/cluster/members/{id}/demote")
    void demote(HttpServletRequest request, HttpServletResponse response, @PathVariable String id) throws IOException {
        MemberRequests.requireMemberPath(request, id);
        AdminRequest asked =
                MemberRequests.bare(request).setDemote(DemoteMember.newBuilder().setId(id)).build();
        changed(request, response, "demote", asked, calls.ask(asked), id);
    }

    @Requires(Right.ADMIN)
    @PostMapping("/v1/cluster/members/{id}/replace")
    void replace(HttpServletRequest request, HttpServletResponse response, @PathVariable String id) throws IOException {
        MemberRequests.requireMemberPath(request, id);
        AdminRequest asked = MemberRequests.replace(request, id);
        changed(request, response, "replace", asked, calls.ask(asked), id);
    }

    @Requires(Right.MONITOR)
    @GetMapping("/v1/cluster/members/{id}/safe-to-stop")
    void safeToStop(HttpServletRequest request, HttpServletResponse response, @PathVariable String id)
            throws IOException {
        MemberRequests.requireMemberPath(request, id);
        requireRead(request);
        AdminReply reply = calls.ask(AdminRequest.newBuilder()
                .setSafeToStop(SafeToStop.newBuilder().setId(id))
                .build());
        send(request, response, KvJson.object(json -> {
            json.writeStringProperty("id", id);
            json.writeBooleanProperty("safe", true);
            json.writeStringProperty("reason", reply.getDetail() + ".");
        }));
    }

    @Requires(Right.ADMIN)
    @PostMapping("/v1/cluster/leader")
    void transfer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        AdminRequest asked = MemberRequests.transfer(request);
        AdminReply reply = calls.ask(asked);
        send(request, response, KvJson.object(json -> {
            json.writeBooleanProperty("dryRun", asked.getDryRun());
            ClusterJson.leader(json, reply.getCluster());
            json.writeNumberProperty("epoch", reply.getCluster().getEpoch());
        }));
    }

    /** The receipt of a change: after a dry run without an index, and with the member as it still is. */
    private void changed(
            HttpServletRequest request,
            HttpServletResponse response,
            String change,
            AdminRequest asked,
            AdminReply reply,
            String id)
            throws IOException {
        Optional<MemberDescription> member = find(reply.getCluster(), id);
        send(request, response, KvJson.object(json -> {
            json.writeStringProperty("change", change);
            json.writeBooleanProperty("dryRun", asked.getDryRun());
            if (!asked.getDryRun()) {
                json.writeNumberProperty("index", reply.getIndex());
            }
            json.writeNumberProperty("epoch", reply.getCluster().getEpoch());
            if (member.isEmpty()) {
                json.writeNullProperty("member");
            } else {
                json.writeObjectPropertyStart("member");
                ClusterJson.member(json, reply.getCluster(), member.get());
                json.writeEndObject();
            }
        }));
    }

    private static Optional<MemberDescription> find(ClusterDescription cluster, String id) {
        return cluster.getMembersList().stream().filter(member -> member.getId().equals(id)).findFirst();
    }

    private static void requireRead(HttpServletRequest request) {
        MemberRequests.requireNoParameters(request);
        RequestHeaders.requireAccepts(request, MediaType.APPLICATION_JSON_VALUE, ACCEPT_ADVICE);
    }

    private void send(HttpServletRequest request, HttpServletResponse response, byte[] body) throws IOException {
        Replies.stamp(request, response, calls.view());
        response.setHeader("Cache-Control", "no-store");
        Replies.send(response, MediaType.APPLICATION_JSON_VALUE, body);
    }
}
