package io.canvass.kv.api.write;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.canvass.kv.api.http.KeySpans;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.kv.store.KeySpan;
import io.canvass.proto.kv.v1.KeyRange;
import io.canvass.raft.core.Bytes;

/** Which keys are to be deleted: a prefix, a half-open run, or, if that is said, all. */
final class KeyRanges {
    static final String ALL = "all";
    static final List<String> PARAMETERS =
            Stream.concat(KeySpans.PARAMETERS.stream(), Stream.of(ALL)).toList();

    private KeyRanges() {}

    /** @throws ProblemException 400 {@code invalid-request}, {@code refusing-to-delete-everything} */
    static KeyRange of(QueryParameters query, int maxKeyBytes) {
        return of(
                KeySpans.bytes(query, KeySpans.PREFIX, maxKeyBytes),
                KeySpans.bytes(query, KeySpans.START, maxKeyBytes),
                KeySpans.bytes(query, KeySpans.END, maxKeyBytes),
                query.flag(ALL), predicate -> QueryParameters.invalid("The query " + predicate + "."));
    }

    /**
     * @param invalid makes the refusal of a predicate, such as "names a prefix and a start"
     * @throws ProblemException that refusal; 400 {@code refusing-to-delete-everything}
     */
    static KeyRange of(
            Optional<Bytes> prefix,
            Optional<Bytes> start,
            Optional<Bytes> end,
            boolean all,
            Function<String, ProblemException> invalid) {
        if (prefix.isPresent() && (start.isPresent() || end.isPresent())) {
            throw invalid.apply("names a prefix and a start or an end, of which only one can count");
        }
        boolean bounded = isSomething(prefix) || isSomething(start) || end.isPresent();
        if (all) {
            if (bounded) {
                throw invalid.apply("names a range and says all, of which only one can count");
            }
            return KeyRange.newBuilder().setUnbounded(true).build();
        }
        if (!bounded) {
            throw Problem.of(ProblemType.REFUSING_TO_DELETE_EVERYTHING, "Neither a prefix nor a start nor an end of at least"
                            + " one byte is named, so that would be all keys of the store. Nothing was done. Name a prefix,"
                            + " or say all=true.")
                    .asException();
        }
        if (prefix.isPresent()) {
            return KeyRange.newBuilder().setStart(unsafe(prefix.get())).setPrefix(true).build();
        }
        Bytes from = start.orElse(Bytes.EMPTY);
        if (end.isPresent() && Arrays.compareUnsigned(from.array(), end.get().array()) >= 0) {
            throw invalid.apply("names an end that is not after the start, so the range is empty");
        }
        KeyRange.Builder range = KeyRange.newBuilder().setStart(unsafe(from));
        return (end.isPresent() ? range.setEnd(unsafe(end.get())) : range.setUnbounded(true)).build();
    }

    /** @param range as made here */
    static KeySpan span(KeyRange range) {
        Bytes start = Bytes.wrap(range.getStart().toByteArray());
        if (range.hasEnd()) {
            return KeySpan.between(start, Bytes.wrap(range.getEnd().toByteArray()));
        }
        return range.hasPrefix() ? KeySpan.prefix(start) : KeySpan.from(start);
    }

    private static boolean isSomething(Optional<Bytes> bound) {
        return bound.isPresent() && bound.get().size() > 0;
    }

    private static ByteString unsafe(Bytes bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes.array());
    }
}
