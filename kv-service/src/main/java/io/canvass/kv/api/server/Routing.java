package io.canvass.kv.api.server;

import io.canvass.kv.api.calls.ClusterCalls;
import io.canvass.kv.api.calls.Replies;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.http.RawPath;
import io.canvass.kv.api.problem.Excerpt;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.kv.cluster.Replication.ClusterView;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * What {@code Kv-Routing} asks a node to do with a write while another one leads: {@code forward}, as without the header, hands
 * it on; {@code redirect} is 307 to the leader; {@code local} is 421. Judged when the request arrives: one that finds no leader
 * any more is handed on like all others.
 */
final class Routing {
    static final String HEADER = "Kv-Routing";

    private Routing() {}

    /**
     * Whether this node is to go on with the request; if not, it is answered.
     *
     * @throws ProblemException 421 {@code not-leader}, 503 {@code no-quorum}, 400
     */
    static boolean takes(HttpServletRequest request, HttpServletResponse response, ClusterCalls cluster) {
        String asked = request.getHeader(HEADER);
        if (asked == null || isRead(request.getMethod())) {
            return true;
        }
        ClusterView view = cluster.view();
        boolean leads = view.leaderId().equals(view.nodeId());
        return switch (asked) {
            case "forward" -> true;
            case "local" -> {
                if (leads) {
                    yield true;
                }
                throw elsewhere(view);
            }
            case "redirect" -> {
                if (leads) {
                    yield true;
                }
                redirect(request, response, view);
                yield false;
            }
            default -> throw QueryParameters.invalid("The header " + HEADER + " is '" + Excerpt.of(asked)
                    + "'. It can be forward, redirect or local.");
        };
    }

    private static boolean isRead(String method) {
        return method.equals("GET") || method.equals("HEAD") || method.equals("OPTIONS");
    }

    /** Neither 301, after which clients send a GET, nor 308, which is for ever (RFC 9110, section 15.4). */
    private static void redirect(HttpServletRequest request, HttpServletResponse response, ClusterView view) {
        if (view.leaderUrl().isEmpty()) {
            throw elsewhere(view);
        }
        String base = view.leaderUrl().endsWith("/")
                ? view.leaderUrl().substring(0, view.leaderUrl().length() - 1)
                : view.leaderUrl();
        String query = request.getQueryString();
        Replies.stamp(request, response, view);
        response.setStatus(HttpServletResponse.SC_TEMPORARY_REDIRECT);
        response.setHeader("Location", base + RawPath.of(request) + (query == null ? "" : "?" + query));
        response.setHeader("Cache-Control", "no-store");
        response.setContentLength(0);
    }

    private static ProblemException elsewhere(ClusterView view) {
        if (view.leaderId().isEmpty()) {
            return Problem.of(ProblemType.NO_QUORUM, view.nodeId() + " does not lead and knows no leader at the moment."
                            + " The write was not applied. Send it again after a second, here or to another node.")
                    .asException();
        }
        String where = view.leaderUrl().isEmpty()
                ? "Its URL is not known here."
                : "Send it to " + view.leaderUrl() + ".";
        return Problem.of(ProblemType.NOT_LEADER, view.nodeId() + " does not lead; " + view.leaderId() + " does. The write was"
                        + " not applied. " + where + " Without the header " + HEADER + " it would have been handed on.")
                .asException();
    }
}
