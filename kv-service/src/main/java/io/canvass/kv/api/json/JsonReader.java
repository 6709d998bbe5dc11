package io.canvass.kv.api.json;

import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.http.ValueBody;
import io.canvass.kv.api.problem.Excerpt;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.raft.core.Bytes;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads JSON of a known shape, as strictly as a query string: every member must be known, none may occur twice, each is of its
 * type. Nothing is kept but what the caller keeps, and it goes no deeper than the caller asks. What is wrong is told by its
 * place, such as {@code then[3].put.key}. For one thread; every method throws {@link ProblemException}, 400 {@code
 * invalid-request}.
 */
public final class JsonReader implements AutoCloseable {
    private final String what;
    private final JsonParser json;
    private final List<String> place = new ArrayList<>();

    /**
     * @param what is read, for the errors' sentences: "The body"
     * @param maxTextChars the longest string; a longer one is 413 {@code value-too-large}
     */
    public JsonReader(String what, InputStream in, int maxTextChars) {
        this.what = what;
        JsonFactory factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxStringLength(maxTextChars)
                        .build())
                .build();
        // Jackson's own decoder lets some malformed UTF-8 pass.
        this.json = factory.createParser(
                ObjectReadContext.empty(),
                new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT)));
    }

    @Override
    public void close() {
        json.close();
    }

    /** Moves on to the one value that the text is; it must be an object. */
    public void begin() {
        next();
    }

    /** Nothing may follow. */
    public void end() {
        if (next() != null) {
            throw QueryParameters.invalid(what + " must be one JSON object, and nothing behind it.");
        }
    }

    /** @param member told of each name when its value is next to be read, which it must do */
    public void object(List<String> known, Consumer<String> member) {
        require(JsonToken.START_OBJECT, "an object");
        Set<String> seen = new HashSet<>();
        while (next() != JsonToken.END_OBJECT) {
            String name = guarded(json::currentName);
            if (!known.contains(name)) {
                throw invalid("has the member '" + Excerpt.of(name) + "', which is not known here. Known: "
                        + String.join(", ", known));
            }
            if (!seen.add(name)) {
                throw invalid("has the member '" + name + "' more than once");
            }
            place.add(name);
            next();
            member.accept(name);
            place.removeLast();
        }
    }

    /** @param element called for each; it must read it */
    public void array(Runnable element) {
        require(JsonToken.START_ARRAY, "an array");
        for (int i = 0; next() != JsonToken.END_ARRAY; i++) {
            place.add("[" + i + "]");
            element.run();
            place.removeLast();
        }
    }

    /** The value that the reader stands at, which must be a string. */
    public String text() {
        require(JsonToken.VALUE_STRING, "a string");
        return guarded(json::getString);
    }

    /** The value that the reader stands at, which must be {@code true} or {@code false}. */
    public boolean flag() {
        if (!isFlag()) {
            throw invalid("must be true or false");
        }
        return json.currentToken() == JsonToken.VALUE_TRUE;
    }

    /** Whether the reader stands at {@code true} or {@code false}. */
    public boolean isFlag() {
        JsonToken token = json.currentToken();
        return token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE;
    }

    /** Passes over a string, a number, true, false or null. */
    public void ignoreScalar() {
        if (!json.currentToken().isScalarValue()) {
            throw invalid("must be neither an object nor an array");
        }
    }

    /** Without fraction and exponent. */
    public long number(long least, long most) {
        boolean fits = json.currentToken() == JsonToken.VALUE_NUMBER_INT
                && guarded(json::getNumberType) != JsonParser.NumberType.BIG_INTEGER;
        long number = fits ? guarded(json::getLongValue) : 0;
        if (!fits || number < least || number > most) {
            throw invalid("must be a whole number from " + least + " to " + most);
        }
        return number;
    }

    /** A string as UTF-8. */
    public Bytes utf8() {
        return utf8(text());
    }

    private Bytes utf8(String text) {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] exact = new byte[bytes.remaining()];
            bytes.get(exact);
            return Bytes.wrap(exact);
        } catch (CharacterCodingException e) {
            throw invalid("holds one half of a surrogate pair, which is no character");
        }
    }

    /** The refusal of what is being read, whose place begins the sentence. */
    public ProblemException invalid(String predicate) {
        return QueryParameters.invalid(subject() + " " + predicate + ".");
    }

    /** The place as a sentence begins with it. */
    public String subject() {
        if (place.isEmpty()) {
            return what;
        }
        StringBuilder path = new StringBuilder();
        for (String step : place) {
            path.append(path.isEmpty() || step.startsWith("[") ? "" : ".").append(step);
        }
        return what + "'s member '" + path + "'";
    }

    private void require(JsonToken token, String kind) {
        if (json.currentToken() != token) {
            throw invalid("must be " + kind);
        }
    }

    /** Null at the end of the text; inside of a value that is malformed, and so thrown. */
    private JsonToken next() {
        return guarded(json::nextToken);
    }

    private <T> T guarded(Supplier<T> step) {
        try {
            return step.get();
        } catch (StreamConstraintsException e) {
            throw Problem.of(ProblemType.VALUE_TOO_LARGE, subject() + " is longer than any key or value may be. Nothing was"
                            + " done. Store less, or raise " + ValueBody.LIMIT_PROPERTY + " on every node.")
                    .withMembers(members -> members.writeStringProperty("property", ValueBody.LIMIT_PROPERTY))
                    .ofLimit(ValueBody.LIMIT_PROPERTY)
                    .asException();
        } catch (JacksonException e) {
            if (e.getCause() instanceof CharacterCodingException) {
                throw QueryParameters.invalid(what + " is not UTF-8.");
            }
            throw QueryParameters.invalid(what + " is not JSON at line " + e.getLocation().getLineNr() + ", column "
                    + e.getLocation().getColumnNr() + ": " + Excerpt.of(e.getOriginalMessage()) + ".");
        }
    }
}
