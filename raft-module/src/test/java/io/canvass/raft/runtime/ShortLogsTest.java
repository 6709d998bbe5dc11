package io.canvass.raft.runtime;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.canvass.raft.core.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Real nodes whose logs keep little: who was away for longer takes a snapshot from the leader. */
class ShortLogsTest {
    private static final int KEPT = 20;

    @TempDir
    Path directory;

    private void start(LocalGroup group, String id) {
        LogPolicy policy = new LogPolicy(directory.resolve("snapshots-" + id), 1 << 20, 100, 1 << 20, KEPT, 1 << 23, 8 * KEPT, 0);
        group.start(id, store -> store, settings -> settings.with(policy));
    }

    private static void write(LocalGroup group, String leader, int from, int to, List<String> commands) throws Exception {
        List<CompletableFuture<Applied<Integer>>> futures = new ArrayList<>();
        for (int i = from; i < to; i++) {
            commands.add("c" + i);
            futures.add(group.node(leader).propose(Bytes.ofUtf8("c" + i)));
            if (futures.size() % 50 == 0) {
                // In many batches, so that the log is looked at in between.
                futures.getLast().get(LocalGroup.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
        }
        for (CompletableFuture<Applied<Integer>> future : futures) {
            future.get(LocalGroup.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static void awaitSame(LocalGroup group, List<String> commands) {
        for (String id : group.ids()) {
            await().atMost(LocalGroup.PATIENCE)
                    .untilAsserted(() -> assertThat(group.machine(id).commands()).isEqualTo(commands));
        }
    }

    @Test
    void aFollowerThatWasAwayForLongIsSentASnapshotAndThenTheRest() throws Exception {
        List<String> commands = new ArrayList<>();
        try (LocalGroup group = new LocalGroup(directory, 3)) {
            group.ids().forEach(id -> start(group, id));
            String leader = group.awaitLeader();
            write(group, leader, 0, 10, commands);
            awaitSame(group, commands);
            String away = group.ids().stream().filter(id -> !id.equals(leader)).findFirst().orElseThrow();
            group.stopKeepingState(away);
            write(group, leader, 10, 1500, commands);
            await().atMost(LocalGroup.PATIENCE).until(() -> group.node(leader).status().log().snapshotIndex() > 100);

            start(group, away);
            awaitSame(group, commands);
            assertThat(group.node(away).status().log().snapshotIndex()).as("what it took by snapshot").isPositive();

            write(group, leader, 1500, 1600, commands);
            awaitSame(group, commands);
        }
    }

    @Test
    void logsThatBeganLaterAreFoundSoAfterARestartOfAll() throws Exception {
        List<String> commands = new ArrayList<>();
        try (LocalGroup group = new LocalGroup(directory, 3)) {
            group.ids().forEach(id -> start(group, id));
            String leader = group.awaitLeader();
            write(group, leader, 0, 800, commands);
            awaitSame(group, commands);
            await().atMost(LocalGroup.PATIENCE)
                    .until(() -> group.ids().stream().allMatch(id -> group.node(id).status().log().snapshotIndex() > 100));
            group.ids().forEach(group::stopKeepingState);
            group.ids().forEach(id -> start(group, id));

            write(group, group.awaitLeader(), 800, 900, commands);
            awaitSame(group, commands);
        }
    }

    @Test
    void aCopyForABackupIsOfAllThatIsAppliedAndGoneWhenItIsClosedOrAtTheNextStart() throws Exception {
        List<String> commands = new ArrayList<>();
        try (LocalGroup group = new LocalGroup(directory, 3)) {
            group.ids().forEach(id -> start(group, id));
            String leader = group.awaitLeader();
            write(group, leader, 0, 30, commands);
            awaitSame(group, commands);
            String follower = group.ids().stream().filter(id -> !id.equals(leader)).findFirst().orElseThrow();
            Path exported = directory.resolve("snapshots-" + follower).resolve("exported");

            long applied = group.node(follower).readIndex().get(LocalGroup.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            StateCopy copy = group.node(follower).copyState(() -> false);
            assertThat(copy.base().position().index()).isGreaterThanOrEqualTo(applied);
            assertThat(copy.base().configuration()).isEqualTo(group.configuration());
            assertThat(copy.files()).singleElement().satisfies(file -> assertThat(file.path()).isEqualTo("commands"));
            write(group, leader, 30, 60, commands);
            awaitSame(group, commands);
            assertThat(copy.directory().resolve("commands")).content().doesNotContain("c30");
            try (StateCopy second = group.node(follower).copyState(() -> false)) {
                assertThat(second.directory().resolve("commands")).content().contains("c59");
            }
            copy.close();
            copy.close();
            assertThat(exported).isEmptyDirectory();

            StateCopy left = group.node(follower).copyState(() -> false);
            assertThat(left.directory()).exists();
            group.stopKeepingState(follower);
            start(group, follower);
            assertThat(exported).isEmptyDirectory();
        }
    }

    @Test
    void aNodeThatStopsMakesNoCopyAndNobodyWaitsForOne() throws Exception {
        try (LocalGroup group = new LocalGroup(directory, 1)) {
            group.ids().forEach(id -> start(group, id));
            RaftNode<Integer> node = group.node(group.awaitLeader());
            group.stop("n1");
            assertThatThrownBy(() -> node.copyState(() -> false)).isInstanceOf(IOException.class);
            assertThat(directory.resolve("snapshots-n1").resolve("exported")).isEmptyDirectory();
        }
    }
}
