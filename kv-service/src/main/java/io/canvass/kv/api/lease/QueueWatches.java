package io.canvass.kv.api.lease;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

import io.canvass.kv.api.calls.ClusterCalls;
import io.canvass.kv.api.calls.Consistency;
import io.canvass.kv.api.calls.Replies;
import io.canvass.kv.api.http.Access;
import io.canvass.kv.api.http.ApiLimits;
import io.canvass.kv.api.http.Endpoint;
import io.canvass.kv.api.http.Endpoints;
import io.canvass.kv.api.http.KeyPath;
import io.canvass.kv.api.http.OpenStreams;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.http.RawPath;
import io.canvass.kv.api.watch.EventFormat;
import io.canvass.kv.api.watch.EventWriter;
import io.canvass.kv.api.watch.StreamLife;
import io.canvass.kv.api.watch.WatchProblems;
import io.canvass.kv.api.watch.WatchTimes;
import io.canvass.kv.security.Caller;
import io.canvass.kv.security.Security;
import io.canvass.kv.store.KvQueries;
import io.canvass.kv.store.KvQueries.LockQueue;
import io.canvass.kv.store.Need;
import io.canvass.kv.store.Right;
import io.canvass.kv.watch.Bell;
import io.canvass.kv.watch.Interest;
import io.canvass.kv.watch.WatchEnd;
import io.canvass.kv.watch.WatchHub;
import io.canvass.kv.watch.WatchRefusedException;
import io.canvass.raft.core.Bytes;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.stereotype.Component;

/**
 * {@code GET /v1/locks/{name}/watch} and {@code GET /v1/elections/{name}/watch}: how the queue stands, at once and after
 * each change. Who reads slowly is told the newest state and not all between, so nothing is kept for it.
 */
@Component
final class QueueWatches implements Endpoints {
    private static final String SUFFIX = "/watch";
    /** Of those who wait, so many are named. */
    private static final int SHOWN = 100;

    private final KvQueries queries;
    private final WatchHub hub;
    private final ClusterCalls cluster;
    private final ApiLimits limits;
    private final WatchTimes times;
    private final OpenStreams open;
    private final Security security;

    QueueWatches(
            KvQueries queries,
            WatchHub hub,
            ClusterCalls cluster,
            ApiLimits limits,
            WatchTimes times,
            OpenStreams open,
            Security security) {
        this.open = open;
        this.queries = queries;
        this.hub = hub;
        this.cluster = cluster;
        this.limits = limits;
        this.times = times;
        this.security = security;
    }

    @Override
    public List<Endpoint> endpoints() {
        return Arrays.stream(QueueKind.values()).map(this::endpoint).toList();
    }

    private Endpoint endpoint(QueueKind kind) {
        return Endpoint.of(kind.root() + "{name}" + SUFFIX, "GET", Access.to(Right.LOCK), (request, response) -> {
            String path = RawPath.of(request);
            String name = path.substring(kind.root().length(), path.length() - SUFFIX.length());
            watch(kind, KeyPath.text(name, limits.maxKeyBytes()), request, response);
        });
    }

    private void watch(QueueKind kind, Bytes name, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Interest.Queue queue = new Interest.Queue(kind.space(), name);
        EventFormat format = EventFormat.of(request);
        QueryParameters query = QueryParameters.parse(request.getQueryString(), List.of("require-leader"));
        boolean requireLeader = query.flag("require-leader");
        security.requireCurrent(Need.on(Right.LOCK, name));
        cluster.awaitFreshness(Consistency.LOCAL);
        Replies.stamp(request, response, cluster.view());
        response.setHeader("Kv-Consistency", Consistency.LOCAL.word());
        try (Bell bell = hub.bell(queue); OpenStreams.Stay _ = open.enter(request)) {
            LockQueue first = look(queue);
            if (request.getMethod().equals("HEAD")) {
                EventWriter.describe(response, format);
                return;
            }
            EventWriter out = new EventWriter(response, format);
            out.connected(cluster.view(), OptionalLong.empty());
            follow(kind, queue, first, bell, out, life(out, queue, requireLeader));
        } catch (WatchRefusedException e) {
            throw WatchProblems.refused(hub, e);
        } catch (InterruptedException e) {
            // Nobody but the server's end does that.
            Thread.currentThread().interrupt();
        }
    }

    private StreamLife life(EventWriter out, Interest.Queue queue, boolean requireLeader) {
        Need need = Need.on(Right.LOCK, queue.name());
        Caller caller = security.current().caller();
        return new StreamLife(out, cluster, times, requireLeader, () -> security.may(caller, need));
    }

    private LockQueue look(Interest.Queue queue) {
        return queries.lock(queue.space(), queue.name(), SHOWN);
    }

    private void follow(
            QueueKind kind, Interest.Queue queue, LockQueue first, Bell bell, EventWriter out, StreamLife life)
            throws IOException, InterruptedException {
        LockQueue shown = first;
        write(out, kind, queue.name(), shown);
        while (true) {
            Bell.Ring ring = bell.await(life.waitNanos());
            if (!life.isAllowed()) {
                life.revoked();
                return;
            }
            switch (ring) {
                case RUNG -> {
                    LockQueue now = look(queue);
                    if (differs(now, shown)) {
                        shown = now;
                        write(out, kind, queue.name(), shown);
                    }
                }
                case QUIET -> {}
                case ENDED -> {
                    life.goodbye(bell.end().orElseThrow() instanceof WatchEnd.Goodbye(WatchEnd.Reason reason)
                            ? reason.word()
                            : WatchEnd.Reason.SHUTDOWN.word());
                    return;
                }
            }
            if (life.mustEnd(shown.revision())) {
                return;
            }
        }
    }

    /** Of one store at two revisions. */
    private static boolean differs(LockQueue one, LockQueue other) {
        return !one.holder().equals(other.holder())
                || one.waiters() != other.waiters()
                || !one.waiting().equals(other.waiting());
    }

    private static void write(EventWriter out, QueueKind kind, Bytes name, LockQueue queue) throws IOException {
        out.event("change", OptionalLong.of(queue.revision()), json -> {
            json.writeNumberProperty("revision", queue.revision());
            json.writeStringProperty("name", name.toUtf8());
            if (queue.holder().isEmpty()) {
                json.writeNullProperty("holder");
            } else {
                json.writeObjectPropertyStart("holder");
                QueueJson.ticket(json, kind, queue.holder().get());
                json.writeEndObject();
            }
            QueueJson.waiters(json, kind, queue);
        });
        out.flush();
    }
}
