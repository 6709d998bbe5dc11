package io.canvass.kv.api;

import java.io.ByteArrayOutputStream;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Consumer;

import io.canvass.kv.store.KvReader;
import io.canvass.kv.store.StoredValue;
import io.canvass.raft.core.Bytes;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

/**
 * The JSON of KV-API.md, section 3. Text appears as strings. A key that is not UTF-8 is {@code key64}: base64url
 * without padding, just as it follows {@code /v1/kv64/}. A value that is not UTF-8 is {@code value64}: plain base64
 * with padding (RFC 4648, section 4), which {@code base64 -d} reads. The output is ASCII, so no charset can be
 * mistaken.
 */
final class KvJson {
    private static final JsonFactory FACTORY =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    private static final int TYPICAL_BYTES = 256;

    private KvJson() {}

    /** One JSON object, and a newline, which terminals like. */
    static byte[] object(Consumer<JsonGenerator> members) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(TYPICAL_BYTES);
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartObject();
            members.accept(json);
            json.writeEndObject();
            json.writeRaw('\n');
        }
        return out.toByteArray();
    }

    /** {@code {"key":…,"value":…,"revision":…,"createRevision":…,"version":…}}, with {@code lease} if it has one. */
    static void entry(JsonGenerator json, StoredValue entry) {
        key(json, entry.key());
        value(json, entry.value());
        json.writeNumberProperty("revision", entry.modRevision());
        json.writeNumberProperty("createRevision", entry.createRevision());
        json.writeNumberProperty("version", entry.version());
        if (entry.lease() != 0) {
            json.writeStringProperty("lease", lease(entry.lease()));
        }
    }

    /** The receipt of a PUT: the entry without its value, and always with its lease. */
    static void receipt(JsonGenerator json, StoredValue entry) {
        key(json, entry.key());
        json.writeNumberProperty("revision", entry.modRevision());
        json.writeNumberProperty("createRevision", entry.createRevision());
        json.writeNumberProperty("version", entry.version());
        if (entry.lease() == 0) {
            json.writeNullProperty("lease");
        } else {
            json.writeStringProperty("lease", lease(entry.lease()));
        }
    }

    /** What the key held before a write that asked for it; null if it did not exist. */
    static void previous(JsonGenerator json, Optional<StoredValue> previous) {
        if (previous.isEmpty()) {
            json.writeNullProperty("prev");
            return;
        }
        json.writeObjectPropertyStart("prev");
        entry(json, previous.get());
        json.writeEndObject();
    }

    static void page(JsonGenerator json, KvReader.Page page) {
        json.writeNumberProperty("revision", page.revision());
        json.writeArrayPropertyStart("items");
        for (StoredValue item : page.items()) {
            json.writeStartObject();
            entry(json, item);
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeNumberProperty("count", page.items().size());
        json.writeBooleanProperty("more", page.more());
    }

    static void value(JsonGenerator json, Bytes value) {
        Optional<String> text = PercentDecoding.utf8(value.array());
        if (text.isPresent()) {
            json.writeStringProperty("value", text.get());
        } else {
            json.writeStringProperty("value64", Base64.getEncoder().encodeToString(value.array()));
        }
    }

    /** A lease's identifier as people meet it. */
    static String lease(long lease) {
        return Long.toHexString(lease);
    }

    static void key(JsonGenerator json, Bytes key) {
        Optional<String> text = PercentDecoding.utf8(key.array());
        if (text.isPresent()) {
            json.writeStringProperty("key", text.get());
        } else {
            json.writeStringProperty("key64", Base64.getUrlEncoder().withoutPadding().encodeToString(key.array()));
        }
    }
}
