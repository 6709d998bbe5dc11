package io.canvass.raft.runtime;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.storage.FaultyRaftStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/** What a node does when its disk or its state machine fails it, and what its peers do then. */
@Timeout(180)
class RaftNodeFaultsTest {
    private static final Duration STALL_LIMIT = Duration.ofMillis(500);

    @TempDir
    Path directory;

    private final Map<String, FaultyRaftStore> disks = new ConcurrentHashMap<>();

    @Test
    void aLeaderWhoseDiskHangsResignsAndAnotherLeads() throws Exception {
        try (LocalGroup group = faultyGroup()) {
            String first = group.awaitLeader();
            group.propose(first, "before");
            FaultyRaftStore disk = disk(first);
            disk.hangWrite(1);
            CompletableFuture<Applied<Integer>> hanging = group.node(first).propose(Bytes.ofUtf8("while it hangs"));
            disk.awaitHanging();

            await().atMost(LocalGroup.PATIENCE).until(() -> group.ids().stream()
                    .anyMatch(id -> !id.equals(first) && group.node(id).status().leads()));
            assertThat(group.node(first).status().stalledWriteMillis()).isPositive();
            disk.release();

            // The entry went to the peers before the disk hung, so the next leader has it: the answer is exact.
            assertThat(hanging.get(LocalGroup.PATIENCE.toSeconds(), TimeUnit.SECONDS).result()).isEqualTo(2);
            String second = group.awaitLeader();
            assertThat(group.propose(second, "after").result()).isEqualTo(3);
        }
    }

    @Test
    void theFirstFailedWriteIsFinalAndTheOthersGoOn() throws Exception {
        try (LocalGroup group = faultyGroup()) {
            String first = group.awaitLeader();
            group.propose(first, "before");
            FaultyRaftStore disk = disk(first);
            disk.failWrite(1, FaultyRaftStore.Fate.LOST);
            CompletableFuture<Applied<Integer>> failing = group.node(first).propose(Bytes.ofUtf8("lost here"));

            Throwable thrown =
                    catchThrowable(() -> failing.get(LocalGroup.PATIENCE.toSeconds(), TimeUnit.SECONDS));

            assertThat(thrown).isInstanceOf(ExecutionException.class);
            assertThat(thrown.getCause()).isInstanceOfSatisfying(RaftException.class, e -> assertThat(e.outcome())
                    .isEqualTo(RaftException.Outcome.UNKNOWN));
            assertThat(group.node(first).status().halted()).isPresent();
            assertThat(group.node(first).propose(Bytes.ofUtf8("late"))).isCompletedExceptionally();
            List<String> others = new ArrayList<>(group.ids());
            others.remove(first);
            String second = await().atMost(LocalGroup.PATIENCE)
                    .until(
                            () -> others.stream()
                                    .filter(id -> group.node(id).status().leads())
                                    .findFirst()
                                    .orElse(""),
                            leader -> !leader.isEmpty());
            assertThat(group.propose(second, "after").result()).isGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void aStateMachineThatFailsStopsItsReplicaAndNoOther() throws Exception {
        try (LocalGroup group = faultyGroup()) {
            String leader = group.awaitLeader();
            String follower =
                    group.ids().stream().filter(id -> !id.equals(leader)).findFirst().orElseThrow();
            group.machine(follower).failFromNowOn();

            assertThat(group.propose(leader, "poison to one").result()).isEqualTo(1);

            await().atMost(LocalGroup.PATIENCE)
                    .untilAsserted(() -> assertThat(group.node(follower).status().halted())
                            .hasValueSatisfying(why -> assertThat(why).contains("Applying the log failed")));
            assertThat(group.propose(leader, "after").result()).isEqualTo(2);
        }
    }

    @Test
    void beyondTheBoundOfPendingProposalsTheAnswerIsOverloadedAndNothingWaits() throws Exception {
        try (LocalGroup group = new LocalGroup(directory, 1)) {
            RaftNode<Integer> node = group.start("n1", store -> keep("n1", new FaultyRaftStore(store)), settings ->
                    new RaftNodeConfig(settings.raft(), Duration.ofMinutes(1), 2, settings.addresses(), null));
            group.awaitLeader();
            // Once this is applied, the disk has nothing left to do: the next write is the one that hangs.
            group.propose("n1", "zero");
            FaultyRaftStore disk = disk("n1");
            disk.hangWrite(1);
            CompletableFuture<Applied<Integer>> one = node.propose(Bytes.ofUtf8("one"));
            disk.awaitHanging();
            CompletableFuture<Applied<Integer>> two = node.propose(Bytes.ofUtf8("two"));

            Throwable thrown = catchThrowable(() -> node.propose(Bytes.ofUtf8("three")).get(1, TimeUnit.MINUTES));
            disk.release();

            assertThat(thrown.getCause()).isInstanceOf(RaftException.Overloaded.class);
            assertThat(one.get(1, TimeUnit.MINUTES).result()).isEqualTo(2);
            assertThat(two.get(1, TimeUnit.MINUTES).result()).isEqualTo(3);
            assertThat(group.machine("n1").commands()).containsExactly("zero", "one", "two");
        }
    }

    private LocalGroup faultyGroup() {
        LocalGroup group = new LocalGroup(directory, 3);
        for (String id : group.ids()) {
            group.start(id, store -> keep(id, new FaultyRaftStore(store)), settings -> new RaftNodeConfig(
                    settings.raft(), STALL_LIMIT, settings.maxPendingProposals(), settings.addresses(), null));
        }
        return group;
    }

    private FaultyRaftStore keep(String id, FaultyRaftStore disk) {
        disks.put(id, disk);
        return disk;
    }

    private FaultyRaftStore disk(String id) {
        FaultyRaftStore disk = disks.get(id);
        if (disk == null) {
            throw new IllegalStateException(id + " was not started");
        }
        return disk;
    }
}
