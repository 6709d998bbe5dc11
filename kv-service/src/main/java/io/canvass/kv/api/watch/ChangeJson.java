package io.canvass.kv.api.watch;

import java.io.IOException;
import java.util.OptionalLong;

import io.canvass.kv.api.json.KvJson;
import io.canvass.kv.store.KvQueries.Change;
import io.canvass.kv.store.KvQueries.Previous;
import io.canvass.kv.store.KvQueries.RevisionChanges;
import io.canvass.kv.store.StoredValue;
import tools.jackson.core.JsonGenerator;

/** Events of {@code change}: all that one revision did to the keys of a stream. */
final class ChangeJson {
    private ChangeJson() {}

    /** A part of a revision has {@code "more":true} and no id: who resumes after it gets the revision again. */
    static void write(EventWriter out, RevisionChanges revision, Previous previous) throws IOException {
        OptionalLong id = revision.complete() ? OptionalLong.of(revision.revision()) : OptionalLong.empty();
        out.event("change", id, json -> {
            json.writeNumberProperty("revision", revision.revision());
            json.writeArrayPropertyStart("changes");
            revision.changes().forEach(change -> write(json, change, previous));
            json.writeEndArray();
            if (!revision.complete()) {
                json.writeBooleanProperty("more", true);
            }
        });
    }

    private static void write(JsonGenerator json, Change change, Previous previous) {
        json.writeStartObject();
        switch (change) {
            case Change.Put put -> {
                StoredValue entry = put.entry();
                json.writeStringProperty("type", "put");
                KvJson.key(json, entry.key());
                KvJson.value(json, entry.value());
                json.writeNumberProperty("createRevision", entry.createRevision());
                json.writeNumberProperty("version", entry.version());
                if (entry.lease() != 0) {
                    json.writeStringProperty("lease", KvJson.lease(entry.lease()));
                }
                if (previous == Previous.WITH) {
                    KvJson.previous(json, put.previous());
                }
            }
            case Change.Delete delete -> {
                json.writeStringProperty("type", "delete");
                KvJson.key(json, delete.key());
                if (previous == Previous.WITH) {
                    KvJson.previous(json, delete.previous());
                }
            }
            case Change.Lock lock -> throw new IllegalArgumentException("A queue is no key: " + lock.name());
        }
        json.writeEndObject();
    }
}
