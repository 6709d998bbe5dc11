package io.canvass.kv.api.lease;

import java.util.Map;

import io.canvass.kv.api.json.KvJson;
import io.canvass.kv.store.KvQueries.LockQueue;
import io.canvass.proto.kv.v1.Ticket;
import io.canvass.raft.core.Bytes;
import tools.jackson.core.JsonGenerator;

/** How locks and elections look. */
final class QueueJson {
    private QueueJson() {}

    /** What who holds it is told. */
    static void held(JsonGenerator json, QueueKind kind, Bytes name, Ticket ticket, Map<Long, Long> left) {
        json.writeStringProperty("name", name.toUtf8());
        ticket(json, kind, ticket);
        LeaseJson.expiresIn(json, ticket.getLease(), left);
    }

    /** The same, with those behind. */
    static void queue(JsonGenerator json, QueueKind kind, Bytes name, LockQueue queue, Ticket holder, Map<Long, Long> left) {
        held(json, kind, name, holder, left);
        waiters(json, kind, queue);
    }

    /** Who waits, as far as the queue was read. */
    static void waiters(JsonGenerator json, QueueKind kind, LockQueue queue) {
        json.writeNumberProperty("waiters", queue.waiters());
        json.writeArrayPropertyStart("waiting");
        for (Ticket waiting : queue.waiting()) {
            json.writeStartObject();
            ticket(json, kind, waiting);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** A member of a problem. */
    static void holder(JsonGenerator json, QueueKind kind, Ticket holder, Map<Long, Long> left) {
        json.writeObjectPropertyStart("holder");
        ticket(json, kind, holder);
        LeaseJson.expiresIn(json, holder.getLease(), left);
        json.writeEndObject();
    }

    static void ticket(JsonGenerator json, QueueKind kind, Ticket ticket) {
        json.writeStringProperty(kind.claimant(), ticket.getOwner().toStringUtf8());
        json.writeNumberProperty("token", ticket.getToken());
        json.writeStringProperty("lease", KvJson.lease(ticket.getLease()));
    }
}
