package io.canvass.kv.api.admin;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

import com.google.protobuf.ByteString;
import io.canvass.kv.admin.Uuids;
import io.canvass.kv.api.calls.IdempotencyKeys;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.http.RawPath;
import io.canvass.kv.api.http.RequestHeaders;
import io.canvass.kv.api.json.JsonBody;
import io.canvass.kv.api.problem.Excerpt;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.kv.config.MemberForms;
import io.canvass.proto.kv.v1.AddMember;
import io.canvass.proto.kv.v1.AdminRequest;
import io.canvass.proto.kv.v1.MemberPromotion;
import io.canvass.proto.kv.v1.ReplaceMember;
import io.canvass.proto.kv.v1.TransferLeadership;
import io.canvass.proto.kv.v1.UpdateMember;
import jakarta.servlet.http.HttpServletRequest;

/** What a request under {@code /v1/cluster} asks for, read strictly: a misspelt name is told and not ignored. */
final class MemberRequests {
    private static final String DRY_RUN = "dry-run";
    private static final String FORCE = "force";
    private static final String ID = "id";
    private static final String ADDRESS = "address";
    private static final String URL = "url";
    private static final String DIRECTORY_ID = "directoryId";
    private static final String PROMOTE = "promote";
    private static final String TO = "to";
    private static final String ID_FORM =
            "1 to 63 letters, digits, '.', '_' or '-', the first a letter or digit";

    private MemberRequests() {}

    static AdminRequest add(HttpServletRequest request) throws IOException {
        AdminRequest.Builder asked = change(request);
        JsonBody body = JsonBody.read(request, List.of(ID, ADDRESS, URL, DIRECTORY_ID, PROMOTE));
        body.required(ID);
        body.required(ADDRESS);
        AddMember.Builder add = AddMember.newBuilder();
        body.text(ID, ID_FORM, MemberForms::isNodeId).ifPresent(add::setId);
        address(body).ifPresent(add::setAddress);
        url(body).ifPresent(add::setUrl);
        directory(body).ifPresent(add::setDirectoryId);
        MemberPromotion promotion = promotion(body);
        return asked.setAdd(add.setPromotion(
                        promotion == MemberPromotion.MEMBER_PROMOTION_UNSPECIFIED
                                ? MemberPromotion.MEMBER_PROMOTION_AUTO
                                : promotion))
                .build();
    }

    static AdminRequest update(HttpServletRequest request, String id) throws IOException {
        AdminRequest.Builder asked = change(request);
        JsonBody body = JsonBody.read(request, List.of(ADDRESS, URL, PROMOTE));
        UpdateMember.Builder update = UpdateMember.newBuilder().setId(id).setPromotion(promotion(body));
        address(body).ifPresent(update::setAddress);
        url(body).ifPresent(update::setUrl);
        if (!update.hasAddress() && !update.hasUrl() && body.text(PROMOTE).isEmpty()) {
            throw QueryParameters.invalid("The body must have at least one of the members 'address', 'url' and"
                    + " 'promote'.");
        }
        return asked.setUpdate(update).build();
    }

    static AdminRequest replace(HttpServletRequest request, String id) throws IOException {
        AdminRequest.Builder asked = change(request);
        JsonBody body = JsonBody.read(request, List.of(DIRECTORY_ID, ADDRESS, URL));
        ReplaceMember.Builder replace = ReplaceMember.newBuilder().setId(id);
        directory(body).ifPresent(replace::setDirectoryId);
        address(body).ifPresent(replace::setAddress);
        url(body).ifPresent(replace::setUrl);
        return asked.setReplace(replace).build();
    }

    static AdminRequest transfer(HttpServletRequest request) throws IOException {
        AdminRequest.Builder asked = asked(request, List.of(DRY_RUN));
        JsonBody body = JsonBody.read(request, List.of(TO));
        TransferLeadership.Builder transfer = TransferLeadership.newBuilder();
        body.text(TO, ID_FORM, MemberForms::isNodeId).ifPresent(transfer::setTo);
        return asked.setTransfer(transfer).build();
    }

    /** A change that the path says all of; a body would have no members. */
    static AdminRequest.Builder bare(HttpServletRequest request) throws IOException {
        return bare(request, List.of(DRY_RUN, FORCE));
    }

    /** @param parameters of the query that are known */
    static AdminRequest.Builder bare(HttpServletRequest request, List<String> parameters) throws IOException {
        AdminRequest.Builder asked = asked(request, parameters);
        JsonBody.read(request, List.of());
        return asked;
    }

    /** For what changes nothing: no parameter at all is known. */
    static void requireNoParameters(HttpServletRequest request) {
        QueryParameters.parse(request.getQueryString(), List.of());
    }

    /**
     * Spring cuts off everything from a {@code ;} on, and decodes: what is left could be another member than was meant.
     *
     * @throws ProblemException 400, or 404 {@code member-not-found} for what cannot be the id of a node
     */
    static void requireMemberPath(HttpServletRequest request, String id) {
        if (RawPath.of(request).indexOf(';') >= 0) {
            throw QueryParameters.invalid("The path holds a raw ';', which has no meaning here.");
        }
        if (!MemberForms.isNodeId(id)) {
            throw Problem.of(ProblemType.MEMBER_NOT_FOUND, "'" + Excerpt.of(id) + "' is not the id of a node. Nothing was"
                    + " done. GET /v1/cluster/members lists the members.").asException();
        }
    }

    private static AdminRequest.Builder change(HttpServletRequest request) {
        return asked(request, List.of(DRY_RUN, FORCE));
    }

    private static AdminRequest.Builder asked(HttpServletRequest request, List<String> parameters) {
        QueryParameters query = QueryParameters.parse(request.getQueryString(), parameters);
        RequestHeaders.requireKeepable(request);
        if (request.getHeader(IdempotencyKeys.HEADER) != null) {
            throw QueryParameters.invalid("The header " + IdempotencyKeys.HEADER + " is for writes of keys and leases;"
                    + " an operator's request that is repeated does no harm without.");
        }
        if (request.getHeader("If-Match") != null || request.getHeader("If-None-Match") != null) {
            throw QueryParameters.invalid("Conditions (If-Match, If-None-Match) are for keys; this has no ETag.");
        }
        return AdminRequest.newBuilder().setDryRun(query.flag(DRY_RUN)).setForce(query.flag(FORCE));
    }

    private static Optional<String> address(JsonBody body) {
        return body.text(ADDRESS, "host:port, where other members reach its peer port", MemberForms::isAddress);
    }

    /** An empty text takes the URL away. */
    private static Optional<String> url(JsonBody body) {
        return body.text(URL, "the base URL of its HTTP API, such as http://kv-4.example.net:8080",
                        text -> text.isEmpty() || MemberForms.baseUrl(text).isPresent())
                .map(text -> MemberForms.baseUrl(text).orElse(""));
    }

    private static Optional<ByteString> directory(JsonBody body) {
        return body.text(DIRECTORY_ID, "a UUID, as the node's health shows it", MemberRequests::isUuid)
                .map(text -> Uuids.bytes(UUID.fromString(text)));
    }

    private static MemberPromotion promotion(JsonBody body) {
        if (body.text(PROMOTE).isEmpty()) {
            return MemberPromotion.MEMBER_PROMOTION_UNSPECIFIED;
        }
        return switch (body.required(PROMOTE)) {
            case "auto" -> MemberPromotion.MEMBER_PROMOTION_AUTO;
            case "manual" -> MemberPromotion.MEMBER_PROMOTION_MANUAL;
            case String other -> throw QueryParameters.invalid("The body's member 'promote' is '" + Excerpt.of(other)
                    + "'. It can be auto or manual.");
        };
    }

    /** In full: the JDK takes shorter spellings too. All zeros mean that none is known. */
    private static boolean isUuid(String text) {
        try {
            UUID id = UUID.fromString(text);
            return id.toString().equals(text.toLowerCase(Locale.ROOT)) && !id.equals(new UUID(0, 0));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
