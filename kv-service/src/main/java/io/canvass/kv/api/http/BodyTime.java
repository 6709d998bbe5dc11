package io.canvass.kv.api.http;

import java.time.Duration;

import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;

/**
 * How long a body may take to arrive, or each line of one that goes on for as long as its lines come. Tomcat's own timeout bounds
 * each pause, and so not a body that trickles.
 */
public final class BodyTime {
    /** The setting, as errors name it. */
    static final String LIMIT_PROPERTY = "kv.request.body-timeout";

    /** A body of 1 MiB then needs 18 kB/s. */
    private static final Duration DEFAULT = Duration.ofSeconds(60);

    private static final String ATTRIBUTE = BodyTime.class.getName();

    private BodyTime() {}

    /** Has all requests of the context bounded so, from now on. */
    public static void bound(ServletContext context, Duration limit) {
        context.setAttribute(ATTRIBUTE, limit);
    }

    /** What holds of a request. */
    public static Duration of(HttpServletRequest request) {
        return request.getServletContext().getAttribute(ATTRIBUTE) instanceof Duration limit ? limit : DEFAULT;
    }

    /**
     * @param what a sentence's subject: what took longer
     * @param rest a sentence: what became of the request
     */
    static ProblemException exceeded(String what, Duration limit, String rest) {
        return Problem.of(ProblemType.REQUEST_TIMEOUT, what + " took longer to arrive than " + Durations.format(limit) + ". " + rest
                        + " Send it again, faster or in parts; or raise " + LIMIT_PROPERTY + ".")
                .withMembers(json -> {
                    json.writeStringProperty("limit", Durations.format(limit));
                    json.writeStringProperty("property", LIMIT_PROPERTY);
                })
                .ofLimit(LIMIT_PROPERTY)
                .asException();
    }

    /** A pause that was longer than Tomcat waits. */
    static ProblemException paused(String rest) {
        return Problem.of(ProblemType.REQUEST_TIMEOUT, "The client stopped sending before the whole body had arrived. " + rest
                        + " Send it again.")
                .asException();
    }
}
