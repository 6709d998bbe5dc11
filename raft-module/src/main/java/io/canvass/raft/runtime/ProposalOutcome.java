package io.canvass.raft.runtime;

/** Where a proposal's outcome goes: the typed future of {@link RaftNode#propose}, seen from the core's thread. */
interface ProposalOutcome {
    /** It is in the log; whoever applies this index tells its outcome. */
    void appended(long index, long epoch);

    void failed(RaftException why);
}
