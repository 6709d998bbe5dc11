package io.canvass.kv.cluster;

import java.util.Collection;
import java.util.Map;

/** How long leases have left, which only the leader's clock knows. Thread-safe. */
public interface LeaseDeadlines {
    /** Leases that are asked for at once. */
    int MAX_LEASES = 1000;

    /**
     * Milliseconds that leases have left at least, by lease; 0 for one whose end is on the way. One is missing where
     * nobody who answers knows: no leader, an older one, or one that has just been elected. Never fails, and waits
     * for the
     * leader no longer than a second.
     *
     * @param leases at most {@link #MAX_LEASES}
     */
    Map<Long, Long> remainingMillis(Collection<Long> leases, Whom whom);

    /** Whom to ask. */
    enum Whom {
        /** This node, or else the leader. */
        LEADER,
        /** Nobody else: the answer does not wait. */
        THIS_NODE
    }
}
