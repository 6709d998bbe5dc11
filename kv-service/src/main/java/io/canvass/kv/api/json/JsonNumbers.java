package io.canvass.kv.api.json;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;

import io.canvass.kv.api.http.BodyStream;
import io.canvass.kv.api.problem.ProblemException;
import jakarta.servlet.http.HttpServletRequest;

/** A small JSON object whose members are whole numbers. */
public final class JsonNumbers {
    private JsonNumbers() {}

    /** Takes what one member says. */
    @FunctionalInterface
    public interface Taker {
        /** @param index of the member in the list of those known */
        void take(int index, long number);
    }

    /**
     * Reads the body; one that is empty is as good as an object without members.
     *
     * @throws ProblemException 400 {@code invalid-request}, 413, 415 {@code unsupported-media-type}
     */
    public static void read(HttpServletRequest request, List<String> known, Taker taker) throws IOException {
        byte[] body = BodyStream.bounded(request, JsonBody.MAX_BYTES).readAllBytes();
        if (body.length == 0) {
            return;
        }
        JsonBody.requireJson(request);
        try (JsonReader json = new JsonReader("The body", new ByteArrayInputStream(body), JsonBody.MAX_BYTES)) {
            json.begin();
            json.object(known, name -> taker.take(known.indexOf(name), json.number(Long.MIN_VALUE, Long.MAX_VALUE)));
            json.end();
        }
    }
}
