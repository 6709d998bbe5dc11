package io.canvass.raft.simulation;

import java.util.List;
import java.util.random.RandomGenerator;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.MemberChange;
import io.canvass.raft.core.ReplicaKey;
import org.jspecify.annotations.Nullable;

/** Servers come, go, and come back with other disks: whatever an operator may ask of a leader, at any time. */
final class Churn {
    private static final long MOST_LAG = 20;

    private Churn() {}

    /** Whether there was a leader to ask. */
    static boolean strike(Simulation simulation, RandomGenerator random) {
        SimulatedReplica leader = simulation.leader();
        if (leader == null || !leader.isRunning()) {
            return false;
        }
        SimulatedReplica about = simulation.replica(random.nextInt(simulation.options().servers()));
        MemberChange change = change(simulation, leader.core().configuration(), about, random);
        if (!leavesEnough(simulation, leader.core().configuration(), about, change)) {
            return false;
        }
        SimulatedReplica asked = random.nextInt(16) == 0 && about.isRunning() ? about : leader;
        simulation.clients().change(asked, change);
        return true;
    }

    /**
     * A server whose disk was lost a moment ago still counts as heard. Nobody can know better; but who goes on then has no majority
     * any more, and nothing that comes after could heal it.
     */
    private static boolean leavesEnough(
            Simulation simulation, Configuration before, SimulatedReplica about, MemberChange change) {
        long well = simulation.votersOf(before).size();
        int voters = before.voters().size();
        return switch (change) {
            case MemberChange.Promote p -> well + 1 >= (voters + 1) / 2 + 1;
            case MemberChange.Remove r -> !before.isVoter(about.key()) || well - 1 >= (voters - 1) / 2 + 1;
            case MemberChange.Demote d -> well - 1 >= (voters - 1) / 2 + 1;
            case MemberChange.Add a -> true;
            case MemberChange.Replace r -> !before.isVoter(r.lost()) || well >= (voters - 1) / 2 + 1;
            case MemberChange.Update u -> true;
        };
    }

    private static MemberChange change(
            Simulation simulation, Configuration configuration, SimulatedReplica about, RandomGenerator random) {
        // Who came later is no member by the name of its node, even where those who were there from the beginning are.
        ReplicaKey key = simulation.options().cluster().knowsDirectories() || about.isForeign()
                ? about.key()
                : ReplicaKey.ofNode(about.key().nodeId());
        Configuration.Member member = new Configuration.Member(key, key.nodeId() + ":7000");
        Configuration.Member known = find(configuration.members(), key);
        if (known == null) {
            return new MemberChange.Add(member);
        }
        if (about.isForeign() ? !known.key().equals(key) : !known.key().matches(key)) {
            return new MemberChange.Replace(known.key(), member);
        }
        if (!known.key().equals(about.key()) && random.nextInt(4) == 0) {
            return new MemberChange.Update(new Configuration.Member(about.key(), member.address()));
        }
        if (!configuration.isVoter(key)) {
            return random.nextInt(4) == 0
                    ? new MemberChange.Remove(key)
                    : new MemberChange.Promote(key, random.nextLong(MOST_LAG));
        }
        return random.nextBoolean() ? new MemberChange.Remove(key) : new MemberChange.Demote(key);
    }

    private static Configuration.@Nullable Member find(
            List<Configuration.Member> members, ReplicaKey key) {
        for (Configuration.Member member : members) {
            if (member.key().nodeId().equals(key.nodeId())) {
                return member;
            }
        }
        return null;
    }
}
