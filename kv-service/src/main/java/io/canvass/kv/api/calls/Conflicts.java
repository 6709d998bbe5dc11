package io.canvass.kv.api.calls;

import java.util.Optional;

import io.canvass.kv.api.http.EntityTags;
import io.canvass.kv.api.json.KvJson;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.kv.store.StoredValue;

/** The 412 of KV-API.md, section 3: it says how the key stands, so that a client need not ask. */
public final class Conflicts {
    private Conflicts() {}

    /** How much of the key as it stands the answer shows. */
    public enum Show {
        REVISION,
        VALUE
    }

    /** @param current the key as it stands; its value is looked at only when it is to be shown */
    public static Problem unmet(Optional<StoredValue> current, Show show) {
        if (current.isEmpty()) {
            return Problem.of(ProblemType.PRECONDITION_FAILED,
                            "The key does not exist, so the precondition does not hold. Nothing was done."
                                    + " To create the key, use If-None-Match: *.")
                    .withMembers(json -> {
                        json.writeObjectPropertyStart("current");
                        json.writeNumberProperty("revision", 0);
                        json.writeBooleanProperty("exists", false);
                        json.writeEndObject();
                    });
        }
        StoredValue entry = current.get();
        return Problem.of(ProblemType.PRECONDITION_FAILED, "The key stands at revision " + entry.modRevision()
                        + ", for which the precondition does not hold. Nothing was done."
                        + " Read the key, decide anew, and use its current ETag.")
                .withHeader("ETag", EntityTags.format(entry.modRevision()))
                .withMembers(json -> {
                    json.writeObjectPropertyStart("current");
                    json.writeNumberProperty("revision", entry.modRevision());
                    json.writeBooleanProperty("exists", true);
                    if (show == Show.VALUE) {
                        KvJson.value(json, entry.value());
                    }
                    json.writeEndObject();
                });
    }
}
