package io.canvass.kv.api;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.canvass.kv.cluster.LeaseDeadlines;

/** A leader's clock that says what it was told; this node does not lead. */
public final class FakeDeadlines implements LeaseDeadlines {
    private final Map<Long, Long> known = new ConcurrentHashMap<>();

    public void know(long lease, long millis) {
        known.put(lease, millis);
    }

    public void reset() {
        known.clear();
    }

    @Override
    public Map<Long, Long> remainingMillis(Collection<Long> leases, Whom whom) {
        Map<Long, Long> remaining = new HashMap<>(whom == Whom.LEADER ? known : Map.of());
        remaining.keySet().retainAll(leases);
        return remaining;
    }
}
