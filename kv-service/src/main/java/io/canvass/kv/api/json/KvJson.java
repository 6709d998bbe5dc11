package io.canvass.kv.api.json;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

import io.canvass.kv.api.http.Base64Url;
import io.canvass.kv.api.http.PercentDecoding;
import io.canvass.kv.store.RangeQuery;
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
public final class KvJson {
    private static final JsonFactory FACTORY =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    private static final int TYPICAL_BYTES = 256;

    private KvJson() {}

    /** One JSON object, and a newline, which terminals like. */
    public static byte[] object(Consumer<JsonGenerator> members) {
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
    public static void entry(JsonGenerator json, StoredValue entry) {
        key(json, entry.key());
        value(json, entry.value());
        versions(json, entry);
    }

    /** One of several versions of the same key. */
    public static void version(JsonGenerator json, StoredValue entry) {
        value(json, entry.value());
        versions(json, entry);
    }

    private static void versions(JsonGenerator json, StoredValue entry) {
        json.writeNumberProperty("revision", entry.modRevision());
        json.writeNumberProperty("createRevision", entry.createRevision());
        json.writeNumberProperty("version", entry.version());
        if (entry.lease() != 0) {
            json.writeStringProperty("lease", lease(entry.lease()));
        }
    }

    /** The receipt of a PUT: the entry without its value, and always with its lease. */
    public static void receipt(JsonGenerator json, StoredValue entry) {
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
    public static void previous(JsonGenerator json, Optional<StoredValue> previous) {
        if (previous.isEmpty()) {
            json.writeNullProperty("prev");
            return;
        }
        json.writeObjectPropertyStart("prev");
        entry(json, previous.get());
        json.writeEndObject();
    }

    /** What a range shows of a key: without its value where only keys were asked for. */
    public static void item(JsonGenerator json, StoredValue item, RangeQuery.Content content) {
        if (content == RangeQuery.Content.ENTRIES) {
            entry(json, item);
            return;
        }
        key(json, item.key());
        versions(json, item);
    }

    /** Folders end in the separator; those that are not text are listed apart as base64url. */
    public static void folders(JsonGenerator json, List<Bytes> folders) {
        List<Bytes> binary = new ArrayList<>();
        json.writeArrayPropertyStart("folders");
        for (Bytes folder : folders) {
            PercentDecoding.utf8(folder.array()).ifPresentOrElse(json::writeString, () -> binary.add(folder));
        }
        json.writeEndArray();
        if (!binary.isEmpty()) {
            json.writeArrayPropertyStart("folders64");
            binary.forEach(folder -> json.writeString(Base64Url.encode(folder)));
            json.writeEndArray();
        }
    }

    /** A value: {@code value} as text, or else {@code value64}. */
    public static void value(JsonGenerator json, Bytes value) {
        Optional<String> text = PercentDecoding.utf8(value.array());
        if (text.isPresent()) {
            json.writeStringProperty("value", text.get());
        } else {
            json.writeStringProperty("value64", Base64.getEncoder().encodeToString(value.array()));
        }
    }

    /** A lease's identifier as people meet it. */
    public static String lease(long lease) {
        return Long.toHexString(lease);
    }

    /** A key: {@code key} as text, or else {@code key64}. */
    public static void key(JsonGenerator json, Bytes key) {
        textOrBytes(json, "key", key);
    }

    /** Bytes of keys: as text, or under the name with {@code 64} behind it as base64url. */
    static void textOrBytes(JsonGenerator json, String name, Bytes bytes) {
        Optional<String> text = PercentDecoding.utf8(bytes.array());
        if (text.isPresent()) {
            json.writeStringProperty(name, text.get());
        } else {
            json.writeStringProperty(name + "64", Base64Url.encode(bytes));
        }
    }
}
