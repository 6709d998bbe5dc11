package io.canvass.kv.members;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;

import io.canvass.kv.config.ClusterPlan;
import io.canvass.kv.config.InvalidSettingException;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Configuration.Member;
import org.jspecify.annotations.Nullable;

/** What a node with an empty data directory does, by what it has heard of the others on its list. Pure functions. */
final class Beginning {
    private static final String VOTERS = "kv.cluster.voters";

    private Beginning() {}

    sealed interface Verdict {
        /** All on the list know the same list and nothing else. */
        record Form() implements Verdict {}

        /**
         * There is a cluster already.
         *
         * @param known its configuration as it was told, without this node
         */
        record Join(UUID clusterId, Configuration known) implements Verdict {}

        /** @param why node id to reason, in the list's order; never empty */
        record Wait(Map<String, String> why) implements Verdict {}

        record Refuse(InvalidSettingException why) implements Verdict {}
    }

    /** What is known of another node: what it said last, or why it says nothing. */
    record Heard(Optional<NodeStanding> standing, String why) {
        static Heard said(NodeStanding standing) {
            return new Heard(Optional.of(standing), "");
        }

        static Heard nothing(String why) {
            return new Heard(Optional.empty(), why);
        }
    }

    /**
     * What was said is true for longer than it is heard: a node that had not begun when it said so knew of no vote of this
     * node's disk before. So the answers need not come at the same time.
     *
     * @param heard node id to what is known of it, since this process started
     */
    static Verdict decide(ClusterPlan plan, Map<String, Heard> heard) {
        Verdict join = join(plan, heard);
        if (!(join instanceof Verdict.Wait(Map<String, String> missing))) {
            return join;
        }
        if (!plan.isListed() || !formed(plan, heard).isEmpty()) {
            return join;
        }
        for (Member other : plan.others()) {
            Optional<NodeStanding> said = standing(heard, other);
            Optional<InvalidSettingException> contradiction = said.flatMap(standing -> contradiction(plan, standing));
            if (contradiction.isPresent()) {
                return new Verdict.Refuse(contradiction.get());
            }
        }
        Map<String, String> waits = new LinkedHashMap<>(missing);
        waits.keySet().removeIf(id -> isUnformed(heard.get(id)));
        return waits.isEmpty() ? new Verdict.Form() : new Verdict.Wait(waits);
    }

    /** What contradicts this node's list in what another says that has not begun either; empty if nothing does. */
    static Optional<InvalidSettingException> contradiction(ClusterPlan plan, NodeStanding other) {
        if (!plan.isListed() || !(other.state() instanceof NodeStanding.Unformed(SortedSet<String> theirs))) {
            return Optional.empty();
        }
        SortedSet<String> ours = list(plan);
        if (!theirs.equals(ours)) {
            return Optional.of(new InvalidSettingException(
                    VOTERS, String.join(",", ours), other.nodeId() + " was started with \"" + String.join(",", theirs) + "\"",
                    "give all nodes the same list, and an empty data directory to each that was formatted with another one"));
        }
        UUID theirCluster = other.clusterId().orElseThrow();
        if (!theirCluster.equals(plan.clusterId())) {
            return Optional.of(new InvalidSettingException(
                    "kv.cluster.id",
                    plan.clusterId().toString(),
                    other.nodeId() + (other.clusterIdIsExplicit() ? " was told " : " takes ") + theirCluster,
                    "set the same id on all nodes, or on none"));
        }
        return Optional.empty();
    }

    /** id@host:port, sorted. */
    static SortedSet<String> list(ClusterPlan plan) {
        return list(plan.bootstrap());
    }

    static SortedSet<String> list(Configuration bootstrap) {
        SortedSet<String> list = new TreeSet<>();
        bootstrap.voters().forEach(voter -> list.add(voter.key().nodeId() + "@" + voter.address()));
        return list;
    }

    /** To join, to refuse that, or whom there is to wait for. */
    private static Verdict join(ClusterPlan plan, Map<String, Heard> heard) {
        List<NodeStanding> formed = formed(plan, heard);
        if (formed.isEmpty()) {
            return new Verdict.Wait(reasons(plan, heard));
        }
        NodeStanding first = formed.getFirst();
        UUID cluster = first.clusterId().orElseThrow();
        for (NodeStanding other : formed) {
            if (!other.clusterId().equals(first.clusterId())) {
                return refuse(VOTERS, String.join(",", list(plan)), first.nodeId() + " belongs to cluster " + cluster + " and "
                        + other.nodeId() + " to " + other.clusterId().orElseThrow(), "list the nodes of one cluster only; stop and empty what is left of an old one");
            }
        }
        if (plan.clusterIdIsExplicit() && !cluster.equals(plan.clusterId())) {
            return refuse("kv.cluster.id", plan.clusterId().toString(), first.nodeId() + " belongs to cluster " + cluster,
                    "correct it, or leave it out to join that cluster");
        }
        // Another may be of another cluster: one that was left behind when a survivor went on without it.
        if (plan.others().stream().anyMatch(other -> !heard.containsKey(other.key().nodeId()))) {
            return new Verdict.Wait(reasons(plan, heard));
        }
        Configuration latest = formed.stream()
                .map(standing -> (NodeStanding.Formed) standing.state())
                .max(Comparator.comparingLong(NodeStanding.Formed::index))
                .orElseThrow()
                .configuration();
        return without(plan.nodeId(), latest)
                .<Verdict>map(known -> new Verdict.Join(cluster, known))
                .orElseGet(() -> refuse("kv.node.id", plan.nodeId(), "it was the only voter of cluster " + cluster
                        + ", which nobody can go on without what its data directory held", "give it that directory back, or a backup"));
    }

    private static List<NodeStanding> formed(ClusterPlan plan, Map<String, Heard> heard) {
        return plan.others().stream()
                .flatMap(other -> standing(heard, other).stream())
                .filter(standing -> standing.state() instanceof NodeStanding.Formed)
                .toList();
    }

    /** Empty if there is no voter but this node. */
    private static Optional<Configuration> without(String nodeId, Configuration configuration) {
        List<Member> voters = without(nodeId, configuration.voters());
        return voters.isEmpty()
                ? Optional.empty()
                : Optional.of(new Configuration(voters, without(nodeId, configuration.observers())));
    }

    private static List<Member> without(String nodeId, List<Member> members) {
        return members.stream().filter(member -> !member.key().nodeId().equals(nodeId)).toList();
    }

    private static Map<String, String> reasons(ClusterPlan plan, Map<String, Heard> heard) {
        Map<String, String> reasons = new LinkedHashMap<>();
        for (Member other : plan.others()) {
            reasons.put(other.key().nodeId(), reason(heard.get(other.key().nodeId())));
        }
        return reasons;
    }

    private static String reason(@Nullable Heard heard) {
        if (heard == null) {
            return "not asked yet";
        }
        return heard.standing()
                .map(standing -> switch (standing.state()) {
                    case NodeStanding.Unformed _ -> "it has not formed its cluster yet";
                    case NodeStanding.Joining _ -> "it waits to join a cluster itself";
                    case NodeStanding.Formed _ -> "it is a member of a cluster";
                })
                .orElse(heard.why());
    }

    private static boolean isUnformed(@Nullable Heard heard) {
        return heard != null
                && heard.standing().stream().anyMatch(standing -> standing.state() instanceof NodeStanding.Unformed);
    }

    private static Optional<NodeStanding> standing(Map<String, Heard> heard, Member other) {
        Heard known = heard.get(other.key().nodeId());
        return known == null ? Optional.empty() : known.standing();
    }

    private static Verdict refuse(String property, String value, String problem, String remedy) {
        return new Verdict.Refuse(new InvalidSettingException(property, value, problem, remedy));
    }
}
