package io.canvass.raft.simulation;

import java.util.EnumMap;
import java.util.Map;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Role;
import io.canvass.raft.core.RoundSummary;

/** Counts what happened: a simulation that never reaches a state proves nothing of it. */
final class Tally implements Observer {
    enum Count {
        STEPS,
        PROSPECTIVE,
        CANDIDATE_BY_ROUND,
        CANDIDATE_BY_TRANSFER,
        CANDIDATE_BY_OLD_PEER,
        CANDIDATE_CAPPED,
        CANDIDATE_ALONE,
        LEADER,
        RESIGNED,
        TRUNCATIONS,
        LOG_READS,
        COMMANDS_APPLIED,
        READS_SERVED,
        READS_BY_LEASE,
        OVERLOADED,
        LEADER_TOLD_BY_OTHERS,
        CONTACT_WITH_A_GAP,
        STALE_GRANT_AFTER_CONTACT,
        STALE_GRANT_OF_AN_OLDER_ROUND,
        PRE_VOTE_REFUSED_AFTER_START,
        NEW_DISK_ASKED_BY_AN_OLD_NAME,
        NOTICE_OF_RESIGNATION,
        CONTACT_AFTER_RESIGNATION,
        ANSWER_OF_AN_OLD_SESSION,
        COMPACTED,
        SNAPSHOT_SENT,
        SNAPSHOT_INSTALLED,
        INSTALLATION_CUT_SHORT,
        LOG_HELD_FOR_A_SNAPSHOT,
        LOG_HELD_AFTER_A_SNAPSHOT,
        HELD_LOG_MUST_BEGIN_LATER,
        MEMBERS_CHANGED,
        CHANGE_REFUSED,
        HANDED_OVER,
        HANDOVER_FAILED,
        LEFT_BEFORE_HANDING_OVER,
        OPERATOR_ASKED_ANOTHER,
        UNSYNCED_LOST,
        SYNC_CUT_IN_TWO,
        HALTED,
        LOST,
        LOST_ON_A_CUT_LINK,
        DOUBLED,
        DELAYED_FOR_LONG
    }

    private final Map<Count, Long> counts = new EnumMap<>(Count.class);
    private final Map<RoundSummary.Ending, Long> preVoteEndings = new EnumMap<>(RoundSummary.Ending.class);

    private final Map<Faults.Kind, Long> bites = new EnumMap<>(Faults.Kind.class);

    /** A fault that did some harm. */
    void bit(Faults.Kind kind) {
        bites.merge(kind, 1L, Long::sum);
    }

    long bites(Faults.Kind kind) {
        return bites.getOrDefault(kind, 0L);
    }

    Map<RoundSummary.Ending, Long> preVoteEndings() {
        return Map.copyOf(preVoteEndings);
    }

    void count(Count what) {
        counts.merge(what, 1L, Long::sum);
    }

    long of(Count what) {
        return counts.getOrDefault(what, 0L);
    }

    void add(Tally other) {
        other.counts.forEach((what, count) -> counts.merge(what, count, Long::sum));
        other.bites.forEach((kind, count) -> bites.merge(kind, count, Long::sum));
        other.preVoteEndings.forEach((what, count) -> preVoteEndings.merge(what, count, Long::sum));
    }

    @Override
    public void started(SimulatedReplica replica) {
        if (replica.core().role() instanceof Role.Candidate) {
            count(Count.CANDIDATE_ALONE);
        }
    }

    @Override
    public void stepped(Step step) {
        count(Count.STEPS);
        for (Effect effect : step.outcome().effects()) {
            if (effect instanceof Effect.RoundEnded ended
                    && ended.round().phase() == RoundSummary.Phase.PRE_VOTE) {
                preVoteEndings.merge(ended.round().ending(), 1L, Long::sum);
            } else if (effect instanceof Effect.Persist write && write.log().truncateFrom() > 0) {
                count(Count.TRUNCATIONS);
            } else if (effect instanceof Effect.Persist write && write.log().base() != null) {
                count(Count.COMPACTED);
            } else if (effect instanceof Effect.ReadLog) {
                count(Count.LOG_READS);
            }
        }
        if (step.before().name() != step.after().name()) {
            became(step);
        }
    }

    private void became(Step step) {
        switch (step.after()) {
            case Role.Prospective p -> count(Count.PROSPECTIVE);
            case Role.Leader l -> count(Count.LEADER);
            case Role.Resigned r -> count(Count.RESIGNED);
            case Role.Candidate c -> count(causeOf(step));
            case Role.Unattached u -> {}
            case Role.Follower f -> {}
        }
    }

    private static Count causeOf(Step step) {
        return switch (Promotions.causeOf(step)) {
            case ROUND_WON -> Count.CANDIDATE_BY_ROUND;
            case TRANSFER -> Count.CANDIDATE_BY_TRANSFER;
            case OLD_PEER -> Count.CANDIDATE_BY_OLD_PEER;
            case CAPPED -> Count.CANDIDATE_CAPPED;
            case ALONE -> Count.CANDIDATE_ALONE;
        };
    }

    @Override
    public String toString() {
        return counts + ", pre-vote rounds ended: " + preVoteEndings;
    }
}
