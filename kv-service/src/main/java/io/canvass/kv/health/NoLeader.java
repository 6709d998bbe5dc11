package io.canvass.kv.health;

import java.util.ArrayList;
import java.util.List;

import io.canvass.raft.core.RoundSummary;
import io.canvass.raft.core.VoteRefusal;
import io.canvass.raft.runtime.RaftStatus;

/** Explains in one sentence why no leader is known: the last round of votes, who refused and why, and who cannot be reached. */
final class NoLeader {
    private NoLeader() {}

    static String explain(Condition condition) {
        List<String> parts = new ArrayList<>();
        parts.add(campaign(condition));
        condition.status().preVote().lastRound()
                .filter(last -> explainsNow(last, condition))
                .ifPresent(last -> last.round().refusedBy()
                        .forEach((node, reason) -> parts.add(node + " refused: " + describe(reason))));
        for (RaftStatus.Peer peer : condition.status().peers()) {
            if (peer.voter()) {
                reach(peer, condition.limits(), parts);
            }
        }
        return String.join("; ", parts);
    }

    private static String campaign(Condition condition) {
        RaftStatus status = condition.status();
        if (!status.voter()) {
            return "this node is not a voter and waits to hear of a leader";
        }
        if (status.leader().isKnown()) {
            return status.leader().nodeId() + " led last, " + heard(status.leaderContactAgeMillis());
        }
        return status.preVote().lastRound()
                .filter(last -> explainsNow(last, condition))
                .map(last -> describe(last.round()))
                .orElse("no round of votes has ended since the leader was lost, " + heard(status.leaderContactAgeMillis()));
    }

    private static boolean explainsNow(RaftStatus.LastRound last, Condition condition) {
        return last.ageMillis() <= condition.limits().roundMillis();
    }

    private static String heard(long contactMillis) {
        return contactMillis < 0 ? "none was heard since the start" : "contact was " + Ages.text(contactMillis) + " ago";
    }

    private static String describe(RoundSummary round) {
        String phase = switch (round.phase()) {
            case PRE_VOTE -> "pre-vote";
            case VOTE -> "vote";
        };
        return phase + " round " + round.id().sequence() + " " + describe(round.ending()) + ": " + round.granted() + " of "
                + round.needed() + " needed";
    }

    private static String describe(RoundSummary.Ending ending) {
        return switch (ending) {
            case WON -> "won";
            case LOST -> "lost";
            case TIMED_OUT -> "timed out";
            case ENDED_BY_LEADER_CONTACT -> "ended by contact from a leader";
            case HIGHER_EPOCH -> "ended by a higher epoch";
            case GUARD_REFUSED -> "won too late to be used";
            case UNSUPPORTED_VERSION -> "answered by a peer that knows no pre-vote";
            case VOTED_FOR_OTHER -> "ended by a vote for another node";
            case LEADER_NAMED -> "ended by the name of a leader";
            case TRANSFER -> "ended by a transfer of leadership";
        };
    }

    private static String describe(VoteRefusal refusal) {
        return switch (refusal) {
            case NONE -> "no reason given";
            case LEADER_ALIVE -> "its leader is alive";
            case LOG_BEHIND -> "this node's log is behind its own";
            case EPOCH_STALE -> "this node's epoch is behind its own";
            case JUST_STARTED -> "it has just started";
            case ALREADY_VOTED -> "it has voted for another node";
            case LEADER_KNOWN -> "it knows a leader of this epoch";
            case INVALID -> "it takes this node for a stranger, or is not the voter that this node means";
        };
    }

    private static void reach(RaftStatus.Peer peer, Limits limits, List<String> parts) {
        String node = peer.key().nodeId();
        if (!peer.connected()) {
            String detail = peer.detail().isEmpty() ? "" : " (" + peer.detail() + ")";
            parts.add(node + " not reachable since " + Ages.text(peer.stableMillis()) + detail);
        } else if (peer.contactAgeMillis() > limits.graceMillis()) {
            parts.add(node + " connected but silent for " + Ages.text(peer.contactAgeMillis()));
        }
    }
}
