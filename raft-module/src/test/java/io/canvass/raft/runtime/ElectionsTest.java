package io.canvass.raft.runtime;

import java.nio.file.Path;
import java.util.List;

import io.canvass.raft.core.RoundSummary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What the nodes of a running group write down of their elections, and what they count. */
@Timeout(180)
class ElectionsTest {
    @TempDir
    Path directory;

    @Test
    void theLeaderEndsAndEachOfTheOthersTellsHowTheNextOneCame() throws Exception {
        try (LocalGroup group = new LocalGroup(directory, 3)) {
            group.startAll();
            String first = group.awaitLeader();
            long epoch = group.node(first).status().epoch();
            group.stop(first);
            String second = group.awaitLeader();
            Election won = await().atMost(LocalGroup.PATIENCE)
                    .until(() -> group.node(second).elections().getLast(), Election::isOver);
            assertThat(won.leader()).isEqualTo(second);
            assertThat(won.epoch()).isGreaterThan(epoch);
            assertThat(won.story()).contains(second + " leads epoch " + won.epoch());
            assertThat(won.steps().getLast()).isInstanceOfSatisfying(Election.Step.Asked.class, asked -> {
                assertThat(asked.round().ending()).isEqualTo(RoundSummary.Ending.WON);
                assertThat(asked.grantedBy()).contains(second).hasSize(2).doesNotContain(first);
            });
            String third = group.running().stream().filter(id -> !id.equals(second)).findFirst().orElseThrow();
            Election followed = await().atMost(LocalGroup.PATIENCE)
                    .until(() -> group.node(third).elections().getLast(), e -> e.isOver() && e.leader().equals(second));
            assertThat(followed.story()).contains(third + " follows " + second);
            assertThat(followed.steps())
                    .as(followed.story())
                    .anyMatch(step -> step instanceof Election.Step.Voted voted
                            && voted.candidate().nodeId().equals(second) && voted.epoch() == won.epoch());
        }
    }

    @Test
    void whoIsLeftAloneTellsOfRoundsThatNobodyAnswers() throws Exception {
        try (LocalGroup group = new LocalGroup(directory, 3)) {
            group.startAll();
            String alone = group.awaitLeader();
            List<String> others = group.ids().stream().filter(id -> !id.equals(alone)).toList();
            others.forEach(group::stop);
            Election open = await().atMost(LocalGroup.PATIENCE)
                    .until(
                            () -> group.node(alone).elections().getLast(), e -> !e.isOver() && e.steps().size() >= 2);
            assertThat(open.isOver()).isFalse();
            assertThat(open.cause()).as(open.story()).isNotEqualTo(Election.Cause.STARTED);
            // The first rounds may have been answered: the others were stopped one after the other.
            Election later = await().atMost(LocalGroup.PATIENCE)
                    .until(
                            () -> group.node(alone).elections().getLast(),
                            e -> e.steps().getLast() instanceof Election.Step.Asked asked
                                    && asked.unanswered().equals(others)
                                    && asked.grantedBy().equals(List.of(alone)));
            assertThat(later.isOver()).isFalse();
            assertThat(later.story()).contains("no answer of " + String.join(", ", others), "No leader yet");
        }
    }
}
