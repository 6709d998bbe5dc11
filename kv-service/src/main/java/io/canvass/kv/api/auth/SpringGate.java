package io.canvass.kv.api.auth;

import java.util.Optional;

import io.canvass.kv.api.calls.ClusterCalls;
import io.canvass.kv.api.calls.Consistency;
import io.canvass.kv.api.http.Access;
import io.canvass.kv.api.http.OpenToAll;
import io.canvass.kv.api.http.Requires;
import io.canvass.kv.security.Call;
import io.canvass.kv.security.Caller;
import io.canvass.kv.store.Right;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;

/**
 * The gate of all that Spring's servlet serves: controllers, the actuator on either port, the description of the API. Judges the
 * handler that was found and not the path, so that no other spelling of a path comes to the same handler by another rule. What
 * is of no kind that is named here is served to nobody.
 */
final class SpringGate implements HandlerInterceptor {
    private static final String ACCESS = SpringGate.class.getName();
    private static final String ACTUATOR = "org.springframework.boot.webmvc.actuate.";
    private static final String API_DESCRIPTION = "org.springdoc.";

    private final Gate gate;
    private final ClusterCalls cluster;

    SpringGate(Gate gate, ClusterCalls cluster) {
        this.gate = gate;
        this.cluster = cluster;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (request.getDispatcherType() == DispatcherType.ERROR) {
            return true;
        }
        Optional<Access> access = access(request, handler);
        if (access.isEmpty()) {
            throw gate.undeclared(request);
        }
        Call call = gate.admit(request, access.get());
        if (isChangeOfCluster(request, access.get()) && call.caller() instanceof Caller.Known) {
            // What such a handler asks of the leader is not judged in the log: so the rights are looked at as they stand there.
            cluster.awaitFreshness(Consistency.LINEARIZABLE);
            gate.admit(request, access.get());
        }
        request.setAttribute(ACCESS, access.get());
        return true;
    }

    private static boolean isChangeOfCluster(HttpServletRequest request, Access access) {
        return access.isOfCluster() && !request.getMethod().equals("GET") && !request.getMethod().equals("HEAD");
    }

    @Override
    public void afterCompletion(
            HttpServletRequest request, HttpServletResponse response, Object handler, @Nullable Exception failure) {
        if (request.getAttribute(ACCESS) instanceof Access access) {
            gate.answered(request, access, response.getStatus());
        }
    }

    /** Empty: nobody has said who may call it. */
    static Optional<Access> access(HttpServletRequest request, Object handler) {
        if (handler instanceof HandlerMethod method) {
            if (method.hasMethodAnnotation(OpenToAll.class)) {
                return Optional.of(Access.OPEN);
            }
            Requires requires = method.getMethodAnnotation(Requires.class);
            if (requires != null) {
                return Optional.of(requires.value().length == 0 ? Access.KNOWN : Access.to(requires.value()));
            }
            String type = method.getBeanType().getName();
            if (type.startsWith(ACTUATOR)) {
                return Optional.of(isProbe(request) ? Access.OPEN : Access.to(Right.MONITOR));
            }
            if (type.startsWith(API_DESCRIPTION)) {
                return Optional.of(Access.OPEN);
            }
            if (request.getMethod().equals("OPTIONS")) {
                // Spring's own, which tells the methods of a path.
                return Optional.of(Access.KNOWN);
            }
        }
        return Optional.empty();
    }

    /** By the pattern that was matched, which only the mapping sets. */
    private static boolean isProbe(HttpServletRequest request) {
        Object pattern = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
        return pattern != null && (pattern.toString().equals("/livez") || pattern.toString().equals("/readyz"));
    }
}
