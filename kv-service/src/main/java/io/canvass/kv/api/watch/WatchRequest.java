package io.canvass.kv.api.watch;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

import io.canvass.kv.api.calls.ReadTerms;
import io.canvass.kv.api.http.KeySpans;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.problem.Excerpt;
import io.canvass.kv.store.KeySpan;
import io.canvass.kv.store.KvQueries.Previous;
import io.canvass.kv.watch.Interest;
import io.canvass.kv.watch.Watch;
import io.canvass.raft.core.Bytes;
import jakarta.servlet.http.HttpServletRequest;

/**
 * What a request for a stream asks for (KV-API.md, section 5).
 *
 * @param span the same keys as the interest
 * @param from the first revision; empty: from now on
 * @param initial whether all that is there comes first; then from is empty
 * @param terms how fresh this node must be when the stream begins
 */
record WatchRequest(
        Interest interest,
        KeySpan span,
        OptionalLong from,
        boolean initial,
        Previous previous,
        Set<Watch.Kind> kinds,
        boolean requireLeader,
        ReadTerms terms) {
    static final String LAST_EVENT_ID = "Last-Event-ID";

    private static final long MAX_REVISION = 999_999_999_999_999_999L;
    private static final Pattern REVISION = Pattern.compile("0|[1-9][0-9]{0,17}");
    private static final List<String> PARAMETERS = List.of(
            "prefix", "prefix64", "key", "key64", "start", "start64", "end", "end64", "from-revision", "initial", "prev",
            "events", "require-leader");
    private static final List<String> KNOWN = ReadTerms.butRevisionAnd(PARAMETERS);

    static WatchRequest of(HttpServletRequest request, int maxKeyBytes, ReadTerms plain) {
        QueryParameters query = QueryParameters.parse(request.getQueryString(), KNOWN);
        Interest interest = new Range(query, maxKeyBytes).interest();
        OptionalLong resumed = lastEventId(request);
        long from = query.count("from-revision", 0, MAX_REVISION);
        boolean initial = query.flag("initial");
        if (initial && from > 0) {
            throw QueryParameters.invalid("Both initial=true and from-revision are given: a stream begins with what is"
                    + " there, or with history.");
        }
        // An EventSource that connects again sends the URL that it was given, and where it was.
        OptionalLong first = resumed.isPresent()
                ? OptionalLong.of(resumed.getAsLong() + 1)
                : from > 0 ? OptionalLong.of(from) : OptionalLong.empty();
        return new WatchRequest(
                interest,
                spanOf(interest),
                first,
                initial && resumed.isEmpty(),
                query.flag("prev") ? Previous.WITH : Previous.WITHOUT,
                kinds(query),
                query.flag("require-leader"),
                ReadTerms.of(query, plain));
    }

    private static KeySpan spanOf(Interest interest) {
        return switch (interest) {
            case Interest.Key(Bytes key) -> KeySpan.between(key, successor(key));
            case Interest.Prefix(Bytes prefix) -> KeySpan.prefix(prefix);
            case Interest.Span(KeySpan span) -> span;
            case Interest.Queue queue -> throw new IllegalArgumentException("A queue is no range of keys");
        };
    }

    /** The next key after it. */
    private static Bytes successor(Bytes key) {
        byte[] next = new byte[key.size() + 1];
        System.arraycopy(key.array(), 0, next, 0, key.size());
        return Bytes.wrap(next);
    }

    private static OptionalLong lastEventId(HttpServletRequest request) {
        String text = request.getHeader(LAST_EVENT_ID);
        if (text == null || text.isBlank()) {
            return OptionalLong.empty();
        }
        if (!REVISION.matcher(text.strip()).matches()) {
            throw QueryParameters.invalid("The header " + LAST_EVENT_ID + " is '" + Excerpt.of(text)
                    + "'. It must be the id of an event of such a stream, which is a revision.");
        }
        return OptionalLong.of(Long.parseLong(text.strip()));
    }

    private static Set<Watch.Kind> kinds(QueryParameters query) {
        String text = query.text("events").orElse("put,delete");
        Set<Watch.Kind> kinds = EnumSet.noneOf(Watch.Kind.class);
        for (String word : text.split(",", -1)) {
            Watch.Kind kind = switch (word) {
                case "put" -> Watch.Kind.PUT;
                case "delete" -> Watch.Kind.DELETE;
                default -> throw QueryParameters.invalid("The query parameter 'events' is '" + Excerpt.of(text)
                        + "'. It can be put, delete, or put,delete, which is meant without it.");
            };
            kinds.add(kind);
        }
        return kinds;
    }

    /** Which of the ways to name keys is used. */
    private record Range(QueryParameters query, int maxKeyBytes) {
        Interest interest() {
            Optional<Bytes> key = KeySpans.bytes(query, "key", maxKeyBytes);
            Optional<Bytes> prefix = KeySpans.bytes(query, KeySpans.PREFIX, maxKeyBytes);
            // One byte more: behind the longest key there is still a place.
            Optional<Bytes> start = KeySpans.bytes(query, KeySpans.START, maxKeyBytes + 1);
            Optional<Bytes> end = KeySpans.bytes(query, KeySpans.END, maxKeyBytes + 1);
            List<String> ways = new ArrayList<>();
            key.ifPresent(_ -> ways.add("key"));
            prefix.ifPresent(_ -> ways.add("prefix"));
            start.or(() -> end).ifPresent(_ -> ways.add("start and end"));
            if (ways.size() != 1) {
                throw QueryParameters.invalid("What to watch is named "
                        + (ways.isEmpty() ? "in no way" : "in several ways: " + String.join(", ", ways))
                        + ". Give key, or prefix (empty: all keys), or start and end; each with 64 behind its name for"
                        + " base64url.");
            }
            if (key.isPresent()) {
                if (key.get().size() == 0) {
                    throw QueryParameters.invalid("The key is empty; a key has at least one byte.");
                }
                return new Interest.Key(key.get());
            }
            return prefix.<Interest>map(Interest.Prefix::new).orElseGet(() -> new Interest.Span(span(start, end)));
        }

        private static KeySpan span(Optional<Bytes> start, Optional<Bytes> end) {
            Bytes first = start.orElse(Bytes.EMPTY);
            KeySpan span = end.map(last -> KeySpan.between(first, last)).orElseGet(() -> KeySpan.from(first));
            if (span.isEmpty()) {
                throw QueryParameters.invalid("The end is not after the start, so no key could be between them.");
            }
            return span;
        }
    }
}
