package io.canvass.kv.api.calls;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

import io.canvass.kv.api.http.ApiLimits;
import io.canvass.kv.api.http.Durations;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.problem.ProblemException;

/**
 * How fresh a read must be, or how old it shall be (KV-API.md, section 4). Immutable.
 *
 * @param revision read the state of this revision; empty: as it stands
 * @param minRevision wait until the store has come to this revision; 0: to none
 * @param maxStaleness of a local read: how long ago the leader may have been heard
 * @param maxLag of a local read: how many entries may be missing
 * @param timeout how long the read may wait for all of this together
 */
public record ReadTerms(
        Consistency consistency,
        OptionalLong revision,
        long minRevision,
        Optional<Duration> maxStaleness,
        OptionalLong maxLag,
        Duration timeout) {
    /** The query parameter that asks for the state of one revision. */
    public static final String REVISION = "revision";
    static final String MIN_REVISION = "min-revision";
    static final String MAX_STALENESS = "max-staleness";
    static final String MAX_LAG = "max-lag";
    static final String TIMEOUT = "timeout";
    /** All query parameters that are read here, for endpoints to name among those they know. */
    public static final List<String> PARAMETERS =
            List.of(Consistency.PARAMETER, MAX_STALENESS, MAX_LAG, MIN_REVISION, REVISION, TIMEOUT);

    /** The same for what is no read of one moment. */
    private static final List<String> BUT_REVISION =
            PARAMETERS.stream().filter(name -> !name.equals(REVISION)).toList();

    private static final Duration LEAST = Duration.ofMillis(1);
    private static final Duration LONGEST_STALENESS = Duration.ofDays(365);

    /** What a read without parameters asks for. */
    public static ReadTerms plain(ApiLimits limits) {
        return new ReadTerms(
                Consistency.LINEARIZABLE, OptionalLong.empty(), 0, Optional.empty(), OptionalLong.empty(),
                limits.requestTimeout());
    }

    /** What is read from the node as it stands, if nothing is said. */
    public static ReadTerms local(ApiLimits limits) {
        return new ReadTerms(
                Consistency.LOCAL, OptionalLong.empty(), 0, Optional.empty(), OptionalLong.empty(), limits.requestTimeout());
    }

    /** The parameters of a path that has no {@link #REVISION}: its own, then the others. */
    public static List<String> butRevisionAnd(List<String> own) {
        return Stream.concat(own.stream(), BUT_REVISION.stream()).toList();
    }

    /** The parameters of a path: its own, then those of every read. */
    public static List<String> parametersAnd(String... own) {
        return Stream.concat(Stream.of(own), PARAMETERS.stream()).toList();
    }

    /**
     * @param plain what holds where nothing is said, and, its timeout, at most; returned itself if nothing is said
     * @throws ProblemException 400 {@code invalid-request}
     */
    public static ReadTerms of(QueryParameters query, ReadTerms plain) {
        if (query.isEmpty()) {
            return plain;
        }
        Consistency consistency = Consistency.of(query, plain.consistency());
        Optional<Duration> maxStaleness = query.text(MAX_STALENESS)
                .map(text -> Durations.parse(named(MAX_STALENESS), text, LEAST, LONGEST_STALENESS));
        OptionalLong maxLag = query.number(MAX_LAG, 0);
        if (consistency != Consistency.LOCAL) {
            requireAbsent(MAX_STALENESS, maxStaleness.isPresent());
            requireAbsent(MAX_LAG, maxLag.isPresent());
        }
        return new ReadTerms(
                consistency,
                query.number(REVISION, 1),
                query.number(MIN_REVISION, 1).orElse(0),
                maxStaleness,
                maxLag,
                query.text(TIMEOUT)
                        .map(text -> Durations.parse(named(TIMEOUT), text, LEAST, plain.timeout()))
                        .orElse(plain.timeout()));
    }

    /** The same, of a store that has come to this revision at least. */
    public ReadTerms atLeast(long least) {
        return new ReadTerms(consistency, revision, Math.max(minRevision, least), maxStaleness, maxLag, timeout);
    }

    private static void requireAbsent(String name, boolean present) {
        if (present) {
            throw QueryParameters.invalid("The query parameter '" + name + "' bounds a read with consistency=local, and"
                    + " this one is not.");
        }
    }

    private static String named(String parameter) {
        return "The query parameter '" + parameter + "'";
    }
}
