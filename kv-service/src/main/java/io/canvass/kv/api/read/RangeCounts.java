package io.canvass.kv.api.read;

import java.util.OptionalLong;
import java.util.function.LongSupplier;

import io.canvass.kv.api.calls.ReadTerms;
import io.canvass.kv.api.http.Durations;
import io.canvass.kv.api.http.OwnThread;
import io.canvass.kv.api.json.NdJson;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.kv.store.KeySpan;
import io.canvass.kv.store.KvQueries;
import io.canvass.kv.store.RangeQuery;

/**
 * Counts a range, of whatever size, at one revision: slice by slice, so that memory is constant, nothing of the store
 * is held for long, and the request's time is kept.
 */
final class RangeCounts {
    /** Some ten milliseconds. */
    private static final int SLICE = 10_000;

    private final KvQueries reader;
    private final LongSupplier nanoTime;

    record Count(long revision, long count) {}

    RangeCounts(KvQueries reader, LongSupplier nanoTime) {
        this.reader = reader;
        this.nanoTime = nanoTime;
    }

    /**
     * @param startNanos when the request's time began
     * @throws ProblemException 503 {@code overloaded} if the time is over before the end is reached
     */
    Count count(RangeRequest range, ReadTerms terms, long startNanos) {
        // How many keys there are in all is known; anything else has to be walked.
        boolean isKnown = range.span().equals(KeySpan.ALL)
                && range.separator().isEmpty()
                && terms.revision().isEmpty();
        RangeQuery query = range.query(isKnown ? Integer.MAX_VALUE : SLICE, 0, terms.revision());
        KvQueries.RangePage slice = reader.range(query);
        long revision = slice.revision();
        RangeQuery rest = range.query(SLICE, 0, OptionalLong.of(revision));
        long count = slice.count();
        while (slice.more()) {
            if (nanoTime.getAsLong() - startNanos > terms.timeout().toNanos()) {
                throw tooLong(terms, count);
            }
            OwnThread.giveWay();
            slice = reader.range(rest.after(slice.last().orElseThrow()));
            count += slice.count();
        }
        return new Count(revision, count);
    }

    private static ProblemException tooLong(ReadTerms terms, long count) {
        return Problem.of(ProblemType.OVERLOADED, "The range was not counted within "
                        + Durations.format(terms.timeout()) + " (kv.request.timeout); it has more than " + count
                        + " keys. Nothing was changed. Count narrower ranges, ask another node, or take it all as "
                        + NdJson.MEDIA_TYPE + ".")
                .asException();
    }
}
