package io.canvass.kv.api;

import java.io.IOException;
import java.util.List;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * Where requests for keys come in: a servlet of its own beside Spring's, whose way to a handler costs more than
 * everything else that a read does (docs/decisions.md). Routes by the raw path and the method; whatever is thrown
 * becomes a problem.
 *
 * <p>Tomcat leaves out the body of an answer to HEAD, which is otherwise a GET.
 */
final class KvServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    private static final List<String> PAGE_METHODS = List.of("GET");
    private static final List<String> KEY_METHODS = List.of("GET", "PUT", "DELETE");

    private final transient KvReads reads;
    private final transient KvWrites writes;
    private final transient KvPages pages;
    private final transient ProblemResolver problems;
    private final transient RequestTimers timers;

    KvServlet(KvReads reads, KvWrites writes, KvPages pages, ProblemResolver problems, RequestTimers timers) {
        this.reads = reads;
        this.writes = writes;
        this.pages = pages;
        this.problems = problems;
        this.timers = timers;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) {
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
