package io.canvass.raft.simulation;

import java.util.HashMap;
import java.util.Map;

/** The same log makes the same state: at each index at which two of them stop, state machines have the same hash, whatever way they took there. */
final class StateHashes implements Observer {
    /** By index: what the first that stopped there had. */
    private final Map<Long, Long> hashes = new HashMap<>();

    @Override
    public void started(SimulatedReplica replica) {
        judge(replica, replica.applied());
    }

    @Override
    public void installed(SimulatedReplica replica) {
        judge(replica, replica.applied());
    }

    @Override
    public void applied(SimulatedReplica replica, long index) {
        if (index == replica.applied()) {
            judge(replica, index);
        }
    }

    private void judge(SimulatedReplica replica, long index) {
        long hash = replica.machine().hash();
        Long first = hashes.putIfAbsent(index, hash);
        if (first != null && first != hash) {
            throw new InvariantViolation("SameLogSameState", replica.key() + " has another state at index " + index);
        }
    }
}
