package io.canvass.kv.api.calls;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

import com.google.protobuf.ByteString;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.problem.Excerpt;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.store.ApplyLimits;
import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.Idempotency;
import jakarta.servlet.http.HttpServletRequest;

/**
 * The header {@code Idempotency-Key} (draft-ietf-httpapi-idempotency-key-header): a string of RFC 9651, so in quotes. Most
 * clients leave these out; a bare word without blanks, quotes, commas and semicolons means the same.
 */
public final class IdempotencyKeys {
    /** The request's header that carries the key. */
    public static final String HEADER = "Idempotency-Key";

    private static final String REPLAYED = IdempotencyKeys.class.getName() + ".replayed";
    private static final Pattern QUOTED = Pattern.compile("\"((?:[\\x20-\\x21\\x23-\\x5B\\x5D-\\x7E]|\\\\[\"\\\\])*)\"");
    private static final Pattern BARE = Pattern.compile("[\\x21-\\x7E&&[^\",;\\\\]]+");

    private IdempotencyKeys() {}

    /**
     * Empty if the header is not there.
     *
     * @throws ProblemException 400 {@code invalid-request} if it is malformed
     */
    public static Optional<ByteString> of(HttpServletRequest request) {
        if (request.getHeader(HEADER) == null) {
            return Optional.empty();
        }
        List<String> values = Collections.list(request.getHeaders(HEADER));
        if (values.size() > 1) {
            throw QueryParameters.invalid("The header " + HEADER + " is given " + values.size()
                    + " times, so it is not clear which one counts.");
        }
        String text = values.getFirst().strip();
        Optional<String> key = parse(text);
        if (key.isEmpty()) {
            throw QueryParameters.invalid("The header " + HEADER + " is '" + Excerpt.of(text)
                    + "', which is not a string of visible ASCII. Write it as " + HEADER + ": \"8e03978e-40d5\".");
        }
        int length = key.get().length();
        if (length == 0 || length > ApplyLimits.MAX_IDEMPOTENCY_KEY_BYTES) {
            throw QueryParameters.invalid("The key in the header " + HEADER + " has " + length + " bytes; it must have 1 to "
                    + ApplyLimits.MAX_IDEMPOTENCY_KEY_BYTES + ".");
        }
        return Optional.of(ByteString.copyFrom(key.get(), StandardCharsets.US_ASCII));
    }

    private static Optional<String> parse(String text) {
        if (BARE.matcher(text).matches()) {
            return Optional.of(text);
        }
        var quoted = QUOTED.matcher(text);
        return quoted.matches()
                ? Optional.of(quoted.group(1).replaceAll("\\\\(.)", "$1"))
                : Optional.empty();
    }

    /** The command under this key. What is digested is the command without it. */
    public static Command under(ByteString key, Command command) {
        byte[] digest = sha256().digest(command.toByteArray());
        return command.toBuilder()
                .setIdempotency(Idempotency.newBuilder().setKey(key).setDigest(ByteString.copyFrom(digest)))
                .build();
    }

    /** The key of one of the many commands that a request with {@code key} is made of. */
    public static ByteString ofPart(ByteString key, long number) {
        MessageDigest digest = sha256();
        digest.update(key.asReadOnlyByteBuffer());
        digest.update((byte) 0);
        return ByteString.copyFrom(digest.digest(Long.toString(number).getBytes(StandardCharsets.US_ASCII)));
    }

    /** Remembers that the request is answered as one before it was. */
    static void markReplayed(HttpServletRequest request) {
        request.setAttribute(REPLAYED, true);
    }

    static boolean isReplayed(HttpServletRequest request) {
        return request.getAttribute(REPLAYED) != null;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
