package io.canvass.raft.core;

import org.jspecify.annotations.Nullable;

/** A leader's judgement of changes of the members: one at a time, and none that costs the majority. */
final class MemberChanges {
    private final ReplicaState state;
    private final Replication replication;

    MemberChanges(ReplicaState state, Replication replication) {
        this.state = state;
        this.replication = replication;
    }

    void change(Input.ChangeMembers asked) {
        Membership.Changed changed = Membership.change(state.configuration(), asked.change());
        MemberChange.Refusal refusal = refusalOf(asked, changed);
        if (refusal != null) {
            state.emit(new Effect.Complete(asked.requestId(), new Effect.Result.ChangeRefused(refusal)));
            return;
        }
        if (asked.dryRun()) {
            state.emit(new Effect.Complete(asked.requestId(), new Effect.Result.ChangeAllowed()));
            return;
        }
        long index = replication.configure(changed.configuration().orElseThrow());
        state.emit(new Effect.Complete(asked.requestId(), new Effect.Result.Appended(index, state.epoch())));
        replication.configured();
    }

    private MemberChange.@Nullable Refusal refusalOf(Input.ChangeMembers asked, Membership.Changed changed) {
        if (!replication.hasCommittedInOwnEpoch()) {
            return MemberChange.Refusal.NO_COMMIT_IN_EPOCH;
        }
        if (state.log.configurationIndex() > state.log.commitIndex()) {
            return MemberChange.Refusal.CHANGE_PENDING;
        }
        if (replication.isHandingOver()) {
            return MemberChange.Refusal.TRANSFERRING;
        }
        if (changed.configuration().isEmpty()) {
            return changed.refusal().orElseThrow();
        }
        if (asked.change() instanceof MemberChange.Promote promote && lagOf(promote, asked.force()) > promote.maxLag()) {
            return MemberChange.Refusal.TOO_FAR_BEHIND;
        }
        Configuration next = changed.configuration().orElseThrow();
        // What is in that format already was read by all of them.
        if (next.format() > Math.max(asked.readableFormat(), state.configuration().format())) {
            return MemberChange.Refusal.OLD_VERSION;
        }
        return asked.force() || hasLiveMajority(next) ? null : MemberChange.Refusal.WOULD_LOSE_QUORUM;
    }

    /** In a short log nobody is far behind: but who lacks the configuration in force may never have been heard of. */
    private long lagOf(MemberChange.Promote promote, boolean force) {
        Progress peer = replication.peer(promote.member());
        if (peer == null || (!force && peer.match() < state.log.configurationIndex())) {
            return Long.MAX_VALUE;
        }
        return state.log.lastIndex() - peer.match();
    }

    /** Whether a majority of those that would vote answered something that was sent within T. */
    private boolean hasLiveMajority(Configuration next) {
        int live = 0;
        for (Configuration.Member voter : next.voters()) {
            live += voter.key().matches(state.self()) || answers(voter) ? 1 : 0;
        }
        return live >= next.majority();
    }

    private boolean answers(Configuration.Member voter) {
        Progress peer = replication.peer(voter.key());
        return peer != null
                && peer.key().matches(voter.key())
                && peer.lastHeardNanos() != ReplicaState.EpochMemory.NEVER
                && state.now() - peer.contactNanos() < state.config.electionTimeoutNanos();
    }
}
