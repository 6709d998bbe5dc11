package io.canvass.kv.api.lease;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.canvass.kv.api.http.Durations;
import io.canvass.kv.api.json.KvJson;
import io.canvass.kv.store.KvQueries;
import io.canvass.proto.kv.v1.LeaseInfo;
import io.canvass.raft.core.Bytes;
import tools.jackson.core.JsonGenerator;

/** How leases look. */
final class LeaseJson {
    private LeaseJson() {}

    static void page(JsonGenerator json, KvQueries.LeasePage page, Map<Long, Long> left, Optional<String> next) {
        json.writeArrayPropertyStart("items");
        for (LeaseInfo lease : page.leases()) {
            json.writeStartObject();
            lease(json, lease, left);
            json.writeEndObject();
        }
        json.writeEndArray();
        end(json, page.leases().size(), next);
    }

    /** @param left milliseconds, of leases of which it is known */
    static void lease(JsonGenerator json, LeaseInfo lease, Map<Long, Long> left) {
        json.writeStringProperty("id", KvJson.lease(lease.getId()));
        json.writeStringProperty("ttl", Durations.format(Duration.ofMillis(lease.getTtlMillis())));
        expiresIn(json, lease.getId(), left);
        json.writeNumberProperty("attached", lease.getAttached());
        json.writeBooleanProperty("anonymous", lease.getAnonymous());
        json.writeBooleanProperty("ending", lease.getEnding());
    }

    /** Null where nobody who was asked knows. */
    static void expiresIn(JsonGenerator json, long lease, Map<Long, Long> left) {
        Long millis = left.get(lease);
        if (millis == null) {
            json.writeNullProperty("expiresInMs");
        } else {
            json.writeNumberProperty("expiresInMs", millis);
        }
    }

    static void keys(JsonGenerator json, List<Bytes> keys, Optional<String> next) {
        json.writeArrayPropertyStart("keys");
        for (Bytes key : keys) {
            json.writeStartObject();
            KvJson.key(json, key);
            json.writeEndObject();
        }
        json.writeEndArray();
        end(json, keys.size(), next);
    }

    private static void end(JsonGenerator json, int count, Optional<String> next) {
        json.writeNumberProperty("count", count);
        json.writeBooleanProperty("more", next.isPresent());
        next.ifPresent(cursor -> json.writeStringProperty("next", cursor));
    }
}
