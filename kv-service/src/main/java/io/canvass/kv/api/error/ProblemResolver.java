package io.canvass.kv.api.error;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

import io.canvass.kv.api.calls.ClusterCalls;
import io.canvass.kv.api.calls.RevisionProblems;
import io.canvass.kv.api.http.ApiLimits;
import io.canvass.kv.api.http.KeyPath;
import io.canvass.kv.api.http.RawPath;
import io.canvass.kv.api.http.RequestIds;
import io.canvass.kv.api.problem.ContainerProblems;
import io.canvass.kv.api.problem.Denials;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.kv.security.DeniedException;
import io.canvass.kv.store.DamagedStateException;
import io.canvass.kv.store.RevisionCompactedException;
import io.canvass.kv.store.RevisionInFutureException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponse;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/**
 * Turns whatever a handler, or Spring on the way to one, throws into a problem. First of all resolvers, so that no
 * other body than a problem ever leaves. What it cannot explain is 500 without a word of the cause, which goes to the
 * log.
 */
@Component
public final class ProblemResolver implements HandlerExceptionResolver, Ordered {
    private static final Logger log = LoggerFactory.getLogger(ProblemResolver.class);

    private final ProblemReplies replies;
    private final ApiLimits limits;

    ProblemResolver(ProblemReplies replies, ApiLimits limits) {
        this.replies = replies;
        this.limits = limits;
    }

    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception exception) {
        // Unresolved, Tomcat closes the connection: a client must not take half an answer for a whole one.
        boolean broken = response.isCommitted() && !isClientsDoing(exception);
        answer(request, response, exception);
        return broken ? null : new ModelAndView();
    }

    /** After an answer has begun: then the client hung up, or sent what Tomcat has refused by itself. */
    private static boolean isClientsDoing(Exception exception) {
        // Spring reads the bodies of its own endpoints, and wraps what Tomcat says of broken chunks.
        boolean wasBody = exception instanceof HttpMessageNotReadableException;
        return exception instanceof ProblemException
                || exception instanceof DeniedException
                || exception instanceof IOException
                || (wasBody && exception.getCause() instanceof IOException);
    }

    /** Sends the problem that the exception is. */
    public void answer(HttpServletRequest request, HttpServletResponse response, Exception exception) {
        if (exception instanceof ProblemException known) {
            ProblemReplies.remember(request, known.problem());
        }
        if (response.isCommitted()) {
            if (isClientsDoing(exception)) {
                // The client hung up, which closes the answer too. Anyone can do that as often as they like.
                log.debug("Request {}: the client went away before its answer", RequestIds.of(request), exception);
            } else {
                log.warn("Request {} failed after its answer had begun; the connection is of no more use",
                        RequestIds.of(request), exception);
            }
            return;
        }
        Problem problem = problemOf(request, exception);
        try {
            if (exception instanceof ProblemException) {
                // Keeps what the handler knew already, such as the revision at which a key was not there.
                response.resetBuffer();
            } else {
                response.reset();
            }
            replies.send(request, response, problem);
        } catch (IOException e) {
            log.debug("Request {}: the client went away before its answer", RequestIds.of(request), e);
        }
    }

    /** What the exception is to whoever sent the request. */
    public Problem problemOf(HttpServletRequest request, Exception exception) {
        if (exception instanceof ProblemException known) {
            return known.problem();
        }
        if (exception instanceof DeniedException denied) {
            return Denials.of(denied);
        }
        if (exception instanceof DamagedStateException damaged) {
            return ClusterCalls.damaged(String.valueOf(damaged.getMessage()));
        }
        if (exception instanceof RevisionCompactedException gone) {
            return RevisionProblems.of(gone);
        }
        if (exception instanceof RevisionInFutureException early) {
            return RevisionProblems.of(early);
        }
        if (exception instanceof HttpRequestMethodNotSupportedException refused) {
            String[] supported = refused.getSupportedMethods();
            return ContainerProblems.methodNotAllowed(
                    refused.getMethod(), supported == null ? List.of() : List.of(supported));
        }
        if (exception instanceof HttpMediaTypeNotAcceptableException) {
            return ContainerProblems.ofStatus(HttpServletResponse.SC_NOT_ACCEPTABLE);
        }
        if (exception instanceof InvalidParameterException) {
            // Spring's own endpoints, health and metrics, have Tomcat read the query string.
            return Problem.of(ProblemType.INVALID_REQUEST, "The query string is not percent-encoded correctly, or is not"
                    + " UTF-8. Nothing was done.");
        }
        Optional<HttpStatusCode> status = statusOf(exception);
        // Tomcat resolves .. before it looks for a servlet, so such a key ends up here.
        if (status.isPresent() && status.get().value() == HttpServletResponse.SC_NOT_FOUND) {
            return KeyPath.problemOf(RawPath.of(request), limits.maxKeyBytes())
                    .orElseGet(() -> ContainerProblems.ofStatus(HttpServletResponse.SC_NOT_FOUND));
        }
        if (status.isPresent() && !status.get().is5xxServerError()) {
            return ContainerProblems.ofStatus(status.get().value());
        }
        log.error("Request {} failed: {} {}", RequestIds.of(request), request.getMethod(), request.getRequestURI(),
                exception);
        return ContainerProblems.ofStatus(status.map(HttpStatusCode::value).orElse(500));
    }

    private static Optional<HttpStatusCode> statusOf(Exception exception) {
        if (exception instanceof ErrorResponse response) {
            return Optional.of(response.getStatusCode());
        }
        ResponseStatus annotation =
                AnnotatedElementUtils.findMergedAnnotation(exception.getClass(), ResponseStatus.class);
        return annotation == null ? Optional.empty() : Optional.of(annotation.code());
    }
}
