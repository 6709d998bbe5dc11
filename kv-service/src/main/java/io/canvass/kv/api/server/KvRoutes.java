package io.canvass.kv.api.server;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

import io.canvass.kv.api.auth.Gate;
import io.canvass.kv.api.calls.ClusterCalls;
import io.canvass.kv.api.error.ProblemResolver;
import io.canvass.kv.api.http.Access;
import io.canvass.kv.api.http.Endpoint;
import io.canvass.kv.api.http.Endpoints;
import io.canvass.kv.api.http.KeyPath;
import io.canvass.kv.api.http.RawPath;
import io.canvass.kv.api.problem.ContainerProblems;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.kv.security.Call;
import io.canvass.kv.tracing.Spans;
import io.micrometer.tracing.Tracer;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/**
 * Which request of the key-value API goes where, by the raw path and the method; whatever is thrown becomes a problem.
 *
 * <p>Tomcat leaves out the body of an answer to HEAD, which is otherwise a GET.
 */
@Component
final class KvRoutes {
    private static final String UNKNOWN_TEMPLATE = "UNKNOWN";

    private final RouteTable table;
    private final ProblemResolver problems;
    private final RequestTimers timers;
    private final ClusterCalls cluster;
    private final RateLimits rates;
    private final Gate gate;
    private final Spans spans;

    KvRoutes(
            List<Endpoints> components,
            ProblemResolver problems,
            RequestTimers timers,
            ClusterCalls cluster,
            RateLimits rates,
            Gate gate,
            ObjectProvider<Spans> spans) {
        this.table = new RouteTable(
                components.stream().flatMap(component -> component.endpoints().stream()).toList());
        this.problems = problems;
        this.timers = timers;
        this.cluster = cluster;
        this.rates = rates;
        this.gate = gate;
        this.spans = spans.getIfAvailable(() -> Spans.OFF);
    }

    /** All that are served here. */
    List<Endpoint> endpoints() {
        return table.endpoints();
    }

    void route(HttpServletRequest request, HttpServletResponse response) {
        String path = RawPath.of(request);
        Optional<Endpoint> endpoint = table.find(path);
        if (spans.areOn()) {
            traced(path, endpoint, request, response);
        } else {
            timed(path, endpoint, request, response);
        }
    }

    /** In a span of the name that Spring gives to those of its own requests. */
    private void traced(
            String path, Optional<Endpoint> endpoint, HttpServletRequest request, HttpServletResponse response) {
        String template = endpoint.map(Endpoint::template).orElse(UNKNOWN_TEMPLATE);
        Spans.Work work = spans.serve("http " + request.getMethod().toLowerCase(Locale.ROOT) + " " + template, request::getHeader);
        try (Tracer.SpanInScope _ = work.enter()) {
            timed(path, endpoint, request, response);
        } finally {
            work.tag("status", Integer.toString(response.getStatus())).end();
        }
    }

    private void timed(
            String path, Optional<Endpoint> endpoint, HttpServletRequest request, HttpServletResponse response) {
        long startNanos = System.nanoTime();
        try {
            rates.admit(request);
            KeyPath.requireNoParameters(path);
            answer(endpoint.orElseThrow(KvRoutes::notFound), request, response);
        } catch (IOException | ProblemException e) {
            problems.answer(request, response, e);
        } catch (RuntimeException e) {
            boolean begun = response.isCommitted();
            problems.answer(request, response, e);
            if (begun) {
                // Tomcat then closes the connection: a client must not take half an answer for a whole one.
                throw e;
            }
        } finally {
            String template = endpoint.map(Endpoint::template).orElse(UNKNOWN_TEMPLATE);
            timers.record(request.getMethod(), template, response.getStatus(), System.nanoTime() - startNanos);
        }
    }

    private void answer(Endpoint endpoint, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        String method = request.getMethod();
        Endpoint.@Nullable Handler handler = endpoint.handlers().get(method.equals("HEAD") ? "GET" : method);
        if (handler != null) {
            Access access = Objects.requireNonNull(endpoint.access().get(method.equals("HEAD") ? "GET" : method));
            Call call = gate.admit(request, access);
            try {
                if (Routing.takes(request, response, cluster)) {
                    handle(handler, call, request, response);
                }
            } finally {
                gate.answered(request, access, response.getStatus());
            }
            return;
        }
        gate.admit(request, Access.KNOWN);
        if (method.equals("OPTIONS")) {
            response.setHeader("Allow", String.join(", ", allowed(endpoint)));
        } else {
            throw ContainerProblems.methodNotAllowed(method, List.copyOf(endpoint.handlers().keySet())).asException();
        }
    }

    /** From here on, whatever is read or written on this thread is for that call. */
    private static void handle(
            Endpoint.Handler handler, Call call, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        ScopedValue.where(Call.CURRENT, call).<@Nullable Void, IOException>call(() -> {
            handler.handle(request, response);
            return null;
        });
    }

    private static List<String> allowed(Endpoint endpoint) {
        List<String> allowed = new ArrayList<>();
        for (String method : endpoint.handlers().keySet()) {
            allowed.add(method);
            if (method.equals("GET")) {
                allowed.add("HEAD");
            }
        }
        allowed.add("OPTIONS");
        return allowed;
    }

    private static ProblemException notFound() {
        return Problem.of(ProblemType.NOT_FOUND, "Nothing is served under this path, or it is spelt with"
                + " percent-encoding before the name. Nothing was done. Keys are under " + KeyPath.TEXT_ROOT
                + "{key}.").asException();
    }
}
