package io.canvass.kv.api.lease;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import io.canvass.kv.api.calls.ClusterCalls;
import io.canvass.kv.api.calls.Consistency;
import io.canvass.kv.api.calls.Replies;
import io.canvass.kv.api.http.Access;
import io.canvass.kv.api.http.ApiLimits;
import io.canvass.kv.api.http.Durations;
import io.canvass.kv.api.http.Endpoint;
import io.canvass.kv.api.http.Endpoints;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.http.RawPath;
import io.canvass.kv.api.http.RequestHeaders;
import io.canvass.kv.api.json.JsonBody;
import io.canvass.kv.api.json.KvJson;
import io.canvass.kv.api.problem.Excerpt;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.cluster.LeaseDeadlines;
import io.canvass.kv.store.ApplyLimits;
import io.canvass.kv.store.KvQueries;
import io.canvass.kv.store.Right;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.LeaseEnded;
import io.canvass.proto.kv.v1.LeaseGrant;
import io.canvass.proto.kv.v1.LeaseInfo;
import io.canvass.proto.kv.v1.LeaseKeepAlive;
import io.canvass.proto.kv.v1.LeaseRevoke;
import io.canvass.proto.kv.v1.Result;
import io.canvass.raft.core.Bytes;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;

/** Leases: granted, kept alive, looked at, revoked (KV-API.md, section 6). */
@Component
final class LeaseRequests implements Endpoints {
    static final String ROOT = "/v1/leases";

    static final Duration LEAST_TTL = Duration.ofMillis(1);
    static final Duration MOST_TTL = Duration.ofMillis(ApplyLimits.MAX_TTL_MILLIS);

    /** Of leases each sees only its own. */
    private static final Access HOLDERS = Access.to(Right.WRITE, Right.LOCK);

    private static final String KEEP_ALIVE = "/keepalive";
    private static final String TTL = "ttl";
    private static final String KEYS = "keys";
    private static final String LIMIT = "limit";
    private static final String CURSOR = "cursor";
    /** As {@link KvJson#lease} writes it, and as nothing else. */
    private static final Pattern ID = Pattern.compile("[1-9a-f][0-9a-f]{0,15}");

    private final KvQueries reader;
    private final ClusterCalls cluster;
    private final LeaseDeadlines deadlines;
    private final ApiLimits limits;

    LeaseRequests(KvQueries reader, ClusterCalls cluster, LeaseDeadlines deadlines, ApiLimits limits) {
        this.reader = reader;
        this.cluster = cluster;
        this.deadlines = deadlines;
        this.limits = limits;
    }

    @Override
    public List<Endpoint> endpoints() {
        return List.of(
                Endpoint.of(ROOT, "GET", Access.to(Right.ADMIN), this::list).and("POST", HOLDERS, this::grant),
                Endpoint.of(ROOT + "/{id}", "GET", HOLDERS, this::get).and("DELETE", HOLDERS, this::revoke),
                Endpoint.of(ROOT + "/{id}" + KEEP_ALIVE, "POST", HOLDERS, this::keepAlive));
    }

    private void grant(HttpServletRequest request, HttpServletResponse response) throws IOException {
        long beganNanos = System.nanoTime();
        RequestHeaders.requireKeepable(request);
        QueryParameters.parse(request.getQueryString(), List.of());
        Duration ttl = ttl(JsonBody.read(request, List.of(TTL)).required(TTL));
        Command command = Command.newBuilder()
                .setLeaseGrant(LeaseGrant.newBuilder().setTtlMillis(ttl.toMillis()))
                .build();
        Result result = cluster.write(request, command, Problem.Repeat.UNSAFE);
        LeaseInfo lease = granted(result);
        response.setStatus(HttpServletResponse.SC_CREATED);
        response.setHeader("Location", ROOT + "/" + KvJson.lease(lease.getId()));
        standing(request, response, lease, beganNanos);
    }

    /** What the client is told to be the body's or a parameter's TTL. */
    static Duration ttl(String text) {
        return Durations.parse("The body's member 'ttl'", text, LEAST_TTL, MOST_TTL);
    }

    private void keepAlive(HttpServletRequest request, HttpServletResponse response) throws IOException {
        long beganNanos = System.nanoTime();
        String path = RawPath.of(request);
        long id = id(path.substring(ROOT.length() + 1, path.length() - KEEP_ALIVE.length()));
        QueryParameters.parse(request.getQueryString(), List.of());
        JsonBody.read(request, List.of());
        Command command = Command.newBuilder()
                .setLeaseKeepAlive(LeaseKeepAlive.newBuilder().setLease(id))
                .build();
        // Again is not the same again: an answer that is kept would keep nothing alive.
        LeaseInfo lease = granted(cluster.write(command, Problem.Repeat.SAFE));
        standing(request, response, lease, beganNanos);
    }

    private static LeaseInfo granted(Result result) {
        return switch (result.getOutcomeCase()) {
            case LEASE -> result.getLease();
            case REFUSED -> throw LeaseProblems.of(result.getRefused()).asException();
            default -> throw new IllegalStateException("The store answered for a lease with " + result.getOutcomeCase());
        };
    }

    /** The leader received the request after this node did, and counts from then: so much is left at least. */
    private void standing(HttpServletRequest request, HttpServletResponse response, LeaseInfo lease, long beganNanos)
            throws IOException {
        long left = Math.max(
                0, lease.getTtlMillis() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNanos));
        Replies.stamp(request, response, cluster.view());
        reply(response, KvJson.object(json -> {
            json.writeStringProperty("id", KvJson.lease(lease.getId()));
            json.writeStringProperty(TTL, Durations.format(Duration.ofMillis(lease.getTtlMillis())));
            json.writeNumberProperty("expiresInMs", left);
        }));
    }

    private void revoke(HttpServletRequest request, HttpServletResponse response) throws IOException {
        long id = idOf(request);
        QueryParameters.parse(request.getQueryString(), List.of());
        Command command = Command.newBuilder()
                .setLeaseRevoke(LeaseRevoke.newBuilder().setLease(id))
                .build();
        Result result = cluster.write(request, command, Problem.Repeat.SAFE);
        if (result.hasRefused()) {
            throw LeaseProblems.of(result.getRefused()).asException();
        }
        LeaseEnded ended = result.getLeaseEnded();
        Replies.stamp(request, response, cluster.view());
        reply(response, KvJson.object(json -> {
            json.writeStringProperty("id", KvJson.lease(id));
            json.writeNumberProperty("removed", ended.getRemoved());
            json.writeBooleanProperty("more", ended.getMore());
            json.writeNumberProperty("revision", result.getRevision());
        }));
    }

    private void get(HttpServletRequest request, HttpServletResponse response) throws IOException {
        long id = idOf(request);
        QueryParameters query =
                QueryParameters.parse(request.getQueryString(), List.of(KEYS, LIMIT, CURSOR, Consistency.PARAMETER));
        boolean withKeys = query.flag(KEYS);
        if (!withKeys && (query.text(LIMIT).isPresent() || query.text(CURSOR).isPresent())) {
            throw QueryParameters.invalid("The query parameters 'limit' and 'cursor' are for the keys of the lease, and these"
                    + " are not asked for. Add keys=true.");
        }
        int limit = (int) query.count(LIMIT, limits.defaultPageItems(), limits.maxPageItems());
        Optional<Bytes> after = query.text(CURSOR).map(PageCursors::key);
        Consistency consistency = Consistency.of(query);
        RequestHeaders.requireAccepts(request, MediaType.APPLICATION_JSON_VALUE, "Accept it or */*.");

        cluster.awaitFreshness(consistency);
        LeaseInfo lease = reader.lease(id)
                .orElseThrow(() -> LeaseProblems.notFound(id).asException());
        List<Bytes> keys = withKeys ? reader.leaseKeys(id, after, limit + 1) : List.of();
        boolean more = keys.size() > limit;
        List<Bytes> page = more ? keys.subList(0, limit) : keys;
        Map<Long, Long> left = remaining(List.of(id), consistency);

        Replies.stamp(request, response, cluster.view());
        response.setHeader("Kv-Consistency", consistency.word());
        if (more) {
            PageCursors.link(response, ROOT + "/" + KvJson.lease(id) + "?keys=true&limit=" + limit,
                    PageCursors.of(page.getLast()));
        }
        reply(response, KvJson.object(json -> {
            LeaseJson.lease(json, lease, left);
            if (withKeys) {
                LeaseJson.keys(json, page, more ? Optional.of(PageCursors.of(page.getLast())) : Optional.empty());
            }
        }));
    }

    private void list(HttpServletRequest request, HttpServletResponse response) throws IOException {
        QueryParameters query =
                QueryParameters.parse(request.getQueryString(), List.of(LIMIT, CURSOR, Consistency.PARAMETER));
        int limit = (int) query.count(LIMIT, limits.defaultPageItems(), Math.min(limits.maxPageItems(), LeaseDeadlines.MAX_LEASES));
        long after = query.text(CURSOR).map(PageCursors::number).orElse(0L);
        Consistency consistency = Consistency.of(query);
        RequestHeaders.requireAccepts(request, MediaType.APPLICATION_JSON_VALUE, "Accept it or */*.");

        cluster.awaitFreshness(consistency);
        KvQueries.LeasePage page = reader.leases(after, limit);
        Map<Long, Long> left =
                remaining(page.leases().stream().map(LeaseInfo::getId).toList(), consistency);

        Replies.stamp(request, response, cluster.view());
        response.setHeader("Kv-Consistency", consistency.word());
        Optional<String> next = page.more()
                ? Optional.of(PageCursors.of(page.leases().getLast().getId()))
                : Optional.empty();
        next.ifPresent(cursor -> PageCursors.link(response, ROOT + "?limit=" + limit, cursor));
        reply(response, KvJson.object(json -> LeaseJson.page(json, page, left, next)));
    }

    /** A read that does without the leader does not wait for it here either. */
    private Map<Long, Long> remaining(List<Long> leases, Consistency consistency) {
        return deadlines.remainingMillis(
                leases,
                consistency == Consistency.LOCAL ? LeaseDeadlines.Whom.THIS_NODE : LeaseDeadlines.Whom.LEADER);
    }

    private static void reply(HttpServletResponse response, byte[] body) throws IOException {
        response.setHeader("Cache-Control", "no-store");
        Replies.send(response, MediaType.APPLICATION_JSON_VALUE, body);
    }

    private static long idOf(HttpServletRequest request) {
        return id(RawPath.of(request).substring(ROOT.length() + 1));
    }

    /** @throws ProblemException 400 {@code invalid-request} if it is no lease's id */
    static long id(String text) {
        if (!ID.matcher(text).matches()) {
            throw QueryParameters.invalid("'" + Excerpt.of(text) + "' is no id of a lease. That is a hexadecimal number in"
                    + " small letters, such as 7f3a, as it was given when the lease was granted.");
        }
        return Long.parseUnsignedLong(text, 16);
    }
}
