package io.canvass.kv.health;

import java.util.ArrayList;
import java.util.List;

import io.canvass.raft.runtime.ElectionStory;
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
                        .forEach((node, reason) -> parts.add(node + " refused: " + ElectionStory.describe(reason))));
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
                .map(last -> ElectionStory.describe(last.round()))
                .orElse("no round of votes has ended since the leader was lost, " + heard(status.leaderContactAgeMillis()));
    }

    private static boolean explainsNow(RaftStatus.LastRound last, Condition condition) {
        return last.ageMillis() <= condition.limits().roundMillis();
    }

    private static String heard(long contactMillis) {
        return contactMillis < 0 ? "none was heard since the start" : "contact was " + Ages.text(contactMillis) + " ago";
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
