package io.canvass.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.HdrHistogram.Histogram;

import static java.util.Locale.ROOT;

/**
 * What one run found. Percentiles are of right answers only. A closed loop asks less often while the server stalls, and
 * so sees too few of the stalls; the corrected percentiles put in the requests that would have been sent meanwhile at
 * the rate of the median (coordinated omission, as HdrHistogram corrects it).
 */
record Report(
        LoadOptions options,
        Tally tally,
        double seconds,
        double serverCpuSeconds,
        long serverResidentBytes,
        double ownCpuSeconds) {
    private static final double NANOS_PER_MICRO = 1e3;
    private static final double NANOS_PER_MILLI = 1e6;

    /** Whether the run says anything: a right answer was seen; for a fill: each key was written. */
    boolean succeeded() {
        return options.op() == LoadOptions.Op.FILL ? tally.answered() == options.keys() : tally.answered() > 0;
    }

    /** For a person; several lines, without the last line's end. */
    String text() {
        Histogram latency = tally.latency();
        Histogram corrected = corrected();
        String head = String.format(
                ROOT,
                "%s %s%s, %d connections, %d B, %d keys, %.1f s",
                name(options.kind()),
                name(options.op()),
                options.batch() > 1 ? " in batches of " + options.batch() : "",
                options.connections(),
                options.payloadBytes(),
                options.keys(),
                seconds);
        String servers = serverCpuSeconds < 0
                ? ""
                : String.format(
                        ROOT,
                        "\n  servers     %.2f CPU s, %d MiB resident",
                        serverCpuSeconds,
                        serverResidentBytes >> 20);
        String errors = joined("", error -> String.format(ROOT, "\n  %12d  %s", error.getValue(), error.getKey()));
        return head
                + String.format(ROOT, "\n  throughput  %.0f/s (%d answers)", throughput(), tally.answered())
                + "\n  latency     " + percentiles(latency)
                + String.format(ROOT, "  max %.2f ms", latency.getMaxValue() / NANOS_PER_MILLI)
                + "\n  corrected   " + percentiles(corrected)
                + "\n  errors      " + errorCount() + errors
                + servers
                + String.format(ROOT, "\n  generator   %.2f CPU s", ownCpuSeconds);
    }

    /** One flat object on one line; each name stands once, so a shell script finds it without a JSON parser. */
    String json() {
        Histogram latency = tally.latency();
        Histogram corrected = corrected();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("kind", '"' + name(options.kind()) + '"');
        fields.put("op", '"' + name(options.op()) + '"');
        fields.put("connections", options.connections());
        fields.put("payloadBytes", options.payloadBytes());
        fields.put("keys", options.keys());
        fields.put("seconds", decimal(seconds));
        fields.put("answers", tally.answered());
        fields.put("batch", options.batch());
        fields.put("operations", tally.answered() * options.batch());
        fields.put("throughput", decimal(throughput()));
        fields.put("p50Micros", micros(latency, 50));
        fields.put("p99Micros", micros(latency, 99));
        fields.put("p999Micros", micros(latency, 99.9));
        fields.put("maxMicros", micros(latency, 100));
        fields.put("correctedP99Micros", micros(corrected, 99));
        fields.put("correctedP999Micros", micros(corrected, 99.9));
        fields.put("serverCpuSeconds", decimal(serverCpuSeconds));
        fields.put("serverResidentBytes", serverResidentBytes);
        fields.put("generatorCpuSeconds", decimal(ownCpuSeconds));
        fields.put("errorCount", errorCount());
        fields.put("errors", '{' + joined(",", error -> '"' + error.getKey() + "\":" + error.getValue()) + '}');
        return fields.entrySet().stream()
                .map(field -> '"' + field.getKey() + "\":" + field.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }

    private double throughput() {
        return tally.answered() / seconds;
    }

    private long errorCount() {
        return tally.errors().values().stream().mapToLong(Long::longValue).sum();
    }

    private String joined(String separator, Function<Map.Entry<String, Long>, String> line) {
        return tally.errors().entrySet().stream().map(line).collect(Collectors.joining(separator));
    }

    private Histogram corrected() {
        return tally.latency().copyCorrectedForCoordinatedOmission(tally.latency().getValueAtPercentile(50));
    }

    private static String percentiles(Histogram histogram) {
        return String.format(
                ROOT,
                "p50 %.2f ms  p99 %.2f ms  p99.9 %.2f ms",
                histogram.getValueAtPercentile(50) / NANOS_PER_MILLI,
                histogram.getValueAtPercentile(99) / NANOS_PER_MILLI,
                histogram.getValueAtPercentile(99.9) / NANOS_PER_MILLI);
    }

    private static long micros(Histogram histogram, double percentile) {
        return Math.round(histogram.getValueAtPercentile(percentile) / NANOS_PER_MICRO);
    }

    private static String decimal(double value) {
        return String.format(ROOT, "%.2f", value);
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(ROOT);
    }
}
