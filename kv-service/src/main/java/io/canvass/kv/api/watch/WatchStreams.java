package io.canvass.kv.api.watch;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

import io.canvass.kv.api.calls.ClusterCalls;
import io.canvass.kv.api.calls.Consistency;
import io.canvass.kv.api.calls.Freshness;
import io.canvass.kv.api.calls.ReadTerms;
import io.canvass.kv.api.calls.Replies;
import io.canvass.kv.api.http.Access;
import io.canvass.kv.api.http.ApiLimits;
import io.canvass.kv.api.http.Endpoint;
import io.canvass.kv.api.http.Endpoints;
import io.canvass.kv.api.http.OpenStreams;
import io.canvass.kv.api.json.KvJson;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.security.Caller;
import io.canvass.kv.security.Security;
import io.canvass.kv.store.KvQueries;
import io.canvass.kv.store.KvQueries.RangePage;
import io.canvass.kv.store.Need;
import io.canvass.kv.store.RangeQuery;
import io.canvass.kv.store.RevisionCompactedException;
import io.canvass.kv.store.Right;
import io.canvass.kv.store.StoredValue;
import io.canvass.kv.watch.Signal;
import io.canvass.kv.watch.Watch;
import io.canvass.kv.watch.WatchEnd;
import io.canvass.kv.watch.WatchHub;
import io.canvass.kv.watch.WatchRefusedException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.stereotype.Component;

/**
 * {@code GET /v1/watch} (KV-API.md, section 5): from this node's applied state, written by the request's own thread. All
 * streams of the node end when its context begins to close, which is before the web server waits for its requests.
 */
@Component
final class WatchStreams implements Endpoints, ApplicationListener<ContextClosedEvent> {
    private static final int PAGE_ITEMS = 256;
    private static final long PAGE_BYTES = 64L << 10;

    private final KvQueries queries;
    private final WatchHub hub;
    private final ClusterCalls cluster;
    private final ApiLimits limits;
    private final WatchTimes times;
    private final OpenStreams open;
    private final Security security;
    private final ReadTerms plain;

    WatchStreams(
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
        this.plain = ReadTerms.local(limits);
    }

    @Override
    public List<Endpoint> endpoints() {
        return List.of(Endpoint.of("/v1/watch", "GET", Access.to(Right.READ), this::watch));
    }

    @Override
    public void onApplicationEvent(ContextClosedEvent event) {
        hub.close();
    }

    private void watch(HttpServletRequest request, HttpServletResponse response) throws IOException {
        EventFormat format = EventFormat.of(request);
        WatchRequest wanted = WatchRequest.of(request, limits.maxKeyBytes(), plain);
        // Of the whole range, also where it has no end: what is outside is not left out in silence.
        security.requireCurrent(Need.on(Right.READ, wanted.span()));
        Freshness freshness = cluster.awaitFreshness(wanted.terms());
        requireOwn(wanted.from());
        Replies.stamp(request, response, cluster.view());
        Replies.label(response, freshness, queries.revision());
        try {
            begin(wanted, format, request, response);
        } catch (RevisionCompactedException e) {
            throw WatchProblems.compacted(e);
        } catch (WatchRefusedException e) {
            throw WatchProblems.refused(hub, e);
        } catch (InterruptedException e) {
            // Nobody but the server's end does that.
            Thread.currentThread().interrupt();
        }
    }

    /**
     * A place that this node has not come to is one that another node showed, or none of this cluster: the leader knows.
     * Without one, the stream waits.
     */
    private void requireOwn(OptionalLong from) {
        if (from.isEmpty() || from.getAsLong() <= queries.revision() + 1) {
            return;
        }
        try {
            cluster.awaitFreshness(Consistency.LINEARIZABLE);
        } catch (ProblemException e) {
            return;
        }
        long revision = queries.revision();
        if (from.getAsLong() > revision + 1) {
            throw WatchProblems.inFuture(from.getAsLong(), revision);
        }
    }

    private void begin(
            WatchRequest wanted, EventFormat format, HttpServletRequest request, HttpServletResponse response)
            throws IOException, InterruptedException {
        RangeQuery all = RangeQuery.of(wanted.span(), PAGE_ITEMS, PAGE_BYTES);
        // Before the first page is read, too: a refusal should cost little.
        hub.requireRoom();
        RangePage first = wanted.initial()
                ? queries.range(all)
                : new RangePage(queries.revision(), List.of(), List.of(), 0, false, Optional.empty());
        long from = wanted.from().orElse(first.revision() + 1);
        if (request.getMethod().equals("HEAD")) {
            EventWriter.describe(response, format);
            return;
        }
        try (Watch watch = wanted.initial()
                        ? hub.watchLater(wanted.interest(), wanted.kinds(), wanted.previous(), from)
                        : hub.watch(wanted.interest(), wanted.kinds(), wanted.previous(), from);
                OpenStreams.Stay _ = open.enter(request)) {
            EventWriter out = new EventWriter(response, format);
            Stream stream = new Stream(watch, out, wanted, life(out, wanted));
            out.connected(cluster.view(), wanted.initial() ? OptionalLong.empty() : OptionalLong.of(from - 1));
            if (!wanted.initial() || stream.items(all, first)) {
                stream.follow(from - 1);
            }
        }
    }

    private StreamLife life(EventWriter out, WatchRequest wanted) {
        Need need = Need.on(Right.READ, wanted.span());
        Caller caller = security.current().caller();
        return new StreamLife(out, cluster, times, wanted.requireLeader(), () -> security.may(caller, need));
    }

    /** One that has begun. */
    private final class Stream {
        private final Watch watch;
        private final EventWriter out;
        private final WatchRequest wanted;
        private final StreamLife life;

        Stream(Watch watch, EventWriter out, WatchRequest wanted, StreamLife life) {
            this.watch = watch;
            this.out = out;
            this.wanted = wanted;
            this.life = life;
        }

        /** @return whether all of them were sent */
        boolean items(RangeQuery all, RangePage first) throws IOException {
            RangePage page = first;
            while (true) {
                for (StoredValue item : page.items()) {
                    out.event("item", OptionalLong.empty(), json -> KvJson.entry(json, item));
                }
                if (!page.more()) {
                    break;
                }
                if (!life.isAllowed()) {
                    life.revoked();
                    return false;
                }
                if (hub.isClosed()) {
                    end(new WatchEnd.Goodbye(WatchEnd.Reason.SHUTDOWN), 0);
                    return false;
                }
                try {
                    page = queries.range(all.at(first.revision()).after(page.last().orElseThrow()));
                } catch (RevisionCompactedException e) {
                    end(new WatchEnd.Compacted(e.compactRevision()), 0);
                    return false;
                }
            }
            long revision = first.revision();
            out.event("synced", OptionalLong.of(revision), json -> json.writeNumberProperty("revision", revision));
            out.flush();
            return true;
        }

        void follow(long before) throws IOException, InterruptedException {
            long told = before;
            boolean pending = false;
            while (true) {
                Signal signal = watch.next(life.waitNanos());
                if (!life.isAllowed()) {
                    life.revoked();
                    return;
                }
                switch (signal) {
                    case Signal.Changed(KvQueries.RevisionChanges revision) -> {
                        ChangeJson.write(out, revision, wanted.previous());
                        told = revision.complete() ? revision.revision() : told;
                        pending = true;
                    }
                    case Signal.Ended(WatchEnd end) -> {
                        end(end, told);
                        return;
                    }
                    case Signal.Quiet quiet -> told = Math.max(told, watch.through());
                }
                if (pending && !watch.hasNext()) {
                    out.flush();
                    pending = false;
                }
                if (life.mustEnd(told)) {
                    return;
                }
            }
        }

        private void end(WatchEnd end, long told) throws IOException {
            switch (end) {
                case WatchEnd.Compacted(long compactRevision) -> out.event("compacted", OptionalLong.empty(), json ->
                        json.writeNumberProperty("compactRevision", compactRevision));
                case WatchEnd.Lagging lagging -> out.event("lagging", OptionalLong.empty(), json ->
                        json.writeNumberProperty("revision", told));
                case WatchEnd.Goodbye(WatchEnd.Reason reason) -> life.goodbye(reason.word());
            }
            out.flush();
        }
    }
}
