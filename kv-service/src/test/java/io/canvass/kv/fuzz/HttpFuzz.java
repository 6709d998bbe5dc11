package io.canvass.kv.fuzz;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Sends requests to one node, one after the other, and judges each answer. Nobody else may write meanwhile. */
public final class HttpFuzz {
    private static final int BETWEEN_SIGNS_OF_LIFE = 100;
    private static final int REPEATS = 3;
    private static final long BETWEEN_LOOKS_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int LOOKS_AT_REST = 10;
    private static final int LOOKS_AT_MOST = 600;

    private final int port;
    private final HttpJudge judge;
    private final Map<Integer, Long> statuses = new TreeMap<>();
    private long sent;
    private long moved;

    /** @param port of a node on this machine */
    public HttpFuzz(int port) {
        this.port = port;
        this.judge = new HttpJudge(port);
    }

    /** Sends the requests of a number. What is wrong with what came back, empty if nothing is. */
    public Optional<String> next(long number) throws IOException {
        Exchange exchange = HttpRequests.exchange(number);
        long before = Plain.revision(port);
        Conversation conversation = Conversation.hold(port, exchange);
        conversation.answers().forEach(answer -> statuses.merge(answer.status(), 1L, Long::sum));
        sent++;
        List<String> faults = judge.judge(exchange, conversation);
        if (faults.isEmpty() && saysNothingHappened(exchange, conversation) && Plain.revision(port) != before) {
            faults = movedAgain(exchange) ? List.of("Was answered that nothing was done, but the revision rose") : List.of();
        }
        if (faults.isEmpty() && sent % BETWEEN_SIGNS_OF_LIFE == 0) {
            faults = Plain.isAlive(port, number).stream().toList();
        }
        return faults.isEmpty()
                ? Optional.empty()
                : Optional.of(String.join("\n", faults) + "\nThe request:\n" + exchange.shown() + "\nThe answers:\n"
                        + conversation.answers());
    }

    /** A line of counts. */
    public String summary() {
        return sent + " connections, answers by status " + statuses + ", " + moved + " times the revision moved by itself";
    }

    /** How many answers had that status. */
    public long answers(int status) {
        return statuses.getOrDefault(status, 0L);
    }

    /**
     * What a connection asked for that was left may still be done, line by line of a batch, and what ends by itself may move the
     * revision at any time. A request that is wrongly applied moves it again, each time, also when all else is over.
     */
    private boolean movedAgain(Exchange exchange) throws IOException {
        for (int i = 0; i < REPEATS; i++) {
            long before = revisionAtRest();
            Conversation.hold(port, exchange);
            if (Plain.revision(port) == before) {
                moved++;
                return false;
            }
        }
        return true;
    }

    /** Once it has stayed the same for a while; the last one seen if it does not for long. */
    private long revisionAtRest() throws IOException {
        long seen = Plain.revision(port);
        int same = 0;
        for (int looks = 0; looks < LOOKS_AT_MOST && same < LOOKS_AT_REST; looks++) {
            LockSupport.parkNanos(BETWEEN_LOOKS_NANOS);
            long now = Plain.revision(port);
            same = now == seen ? same + 1 : 0;
            seen = now;
        }
        return seen;
    }

    private static boolean saysNothingHappened(Exchange exchange, Conversation conversation) {
        return exchange.methods().size() == conversation.answers().size()
                && conversation.answers().stream().allMatch(HttpFuzz::saysNothingHappened);
    }

    private static boolean saysNothingHappened(Answer answer) {
        if (answer.status() < 400) {
            return false;
        }
        try {
            if (answer.body().isEmpty()) {
                return true;
            }
            JsonNode problem = JsonMapper.shared().readTree(answer.body());
            // Who waited in vain had a place in the queue and gave it back.
            return !problem.path("outcome").asString("").equals("unknown")
                    && !problem.path("type").asString("").equals("/problems/lock-held");
        } catch (JacksonException e) {
            return false;
        }
    }
}
