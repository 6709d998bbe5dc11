package io.canvass.kv.api.json;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.http.RequestBody;
import io.canvass.kv.api.problem.Excerpt;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * A JSON object of texts, read as strictly as a query string: every member must be known, none may occur twice, and each
 * is a string. What is wrong is told by its name.
 */
public final class JsonBody {
    /** More than all members of any request here, at their longest. */
    public static final int MAX_BYTES = 16 * 1024;

    private static final JsonFactory FACTORY =
            JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    private final Map<String, String> members;

    private JsonBody(Map<String, String> members) {
        this.members = members;
    }

    /**
     * Reads the body; one that is empty is as good as an object without members.
     *
     * @param known the members of this path and method
     * @throws ProblemException 400 {@code invalid-request}, 413, 415 {@code unsupported-media-type}
     */
    public static JsonBody read(HttpServletRequest request, List<String> known) throws IOException {
        byte[] body = RequestBody.read(request, MAX_BYTES, JsonBody::tooLarge, System::nanoTime);
        if (body.length == 0) {
            return new JsonBody(Map.of());
        }
        requireJson(request);
        try (JsonParser json = FACTORY.createParser(ObjectReadContext.empty(), body)) {
            return new JsonBody(members(json, known));
        } catch (JacksonException e) {
            throw QueryParameters.invalid("The body is not JSON: " + Excerpt.of(e.getOriginalMessage()) + ".");
        }
    }

    /** The member; empty if it is missing. */
    public Optional<String> text(String name) {
        return Optional.ofNullable(members.get(name));
    }

    /** @throws ProblemException 400 if it is missing */
    public String required(String name) {
        return text(name).orElseThrow(
                () -> QueryParameters.invalid("The body must have the member '" + name + "', a string."));
    }

    /**
     * @param form what the text must be, for the sentence "… must be" of the refusal
     * @throws ProblemException 400 if it is there and is of another form
     */
    public Optional<String> text(String name, String form, Predicate<String> isOfForm) {
        Optional<String> text = text(name);
        if (text.isPresent() && !isOfForm.test(text.get())) {
            throw QueryParameters.invalid("The body's member '" + name + "' is '" + Excerpt.of(text.get())
                    + "'. It must be " + form + ".");
        }
        return text;
    }

    private static Map<String, String> members(JsonParser json, List<String> known) {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw QueryParameters.invalid("The body must be a JSON object.");
        }
        Map<String, String> members = new LinkedHashMap<>();
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            if (!known.contains(name)) {
                throw QueryParameters.invalid("The body's member '" + Excerpt.of(name) + "' is not known here. Known: "
                        + (known.isEmpty() ? "none" : String.join(", ", known)) + ".");
            }
            if (json.nextToken() != JsonToken.VALUE_STRING) {
                throw QueryParameters.invalid("The body's member '" + name + "' must be a string.");
            }
            members.put(name, json.getString());
        }
        if (json.nextToken() != null) {
            throw QueryParameters.invalid("The body must be one JSON object, and nothing behind it.");
        }
        return members;
    }

    /** A form that a foreign page submits has another type, so that it never gets here. */
    public static void requireJson(HttpServletRequest request) {
        String type = request.getContentType();
        try {
            if (type != null && MediaType.APPLICATION_JSON.isCompatibleWith(MediaType.parseMediaType(type))) {
                return;
            }
        } catch (InvalidMediaTypeException e) {
            throw QueryParameters.invalid("The header Content-Type is '" + Excerpt.of(String.valueOf(type))
                    + "', which is not a media type.");
        }
        throw Problem.of(ProblemType.UNSUPPORTED_MEDIA_TYPE, "The body has "
                        + (type == null ? "no Content-Type" : "the Content-Type '" + Excerpt.of(type) + "'")
                        + ", but must be application/json. Nothing was done. With curl, send it by --json.")
                .withHeader("Accept", MediaType.APPLICATION_JSON_VALUE)
                .asException();
    }

    private static ProblemException tooLarge(long actual) {
        String length = actual < 0 ? "longer than " + MAX_BYTES + " bytes" : actual + " bytes long";
        return Problem.of(ProblemType.BODY_TOO_LARGE, "The body is " + length + ", at most " + MAX_BYTES
                        + " are allowed here. Nothing was done. Correct it.")
                .withMembers(json -> {
                    json.writeNumberProperty("limit", MAX_BYTES);
                    if (actual >= 0) {
                        json.writeNumberProperty("actual", actual);
                    }
                })
                .asException();
    }
}
