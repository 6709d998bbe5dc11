package io.canvass.kv.fuzz;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What must hold of an answer, whatever was asked: KV-API.md, sections 1 and 8. */
final class HttpJudge {
    /** KV-API.md, section 8, and what this service has beside it under {@code /problems}; 500 is none of them. */
    private static final Set<Integer> DOCUMENTED = Set.of(
            200, 201, 204, 304, 307, 400, 401, 403, 404, 405, 406, 408, 409, 410, 412, 413, 415, 417, 421, 422, 428, 429, 501,
            503, 504, 505, 507);

    private static final Pattern LEAK = Pattern.compile(
            "\\b(?:java|jakarta|javax|sun|jdk|io\\.canvass|io\\.grpc|io\\.netty|org\\.[a-z]+|com\\.[a-z]+|tools\\.jackson)"
                    + "\\.[a-z]+[.$][A-Za-z]|[A-Za-z]Exception\\b|\\.java:\\d|\\tat |/(?:tmp|home|usr|root|var|opt|work)/");

    private final int port;
    /** Whether {@code /problems} knows a type, and its page the status. */
    private final Map<String, Boolean> known = new HashMap<>();

    HttpJudge(int port) {
        this.port = port;
    }

    /** What is wrong; nothing if all is well. */
    List<String> judge(Exchange exchange, Conversation conversation) throws IOException {
        List<String> faults = new ArrayList<>();
        conversation.unsound().ifPresent(faults::add);
        // Tomcat hangs up after a 400. Who still sends then, another request perhaps, may lose the answer to the reset.
        boolean mayBeRefused = !exchange.isRight() || exchange.methods().size() > 1;
        boolean mayBeReset = mayBeRefused && conversation.end() == Conversation.End.RESET;
        if (exchange.isWhole() && !mayBeReset && exchange.ending() != Exchange.Ending.HANG_UP && !exchange.mayStream()
                && conversation.answers().isEmpty()) {
            faults.add("No answer, " + conversation.end());
        }
        for (Answer answer : conversation.answers()) {
            judge(exchange, answer, faults);
        }
        return faults;
    }

    private void judge(Exchange exchange, Answer answer, List<String> faults) throws IOException {
        if (!DOCUMENTED.contains(answer.status())) {
            faults.add("Status " + answer.status() + ", which is not documented: " + answer.body());
        }
        if (answer.header("Injected").isPresent()) {
            faults.add("A header that came from the request's text");
        }
        if (answer.status() >= 400) {
            judgeProblem(exchange, answer, faults);
        }
    }

    private void judgeProblem(Exchange exchange, Answer answer, List<String> faults) throws IOException {
        if (answer.header("Content-Type").filter("application/problem+json"::equals).isEmpty()) {
            faults.add(answer.status() + " is no problem+json: " + answer.headers() + " " + answer.body());
            return;
        }
        if (answer.body().isEmpty()) {
            if (!exchange.methods().contains("HEAD")) {
                faults.add(answer.status() + " without a body: " + answer.headers());
            }
            return;
        }
        JsonNode problem;
        try {
            problem = JsonMapper.shared().readTree(answer.body());
        } catch (JacksonException e) {
            faults.add("The problem is no JSON: " + answer.body());
            return;
        }
        for (String member : List.of("type", "title", "detail", "requestId")) {
            if (problem.path(member).asString("").isBlank()) {
                faults.add("The problem has no " + member + ": " + answer.body());
            }
        }
        if (problem.path("status").asInt(0) != answer.status()) {
            faults.add("The problem's status is not " + answer.status() + ": " + answer.body());
        }
        if (answer.header("Kv-Request-Id").filter(problem.path("requestId").asString("")::equals).isEmpty()) {
            faults.add("The header's request id is another one: " + answer.headers() + " " + answer.body());
        }
        if (!isKnown(problem.path("type").asString(""), answer.status())) {
            faults.add("/problems does not know this type of this status: " + answer.body());
        }
        leak(answer.body() + answer.headers(), exchange.text()).ifPresent(leak -> faults.add("The answer tells '" + leak + "': "
                + answer.body()));
    }

    /** What looks as if it came from the inside, and not from the request. */
    private static Optional<String> leak(String text, String request) {
        return LEAK.matcher(text).results().filter(match -> !request.contains(match.group())).findFirst().map(match -> {
            int from = Math.max(0, match.start() - 20);
            return text.substring(from, Math.min(text.length(), match.end() + 20));
        });
    }

    private boolean isKnown(String type, int status) throws IOException {
        String question = status + " " + type;
        Boolean answer = known.get(question);
        if (answer == null) {
            answer = type.startsWith("/problems/")
                    && Plain.get(port, type).filter(page -> page.status() == 200
                            && page.body().lines().findFirst().orElse("").contains("(" + status + " ")).isPresent();
            known.put(question, answer);
        }
        return answer;
    }
}
