package io.canvass.kv.api.problem;

import java.util.List;
import java.util.stream.Stream;

import org.springframework.http.HttpStatus;

/** Sentences for errors that Tomcat or Spring raised, of which only the status is fit to be told. */
public final class ContainerProblems {
    private ContainerProblems() {}

    /** The problem of our own that the status stands for, or {@code about:blank} if there is none. */
    public static Problem ofStatus(int status) {
        return ProblemType.byContainerStatus(status)
                .map(type -> Problem.of(type, detail(type)))
                .orElseGet(() -> Problem.ofStatus(status, reason(status),
                        "The request was answered " + status + " before it reached the API. Correct it, or report the"
                                + " requestId to the operator."));
    }

    /** @param supported the methods that have a handler; HEAD and OPTIONS come along */
    public static Problem methodNotAllowed(String method, List<String> supported) {
        // In one order, whatever order the handlers were found in.
        List<String> allowed = Stream.of("GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS")
                .filter(name -> supported.contains(name.equals("HEAD") ? "GET" : name) || name.equals("OPTIONS"))
                .toList();
        String list = String.join(", ", allowed);
        return Problem.of(ProblemType.METHOD_NOT_ALLOWED, "The method " + Excerpt.of(method)
                        + " is not allowed for this path. Nothing was done. Allowed: " + list + ".")
                .withHeader("Allow", list);
    }

    private static String detail(ProblemType type) {
        return switch (type) {
            case INVALID_REQUEST -> "The request is not valid HTTP: its request line or a header is malformed or too"
                    + " long. Nothing was done. In a path, write '%', '\\', '{', '}', '|', '^' and control characters"
                    + " percent-encoded, or name the key by /v1/kv64/{base64url}.";
            case INTERNAL_ERROR -> "The service failed while it handled the request. If this was a write, it may or"
                    + " may not have been applied: read before you repeat it. The operator finds the cause in the log"
                    + " under the requestId.";
            case NOT_FOUND -> "Nothing is served under this path. Nothing was done. Keys are under /v1/kv/{key}.";
            default -> type.meaning() + " " + type.remedy();
        };
    }

    private static String reason(int status) {
        HttpStatus known = HttpStatus.resolve(status);
        return known == null ? "Status " + status : known.getReasonPhrase();
    }
}
