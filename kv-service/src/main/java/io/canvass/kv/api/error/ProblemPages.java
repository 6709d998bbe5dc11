package io.canvass.kv.api.error;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

import io.canvass.kv.api.calls.Replies;
import io.canvass.kv.api.http.OpenToAll;
import io.canvass.kv.api.http.RawPath;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/** {@code GET /problems/{name}}: what a problem's {@code type} means, as plain text that a terminal shows too. */
@Controller
final class ProblemPages {
    private static final String MEDIA_TYPE = "text/plain;charset=utf-8";
    private static final String ROOT = "/problems/";

    @OpenToAll
    @GetMapping("/problems")
    void index(HttpServletResponse response) throws IOException {
        send(response, Arrays.stream(ProblemType.values())
                .map(type -> type.status() + " " + type.reference() + ": " + type.title() + "\n")
                .collect(Collectors.joining()));
    }

    @OpenToAll
    @GetMapping("/problems/{name}")
    void page(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = RawPath.of(request);
        ProblemType type = ProblemType.bySlug(path.startsWith(ROOT) ? path.substring(ROOT.length()) : "")
                .orElseThrow(() -> Problem.of(ProblemType.NOT_FOUND,
                        "There is no problem type of this name. GET /problems lists them all.").asException());
        send(response, render(type));
    }

    private static void send(HttpServletResponse response, String text) throws IOException {
        Replies.send(response, MEDIA_TYPE, text.getBytes(StandardCharsets.UTF_8));
    }

    private static String render(ProblemType type) {
        String applied = switch (type.outcome()) {
            case NONE -> "Only reads end so.";
            case NOT_APPLIED -> "A write that ends so was surely not applied (\"outcome\":\"not-applied\").";
            case UNKNOWN -> "A write that ends so may or may not have been applied (\"outcome\":\"unknown\").";
        };
        return type.title() + " (" + type.status() + " " + type.slug() + ")\n\n" + type.meaning() + "\n\n" + applied
                + "\n\nWhat to do: " + type.remedy() + "\n";
    }
}
