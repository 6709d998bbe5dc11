package io.canvass.kv.api;

import java.io.IOException;
import java.util.List;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.stereotype.Component;

/**
 * Which request for keys goes where, by the raw path and the method; whatever is thrown becomes a problem.
 *
 * <p>Tomcat leaves out the body of an answer to HEAD, which is otherwise a GET.
 */
@Component
final class KvRoutes {
    private static final List<String> PAGE_METHODS = List.of("GET");
    private static final List<String> KEY_METHODS = List.of("GET", "PUT", "DELETE");

    private final KvReads reads;
    private final KvWrites writes;
    private final KvPages pages;
    private final ProblemResolver problems;
    private final RequestTimers timers;

    KvRoutes(KvReads reads, KvWrites writes, KvPages pages, ProblemResolver problems, RequestTimers timers) {
        this.reads = reads;
        this.writes = writes;
        this.pages = pages;
        this.problems = problems;
        this.timers = timers;
    }

    void route(HttpServletRequest request, HttpServletResponse response) {
        long startNanos = System.nanoTime();
        Route route = Route.of(RawPath.of(request));
        try {
            switch (route) {
                case PAGE -> page(request, response);
                case KEY -> key(request, response);
            }
        } catch (IOException | RuntimeException e) {
            problems.answer(request, response, e);
        } finally {
            timers.record(request.getMethod(), route.template, response.getStatus(), System.nanoTime() - startNanos);
        }
    }

    private void page(HttpServletRequest request, HttpServletResponse response) throws IOException {
        switch (request.getMethod()) {
            case "GET", "HEAD" -> pages.page(request, response);
            case "OPTIONS" -> response.setHeader("Allow", "GET, HEAD, OPTIONS");
            default -> throw ContainerProblems.methodNotAllowed(request.getMethod(), PAGE_METHODS).asException();
        }
    }

    private void key(HttpServletRequest request, HttpServletResponse response) throws IOException {
        switch (request.getMethod()) {
            case "GET", "HEAD" -> reads.get(request, response);
            case "PUT" -> writes.put(request, response);
            case "DELETE" -> writes.delete(request, response);
            case "OPTIONS" -> response.setHeader("Allow", "GET, HEAD, PUT, DELETE, OPTIONS");
            default -> throw ContainerProblems.methodNotAllowed(request.getMethod(), KEY_METHODS).asException();
        }
    }

    private enum Route {
        PAGE("/v1/kv"),
        KEY("/v1/kv/{key}");

        private final String template;

        Route(String template) {
            this.template = template;
        }

        static Route of(String rawPath) {
            return rawPath.equals(PAGE.template) ? PAGE : KEY;
        }
    }
}
