package io.canvass.benchmarks;

import java.util.Map;
import java.util.TreeMap;

import org.HdrHistogram.Histogram;

/** What one event loop counted while it was measured. One thread; read by others only when that has ended. */
final class Tally {
    private static final long MAX_NANOS = 200_000_000_000L;

    private final Histogram latency = new Histogram(1_000, MAX_NANOS, 3);
    private final Map<String, Long> errors = new TreeMap<>();
    private long answered;

    /** A right answer inside the measured time. */
    void answered(long nanos) {
        answered++;
        latency.recordValue(Math.min(nanos, MAX_NANOS));
    }

    /** A right answer to a request of the measured time that came when that was over: slow, but no throughput. */
    void answeredLate(long nanos) {
        latency.recordValue(Math.min(nanos, MAX_NANOS));
    }

    /** A request that failed; its time is no latency, or fast failures would look like a fast server. */
    void failed(String why) {
        errors.merge(why, 1L, Long::sum);
    }

    void add(Tally other) {
        latency.add(other.latency);
        other.errors.forEach((why, count) -> errors.merge(why, count, Long::sum));
        answered += other.answered;
    }

    long answered() {
        return answered;
    }

    Histogram latency() {
        return latency;
    }

    Map<String, Long> errors() {
        return errors;
    }
}
