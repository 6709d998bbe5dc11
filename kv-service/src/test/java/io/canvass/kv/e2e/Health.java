package io.canvass.kv.e2e;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a node says of itself (OPERATIONS.md, section 2).
 *
 * @param status UP, DOWN, OUT_OF_SERVICE; empty: the node did not answer
 * @param leader the id of the node that leads; empty: none is known
 * @param voters how many there are
 * @param observers how many there are
 * @param reachable how many voters this node sees, itself included
 * @param hasLeader the check of that name: ok, or why not
 */
record Health(
        String status, String role, long epoch, String leader, int voters, int observers, int reachable, String hasLeader,
        String text) {
    /** Where it stands. */
    static final String PATH = "/actuator/health/cluster/raft";

    static Health of(Http.Reply reply) {
        if (reply.reach() != Http.Reach.ANSWERED) {
            return new Health("", "", 0, "", 0, 0, 0, "", reply.body());
        }
        JsonNode json = reply.json();
        JsonNode details = json.path("details");
        return new Health(
                json.path("status").asString(""),
                details.path("role").asString(""),
                details.path("epoch").asLong(0),
                details.path("leader").path("id").asString(""),
                details.path("quorum").path("voters").asInt(0),
                details.path("quorum").path("observers").asInt(0),
                details.path("quorum").path("reachable").asInt(0),
                details.path("checks").path("hasLeader").asString(""),
                reply.body());
    }

    /** The id of the node's data directory; empty if it did not answer. */
    String directory() {
        return status.isEmpty() ? "" : JsonMapper.shared().readTree(text).path("details").path("directoryId").asString("");
    }

    boolean isUp() {
        return "UP".equals(status);
    }

    boolean leads() {
        return "LEADER".equals(role);
    }

    boolean follows(String id) {
        return "FOLLOWER".equals(role) && leader.equals(id);
    }
}
