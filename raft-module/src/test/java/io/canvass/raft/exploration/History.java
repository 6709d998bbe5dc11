package io.canvass.raft.exploration;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.canvass.raft.core.Entry;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.ReplicaKey;

/**
 * What must be known of the past to judge the cluster as a whole, and the judging. A part of each state: what differs
 * in it is not the same.
 *
 * @param votes node to whom it said, in a message that left, that it votes for, by epoch from 1
 * @param leaders who began to lead, by epoch from 1
 * @param committed what any replica committed, from index 1
 * @param committedIn the epoch of the replica that was first to commit it, by index from 1
 */
record History(
        Map<String, List<ReplicaKey>> votes, List<ReplicaKey> leaders, List<Entry> committed, List<Long> committedIn) {
    static History empty() {
        return new History(Map.of(), List.of(), List.of(), List.of());
    }

    /**
     * After a step of one replica.
     *
     * @param elected the epoch that it began to lead in it, or -1
     * @param left messages that left it
     * @param all every replica as it is now
     */
    History after(Replica replica, long elected, List<Flight> left, List<Replica> all) {
        History now = this;
        for (Flight flight : left) {
            now = now.said(flight);
        }
        if (elected >= 0) {
            now = now.elected(replica);
        }
        for (Replica other : all) {
            if (!other.key().equals(replica.key())) {
                requireMatching(replica, other);
            }
        }
        return now.committed(replica, all);
    }

    static boolean isVote(Flight flight) {
        return switch (flight.message()) {
            case Message.VoteResponse answer -> answer.granted() && !answer.preVote();
            case Message.VoteRequest request -> !request.preVote();
            default -> false;
        };
    }

    private static ReplicaKey at(List<ReplicaKey> byEpoch, long epoch) {
        return epoch <= byEpoch.size() ? byEpoch.get((int) epoch - 1) : ReplicaKey.NONE;
    }

    private static List<ReplicaKey> with(List<ReplicaKey> byEpoch, long epoch, ReplicaKey key) {
        List<ReplicaKey> changed = new ArrayList<>(byEpoch);
        while (changed.size() < epoch) {
            changed.add(ReplicaKey.NONE);
        }
        changed.set((int) epoch - 1, key);
        return List.copyOf(changed);
    }

    // ---- votes

    private History said(Flight flight) {
        // Who votes for itself asks for votes; else the vote is the answer to who asked.
        ReplicaKey candidate = flight.message() instanceof Message.VoteRequest ? flight.from() : flight.to();
        return isVote(flight) ? vote(flight.from(), flight.message().epoch(), candidate) : this;
    }

    private History vote(ReplicaKey voter, long epoch, ReplicaKey candidate) {
        List<ReplicaKey> own = votes.getOrDefault(voter.nodeId(), List.of());
        ReplicaKey before = at(own, epoch);
        if (before.isKnown() && !before.equals(candidate)) {
            throw new Broken("VoteOncePerEpoch", voter.nodeId() + " votes for " + candidate.nodeId() + " in epoch "
                    + epoch
                    + ", and did so for " + before.nodeId());
        }
        Map<String, List<ReplicaKey>> changed = new TreeMap<>(votes);
        changed.put(voter.nodeId(), with(own, epoch, candidate));
        return new History(changed, leaders, committed, committedIn);
    }

    // ---- leaders

    private History elected(Replica leader) {
        long epoch = leader.epoch();
        String node = leader.key().nodeId();
        ReplicaKey before = at(leaders, epoch);
        if (before.isKnown()) {
            throw new Broken("OneLeaderPerEpoch", node + " leads epoch " + epoch + ", which " + before.nodeId()
                    + " led");
        }
        long votesFor = votes.values().stream().filter(by -> at(by, epoch).equals(leader.key())).count();
        boolean voted = leader.disk().state().epoch() == epoch && leader.disk().state().vote().equals(leader.key());
        if (votesFor < Cluster.MAJORITY || !voted) {
            throw new Broken("LeaderByMajority", node + " leads epoch " + epoch + " with " + votesFor
                    + " votes; durable is "
                    + leader.disk().state());
        }
        for (Entry entry : committed) {
            boolean held = entry.index() <= leader.log().size()
                    && leader.log().get((int) entry.index() - 1).equals(entry);
            // Late votes may elect a leader when a later one has committed already.
            if (!held && committedIn.get((int) entry.index() - 1) < epoch) {
                throw new Broken("LeaderCompleteness", node + " leads epoch " + epoch + " without committed " + entry);
            }
        }
        return new History(votes, with(leaders, epoch, leader.key()), committed, committedIn);
    }

    // ---- entries

    /** A replica may have committed more. */
    private History committed(Replica replica, List<Replica> all) {
        long to = replica.core().status().commitIndex();
        List<Entry> entries = new ArrayList<>(committed);
        List<Long> epochs = new ArrayList<>(committedIn);
        for (int index = 1; index <= to; index++) {
            Entry entry = replica.log().get(index - 1);
            if (index <= entries.size()) {
                if (!entries.get(index - 1).equals(entry)) {
                    throw new Broken("CommittedImmutable", replica.key().nodeId() + " commits " + entry
                            + ", committed was "
                            + entries.get(index - 1));
                }
                continue;
            }
            long durable = all.stream().filter(one -> one.disk().holds(entry)).count();
            if (durable < Cluster.MAJORITY) {
                throw new Broken("CommittedOnQuorum", replica.key().nodeId() + " commits " + entry + ", durable on "
                        + durable);
            }
            entries.add(entry);
            epochs.add(replica.epoch());
        }
        return entries.size() == committed.size()
                ? this
                : new History(votes, leaders, List.copyOf(entries), List.copyOf(epochs));
    }

    /** Two logs that agree in the place and epoch of an entry agree up to it. */
    private static void requireMatching(Replica writer, Replica other) {
        requireMatching(writer.key().nodeId(), writer.log(), other.key().nodeId(), other.log());
        requireMatching(writer.key().nodeId(), writer.log(), other.key().nodeId(), other.disk().log());
    }

    private static void requireMatching(String node, List<Entry> log, String otherNode, List<Entry> otherLog) {
        boolean differ = false;
        for (int i = 0; i < Math.min(log.size(), otherLog.size()); i++) {
            Entry entry = log.get(i);
            Entry other = otherLog.get(i);
            if (entry.epoch() == other.epoch() && (differ || !entry.equals(other))) {
                throw new Broken("LogMatching", node + " holds " + entry + ", " + otherNode + " " + other);
            }
            differ |= entry.epoch() != other.epoch();
        }
    }
}
