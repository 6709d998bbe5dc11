package io.canvass.kv.api.lease;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

import io.canvass.kv.api.calls.ClusterCalls;
import io.canvass.kv.api.calls.Consistency;
import io.canvass.kv.api.calls.Replies;
import io.canvass.kv.api.http.Access;
import io.canvass.kv.api.http.ApiLimits;
import io.canvass.kv.api.http.Condition;
import io.canvass.kv.api.http.Endpoint;
import io.canvass.kv.api.http.Endpoints;
import io.canvass.kv.api.http.EntityTags;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.http.RequestHeaders;
import io.canvass.kv.api.json.KvJson;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.cluster.LeaseDeadlines;
import io.canvass.kv.cluster.QueueWatch;
import io.canvass.kv.store.KvQueries;
import io.canvass.kv.store.KvQueries.LockQueue;
import io.canvass.kv.store.Right;
import io.canvass.proto.kv.v1.Refused;
import io.canvass.proto.kv.v1.Result;
import io.canvass.proto.kv.v1.Ticket;
import io.canvass.raft.core.Bytes;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;

/** Locks and elections: taken, renewed, waited for, looked at, released (KV-API.md, section 6). */
@Component
final class QueueRequests implements Endpoints {
    private static final String LIMIT = "limit";

    private final QueueWait.Parts parts;
    private final ClusterCalls cluster;
    private final KvQueries reader;
    private final LeaseDeadlines deadlines;
    private final ApiLimits limits;

    QueueRequests(
            KvQueries reader, ClusterCalls cluster, QueueWatch watch, LeaseDeadlines deadlines, ApiLimits limits) {
        this.parts = new QueueWait.Parts(cluster, reader, watch, deadlines);
        this.cluster = cluster;
        this.reader = reader;
        this.deadlines = deadlines;
        this.limits = limits;
    }

    @Override
    public List<Endpoint> endpoints() {
        return Arrays.stream(QueueKind.values())
                .map(kind -> Endpoint.of(
                                kind.root() + "{name}", "GET", Access.to(Right.LOCK), (request, response) -> get(kind, request, response))
                        .and("PUT", Access.to(Right.LOCK), (request, response) -> put(kind, request, response))
                        .and("DELETE", Access.to(Right.LOCK), (request, response) -> delete(kind, request, response)))
                .toList();
    }

    /** Before the web server waits for the requests under way. */
    @EventListener(ContextClosedEvent.class)
    void nodeStops() {
        parts.watch().end();
    }

    private void put(QueueKind kind, HttpServletRequest request, HttpServletResponse response) throws IOException {
        QueueClaim claim = QueueClaim.of(kind, request, parts.watch().maxWait());
        QueueWait.Taken taken = new QueueWait(request, claim, parts).take();
        Ticket ticket = taken.ticket();
        Map<Long, Long> left = claim.lease().isPresent()
                ? deadlines.remainingMillis(List.of(ticket.getLease()), LeaseDeadlines.Whom.LEADER)
                // The leader heard of it later, and counts from then: so much is left at least.
                : Map.of(ticket.getLease(), Math.max(0, claim.ttl().toMillis() - millisSince(taken.askedNanos())));
        response.setStatus(taken.renewed() ? HttpServletResponse.SC_OK : HttpServletResponse.SC_CREATED);
        Replies.stamp(request, response, cluster.view());
        response.setHeader("ETag", EntityTags.format(ticket.getToken()));
        reply(response, KvJson.object(json -> QueueJson.held(json, kind, claim.name(), ticket, left)));
    }

    private static long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }

    private void get(QueueKind kind, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Bytes name = QueueClaim.name(kind, request);
        QueryParameters query =
                QueryParameters.parse(request.getQueryString(), List.of(LIMIT, Consistency.PARAMETER));
        int limit = (int) query.count(LIMIT, limits.defaultPageItems(), limits.maxPageItems());
        Consistency consistency = Consistency.of(query);
        RequestHeaders.requireAccepts(request, MediaType.APPLICATION_JSON_VALUE, "Accept it or */*.");

        cluster.awaitFreshness(consistency);
        LockQueue queue = reader.lock(kind.space(), name, limit);
        Ticket holder = queue.holder().orElseThrow(() -> QueueProblems.nobody(kind).asException());
        Map<Long, Long> left = deadlines.remainingMillis(
                List.of(holder.getLease()),
                consistency == Consistency.LOCAL ? LeaseDeadlines.Whom.THIS_NODE : LeaseDeadlines.Whom.LEADER);

        Replies.stamp(request, response, cluster.view());
        response.setHeader("Kv-Consistency", consistency.word());
        response.setHeader("Kv-Store-Revision", Long.toString(queue.revision()));
        response.setHeader("ETag", EntityTags.format(holder.getToken()));
        reply(response, KvJson.object(json -> QueueJson.queue(json, kind, name, queue, holder, left)));
    }

    private void delete(QueueKind kind, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Bytes name = QueueClaim.name(kind, request);
        QueryParameters.parse(request.getQueryString(), List.of());
        OptionalLong token = token(kind, request);
        // Zero is nobody's: it is answered like any other that is not in the queue.
        Result result = cluster.write(QueueClaim.release(kind, name, token.orElse(0)), Problem.Repeat.SAFE);
        Optional<Ticket> next = Optional.empty();
        if (result.hasRefused()) {
            Refused refused = result.getRefused();
            if (refused.getReason() != Refused.Reason.NOT_HOLDER) {
                throw new IllegalStateException("The store refused a release for " + refused.getReason());
            }
            if (refused.hasHolder()) {
                throw notHolder(kind, refused.getHolder());
            }
        } else if (result.getLockReleased().hasHolder()) {
            next = Optional.of(result.getLockReleased().getHolder());
        }
        released(kind, name, result, next, request, response);
    }

    private ProblemException notHolder(QueueKind kind, Ticket holder) {
        Map<Long, Long> left = deadlines.remainingMillis(List.of(holder.getLease()), LeaseDeadlines.Whom.LEADER);
        return QueueProblems.notHolder(kind, holder, left).asException();
    }

    private void released(
            QueueKind kind,
            Bytes name,
            Result result,
            Optional<Ticket> next,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        Replies.stamp(request, response, cluster.view());
        reply(response, KvJson.object(json -> {
            json.writeStringProperty("name", name.toUtf8());
            json.writeBooleanProperty("released", result.hasLockReleased());
            json.writeNumberProperty("revision", result.getRevision());
            if (next.isPresent()) {
                QueueJson.holder(json, kind, next.get(), Map.of());
            } else {
                json.writeNullProperty("holder");
            }
        }));
    }

    /** Empty for a tag that no token has: it is compared strongly, so a weak one never matches. */
    private static OptionalLong token(QueueKind kind, HttpServletRequest request) {
        return switch (Condition.of(request)) {
            case Condition.AnyOf any when any.revisions().size() <= 1 ->
                any.revisions().stream().mapToLong(Long::longValue).findFirst();
            case Condition.None _ -> throw QueueProblems.tokenRequired(kind).asException();
            case Condition.AnyOf _ -> throw unclear(kind);
            case Condition.MustExist _ -> throw unclear(kind);
            case Condition.MustNotExist _ -> throw unclear(kind);
            case Condition.NoneOf _ -> throw unclear(kind);
        };
    }

    private static ProblemException unclear(QueueKind kind) {
        return QueryParameters.invalid("A " + kind.noun() + " is released by If-Match with one token, such as If-Match: \"1045\".");
    }

    private static void reply(HttpServletResponse response, byte[] body) throws IOException {
        response.setHeader("Cache-Control", "no-store");
        Replies.send(response, MediaType.APPLICATION_JSON_VALUE, body);
    }
}
