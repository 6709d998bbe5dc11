package io.canvass.kv.members;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;

import io.canvass.kv.config.ClusterPlan;
import io.canvass.kv.members.Beginning.Heard;
import io.canvass.kv.members.Beginning.Verdict;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.ReplicaKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** What kv-1 of kv-1, kv-2, kv-3 does with an empty disk, by what the other two say: the whole table. */
class BeginningTest {
    private static final UUID OURS = new UUID(1, 1);
    private static final UUID OTHER = new UUID(2, 2);
    private static final List<String> LIST = List.of("kv-1@h1:9080", "kv-2@h2:9080", "kv-3@h3:9080");

    private static final Heard UNFORMED = unformed(OURS, LIST);
    private static final Heard OTHER_LIST = unformed(OURS, List.of("kv-1@h1:9080", "kv-2@h2:9080", "kv-4@h4:9080"));
    private static final Heard OTHER_ADDRESS = unformed(OURS, List.of("kv-1@h1:9080", "kv-2@h2:9081", "kv-3@h3:9080"));
    private static final Heard OTHER_ID = unformed(OTHER, LIST);
    private static final Heard FORMED = formed(OURS, 5, "kv-1", "kv-2", "kv-3");
    private static final Heard FORMED_ELSEWHERE = formed(OTHER, 9, "kv-2", "kv-3", "kv-7");
    private static final Heard JOINS = said(Optional.of(OURS), new NodeStanding.Joining());
    private static final Heard SILENT = Heard.nothing("Connection refused");

    static Stream<Arguments> theTable() {
        return Stream.of(
                arguments("both have not begun, with the same list", UNFORMED, UNFORMED, "form"),
                arguments("one is silent", UNFORMED, SILENT, "wait kv-3: Connection refused"),
                arguments("both are silent", SILENT, SILENT, "wait kv-2: Connection refused kv-3: Connection refused"),
                arguments("one joins a cluster itself", UNFORMED, JOINS, "wait kv-3: it waits to join"),
                arguments("one is formed, the other has not begun", UNFORMED, FORMED, "join"),
                arguments("one is formed, the other is silent", FORMED, SILENT, "join"),
                arguments("one is formed, the other has another list", OTHER_LIST, FORMED, "join"),
                arguments("one is formed, as another cluster than the list would be", FORMED_ELSEWHERE, SILENT, "join"),
                arguments("both are formed", FORMED, FORMED, "join"),
                arguments("both are formed, as two clusters", FORMED, FORMED_ELSEWHERE, "refuse kv-2 belongs to cluster"),
                arguments("one has another list", OTHER_LIST, UNFORMED, "refuse kv-1@h1:9080,kv-2@h2:9080,kv-4@h4:9080"),
                arguments("one has another list, the other is silent", SILENT, OTHER_LIST, "refuse was started with"),
                arguments("one has another address on its list", OTHER_ADDRESS, UNFORMED, "refuse kv-2@h2:9081"),
                arguments("one has another cluster id", OTHER_ID, UNFORMED, "refuse kv.cluster.id"));
    }

    @ParameterizedTest(name = "{0}: {3}")
    @MethodSource
    void theTable(String what, Heard second, Heard third, String expected) {
        Verdict verdict = Beginning.decide(plan("kv-1", false), heard(second, third));
        List<String> words = List.of(expected.split(" ", 2));
        assertThat(text(verdict)).as(what).startsWith(words.getFirst()).contains(words.getLast());
    }

    @Test
    void whoeverWasNotAskedYetIsWaitedFor() {
        assertThat(text(Beginning.decide(plan("kv-1", false), Map.of("kv-2", UNFORMED)))).isEqualTo("wait kv-3: not asked yet");
        assertThat(text(Beginning.decide(plan("kv-1", false), Map.of("kv-2", FORMED))))
                .as("it may be of another cluster")
                .isEqualTo("wait kv-2: it is a member of a cluster kv-3: not asked yet");
        assertThat(text(Beginning.decide(plan("kv-1", true), Map.of("kv-2", FORMED_ELSEWHERE)))).startsWith("refuse");
    }

    @Test
    void anIdThatAnOperatorWroteIsNotGivenUpForThatOfAFormedCluster() {
        assertThat(text(Beginning.decide(plan("kv-1", true), heard(FORMED_ELSEWHERE, SILENT))))
                .contains("refuse kv.cluster.id", OTHER.toString());
        assertThat(text(Beginning.decide(plan("kv-1", true), heard(FORMED, SILENT)))).startsWith("join");
    }

    @Test
    void aNodeThatIsNotOnItsListNeverForms() {
        ClusterPlan outside = plan("kv-9", false);
        Map<String, Heard> all = new HashMap<>(heard(UNFORMED, UNFORMED));
        all.put("kv-1", UNFORMED);
        assertThat(text(Beginning.decide(outside, all))).contains("wait", "kv-1: it has not formed its cluster yet");
        all.put("kv-1", OTHER_LIST);
        assertThat(text(Beginning.decide(outside, all))).startsWith("wait");
        all.put("kv-1", FORMED);
        assertThat(text(Beginning.decide(outside, all))).startsWith("join");
    }

    @Test
    void itJoinsByTheLatestConfigurationWithoutItself() {
        Verdict verdict = Beginning.decide(
                plan("kv-1", false), heard(formed(OURS, 5, "kv-1", "kv-2", "kv-3"), formed(OURS, 8, "kv-1", "kv-3", "kv-4")));
        assertThat(verdict).isInstanceOfSatisfying(Verdict.Join.class, join -> {
            assertThat(join.clusterId()).isEqualTo(OURS);
            assertThat(join.known().voters()).extracting(member -> member.key().nodeId()).containsExactly("kv-3", "kv-4");
        });
    }

    @Test
    void withoutTheDiskOfTheOnlyVoterThereIsNothingToJoin() {
        assertThat(text(Beginning.decide(plan("kv-1", false), heard(formed(OURS, 5, "kv-1"), SILENT))))
                .contains("refuse kv.node.id", "only voter");
    }

    private static String text(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Form _ -> "form";
            case Verdict.Join _ -> "join";
            case Verdict.Wait(Map<String, String> why) -> {
                StringBuilder text = new StringBuilder("wait");
                why.forEach((id, reason) -> text.append(' ').append(id).append(": ").append(reason));
                yield text.toString();
            }
            case Verdict.Refuse refuse -> "refuse " + refuse.why().getMessage();
        };
    }

    private static Map<String, Heard> heard(Heard second, Heard third) {
        return Map.of("kv-2", second, "kv-3", third);
    }

    private static Heard unformed(UUID cluster, List<String> list) {
        return said(Optional.of(cluster), new NodeStanding.Unformed(new TreeSet<>(list)));
    }

    private static Heard formed(UUID cluster, long index, String... voters) {
        return said(Optional.of(cluster), new NodeStanding.Formed(configuration(voters), index, true, false, true));
    }

    /** Who says it does not count here: that was looked at before. */
    private static Heard said(Optional<UUID> cluster, NodeStanding.State state) {
        return Heard.said(new NodeStanding(
                ReplicaKey.ofNode("kv-2"), cluster, false, state, new About("", (short) 0, (short) 1)));
    }

    private static Configuration configuration(String... ids) {
        return Configuration.ofVoters(
                Stream.of(ids).map(id -> new Member(ReplicaKey.ofNode(id), "h" + id.substring(3) + ":9080")).toList());
    }

    private static ClusterPlan plan(String nodeId, boolean explicit) {
        return new ClusterPlan(
                nodeId, OURS, explicit, configuration("kv-1", "kv-2", "kv-3"), Map.of(), "127.0.0.1", 9080, "h1:9080");
    }
}
