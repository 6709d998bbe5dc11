package io.canvass.raft.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a change makes of a configuration, and whether it may. Pure functions. */
final class Membership {
    private Membership() {}

    /** A configuration, or why there is none. */
    record Changed(Optional<Configuration> configuration, Optional<MemberChange.Refusal> refusal) {
        static Changed to(List<Configuration.Member> voters, List<Configuration.Member> observers) {
            return new Changed(Optional.of(new Configuration(voters, observers)), Optional.empty());
        }

        static Changed refused(MemberChange.Refusal why) {
            return new Changed(Optional.empty(), Optional.of(why));
        }
    }

    static Changed change(Configuration before, MemberChange change) {
        return switch (change) {
            case MemberChange.Add add -> add(before, add.member());
            case MemberChange.Promote promote -> move(before, promote.member(), true);
            case MemberChange.Demote demote -> move(before, demote.member(), false);
            case MemberChange.Remove remove -> remove(before, remove.member());
            case MemberChange.Replace replace -> replace(before, replace.lost(), replace.by());
            case MemberChange.Update update -> update(before, update.member());
        };
    }

    /** Another address may be told of a node by its name alone: that takes no directory's name away (HAZARDS E2). */
    private static Changed update(Configuration before, Configuration.Member told) {
        List<Configuration.Member> members = before.members();
        int at = find(members, told.key());
        boolean namesDirectory = !told.key().directoryId().equals(ReplicaKey.UNASSIGNED);
        Configuration.Member by = at == -1 || namesDirectory
                ? told
                : told.as(members.get(at).key());
        return swap(before, told.key(), by, false);
    }

    private static Changed add(Configuration before, Configuration.Member member) {
        if (ofNode(before.members(), member.key()) != -1) {
            return Changed.refused(MemberChange.Refusal.ALREADY_A_MEMBER);
        }
        if (before.members().size() >= Configuration.MAX_MEMBERS) {
            return Changed.refused(MemberChange.Refusal.TOO_MANY_MEMBERS);
        }
        List<Configuration.Member> observers = new ArrayList<>(before.observers());
        observers.add(member);
        return Changed.to(before.voters(), observers);
    }

    private static Changed move(Configuration before, ReplicaKey member, boolean toVoters) {
        List<Configuration.Member> from = new ArrayList<>(toVoters ? before.observers() : before.voters());
        List<Configuration.Member> to = new ArrayList<>(toVoters ? before.voters() : before.observers());
        int at = find(from, member);
        if (at == -1) {
            return Changed.refused(
                    find(to, member) == -1 ? MemberChange.Refusal.NOT_A_MEMBER : MemberChange.Refusal.NOTHING_TO_DO);
        }
        to.add(from.remove(at));
        if (!toVoters && from.isEmpty()) {
            return Changed.refused(MemberChange.Refusal.WOULD_LOSE_QUORUM);
        }
        return toVoters ? Changed.to(to, from) : Changed.to(from, to);
    }

    private static Changed remove(Configuration before, ReplicaKey member) {
        List<Configuration.Member> voters = new ArrayList<>(before.voters());
        List<Configuration.Member> observers = new ArrayList<>(before.observers());
        boolean wasVoter = removeFrom(voters, member);
        boolean found = removeFrom(observers, member) || wasVoter;
        if (!found) {
            return Changed.refused(MemberChange.Refusal.NOT_A_MEMBER);
        }
        return voters.isEmpty()
                ? Changed.refused(MemberChange.Refusal.WOULD_LOSE_QUORUM)
                : Changed.to(voters, observers);
    }

    private static boolean removeFrom(List<Configuration.Member> members, ReplicaKey member) {
        int at = find(members, member);
        if (at != -1) {
            members.remove(at);
        }
        return at != -1;
    }

    /** A voter in place of another would be two changes at once, and old and new majorities need not meet. */
    private static Changed replace(Configuration before, ReplicaKey lost, Configuration.Member by) {
        int at = find(before.voters(), lost);
        if (at == -1 || !lost.nodeId().equals(by.key().nodeId()) || by.key().equals(lost)) {
            return swap(before, lost, by, true);
        }
        List<Configuration.Member> voters = new ArrayList<>(before.voters());
        List<Configuration.Member> observers = new ArrayList<>(before.observers());
        voters.remove(at);
        observers.add(by);
        return voters.isEmpty()
                ? Changed.refused(MemberChange.Refusal.WOULD_LOSE_QUORUM)
                : Changed.to(voters, observers);
    }

    private static Changed swap(
            Configuration before, ReplicaKey known, Configuration.Member by, boolean otherDirectory) {
        List<Configuration.Member> voters = new ArrayList<>(before.voters());
        List<Configuration.Member> observers = new ArrayList<>(before.observers());
        List<Configuration.Member> of = find(voters, known) != -1 ? voters : observers;
        int at = find(of, known);
        if (at == -1 || !known.nodeId().equals(by.key().nodeId())) {
            return Changed.refused(MemberChange.Refusal.NOT_A_MEMBER);
        }
        if (of.get(at).equals(by) || (otherDirectory && by.key().equals(known))) {
            return Changed.refused(MemberChange.Refusal.NOTHING_TO_DO);
        }
        of.set(at, by);
        return Changed.to(voters, observers);
    }

    private static int find(List<Configuration.Member> members, ReplicaKey key) {
        for (int i = 0; i < members.size(); i++) {
            if (members.get(i).key().matches(key)) {
                return i;
            }
        }
        return -1;
    }

    private static int ofNode(List<Configuration.Member> members, ReplicaKey key) {
        return find(members, ReplicaKey.ofNode(key.nodeId()));
    }
}
