package io.canvass.kv.health;

import io.canvass.kv.config.KvProperties;

/**
 * From when on an age is a fault, in milliseconds.
 *
 * @param electionTimeoutMillis T: contact younger than this is fresh
 * @param stuckMillis a loop or a write that hangs longer can only be cured by a restart
 */
record Limits(long electionTimeoutMillis, long stuckMillis, boolean readinessRequiresLeader) {
    /** Readiness outlasts an election: so many election timeouts without a leader do not take a node out of service. */
    static final int GRACE_TIMEOUTS = 3;

    /** A round of votes older than so many election timeouts does not explain why there is no leader now. */
    static final int ROUND_TIMEOUTS = 4;

    static Limits of(KvProperties properties) {
        return new Limits(
                properties.raft().electionTimeout().toMillis(),
                properties.health().liveness().stuckLimit().toMillis(),
                properties.health().readiness().requireLeader());
    }

    long graceMillis() {
        return GRACE_TIMEOUTS * electionTimeoutMillis;
    }

    long roundMillis() {
        return ROUND_TIMEOUTS * electionTimeoutMillis;
    }
}
