package io.canvass.raft.runtime;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.ReplicaKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

class RaftNodeTest {
    @TempDir
    Path directory;

    @Test
    void aSoleVoterLeadsAtOnceAndAppliesWhatIsProposed() throws Exception {
        try (LocalGroup group = new LocalGroup(directory, 1)) {
            group.startAll();
            String leader = group.awaitLeader();

            assertThat(group.propose(leader, "a").result()).isEqualTo(1);
            assertThat(group.propose(leader, "b").result()).isEqualTo(2);
            assertThat(group.node(leader).status().epoch()).isEqualTo(1);
        }
    }

    @Test
    void whatIsAcknowledgedIsAppliedOnAllInTheSameOrder() throws Exception {
        try (LocalGroup group = new LocalGroup(directory, 3)) {
            group.startAll();
            RaftNode<Integer> leader = group.node(group.awaitLeader());
            List<CompletableFuture<Applied<Integer>>> futures = new ArrayList<>();
            List<String> commands = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                commands.add("c" + i);
                futures.add(leader.propose(Bytes.ofUtf8("c" + i)));
            }
            for (CompletableFuture<Applied<Integer>> future : futures) {
                future.get(LocalGroup.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }

            for (String id : group.ids()) {
                await().atMost(LocalGroup.PATIENCE)
                        .untilAsserted(() -> assertThat(group.machine(id).commands()).isEqualTo(commands));
            }
        }
    }

    @Test
    void aReadOnAnyNodeSeesWhatWasAcknowledgedBefore() throws Exception {
        try (LocalGroup group = new LocalGroup(directory, 3)) {
            group.startAll();
            String leader = group.awaitLeader();
            for (int i = 1; i <= 20; i++) {
                group.propose(leader, "c" + i);
                for (String id : group.ids()) {
                    group.node(id).readIndex().get(LocalGroup.PATIENCE.toSeconds(), TimeUnit.SECONDS);
                    assertThat(group.machine(id).commands()).as("read %s on %s", i, id).contains("c" + i);
                }
            }
        }
    }

    @Test
    void aLeaderAnswersByItsLeaseAndAFollowerAsksIt() throws Exception {
        try (LocalGroup group = new LocalGroup(directory, 3)) {
            for (String id : group.ids()) {
                group.start(id, store -> store, settings -> new RaftNodeConfig(
                        settings.raft().withLease(settings.raft().electionTimeoutNanos() / 2),
                        settings.diskStallLimit(), settings.maxPendingProposals(), settings.addresses(), settings.log()));
            }
            String leader = group.awaitLeader();
            String follower =
                    group.ids().stream().filter(id -> !id.equals(leader)).findFirst().orElseThrow();
            group.propose(leader, "c");

            // Under load a heartbeat may be late, and then there is no lease for a moment.
            await().atMost(LocalGroup.PATIENCE).until(() -> leaseRead(group, leader));
            assertThat(group.machine(leader).commands()).contains("c");
            assertThat(leaseRead(group, follower)).isFalse();
            assertThat(group.machine(follower).commands()).contains("c");
        }
    }

    private static boolean leaseRead(LocalGroup group, String id) throws Exception {
        return group.node(id).leaseRead().get(LocalGroup.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void aFollowerRefusesAProposalAndNamesTheLeader() throws Exception {
        try (LocalGroup group = new LocalGroup(directory, 3)) {
            group.startAll();
            String leader = group.awaitLeader();
            String follower =
                    group.ids().stream().filter(id -> !id.equals(leader)).findFirst().orElseThrow();

            Throwable thrown = catchThrowable(() -> group.propose(follower, "x"));

            assertThat(thrown).isInstanceOf(ExecutionException.class);
            assertThat(thrown.getCause()).isInstanceOfSatisfying(RaftException.NotLeader.class, not -> {
                assertThat(not.leader().nodeId()).isEqualTo(leader);
                assertThat(not.outcome()).isEqualTo(RaftException.Outcome.NOT_APPLIED);
            });
        }
    }

    @Test
    void nothingAcknowledgedIsLostWhenTheLeaderGoesAndWhenAllAreStartedAgain() throws Exception {
        try (LocalGroup group = new LocalGroup(directory, 3)) {
            group.startAll();
            String first = group.awaitLeader();
            group.propose(first, "before");
            group.stop(first);
            String second = group.awaitLeader();
            assertThat(second).isNotEqualTo(first);
            group.propose(second, "between");
            group.ids().stream().filter(id -> !id.equals(first)).toList().forEach(group::stop);

            group.startAll();
            String third = group.awaitLeader();
            group.propose(third, "after");

            for (String id : group.ids()) {
                await().atMost(LocalGroup.PATIENCE).untilAsserted(() -> assertThat(
                                group.machine(id).commands())
                        .containsExactly("before", "between", "after"));
            }
        }
    }

    @Test
    void aLeaderThatResignsIsFollowedByAnotherInTheNextEpoch() throws Exception {
        try (LocalGroup group = new LocalGroup(directory, 3)) {
            group.startAll();
            String first = group.awaitLeader();
            long epoch = group.node(first).status().epoch();

            group.node(first).resign().get(LocalGroup.PATIENCE.toSeconds(), TimeUnit.SECONDS);

            await().atMost(LocalGroup.PATIENCE).until(() -> group.node(first).status().epoch() > epoch);
            String second = group.awaitLeader();
            assertThat(group.propose(second, "after").result()).isEqualTo(1);
        }
    }

    @Test
    void aLeaderHandsOverToTheVoterThatIsNamedInTheNextEpoch() throws Exception {
        try (LocalGroup group = new LocalGroup(directory, 3)) {
            group.startAll();
            String first = group.awaitLeader();
            long epoch = group.node(first).status().epoch();
            String chosen = group.ids().stream().filter(id -> !id.equals(first)).toList().getLast();
            // While a configuration is not committed, here the first one, none hands over: that is BUSY.
            await().atMost(LocalGroup.PATIENCE).until(() -> group.node(first).status().configurationCommitted());

            group.node(first).transfer(ReplicaKey.ofNode(chosen), LocalGroup.PATIENCE)
                    .get(LocalGroup.PATIENCE.toSeconds(), TimeUnit.SECONDS);

            assertThat(group.node(first).leadership().leader().nodeId()).isEqualTo(chosen);
            assertThat(group.node(first).leadership().epoch()).isEqualTo(epoch + 1);
            assertThat(group.propose(group.awaitLeader(), "after").result()).isEqualTo(1);
        }
    }

    @Test
    void whatCannotBeHandedOverIsSaid() throws Exception {
        try (LocalGroup group = new LocalGroup(directory, 3)) {
            group.startAll();
            String leader = group.awaitLeader();
            String other = group.ids().stream().filter(id -> !id.equals(leader)).toList().getFirst();

            assertThat(failureOf(group.node(leader).transfer(ReplicaKey.ofNode("n9"), LocalGroup.PATIENCE)))
                    .isInstanceOf(RaftException.TransferFailed.class)
                    .hasMessageContaining("NO_SUCH_VOTER");
            assertThat(failureOf(group.node(other).transfer(ReplicaKey.NONE, LocalGroup.PATIENCE)))
                    .isInstanceOf(RaftException.NotLeader.class);
            group.node(leader).close();
            assertThat(failureOf(group.node(leader).transfer(ReplicaKey.NONE, LocalGroup.PATIENCE)))
                    .isInstanceOf(RaftException.Stopped.class);
        }
    }

    private static Throwable failureOf(CompletableFuture<Void> future) {
        Throwable thrown = catchThrowable(() -> future.get(LocalGroup.PATIENCE.toSeconds(), TimeUnit.SECONDS));
        return Objects.requireNonNull(thrown.getCause());
    }

    @Test
    void afterCloseNothingIsAcceptedAndNoThreadIsLeft() throws Exception {
        RaftNode<Integer> node;
        try (LocalGroup group = new LocalGroup(directory, 1)) {
            group.startAll();
            node = group.node(group.awaitLeader());
        }

        assertThat(node.propose(Bytes.ofUtf8("late"))).isCompletedExceptionally();
        assertThat(node.readIndex()).isCompletedExceptionally();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("raft-") && name.endsWith("-n1"));
    }
}
