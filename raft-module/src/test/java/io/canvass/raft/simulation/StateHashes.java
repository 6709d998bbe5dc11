package io.canvass.raft.simulation;

import java.util.ArrayList;
import java.util.List;

/** The same log makes the same state: at each index all state machines have the same hash, whatever way they took there. */
final class StateHashes implements Observer {
    /** By index, less one. */
    private final List<Long> hashes = new ArrayList<>();

    @Override
    public void started(SimulatedReplica replica) {
        if (replica.applied() > 0) {
            judge(replica, replica.applied());
        }
    }

    @Override
    public void applied(SimulatedReplica replica, long index) {
        judge(replica, index);
    }

    private void judge(SimulatedReplica replica, long index) {
        long hash = replica.registers().hash();
        if (index == hashes.size() + 1L) {
            hashes.add(hash);
        } else if (hashes.get((int) index - 1) != hash) {
            throw new InvariantViolation("SameLogSameState", replica.key() + " has another state at index " + index);
        }
    }
}
