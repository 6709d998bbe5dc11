package io.canvass.kv.api.auth;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

import com.google.protobuf.ByteString;
import io.canvass.kv.api.calls.ClusterCalls;
import io.canvass.kv.api.calls.Consistency;
import io.canvass.kv.api.calls.Replies;
import io.canvass.kv.api.calls.WriteRefusals;
import io.canvass.kv.api.http.Access;
import io.canvass.kv.api.http.ApiLimits;
import io.canvass.kv.api.http.Durations;
import io.canvass.kv.api.http.Endpoint;
import io.canvass.kv.api.http.Endpoints;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.http.RawPath;
import io.canvass.kv.api.json.KvJson;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.kv.security.Caller;
import io.canvass.kv.security.Security;
import io.canvass.kv.security.Tokens;
import io.canvass.kv.store.AuthState;
import io.canvass.kv.store.AuthValidity;
import io.canvass.kv.store.Need;
import io.canvass.kv.store.Principal;
import io.canvass.kv.store.Principal.Credential;
import io.canvass.kv.store.Right;
import io.canvass.kv.store.Role;
import io.canvass.kv.store.Validity;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Grant;
import io.canvass.proto.kv.v1.PrincipalDelete;
import io.canvass.proto.kv.v1.PrincipalPut;
import io.canvass.proto.kv.v1.Refused;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.RoleDelete;
import io.canvass.proto.kv.v1.RolePut;
import io.canvass.raft.core.Bytes;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import tools.jackson.core.JsonGenerator;

/**
 * {@code /v1/auth}: roles, tokens and certificates. All that changes them is an entry of the log, and judged there. What is
 * listed is as the leader has it, not older.
 */
@Component
final class AuthRequests implements Endpoints {
    private static final String ROLES = "/v1/auth/roles";
    private static final String TOKENS = "/v1/auth/tokens";
    private static final String CERTIFICATES = "/v1/auth/certificates";
    private static final String LIMIT = "limit";
    private static final String AFTER = "after";
    private static final Duration LEAST_TTL = Duration.ofSeconds(1);
    private static final Duration MOST_TTL = Duration.ofDays(3650);
    private static final Access ADMIN = Access.to(Right.ADMIN);

    private final ClusterCalls cluster;
    private final Security security;
    private final ApiLimits limits;
    private final SecureRandom random = new SecureRandom();

    AuthRequests(ClusterCalls cluster, Security security, ApiLimits limits) {
        this.cluster = cluster;
        this.security = security;
        this.limits = limits;
    }

    @Override
    public List<Endpoint> endpoints() {
        return List.of(
                Endpoint.of("/v1/auth/whoami", "GET", Access.KNOWN, this::whoAmI),
                Endpoint.of(ROLES, "GET", ADMIN, this::roles),
                Endpoint.of(ROLES + "/{name}", "GET", ADMIN, this::role)
                        .and("PUT", ADMIN, this::putRole)
                        .and("DELETE", ADMIN, this::deleteRole),
                Endpoint.of(TOKENS, "GET", ADMIN, this::tokens).and("POST", ADMIN, this::makeToken),
                Endpoint.of(TOKENS + "/{name}", "GET", ADMIN, (request, response) -> get(TOKENS, request, response))
                        .and("DELETE", ADMIN, (request, response) -> delete(TOKENS, request, response)),
                Endpoint.of(CERTIFICATES, "GET", ADMIN, this::certificates),
                Endpoint.of(CERTIFICATES + "/{name}", "GET", ADMIN,
                                (request, response) -> get(CERTIFICATES, request, response))
                        .and("PUT", ADMIN, this::putCertificate)
                        .and("DELETE", ADMIN, (request, response) -> delete(CERTIFICATES, request, response)));
    }

    private void whoAmI(HttpServletRequest request, HttpServletResponse response) throws IOException {
        QueryParameters.parse(request.getQueryString(), List.of());
        Caller caller = security.current().caller();
        AuthState state = security.auth();
        Optional<Principal> principal =
                caller instanceof Caller.Known known ? security.principal(state, known) : Optional.empty();
        reply(request, response, json -> {
            json.writeStringProperty("principal", caller.name());
            json.writeBooleanProperty("authentication", security.isOn());
            List<Role.Grant> all = List.of(new Role.Grant(Right.ADMIN, Bytes.EMPTY));
            AuthJson.rights(json, principal.map(found -> found.roles().stream()
                            .flatMap(role -> Stream.ofNullable(state.roles().get(role)))
                            .flatMap(role -> role.grants().stream())
                            .distinct()
                            .toList())
                    .orElse(all));
            principal.ifPresent(found -> AuthJson.expiry(json, found.expiresMillis()));
        });
    }

    private void roles(HttpServletRequest request, HttpServletResponse response) throws IOException {
        list(request, response, state -> state.roles().values().stream(), Role::name, AuthJson::role);
    }

    private void tokens(HttpServletRequest request, HttpServletResponse response) throws IOException {
        list(request, response, state -> principals(state, TOKENS), Principal::name, AuthJson::principal);
    }

    private void certificates(HttpServletRequest request, HttpServletResponse response) throws IOException {
        list(request, response, state -> principals(state, CERTIFICATES), Principal::name, AuthJson::principal);
    }

    private static Stream<Principal> principals(AuthState state, String root) {
        return state.principals().values().stream().filter(ofKind(root));
    }

    private static Predicate<Principal> ofKind(String root) {
        return principal -> (principal.credential() instanceof Credential.Token) == root.equals(TOKENS);
    }

    private <T> void list(
            HttpServletRequest request,
            HttpServletResponse response,
            Function<AuthState, Stream<T>> all,
            Function<T, String> name,
            BiConsumer<JsonGenerator, T> write)
            throws IOException {
        QueryParameters query = QueryParameters.parse(request.getQueryString(), List.of(LIMIT, AFTER));
        int limit = (int) query.count(LIMIT, limits.defaultPageItems(), limits.maxPageItems());
        String after = query.text(AFTER).orElse("");
        AuthState state = fresh();
        List<T> found = all.apply(state)
                .filter(item -> name.apply(item).compareTo(after) > 0)
                .sorted((one, other) -> name.apply(one).compareTo(name.apply(other)))
                .limit(limit + 1L)
                .toList();
        boolean more = found.size() > limit;
        reply(request, response, json -> {
            json.writeNumberProperty("authRevision", state.revision());
            json.writeArrayPropertyStart("items");
            found.stream().limit(limit).forEach(item -> {
                json.writeStartObject();
                write.accept(json, item);
                json.writeEndObject();
            });
            json.writeEndArray();
            json.writeBooleanProperty("more", more);
        });
    }

    /** As the leader had it when this was asked; and the caller is an admin by that, too. */
    private AuthState fresh() {
        cluster.awaitFreshness(Consistency.LINEARIZABLE);
        security.requireCurrent(Need.of(Right.ADMIN));
        return security.auth();
    }

    private void role(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String name = name(request, ROLES);
        QueryParameters.parse(request.getQueryString(), List.of());
        Role role = Optional.ofNullable(fresh().roles().get(name)).orElseThrow(() -> Problem.of(
                        ProblemType.ROLE_NOT_FOUND, "There is no role '" + name + "'. Nothing was done.")
                .asException());
        reply(request, response, json -> AuthJson.role(json, role));
    }

    private void get(String root, HttpServletRequest request, HttpServletResponse response) throws IOException {
        String name = name(request, root);
        QueryParameters.parse(request.getQueryString(), List.of());
        Principal principal = existing(fresh(), root, name);
        reply(request, response, json -> AuthJson.principal(json, principal));
    }

    private static Principal existing(AuthState state, String root, String name) {
        return state.principal(name).filter(ofKind(root)).orElseThrow(() -> Problem.of(
                        ProblemType.PRINCIPAL_NOT_FOUND,
                        "There is no " + noun(root) + " '" + name + "'. Nothing was done.")
                .asException());
    }

    private static String noun(String root) {
        return root.equals(TOKENS) ? "token" : "certificate";
    }

    private void putRole(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String name = name(request, ROLES);
        QueryParameters.parse(request.getQueryString(), List.of());
        RolePut.Builder put = RolePut.newBuilder().setName(name);
        for (Role.Grant grant : AuthJson.grants(request)) {
            put.addGrant(Grant.newBuilder()
                    .setRight(grant.right().wire())
                    .setPrefix(ByteString.copyFrom(grant.prefix().array())));
        }
        Result result = change(Command.newBuilder().setRolePut(put).build(), Problem.Repeat.SAFE);
        response.setStatus(result.getAuthChanged().getExisted()
                ? HttpServletResponse.SC_OK
                : HttpServletResponse.SC_CREATED);
        changed(request, response, name, result);
    }

    private void deleteRole(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String name = name(request, ROLES);
        QueryParameters.parse(request.getQueryString(), List.of());
        changed(request, response, name, change(Command.newBuilder()
                .setRoleDelete(RoleDelete.newBuilder().setName(name))
                .build(), Problem.Repeat.SAFE));
    }

    private void makeToken(HttpServletRequest request, HttpServletResponse response) throws IOException {
        QueryParameters.parse(request.getQueryString(), List.of());
        if (request.getHeader("Idempotency-Key") != null) {
            throw QueryParameters.invalid("A token is shown once and kept nowhere, so the answer cannot be given again: send the"
                    + " request without Idempotency-Key. If its answer is lost, revoke the token and make another one.");
        }
        AuthJson.Wanted wanted = AuthJson.wanted(request, List.of("name", "roles", "ttl"));
        String name = wanted.name().orElseThrow(() -> QueryParameters.invalid("The body must have the member 'name'."));
        requireName(name);
        Tokens.Minted token = Tokens.mint(name, random);
        PrincipalPut put = PrincipalPut.newBuilder()
                .setName(name)
                .setTokenHash(ByteString.copyFrom(token.sha256().array()))
                .addAllRole(wanted.roles())
                .setExpiresMillis(expiry(wanted))
                .setMustBeNew(true)
                .build();
        Result result = change(Command.newBuilder().setPrincipalPut(put).build(), Problem.Repeat.UNSAFE);
        response.setStatus(HttpServletResponse.SC_CREATED);
        response.setHeader("Location", TOKENS + "/" + name);
        reply(request, response, json -> {
            json.writeStringProperty("name", name);
            json.writeStringProperty("token", token.text());
            AuthJson.expiry(json, put.getExpiresMillis());
            json.writeNumberProperty("authRevision", result.getAuthChanged().getAuthRevision());
        });
    }

    private void putCertificate(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String name = name(request, CERTIFICATES);
        QueryParameters.parse(request.getQueryString(), List.of());
        AuthJson.Wanted wanted = AuthJson.wanted(request, List.of("certificate", "roles", "ttl"));
        AuthState state = fresh();
        if (state.principal(name).isPresent()) {
            existing(state, CERTIFICATES, name);
        }
        PrincipalPut put = PrincipalPut.newBuilder()
                .setName(name)
                .setCertificate(wanted.certificate().orElseThrow(
                        () -> QueryParameters.invalid("The body must have the member 'certificate'.")))
                .addAllRole(wanted.roles())
                .setExpiresMillis(expiry(wanted))
                .build();
        Result result = change(Command.newBuilder().setPrincipalPut(put).build(), Problem.Repeat.SAFE);
        response.setStatus(result.getAuthChanged().getExisted()
                ? HttpServletResponse.SC_OK
                : HttpServletResponse.SC_CREATED);
        changed(request, response, name, result);
    }

    private static long expiry(AuthJson.Wanted wanted) {
        return wanted.ttl()
                .map(text -> System.currentTimeMillis()
                        + Durations.parse("The body's member 'ttl'", text, LEAST_TTL, MOST_TTL).toMillis())
                .orElse(0L);
    }

    private void delete(String root, HttpServletRequest request, HttpServletResponse response) throws IOException {
        String name = name(request, root);
        QueryParameters.parse(request.getQueryString(), List.of());
        existing(fresh(), root, name);
        changed(request, response, name, change(Command.newBuilder()
                .setPrincipalDelete(PrincipalDelete.newBuilder().setName(name))
                .build(), Problem.Repeat.SAFE));
    }

    private Result change(Command command, Problem.Repeat repeat) {
        Optional<Refused> problem = Validity.problem(command);
        if (problem.isPresent()) {
            throw WriteRefusals.of(problem.get());
        }
        Result result = cluster.write(command, repeat);
        if (result.hasRefused()) {
            throw WriteRefusals.of(result.getRefused());
        }
        return result;
    }

    private void changed(HttpServletRequest request, HttpServletResponse response, String name, Result result)
            throws IOException {
        reply(request, response, json -> {
            json.writeStringProperty("name", name);
            json.writeNumberProperty("authRevision", result.getAuthChanged().getAuthRevision());
        });
    }

    private static String name(HttpServletRequest request, String root) {
        String name = RawPath.of(request).substring(root.length() + 1);
        requireName(name);
        return name;
    }

    /** @throws ProblemException 400 {@code invalid-request} */
    private static void requireName(String name) {
        if (!AuthValidity.isName(name)) {
            throw QueryParameters.invalid("A role, a token or a certificate is named by 1 to 63 letters, digits, '.', '_' or '-',"
                    + " the first a letter or digit.");
        }
    }

    private void reply(
            HttpServletRequest request, HttpServletResponse response, Consumer<JsonGenerator> members)
            throws IOException {
        Replies.stamp(request, response, cluster.view());
        response.setHeader("Cache-Control", "no-store");
        Replies.send(response, MediaType.APPLICATION_JSON_VALUE, KvJson.object(members));
    }
}
