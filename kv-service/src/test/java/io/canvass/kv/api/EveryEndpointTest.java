package io.canvass.kv.api;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.canvass.kv.api.http.Endpoint;
import io.canvass.kv.api.http.Endpoints;
import io.canvass.kv.store.Right;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * All that is served, found as the servers themselves find it, tried as nobody, with a wrong token, and with each right inside
 * and outside of its prefix. A new endpoint that is not in {@link #RULES} fails here, whatever it asks for.
 */
class EveryEndpointTest {
    private static final String INSIDE = "in/x";
    private static final String OUTSIDE = "out/x";
    private static final String ANYWHERE = "*";

    private static TestServer server;
    private static Wire http;
    private static final Map<Right, String> HOLDERS = new EnumMap<>(Right.class);

    /**
     * One request, with {@code KEY} for a key or a name.
     *
     * @param rights each of which is enough; empty: everybody who is known; with ANY also nobody
     * @param onKey whether the right must be on the key
     */
    private record Rule(String method, String template, String target, String body, boolean onKey, Set<Right> rights) {
        boolean isOpen() {
            return body.equals(ANYWHERE);
        }
    }

    private static Rule rule(String endpoint, String target, String body, boolean onKey, Right... rights) {
        String[] parts = endpoint.split(" ", 2);
        return new Rule(parts[0], parts[1], target, body, onKey, Set.of(rights));
    }

    private static Rule open(String endpoint) {
        return rule(endpoint, endpoint.split(" ", 2)[1], ANYWHERE, false);
    }

    private static final String PUT_LINE = "{\"put\":{\"key\":\"KEY\",\"value\":\"1\"}}";

    private static final List<Rule> RULES = List.of(
            rule("GET /v1/kv/{key}", "/v1/kv/KEY", "", true, Right.READ),
            rule("PUT /v1/kv/{key}", "/v1/kv/KEY", "7", true, Right.WRITE),
            rule("DELETE /v1/kv/{key}", "/v1/kv/KEY", "", true, Right.WRITE),
            rule("GET /v1/kv64/{key}", "/v1/kv64/KEY64", "", true, Right.READ),
            rule("PUT /v1/kv64/{key}", "/v1/kv64/KEY64", "7", true, Right.WRITE),
            rule("DELETE /v1/kv64/{key}", "/v1/kv64/KEY64", "", true, Right.WRITE),
            rule("GET /v1/kv", "/v1/kv?prefix=KEY", "", true, Right.READ),
            rule("DELETE /v1/kv", "/v1/kv?prefix=KEY", "", true, Right.WRITE),
            rule("POST /v1/txn", "/v1/txn", "{\"then\":[" + PUT_LINE + "]}", true, Right.WRITE),
            rule("POST /v1/batch", "/v1/batch", PUT_LINE + "\n", true, Right.WRITE),
            rule("GET /v1/export", "/v1/export?prefix=KEY", "", true, Right.READ),
            rule("POST /v1/import", "/v1/import", "{\"key\":\"KEY\",\"value\":\"1\"}\n", true, Right.WRITE),
            rule("GET /v1/counters/{name}", "/v1/counters/KEY", "", true, Right.READ),
            rule("DELETE /v1/counters/{name}", "/v1/counters/KEY", "", true, Right.WRITE),
            // A sum tells what was there: it needs both, which no holder of one right has.
            rule("POST /v1/counters/{name}", "/v1/counters/KEY?add=1", "", true, Right.ADMIN),
            rule("GET /v1/leases", "/v1/leases", "", false, Right.ADMIN),
            rule("POST /v1/leases", "/v1/leases", "{\"ttl\":\"30s\"}", false, Right.WRITE, Right.LOCK),
            rule("GET /v1/leases/{id}", "/v1/leases/7f3a", "", false, Right.WRITE, Right.LOCK),
            rule("DELETE /v1/leases/{id}", "/v1/leases/7f3a", "", false, Right.WRITE, Right.LOCK),
            rule("POST /v1/leases/{id}/keepalive", "/v1/leases/7f3a/keepalive", "", false, Right.WRITE, Right.LOCK),
            rule("GET /v1/locks/{name}", "/v1/locks/KEY", "", true, Right.LOCK),
            rule("PUT /v1/locks/{name}", "/v1/locks/KEY", "{\"owner\":\"o\",\"ttl\":\"30s\"}", true, Right.LOCK),
            rule("DELETE /v1/locks/{name}", "/v1/locks/KEY", "", true, Right.LOCK),
            rule("GET /v1/elections/{name}", "/v1/elections/KEY", "", true, Right.LOCK),
            rule("PUT /v1/elections/{name}", "/v1/elections/KEY",
                    "{\"candidate\":\"o\",\"ttl\":\"30s\"}", true, Right.LOCK),
            rule("DELETE /v1/elections/{name}", "/v1/elections/KEY", "", true, Right.LOCK),
            // HEAD is GET without the stream that would not end.
            rule("GET /v1/locks/{name}/watch", "/v1/locks/KEY/watch", "", true, Right.LOCK),
            rule("GET /v1/elections/{name}/watch", "/v1/elections/KEY/watch", "", true, Right.LOCK),
            rule("GET /v1/watch", "/v1/watch?prefix=KEY", "", true, Right.READ),
            rule("POST /v1/compact", "/v1/compact", "{\"revision\":1}", false, Right.ADMIN),
            rule("GET /v1/auth/whoami", "/v1/auth/whoami", "", false, Right.values()),
            rule("GET /v1/auth/roles", "/v1/auth/roles", "", false, Right.ADMIN),
            rule("GET /v1/auth/roles/{name}", "/v1/auth/roles/read", "", false, Right.ADMIN),
            rule("PUT /v1/auth/roles/{name}", "/v1/auth/roles/more",
                    "{\"rights\":[{\"right\":\"monitor\"}]}", false, Right.ADMIN),
            rule("DELETE /v1/auth/roles/{name}", "/v1/auth/roles/gone", "", false, Right.ADMIN),
            rule("GET /v1/auth/tokens", "/v1/auth/tokens", "", false, Right.ADMIN),
            rule("POST /v1/auth/tokens", "/v1/auth/tokens", "{\"name\":\"t\",\"roles\":[\"read\"]}", false, Right.ADMIN),
            rule("GET /v1/auth/tokens/{name}", "/v1/auth/tokens/read", "", false, Right.ADMIN),
            rule("DELETE /v1/auth/tokens/{name}", "/v1/auth/tokens/gone", "", false, Right.ADMIN),
            rule("GET /v1/auth/certificates", "/v1/auth/certificates", "", false, Right.ADMIN),
            rule("GET /v1/auth/certificates/{name}", "/v1/auth/certificates/gone", "", false, Right.ADMIN),
            rule("PUT /v1/auth/certificates/{name}", "/v1/auth/certificates/c",
                    "{\"certificate\":\"dns:c\",\"roles\":[\"read\"]}", false, Right.ADMIN),
            rule("DELETE /v1/auth/certificates/{name}", "/v1/auth/certificates/gone", "", false, Right.ADMIN),
            rule("GET /v1/audit", "/v1/audit", "", false, Right.ADMIN),
            rule("GET /v1/alarms", "/v1/alarms", "", false, Right.MONITOR),
            rule("DELETE /v1/alarms", "/v1/alarms", "", false, Right.ADMIN),
            rule("GET /v1/cluster", "/v1/cluster", "", false, Right.MONITOR),
            rule("GET /v1/cluster/members", "/v1/cluster/members", "", false, Right.MONITOR),
            rule("GET /v1/cluster/members/{id}", "/v1/cluster/members/kv-1", "", false, Right.MONITOR),
            rule("POST /v1/cluster/members", "/v1/cluster/members",
                    "{\"id\":\"kv-9\",\"address\":\"h:1\"}", false, Right.ADMIN),
            rule("PATCH /v1/cluster/members/{id}", "/v1/cluster/members/kv-1", "{}", false, Right.ADMIN),
            rule("DELETE /v1/cluster/members/{id}", "/v1/cluster/members/kv-1", "", false, Right.ADMIN),
            rule("POST /v1/cluster/members/{id}/promote", "/v1/cluster/members/kv-1/promote", "", false, Right.ADMIN),
            rule("POST /v1/cluster/members/{id}/demote", "/v1/cluster/members/kv-1/demote", "", false, Right.ADMIN),
            rule("POST /v1/cluster/members/{id}/replace", "/v1/cluster/members/kv-1/replace", "", false, Right.ADMIN),
            rule("GET /v1/cluster/members/{id}/safe-to-stop", "/v1/cluster/members/kv-1/safe-to-stop", "", false,
                    Right.MONITOR),
            rule("POST /v1/cluster/leader", "/v1/cluster/leader", "", false, Right.ADMIN),
            rule("GET /v1/snapshot", "/v1/snapshot", "", false, Right.BACKUP),
            rule("POST /v1/snapshot/verify", "/v1/snapshot/verify", "", false, Right.BACKUP),
            rule("GET /v1/version", "/v1/version", "", false, Right.values()),
            rule("GET /actuator", "/actuator", "", false, Right.MONITOR),
            rule("GET /actuator/health", "/actuator/health", "", false, Right.MONITOR),
            rule("GET /actuator/health/**", "/actuator/health/ping", "", false, Right.MONITOR),
            rule("GET /actuator/info", "/actuator/info", "", false, Right.MONITOR),
            open("GET /livez"),
            open("GET /readyz"),
            open("GET /problems"),
            open("GET /problems/{name}"),
            open("GET /v3/api-docs"),
            open("GET /v3/api-docs.yaml"));

    @BeforeAll
    static void begin() {
        server = TestServer.guarded(
                "--management.server.port=", "--management.endpoints.web.exposure.include=health,info");
        http = new Wire(server.port());
        Rights rights = new Rights(server.store());
        for (Right right : Right.values()) {
            HOLDERS.put(right, rights.token(right.word(), Rights.grant(right, right.isOnNames() ? "in/" : "")));
        }
    }

    @AfterAll
    static void end() {
        server.stop();
    }

    /** {@code METHOD template}, as the table of the own servlet and the mappings of Spring's have them. */
    private static Set<String> served() {
        Set<String> found = new TreeSet<>();
        server.beans(Endpoints.class).stream()
                .flatMap(component -> component.endpoints().stream())
                .forEach(endpoint -> methods(endpoint).forEach(method -> found.add(method + " " + endpoint.template())));
        for (RequestMappingInfoHandlerMapping mapping : server.beans(RequestMappingInfoHandlerMapping.class)) {
            for (RequestMappingInfo info : mapping.getHandlerMethods().keySet()) {
                Set<String> methods = new TreeSet<>();
                info.getMethodsCondition().getMethods().forEach(method -> methods.add(method.name()));
                for (String pattern : info.getPatternValues()) {
                    (methods.isEmpty() ? Set.of("ANY") : methods).forEach(method -> found.add(method + " " + pattern));
                }
            }
        }
        return found;
    }

    private static Set<String> methods(Endpoint endpoint) {
        return endpoint.handlers().keySet();
    }

    @Test
    void eachEndpointHasARuleAndEachRuleAnEndpoint() {
        Set<String> ruled = new TreeSet<>();
        RULES.forEach(rule -> ruled.add(rule.method() + " " + rule.template()));
        // The page of errors, which the container asks for; asked by a client, it is one.
        ruled.add("ANY /error");
        assertThat(served()).isEqualTo(ruled);
    }

    @Test
    void nobodyGetsAnythingThatIsNotOpen() {
        int before = server.store().commands().size();
        for (Rule rule : RULES) {
            Wire.Reply reply = send(rule, INSIDE);
            if (rule.isOpen()) {
                assertThat(reply.status()).as(rule.toString()).isNotIn(401, 403);
            } else {
                assertUnauthenticated(rule, reply);
            }
        }
        assertThat(server.store().commands()).hasSize(before);
    }

    @Test
    void aWrongTokenIsAsGoodAsNone() {
        int before = server.store().commands().size();
        List<String> wrong = List.of(
                "Authorization: Bearer cvt_read.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "Authorization: Bearer cvt_nobody.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "Authorization: Bearer " + "x".repeat(50),
                "Authorization: Bearer ",
                "Authorization: Basic cmVhZDpyZWFk",
                HOLDERS.get(Right.ADMIN) + "x");
        for (Rule rule : RULES.stream().filter(rule -> !rule.isOpen()).toList()) {
            for (String header : wrong) {
                assertUnauthenticated(rule, send(rule, INSIDE, header));
            }
        }
        assertThat(server.store().commands()).hasSize(before);
    }

    private static void assertUnauthenticated(Rule rule, Wire.Reply reply) {
        assertThat(reply.status()).as(rule + " " + reply.text()).isEqualTo(401);
        assertThat(reply.header("WWW-Authenticate")).as(rule.toString()).contains("Bearer realm=\"canvass\"");
    }

    @Test
    void eachRightOpensWhatItIsForInsideOfItsPrefixAndNothingElse() {
        List<String> wrong = new ArrayList<>();
        for (Rule rule : RULES.stream().filter(rule -> !rule.isOpen()).toList()) {
            for (Right right : Right.values()) {
                boolean has = right == Right.ADMIN || rule.rights().contains(right);
                check(rule, right, INSIDE, has, wrong);
                check(rule, right, OUTSIDE, has && (right == Right.ADMIN || !rule.onKey()), wrong);
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static void check(Rule rule, Right right, String key, boolean may, List<String> wrong) {
        Wire.Reply reply = send(rule, key, requireNonNull(HOLDERS.get(right)));
        // A line of a batch has a status of its own.
        boolean refused = reply.status() == 403 || reply.text().contains("/problems/forbidden");
        if (refused == may || reply.status() == 401 || reply.status() >= 500) {
            wrong.add(rule.method() + " " + rule.target() + " of " + key + " with " + right + ": " + reply.status() + " "
                    + reply.text());
        }
    }

    private static Wire.Reply send(Rule rule, String key, String... headers) {
        String base64 = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(key.getBytes(StandardCharsets.UTF_8));
        String target = rule.target().replace("KEY64", base64).replace("KEY", key);
        byte[] body = rule.isOpen() ? new byte[0] : rule.body().replace("KEY", key).getBytes(StandardCharsets.UTF_8);
        List<String> all = new ArrayList<>(List.of(headers));
        boolean lines = rule.template().equals("/v1/batch") || rule.template().equals("/v1/import");
        if (!rule.template().startsWith("/v1/kv")) {
            all.add("Content-Type: " + (lines ? "application/x-ndjson" : "application/json"));
        }
        if (rule.method().equals("DELETE") && rule.template().matches("/v1/(locks|elections|kv|kv64)/.*")) {
            // Locks are released by their token; no key was ever written at this revision.
            all.add("If-Match: \"999999\"");
        }
        boolean stream = rule.template().endsWith("/watch");
        return http.call(stream ? "HEAD" : rule.method(), target, body, all.toArray(String[]::new));
    }
}
