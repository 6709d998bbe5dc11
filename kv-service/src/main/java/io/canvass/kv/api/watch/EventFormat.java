package io.canvass.kv.api.watch;

import java.util.Collections;
import java.util.List;

import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.problem.Excerpt;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/** How a stream of events is written. */
public enum EventFormat {
    /** Server-sent events, as browsers' {@code EventSource} reads them. */
    SSE("text/event-stream"),
    /** One JSON object per line, whose first member says what the event is. */
    NDJSON("application/x-ndjson");

    private final String mediaType;

    EventFormat(String mediaType) {
        this.mediaType = mediaType;
    }

    String mediaType() {
        return mediaType;
    }

    /**
     * What {@code Accept} prefers; server-sent events if it does not say.
     *
     * @throws ProblemException 406 if it excludes both, 400 if it is malformed
     */
    public static EventFormat of(HttpServletRequest request) {
        if (request.getHeader("Accept") == null) {
            return SSE;
        }
        String accept = String.join(",", Collections.list(request.getHeaders("Accept")));
        List<MediaType> ranges;
        try {
            ranges = MediaType.parseMediaTypes(accept);
        } catch (InvalidMediaTypeException e) {
            throw QueryParameters.invalid("The header Accept is '" + Excerpt.of(accept)
                    + "', which is not a list of media ranges.");
        }
        double sse = ranges.isEmpty() ? 1 : SSE.quality(ranges);
        double ndjson = NDJSON.quality(ranges);
        if (sse == 0 && ndjson == 0) {
            throw Problem.of(ProblemType.NOT_ACCEPTABLE, "This URL serves " + SSE.mediaType + " and " + NDJSON.mediaType
                    + ", which 'Accept: " + Excerpt.of(accept) + "' excludes. Nothing was sent. Accept one of them or"
                    + " */*.").asException();
        }
        return ndjson > sse ? NDJSON : SSE;
    }

    private double quality(List<MediaType> ranges) {
        MediaType own = MediaType.valueOf(mediaType);
        double quality = 0;
        int best = -1;
        for (MediaType range : ranges) {
            int specificity = range.isWildcardType() ? 0 : range.isWildcardSubtype() ? 1 : 2;
            if (range.includes(own) && specificity > best) {
                best = specificity;
                quality = range.getQualityValue();
            }
        }
        return quality;
    }
}
