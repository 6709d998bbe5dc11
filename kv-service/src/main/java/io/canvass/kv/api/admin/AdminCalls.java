package io.canvass.kv.api.admin;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

import io.canvass.kv.admin.ClusterAdmin;
import io.canvass.kv.admin.ClusterAlarms;
import io.canvass.kv.api.http.ApiLimits;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.kv.cluster.Replication;
import io.canvass.kv.cluster.Replication.ClusterView;
import io.canvass.kv.cluster.ReplicationException;
import io.canvass.kv.cluster.ReplicationException.Reason;
import io.canvass.proto.kv.v1.AdminReply;
import io.canvass.proto.kv.v1.AdminRequest;
import io.canvass.proto.kv.v1.ClusterDescription;
import org.springframework.stereotype.Component;

/**
 * Asks the leader on behalf of an operator, on the request's own virtual thread, and turns refusals and failures into
 * problems: each says whether the members may have been changed.
 */
@Component
final class AdminCalls {
    /** A look at the cluster is answered from this node's memory if its leader takes longer. */
    private static final Duration LOOK = Duration.ofSeconds(2);

    private final ClusterAdmin admin;
    private final Replication replication;
    private final ApiLimits limits;
    private final ClusterAlarms alarms;

    AdminCalls(ClusterAdmin admin, ClusterAlarms alarms, Replication replication, ApiLimits limits) {
        this.admin = admin;
        this.alarms = alarms;
        this.replication = replication;
        this.limits = limits;
    }

    ClusterView view() {
        return replication.view();
    }

    /** @throws ProblemException if it was refused, or nobody knows */
    AdminReply ask(AdminRequest request) {
        AdminReply reply;
        try {
            reply = admin.ask(request, limits.requestTimeout());
        } catch (ReplicationException e) {
            throw failed(e.reason(), Objects.requireNonNullElse(e.getMessage(), "")).asException();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(Reason.OUTCOME_UNKNOWN, "This node stopped while it waited for the answer").asException();
        }
        if (reply.getRefusal() != AdminReply.Refusal.NONE) {
            throw refused(reply).asException();
        }
        return reply;
    }

    /** The cluster as its leader sees it, or else as this node does. */
    ClusterDescription describe() {
        try {
            return admin.describe(limits.requestTimeout().compareTo(LOOK) < 0 ? limits.requestTimeout() : LOOK);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.of(ProblemType.DRAINING, "This node stopped while it waited for the leader. Ask another"
                    + " node.").asException();
        }
    }

    /**
     * What each member would have an operator look at.
     *
     * @param disarm whether each is to forget what it only remembers
     * @throws ProblemException 503 if it was not asked
     */
    List<ClusterAlarms.Member> alarms(boolean disarm) {
        try {
            return alarms.ask(disarm);
        } catch (ReplicationException e) {
            throw failed(e.reason(), Objects.requireNonNullElse(e.getMessage(), "")).asException();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            String why = "This node stopped while it waited for the other members";
            throw (disarm
                            ? Problem.of(ProblemType.OUTCOME_UNKNOWN, why + ". Send the request to another one.")
                                    .whenRepeated(Problem.Repeat.SAFE)
                            : Problem.of(ProblemType.DRAINING, why + ". Ask another one."))
                    .asException();
        }
    }

    private static Problem failed(Reason reason, String why) {
        return switch (reason) {
            case NO_QUORUM -> Problem.of(ProblemType.NO_QUORUM, why + ". Nothing was changed. GET /v1/cluster shows what"
                    + " this node sees; send the request again when there is a leader.");
            case OVERLOADED -> Problem.of(ProblemType.OVERLOADED, why + ". Nothing was changed. Send the request again"
                    + " after a second.");
            case QUOTA_EXCEEDED, READ_ONLY -> throw new IllegalStateException("No change of the members is refused for want of room");
            case DAMAGED -> Problem.of(ProblemType.REPLICA_DAMAGED, why + ". Nothing was changed. Send the request to"
                    + " another node.");
            case STARTING -> Problem.of(ProblemType.STARTING, why + ". Nothing was changed. Send the request to another"
                    + " node, or again after a second.");
            case DRAINING -> Problem.of(ProblemType.DRAINING, why + ". Nothing was changed. Send the request to another"
                    + " node.");
            case REMOVED -> Problem.of(ProblemType.REMOVED, why + ". Nothing was changed. Send the request to a member of"
                    + " the cluster.");
            case UNSUPPORTED -> Problem.of(ProblemType.NOT_SUPPORTED, why + ". Nothing was changed. Bring all members to this"
                    + " version first.");
            case OUTCOME_UNKNOWN -> unknown(why);
        };
    }

    /** Every request can be sent again: done twice, the second is refused as done already. */
    private static Problem unknown(String why) {
        return Problem.of(ProblemType.OUTCOME_UNKNOWN, why + ". It may have happened, or may still. Look at GET /v1/cluster"
                        + " to learn it, or send the same request again: what is done already is refused with 409 or 404.")
                .whenRepeated(Problem.Repeat.SAFE);
    }

    private static Problem refused(AdminReply reply) {
        return switch (reply.getRefusal()) {
            case NOT_READY, NOT_LEADER, STOPPING, SUPERSEDED -> of(ProblemType.LEADER_NOT_READY, reply, "Send the request"
                    + " again after a second.");
            case OVERLOADED -> of(ProblemType.OVERLOADED, reply, "Send the request again after a second.");
            case INVALID -> of(ProblemType.INVALID_REQUEST, reply, "Correct the request.");
            case CHANGE_PENDING -> of(ProblemType.CHANGE_PENDING, reply, "Send the request again when it is done.")
                    .withMembers(json -> {
                        json.writeObjectPropertyStart("pending");
                        json.writeNumberProperty("index", reply.getCluster().getConfigurationIndex());
                        json.writeEndObject();
                    });
            case WOULD_LOSE_QUORUM -> of(ProblemType.WOULD_LOSE_QUORUM, reply, "Bring those back that it names,"
                    + " or remove first who is gone for good. If you know better, add ?force=true; the last voter stays even then.");
            case ALREADY_A_MEMBER -> of(ProblemType.ALREADY_A_MEMBER, reply, "If it came back with an empty disk, replace"
                    + " it; else remove it first.");
            case NOT_A_MEMBER -> of(ProblemType.MEMBER_NOT_FOUND, reply, "GET /v1/cluster/members lists the members.");
            case NOTHING_TO_DO -> of(ProblemType.NOTHING_TO_DO, reply, "");
            case TOO_FAR_BEHIND -> of(ProblemType.MEMBER_BEHIND, reply, "Wait until it has caught up.");
            case DIRECTORY_UNKNOWN -> of(ProblemType.DIRECTORY_UNKNOWN, reply, "Start the node on its empty directory, or"
                    + " name the directory by 'directoryId'.");
            case DIRECTORY_IN_USE -> of(ProblemType.DIRECTORY_IN_USE, reply, "Stop the node first, or add ?force=true if you"
                    + " know better.");
            case NOT_A_VOTER -> of(ProblemType.NOT_A_VOTER, reply, "Promote it first, or name a voter.");
            case TRANSFER_FAILED -> of(ProblemType.TRANSFER_FAILED, reply, "Send the request again, or name another voter.");
            case NOT_SAFE -> Problem.of(ProblemType.NOT_SAFE_TO_STOP, reply.getDetail() + ".");
            case TOO_MANY_MEMBERS -> of(ProblemType.TOO_MANY_MEMBERS, reply, "Remove a member first.");
            case NOT_SUPPORTED -> of(ProblemType.NOT_SUPPORTED, reply, "Bring all members to this version first.");
            case OUTCOME_UNKNOWN, UNRECOGNIZED -> unknown(reply.getDetail());
            case NONE -> throw new IllegalStateException("No refusal");
        };
    }

    private static Problem of(ProblemType type, AdminReply reply, String advice) {
        return Problem.of(type, (reply.getDetail() + ". Nothing was changed. " + advice).strip());
    }
}
