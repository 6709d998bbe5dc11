package io.canvass.raft.runtime;

import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.RaftCore;

/** Notices that this replica was removed from its cluster, and tells it once that is applied. For the core's thread. */
final class Membership {
    private final Applier<?> applier;
    private final StatusBoard board;
    private final RaftListener listener;
    private boolean told;

    Membership(Applier<?> applier, StatusBoard board, RaftListener listener) {
        this.applier = applier;
        this.board = board;
        this.listener = listener;
    }

    void review(RaftCore core) {
        if (!core.isRemoved()) {
            told = false;
            return;
        }
        LogPosition at = core.configurationAt();
        if (!told && applier.appliedIndex() >= at.index()) {
            told = true;
            board.removed();
            listener.removed(at.index(), at.epoch());
        }
    }
}
