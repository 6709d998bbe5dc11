package io.canvass.benchmarks;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What {@code load} was asked to do.
 *
 * @param targets base URLs; connections are dealt out to them in turn
 * @param keys how many different keys are written or read
 * @param batch writes in one request, each an entry of its own; more than one: of Canvass, by {@code POST /v1/batch}
 * @param seconds the measured time, behind the warm-up
 * @param timeoutSeconds after which a request without an answer is an error
 * @param pids processes whose CPU time and memory are reported; those of the servers
 * @param json whether the report is one line of JSON
 */
record LoadOptions(
        List<URI> targets,
        Kind kind,
        Op op,
        int connections,
        int payloadBytes,
        int keys,
        int batch,
        int seconds,
        int warmupSeconds,
        int threads,
        int timeoutSeconds,
        List<Long> pids,
        boolean json) {
    static final String HELP = """
            load: requests over HTTP in a closed loop; each connection sends its next request when the last is answered

              --target URL...        base URLs; connections are spread over them
              --kind canvass|etcd    whose protocol to speak (canvass)
              --op put|get|fill      fill writes each key once and ends; run it before get (put)
              --connections N        (16)
              --payload BYTES        length of a value (256)
              --keys N               how many different keys (10000)
              --batch N              puts in one request, by POST /v1/batch; each is a write of its own (1)
              --seconds S            measured time (10)
              --warmup S             time before that, not measured (2)
              --threads N            event loops that carry the connections (1)
              --timeout S            a request without an answer after that is an error (10)
              --pids PID,...         servers whose CPU seconds and memory to report (Linux)
              --json                 one line for machines
            """;

    private static final int MAX_KEYS = 999_999_999;
    private static final int MAX_BATCH = 1_000;

    LoadOptions {
        targets = List.copyOf(targets);
        pids = List.copyOf(pids);
        if (targets.isEmpty()) {
            throw new UsageException("--target is missing: which URL to send requests to");
        }
        if (batch > 1 && (kind != Kind.CANVASS || op != Op.PUT)) {
            throw new UsageException("--batch goes with --kind canvass and --op put only");
        }
    }

    static LoadOptions parse(List<String> args) {
        Builder builder = new Builder();
        int i = 0;
        while (i < args.size()) {
            String flag = args.get(i++);
            int firstValue = i;
            while (i < args.size() && !args.get(i).startsWith("--")) {
                i++;
            }
            builder.set(flag, args.subList(firstValue, i));
        }
        return builder.build();
    }

    /** Whose HTTP protocol is spoken. */
    enum Kind {
        CANVASS,
        ETCD
    }

    /** What a request does. */
    enum Op {
        PUT,
        GET,
        /** Each key written once. */
        FILL
    }

    private static final class Builder {
        private final List<URI> targets = new ArrayList<>();
        private final List<Long> pids = new ArrayList<>();
        private Kind kind = Kind.CANVASS;
        private Op op = Op.PUT;
        private int connections = 16;
        private int payloadBytes = 256;
        private int keys = 10_000;
        private int batch = 1;
        private int seconds = 10;
        private int warmupSeconds = 2;
        private int threads = 1;
        private int timeoutSeconds = 10;
        private boolean json;

        void set(String flag, List<String> values) {
            switch (flag) {
                case "--target" -> values.forEach(value -> targets.add(target(value)));
                case "--kind" -> kind = oneOf(Kind.class, flag, values);
                case "--op" -> op = oneOf(Op.class, flag, values);
                case "--connections" -> connections = number(flag, values, 1, 100_000);
                case "--payload" -> payloadBytes = number(flag, values, 0, 64 << 20);
                case "--keys" -> keys = number(flag, values, 1, MAX_KEYS);
                case "--batch" -> batch = number(flag, values, 1, MAX_BATCH);
                case "--seconds" -> seconds = number(flag, values, 1, 86_400);
                case "--warmup" -> warmupSeconds = number(flag, values, 0, 86_400);
                case "--threads" -> threads = number(flag, values, 1, 64);
                case "--timeout" -> timeoutSeconds = number(flag, values, 1, 120);
                case "--pids" -> pids.addAll(numbers(flag, single(flag, values)));
                case "--json" -> {
                    if (!values.isEmpty()) {
                        throw new UsageException("--json takes no value, but got '" + values.getFirst() + "'");
                    }
                    json = true;
                }
                default -> throw new UsageException("Unknown option '" + flag + "'");
            }
        }

        LoadOptions build() {
            return new LoadOptions(
                    targets,
                    kind,
                    op,
                    connections,
                    payloadBytes,
                    keys,
                    batch,
                    seconds,
                    warmupSeconds,
                    threads,
                    timeoutSeconds,
                    pids,
                    json);
        }

        private static String single(String flag, List<String> values) {
            if (values.size() != 1) {
                throw new UsageException(flag + " takes one value, but got " + values.size());
            }
            return values.getFirst();
        }

        private static int number(String flag, List<String> values, int min, int max) {
            String text = single(flag, values);
            try {
                int value = Integer.parseInt(text);
                if (value >= min && value <= max) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // Said below, in the same words as for a number out of range.
            }
            throw new UsageException(flag + " takes a number from " + min + " to " + max + ", not '" + text + "'");
        }

        private static List<Long> numbers(String flag, String text) {
            try {
                return Stream.of(text.split(",", -1)).map(Long::valueOf).toList();
            } catch (NumberFormatException e) {
                throw new UsageException(flag + " takes numbers with commas between them, not '" + text + "'");
            }
        }

        private static <E extends Enum<E>> E oneOf(Class<E> type, String flag, List<String> values) {
            String text = single(flag, values);
            List<String> names = new ArrayList<>();
            for (E constant : type.getEnumConstants()) {
                String name = constant.name().toLowerCase(Locale.ROOT);
                if (name.equals(text)) {
                    return constant;
                }
                names.add(name);
            }
            throw new UsageException(flag + " is one of " + String.join(", ", names) + ", not '" + text + "'");
        }

        private static URI target(String text) {
            try {
                URI uri = URI.create(text);
                if ("http".equals(uri.getScheme()) && uri.getHost() != null && uri.getPath().length() <= 1) {
                    return uri;
                }
            } catch (IllegalArgumentException e) {
                // Said below.
            }
            throw new UsageException("--target takes URLs like http://127.0.0.1:8081, not '" + text + "'");
        }
    }
}
