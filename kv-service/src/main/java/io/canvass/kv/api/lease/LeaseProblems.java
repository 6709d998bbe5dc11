package io.canvass.kv.api.lease;

import io.canvass.kv.api.json.KvJson;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemType;
import io.canvass.proto.kv.v1.Refused;

/** What apply has against a lease, as a problem. */
final class LeaseProblems {
    private LeaseProblems() {}

    static Problem of(Refused refused) {
        return switch (refused.getReason()) {
            case LEASE_NOT_FOUND -> Problem.of(ProblemType.LEASE_NOT_FOUND, refused.getDetail()
                    + " Nothing was done. Grant another one by POST /v1/leases, and attach again what should live with it.");
            case TOO_MANY_LEASES -> Problem.of(ProblemType.TOO_MANY_LEASES, refused.getDetail()
                            + " Nothing was done. Let leases end, or attach several keys to one.")
                    .withMembers(json -> {
                        json.writeNumberProperty("limit", refused.getLimit());
                        json.writeNumberProperty("actual", refused.getActual());
                    });
            default -> throw new IllegalStateException("The store refused a lease for " + refused.getReason());
        };
    }

    static Problem notFound(long id) {
        return Problem.of(ProblemType.LEASE_NOT_FOUND, "There is no lease " + KvJson.lease(id)
                + ": it was never granted, was revoked, or has expired. What was attached to it is gone.");
    }
}
