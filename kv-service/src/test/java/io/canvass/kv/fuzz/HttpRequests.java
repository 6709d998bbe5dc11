package io.canvass.kv.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** What is sent to the HTTP port. */
final class HttpRequests {
    private static final int MOST_PIPELINED = 4;
    private static final int MOST_NOISE_BYTES = 30_000;

    private HttpRequests() {}

    /** One connection's requests; the same for the same number. */
    static Exchange exchange(long number) {
        Random random = new Random(number);
        return switch (random.nextInt(20)) {
            case 0 -> noise(number, random);
            case 1, 2 -> pipelined(number, random);
            case 3, 4, 5, 6, 7 -> single(number, random, 0);
            case 8 -> scrambled(number, random);
            default -> single(number, random, 1 + random.nextInt(3));
        };
    }

    private static Exchange single(long number, Random random, int wounds) {
        Draft draft = new ValidRequests(random).next();
        Spoiling spoiling = new Spoiling(random);
        for (int i = 0; i < wounds; i++) {
            spoiling.spoil(draft);
        }
        byte[] bytes = draft.bytes(random.nextInt(4) > 0);
        Exchange.Ending ending = switch (random.nextInt(20)) {
            case 0 -> Exchange.Ending.HANG_UP;
            case 1, 2, 3 -> Exchange.Ending.WAIT;
            default -> Exchange.Ending.HALF_CLOSE;
        };
        return exchange(number, random, bytes, List.of(draft.method), wounds == 0, spoiling.isWhole(), ending);
    }

    private static Exchange pipelined(long number, Random random) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        List<String> methods = new ArrayList<>();
        Spoiling spoiling = new Spoiling(random);
        boolean isRight = true;
        int count = 2 + random.nextInt(MOST_PIPELINED - 1);
        for (int i = 0; i < count; i++) {
            Draft draft = new ValidRequests(random).next();
            if (random.nextInt(4) == 0) {
                spoiling.spoil(draft);
                isRight = false;
            }
            methods.add(draft.method);
            bytes.writeBytes(draft.bytes(i == count - 1));
        }
        return exchange(
                number, random, bytes.toByteArray(), methods, isRight, spoiling.isWhole(), Exchange.Ending.HALF_CLOSE);
    }

    private static Exchange scrambled(long number, Random random) {
        Draft draft;
        do {
            // A scrambled request may be any other: one that changes who is a member must not come of it.
            draft = new ValidRequests(random).next();
        } while (draft.path.startsWith("/v1/cluster"));
        byte[] bytes = new Spoiling(random).scramble(draft.bytes(true));
        return exchange(number, random, bytes, List.of(draft.method), false, false, Exchange.Ending.HALF_CLOSE);
    }

    private static Exchange noise(long number, Random random) {
        byte[] bytes = new byte[random.nextInt(MOST_NOISE_BYTES)];
        random.nextBytes(bytes);
        if (random.nextInt(3) == 0) {
            byte[] start = (random.nextBoolean() ? "GET /v1/kv/a HTTP/1.1\r\n" : "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(start, 0, bytes, 0, Math.min(start.length, bytes.length));
        }
        return exchange(number, random, bytes, List.of("GET"), false, false, Exchange.Ending.HALF_CLOSE);
    }

    private static Exchange exchange(
            long number, Random random, byte[] bytes, List<String> methods, boolean isRight, boolean isWhole,
            Exchange.Ending ending) {
        List<byte[]> pieces = new ArrayList<>();
        int from = 0;
        if (random.nextInt(5) == 0) {
            for (int i = random.nextInt(4); i > 0 && from < bytes.length; i--) {
                int to = from + 1 + random.nextInt(bytes.length - from);
                pieces.add(Arrays.copyOfRange(bytes, from, to));
                from = to;
            }
        }
        pieces.add(Arrays.copyOfRange(bytes, from, bytes.length));
        String text = new String(bytes, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        boolean mayStream = text.contains("watch") || text.contains("wait") || text.contains("min-revision");
        return new Exchange(number, pieces, methods, isRight, isWhole, mayStream, ending);
    }
}
