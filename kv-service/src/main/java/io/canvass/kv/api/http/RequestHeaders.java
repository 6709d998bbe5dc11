package io.canvass.kv.api.http;

import java.util.Collections;
import java.util.List;
import java.util.Locale;

import io.canvass.kv.api.problem.Excerpt;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/** What the request's headers, those of conditions aside, ask for; and the refusal of what cannot be kept. */
public final class RequestHeaders {
    private RequestHeaders() {}

    /**
     * Refuses a read whose {@code Accept} excludes the one media type that its URL serves (RFC 9110, section 12.5.1).
     * Writes are not asked: nobody wants a write refused over the form of its receipt.
     *
     * @throws ProblemException 406 {@code not-acceptable}, 400 {@code invalid-request} if the header is malformed
     */
    public static void requireAccepts(HttpServletRequest request, String served, String advice) {
        String first = request.getHeader("Accept");
        if (first == null || first.equals("*/*")) {
            return;
        }
        String accept = String.join(",", Collections.list(request.getHeaders("Accept")));
        double quality = accept.isBlank() ? 1 : quality(accept, MediaType.valueOf(served));
        if (quality == 0) {
            throw Problem.of(ProblemType.NOT_ACCEPTABLE, "This URL serves " + served + ", which 'Accept: "
                    + Excerpt.of(accept)
                    + "' excludes. Nothing was read. " + advice).asException();
        }
    }

    /** Whether the request would rather have one media type than another, which it gets if it does not care. */
    public static boolean prefers(HttpServletRequest request, String wanted, String otherwise) {
        String first = request.getHeader("Accept");
        if (first == null || first.equals("*/*")) {
            return false;
        }
        String accept = String.join(",", Collections.list(request.getHeaders("Accept")));
        return !accept.isBlank()
                && quality(accept, MediaType.valueOf(wanted)) > quality(accept, MediaType.valueOf(otherwise));
    }

    /** The weight of the most specific range that includes the type; 0 if none does. */
    private static double quality(String accept, MediaType served) {
        List<MediaType> ranges;
        try {
            ranges = MediaType.parseMediaTypes(accept);
        } catch (InvalidMediaTypeException e) {
            throw QueryParameters.invalid("The header Accept is '" + Excerpt.of(accept)
                    + "', which is not a list of media ranges.");
        }
        double quality = 0;
        int best = -1;
        for (MediaType range : ranges) {
            int specificity = range.isWildcardType() ? 0 : range.isWildcardSubtype() ? 1 : 2;
            if (range.includes(served) && specificity > best) {
                best = specificity;
                quality = range.getQualityValue();
            }
        }
        return quality;
    }

    /**
     * Whether {@code Prefer: return=minimal} was sent (RFC 7240). Preferences that are not known are ignored, as that
     * RFC asks; of several {@code return} preferences the first counts.
     */
    public static boolean prefersMinimal(HttpServletRequest request) {
        if (request.getHeader("Prefer") == null) {
            return false;
        }
        for (String preference : String.join(",", Collections.list(request.getHeaders("Prefer"))).split(",", -1)) {
            String word = preference.split(";", 2)[0].replaceAll("[ \t\"]", "").toLowerCase(Locale.ROOT);
            if (word.startsWith("return=")) {
                return word.equals("return=minimal");
            }
        }
        return false;
    }

    /**
     * Refuses a write that asks for a promise which is not kept here: to ignore the header would be a lie.
     *
     * @throws ProblemException 400 {@code invalid-request}, 415 {@code unsupported-media-type}
     */
    public static void requireKeepable(HttpServletRequest request) {
        if (request.getHeader("Content-Range") != null) {
            // RFC 9110, section 14.4: a part must not be stored as if it were the whole.
            throw QueryParameters.invalid("The header Content-Range asks for a partial write, which is not supported."
                    + " Send the whole value.");
        }
        if (request.getHeader("Content-Encoding") == null) {
            return;
        }
        String coding = String.join(",", Collections.list(request.getHeaders("Content-Encoding")));
        if (!coding.strip().equalsIgnoreCase("identity")) {
            throw Problem.of(ProblemType.UNSUPPORTED_MEDIA_TYPE, "The value is sent with 'Content-Encoding: "
                            + Excerpt.of(coding) + "', but it would be served without. Nothing was written. Send it"
                            + " without a content coding.")
                    .withHeader("Accept-Encoding", "identity")
                    .asException();
        }
    }
}
