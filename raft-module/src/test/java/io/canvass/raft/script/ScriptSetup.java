package io.canvass.raft.script;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.RaftConfig;
import io.canvass.raft.core.ReplicaKey;

/**
 * What a script begins with.
 *
 * @param strangers servers that are no members, and start from the same first entry
 * @param old those of all these that know no Pre-Vote
 * @param byNode whether the first configuration names nodes alone, and no disks
 * @param leases whether votes are judged as lease reads need it
 * @param underWay how many appends may be under way to one peer
 * @param uncommitted how many bytes a leader may hold uncommitted
 */
record ScriptSetup(
        List<String> voters,
        List<String> observers,
        List<String> strangers,
        List<String> old,
        boolean byNode,
        boolean leases,
        int underWay,
        int uncommitted) {
    private static final int PLENTY = 1 << 20;
    private static final int MANY = 64;

    /** n1 n2 n3 [observer n4] [stranger n5] [old n3] [by-node] [leases] [under-way 3] [uncommitted 100] */
    static ScriptSetup of(List<String> words) {
        List<String> voters = new ArrayList<>();
        List<String> observers = new ArrayList<>();
        List<String> strangers = new ArrayList<>();
        List<String> old = new ArrayList<>();
        boolean byNode = false;
        boolean leases = false;
        int underWay = MANY;
        int uncommitted = PLENTY;
        for (int i = 0; i < words.size(); i++) {
            switch (words.get(i)) {
                case "observer" -> observers.add(words.get(++i));
                case "stranger" -> strangers.add(words.get(++i));
                case "old" -> old.add(words.get(++i));
                case "by-node" -> byNode = true;
                case "leases" -> leases = true;
                case "under-way" -> underWay = Integer.parseInt(words.get(++i));
                case "uncommitted" -> uncommitted = Integer.parseInt(words.get(++i));
                default -> voters.add(words.get(i));
            }
        }
        return new ScriptSetup(voters, observers, strangers, old, byNode, leases, underWay, uncommitted);
    }

    /** All, in the order of their timers. */
    List<String> names() {
        List<String> names = new ArrayList<>(voters);
        names.addAll(observers);
        names.addAll(strangers);
        return names;
    }

    Configuration configuration() {
        return new Configuration(members(voters), members(observers));
    }

    private List<Configuration.Member> members(List<String> some) {
        return some.stream()
                .map(name -> new Configuration.Member(
                        byNode ? ReplicaKey.ofNode(name) : ScriptCluster.key(name), name + ":9080"))
                .toList();
    }

    RaftConfig config(UUID cluster, ReplicaKey self, long electionTimeout, long heartbeat) {
        int version = old.contains(self.nodeId()) ? 0 : RaftConfig.PRE_VOTE_VERSION;
        return new RaftConfig(
                cluster, self, electionTimeout, heartbeat, 0, PLENTY, underWay, PLENTY, uncommitted, 1000, PLENTY,
                version, leases);
    }
}
