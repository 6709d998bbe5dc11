package io.canvass.kv.api.calls;

import java.io.IOException;

import io.canvass.kv.api.http.EntityTags;
import io.canvass.kv.api.http.RequestIds;
import io.canvass.kv.api.json.KvJson;
import io.canvass.kv.cluster.Replication.ClusterView;
import io.canvass.kv.store.StoredValue;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** The headers that answers carry (KV-API.md, section 3), and how a body is sent. */
public final class Replies {
    private Replies() {}

    /**
     * Which request this answers, and who answered it. {@code Kv-Leader} is a node's name, as {@code Kv-Served-By} is,
     * and absent while no leader is known.
     */
    public static void stamp(HttpServletRequest request, HttpServletResponse response, ClusterView view) {
        response.setHeader("Kv-Request-Id", RequestIds.of(request));
        RequestIds.echo(request, response);
        response.setHeader("Kv-Served-By", view.nodeId());
        if (!view.leaderId().isEmpty()) {
            response.setHeader("Kv-Leader", view.leaderId());
        }
        response.setHeader("Kv-Epoch", Long.toString(view.epoch()));
        if (IdempotencyKeys.isReplayed(request)) {
            response.setHeader("Idempotency-Replayed", "true");
        }
    }

    /**
     * What a read was promised and what it saw.
     *
     * @param revision of the store, which was read
     */
    public static void label(HttpServletResponse response, Freshness freshness, long revision) {
        response.setHeader("Kv-Consistency", freshness.had().word());
        response.setHeader("Kv-Store-Revision", Long.toString(revision));
        if (freshness.staleness().isPresent()) {
            response.setHeader(Stalenesses.HEADER, Stalenesses.format(freshness.staleness().get()));
        }
    }

    /** The key as it stands: {@code Kv-Revision} is the revision that last wrote it, its ETag without the quotes. */
    public static void describe(HttpServletResponse response, StoredValue entry) {
        response.setHeader("ETag", EntityTags.format(entry.modRevision()));
        response.setHeader("Kv-Revision", Long.toString(entry.modRevision()));
        response.setHeader("Kv-Create-Revision", Long.toString(entry.createRevision()));
        response.setHeader("Kv-Version", Long.toString(entry.version()));
        if (entry.lease() != 0) {
            response.setHeader("Kv-Lease", KvJson.lease(entry.lease()));
        }
    }

    /** A cache may keep the answer but must ask before each use; that is what the ETag is for. */
    public static void mustRevalidate(HttpServletResponse response) {
        response.setHeader("Cache-Control", "no-cache");
    }

    /** Sends the body of an answer whose status and headers stand. A client that has gone away is not an error. */
    public static void send(HttpServletResponse response, String mediaType, byte[] body) throws IOException {
        response.setContentType(mediaType);
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
