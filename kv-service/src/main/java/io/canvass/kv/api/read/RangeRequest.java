package io.canvass.kv.api.read;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

import io.canvass.kv.api.http.KeySpans;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.store.KeySpan;
import io.canvass.kv.store.RangeQuery;
import io.canvass.kv.store.RangeQuery.Content;
import io.canvass.kv.store.RangeQuery.Order;
import io.canvass.raft.core.Bytes;

/** Which keys are asked for and what is shown of them; not how many at once, and not of which revision. Immutable. */
record RangeRequest(KeySpan span, Order order, Content content, Optional<Bytes> separator) {
    static final String REVERSE = "reverse";
    static final String KEYS_ONLY = "keys-only";
    static final String COUNT_ONLY = "count-only";
    static final String SEPARATOR = "separator";
    static final List<String> PARAMETERS = Stream.concat(
                    KeySpans.PARAMETERS.stream(), Stream.of(REVERSE, KEYS_ONLY, COUNT_ONLY, SEPARATOR))
            .toList();

    /** @throws ProblemException 400 {@code invalid-request} */
    static RangeRequest of(QueryParameters query, int maxKeyBytes) {
        return new RangeRequest(
                KeySpans.of(query, maxKeyBytes),
                query.flag(REVERSE) ? Order.DESCENDING : Order.ASCENDING,
                content(query),
                query.text(SEPARATOR).map(text -> separator(text, maxKeyBytes)));
    }

    private static Content content(QueryParameters query) {
        boolean keys = query.flag(KEYS_ONLY);
        if (!query.flag(COUNT_ONLY)) {
            return keys ? Content.KEYS : Content.ENTRIES;
        }
        if (keys) {
            throw QueryParameters.invalid("The query parameters '" + KEYS_ONLY + "' and '" + COUNT_ONLY
                    + "' are both true; one answer is keys, or how many.");
        }
        return Content.COUNT;
    }

    private static Bytes separator(String text, int maxBytes) {
        Bytes separator = Bytes.ofUtf8(text);
        if (separator.size() == 0 || separator.size() > maxBytes) {
            throw QueryParameters.invalid("The query parameter '" + SEPARATOR + "' is " + separator.size()
                    + " bytes long. It can have 1 to " + maxBytes + ".");
        }
        return separator;
    }

    /** @param revision empty: as it stands */
    RangeQuery query(int limit, long maxBytes, OptionalLong revision) {
        return new RangeQuery(span, limit, maxBytes, order, content, separator, revision, Optional.empty());
    }
}
