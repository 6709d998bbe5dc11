package io.canvass.raft.runtime;

import java.util.List;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.RoleName;
import io.canvass.raft.core.RoundSummary;

/** Several listeners as one. */
final class RaftListeners implements RaftListener {
    private final List<RaftListener> all;

    RaftListeners(List<RaftListener> all) {
        this.all = List.copyOf(all);
    }

    @Override
    public void roleChanged(RoleName role, long epoch, ReplicaKey leader) {
        all.forEach(each -> each.roleChanged(role, epoch, leader));
    }

    @Override
    public void roundEnded(RoundSummary round) {
        all.forEach(each -> each.roundEnded(round));
    }

    @Override
    public void electionBegan(Election election) {
        all.forEach(each -> each.electionBegan(election));
    }

    @Override
    public void electionEnded(Election election) {
        all.forEach(each -> each.electionEnded(election));
    }

    @Override
    public void synced(long nanos, int writes) {
        all.forEach(each -> each.synced(nanos, writes));
    }

    @Override
    public void appended(long nanos) {
        all.forEach(each -> each.appended(nanos));
    }

    @Override
    public void committed(long nanos) {
        all.forEach(each -> each.committed(nanos));
    }

    @Override
    public void applied(long nanos, int entries) {
        all.forEach(each -> each.applied(nanos, entries));
    }

    @Override
    public void readConfirmed(long nanos) {
        all.forEach(each -> each.readConfirmed(nanos));
    }

    @Override
    public void membersChanged(Configuration configuration) {
        all.forEach(each -> each.membersChanged(configuration));
    }

    @Override
    public void snapshotSent(SnapshotEnding how) {
        all.forEach(each -> each.snapshotSent(how));
    }

    @Override
    public void snapshotTaken(SnapshotEnding how) {
        all.forEach(each -> each.snapshotTaken(how));
    }

    @Override
    public void removed(long index, long epoch) {
        all.forEach(each -> each.removed(index, epoch));
    }

    @Override
    public void halted(String reason) {
        all.forEach(each -> each.halted(reason));
    }
}
