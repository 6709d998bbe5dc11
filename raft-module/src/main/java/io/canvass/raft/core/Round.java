package io.canvass.raft.core;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One round of votes, as a value: it lives inside the role that asked and dies with it (HAZARDS A8, A19).
 *
 * @param voters the voters at its start
 * @param requests node id to the correlation of the request it was sent
 * @param granted node ids that said yes, the asker among them once its own vote counts
 * @param refused node ids that said no, and why
 * @param contacts how many leader contacts this replica had had when the round began
 * @param open until it is won or lost or ends otherwise
 */
public record Round(
        RoundId id,
        RoundSummary.Phase phase,
        long epoch,
        List<ReplicaKey> voters,
        Map<String, Long> requests,
        List<String> granted,
        SortedMap<String, VoteRefusal> refused,
        long contacts,
        boolean open) {
    enum Tally {
        OPEN,
        WON,
        LOST
    }

    static Round begin(
            RoundId id,
            RoundSummary.Phase phase,
            long epoch,
            List<ReplicaKey> voters,
            Map<String, Long> requests,
            long contacts) {
        return new Round(
                id,
                phase,
                epoch,
                List.copyOf(voters),
                Map.copyOf(requests),
                List.of(),
                Collections.emptySortedMap(),
                contacts,
                true);
    }

    /** Whether this voter was asked and its first answer is still to come; later answers are ignored. */
    boolean awaits(ReplicaKey voter) {
        String nodeId = voter.nodeId();
        return open && isAsked(voter) && !granted.contains(nodeId) && !refused.containsKey(nodeId);
    }

    /** A node with another disk is another replica: it was not asked (HAZARDS E2). */
    private boolean isAsked(ReplicaKey replica) {
        for (ReplicaKey voter : voters) {
            if (voter.matches(replica)) {
                return true;
            }
        }
        return false;
    }

    Round grantedBy(String nodeId) {
        SortedSet<String> more = new TreeSet<>(granted);
        more.add(nodeId);
        return new Round(id, phase, epoch, voters, requests, List.copyOf(more), refused, contacts, open);
    }

    Round refusedBy(String nodeId, VoteRefusal why) {
        SortedMap<String, VoteRefusal> more = new TreeMap<>(refused);
        more.put(nodeId, why);
        return new Round(
                id, phase, epoch, voters, requests, granted, Collections.unmodifiableSortedMap(more), contacts, open);
    }

    Round closed() {
        return new Round(id, phase, epoch, voters, requests, granted, refused, contacts, false);
    }

    int needed() {
        return Quorum.majority(voters.size());
    }

    /** Won when the granted are a majority, lost when the rest cannot make one. */
    Tally tally() {
        if (granted.size() >= needed()) {
            return Tally.WON;
        }
        return voters.size() - refused.size() < needed() ? Tally.LOST : Tally.OPEN;
    }

    RoundSummary summary(RoundSummary.Ending ending) {
        return new RoundSummary(id, phase, epoch, ending, granted.size(), needed(), refused);
    }
}
