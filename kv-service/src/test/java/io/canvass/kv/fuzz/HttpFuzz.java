package io.canvass.kv.fuzz;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Sends requests to one node, one after the other, and judges each answer. Nobody else may write meanwhile. */
public final class HttpFuzz {
    private static final int BETWEEN_SIGNS_OF_LIFE = 100;
    /** For so many connections after one that was left, a revision that moved is no proof yet. */
    private static final long LATE_EFFECTS = 10;

    private final int port;
    private final HttpJudge judge;
    private final Map<Integer, Long> statuses = new TreeMap<>();
    private long sent;
    private long moved;
    /** Of a connection that was left without all its answers: what it asked for may still happen. */
    private long lastLeft = -LATE_EFFECTS;

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
        if (conversation.answers().size() < exchange.methods().size()) {
            lastLeft = sent;
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
     * What was written by a connection that was left, or what ends by itself, may move the revision at any time; a request
     * that is wrongly applied moves it again.
     */
    private boolean movedAgain(Exchange exchange) throws IOException {
        if (sent - lastLeft > LATE_EFFECTS && !Leases.mayEnd(port)) {
            return true;
        }
        for (int i = 0; i < 3; i++) {
            long before = Plain.revision(port);
            Conversation.hold(port, exchange);
            if (Plain.revision(port) == before) {
                moved++;
                return false;
            }
        }
        return true;
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

    /** Whether there are leases, whose ends are writes. */
    private static final class Leases {
        static boolean mayEnd(int port) throws IOException {
            return Plain.get(port, "/v1/leases").filter(answer -> answer.status() == 200).isPresent();
        }
    }
}
