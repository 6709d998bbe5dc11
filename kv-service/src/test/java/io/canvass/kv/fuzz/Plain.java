package io.canvass.kv.fuzz;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

import tools.jackson.databind.json.JsonMapper;

/** Requests in which nothing is wrong, between those of the fuzzer. */
final class Plain {
    private static final String PROBE = "/v1/kv/fuzz-probe";
    /** A page of leases each, at most. */
    private static final int ROUNDS = 100;

    private Plain() {}

    static Optional<Answer> get(int port, String target) throws IOException {
        return send(port, new Draft("GET", target));
    }

    /** The store's newest revision, as a linearizable read tells it. */
    static long revision(int port) throws IOException {
        Answer answer = get(port, PROBE).orElseThrow(() -> new IOException("A plain GET got no answer"));
        return Long.parseLong(answer.header("Kv-Store-Revision")
                .orElseThrow(() -> new IOException("A plain GET was answered " + answer)));
    }

    /**
     * Ends all leases, so that nothing moves the revision by itself; also those of clients that were left waiting for a lock and
     * are given it meanwhile.
     *
     * @throws IOException if there are still some after so many rounds
     */
    static void endLeases(int port) throws IOException {
        for (int round = 0; round < ROUNDS; round++) {
            Answer answer = get(port, "/v1/leases").orElseThrow(() -> new IOException("The leases were not told"));
            List<String> ids = JsonMapper.shared()
                    .readTree(answer.body())
                    .path("items")
                    .valueStream()
                    .map(lease -> lease.path("id").asString())
                    .toList();
            if (ids.isEmpty()) {
                return;
            }
            for (String id : ids) {
                Optional<Answer> _ = send(port, new Draft("DELETE", "/v1/leases/" + id));
            }
        }
        throw new IOException("Leases do not end: " + get(port, "/v1/leases"));
    }

    /** Writes and reads; what went wrong, if anything did. */
    static Optional<String> isAlive(int port, long number) throws IOException {
        String value = "alive-" + number;
        Optional<Answer> put = send(port, new Draft("PUT", PROBE).body(value));
        if (put.filter(answer -> answer.status() == 200 || answer.status() == 201).isEmpty()) {
            return Optional.of("A plain PUT was answered " + put);
        }
        Optional<Answer> read = get(port, PROBE);
        return read.filter(answer -> answer.status() == 200 && answer.body().equals(value)).isPresent()
                ? Optional.empty()
                : Optional.of("A plain GET after it was answered " + read);
    }

    private static Optional<Answer> send(int port, Draft draft) throws IOException {
        Exchange exchange = new Exchange(
                0, List.of(draft.bytes(true)), List.of(draft.method), true, true, false, Exchange.Ending.WAIT);
        return Conversation.hold(port, exchange).answers().stream().findFirst();
    }
}
