package io.canvass.raft.runtime;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.Configuration.Promotion;
import io.canvass.raft.core.Effect.Result.TransferFailed.Why;
import io.canvass.raft.core.MemberChange;
import io.canvass.raft.core.MemberChange.Refusal;
import io.canvass.raft.core.RaftConfig;
import io.canvass.raft.core.ReplicaKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/** Nodes with real stores and connections that come, go, move and take over. */
@Timeout(240)
class MembersTest {
    private static final long MAX_LAG = 100;

    @TempDir
    Path directory;

    private LocalGroup group;

    @BeforeEach
    void three() {
        group = new LocalGroup(directory, 3);
    }

    private void form(int voters) {
        group = new LocalGroup(directory, voters);
        group.startAll();
        group.awaitLeader();
    }

    @AfterEach
    void close() {
        group.close();
    }

    // ---- asking

    private static <T> T get(CompletableFuture<T> answer) throws Exception {
        return answer.get(LocalGroup.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static <T> RaftException failure(CompletableFuture<T> answer) throws Exception {
        try {
            throw new AssertionError("It went well: " + get(answer));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RaftException failure) {
                return failure;
            }
            throw e;
        }
    }

    /** Until the leader takes it: it may be about to commit the first entry of its epoch, or not be heard by enough yet. */
    private long change(MemberChange change) {
        return await("that " + change + " is done")
                .atMost(LocalGroup.PATIENCE)
                .until(() -> changed(change), index -> index > 0);
    }

    private long changed(MemberChange change) throws Exception {
        try {
            return get(group.node(group.awaitLeading()).changeMembers(change, false));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RaftException failure
                    && failure.outcome() == RaftException.Outcome.NOT_APPLIED) {
                return 0;
            }
            throw e;
        }
    }

    private Configuration configuration() {
        return group.node(group.awaitLeading()).configuration();
    }

    private Member joiner(String id) {
        return group.member(id).as(group.key(id));
    }

    private void joinAndPromote(String id) {
        group.join(id, configuration());
        change(new MemberChange.Add(joiner(id)));
        change(new MemberChange.Promote(group.key(id), MAX_LAG));
    }

    private void awaitCommands(List<String> ids, List<String> acknowledged) {
        String leader = group.awaitLeading();
        for (String id : ids) {
            await(id + " to hold all").atMost(LocalGroup.PATIENCE).untilAsserted(() -> {
                SteadyWriter.assertHolds(group.machine(id).commands(), acknowledged);
                assertThat(group.machine(id).commands()).isEqualTo(group.machine(leader).commands());
            });
        }
    }

    private List<String> voters() {
        return configuration().voters().stream()
                .map(voter -> voter.key().nodeId())
                .sorted()
                .toList();
    }

    // ---- coming and going

    @Test
    void aClusterGrowsFromOneToFiveAndShrinksToThreeWhileItIsWrittenTo() {
        form(1);
        List<String> acknowledged;
        try (SteadyWriter writer = new SteadyWriter(group)) {
            for (String id : List.of("n2", "n3", "n4", "n5")) {
                joinAndPromote(id);
            }
            assertThat(voters()).containsExactly("n1", "n2", "n3", "n4", "n5");
            change(new MemberChange.Remove(ReplicaKey.ofNode("n4")));
            change(new MemberChange.Remove(ReplicaKey.ofNode("n1")));
            assertThat(voters()).containsExactly("n2", "n3", "n5");
            group.stop("n4");
            group.stop("n1");
            int before = writer.count();
            await().atMost(LocalGroup.PATIENCE).until(() -> writer.count() > before + 20);
            acknowledged = writer.stop();
        }
        assertThat(acknowledged).hasSizeGreaterThan(20);
        awaitCommands(List.of("n2", "n3", "n5"), acknowledged);
    }

    @Test
    void aLostDiskIsReplacedAndItsOldVoteIsNotTheNewOnes() throws Exception {
        form(3);
        for (String id : group.ids()) {
            change(new MemberChange.Update(joiner(id)));
        }
        String leader = group.awaitLeading();
        String lost = group.ids().stream().filter(id -> !id.equals(leader)).findFirst().orElseThrow();
        ReplicaKey old = group.key(lost);
        group.propose(leader, "before");
        group.stop(lost);
        group.wipe(lost);
        group.join(lost, configuration());
        ReplicaKey replacement = group.key(lost);
        assertThat(replacement).isNotEqualTo(old);

        await("that the other disk is seen").atMost(LocalGroup.PATIENCE).untilAsserted(() -> {
            RaftStatus.Peer peer = peer(group.awaitLeading(), lost);
            assertThat(peer.seen()).isEqualTo(replacement);
            assertThat(peer.key()).isEqualTo(old);
            assertThat(peer.connected()).isFalse();
            assertThat(peer.detail()).contains("another disk");
            assertThat(peer.maxVersion()).isEqualTo(RaftConfig.NEWEST_VERSION);
        });
        group.propose(group.awaitLeading(), "without it");
        assertThat(group.machine(lost).commands()).isEmpty();
        assertThat(group.node(lost).status().log().lastIndex()).isZero();

        change(new MemberChange.Replace(old, joiner(lost)));
        change(new MemberChange.Promote(replacement, MAX_LAG));
        assertThat(configuration().voters()).extracting(Member::key).contains(replacement).doesNotContain(old);
        awaitCommands(group.ids(), List.of("before", "without it"));
    }

    private RaftStatus.Peer peer(String of, String id) {
        return group.node(of).status().peers().stream()
                .filter(peer -> peer.key().nodeId().equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** Whom a node said was removed, and where. */
    private static final class Removals implements RaftListener {
        private final Map<Long, Long> epochsByIndex = new ConcurrentHashMap<>();

        @Override
        public void removed(long index, long epoch) {
            epochsByIndex.merge(index, epoch, (one, other) -> {
                throw new AssertionError("Told twice");
            });
        }
    }

    @Test
    void aLeaderThatIsRemovedLeadsUntilThatIsCommittedAndSaysSo() throws Exception {
        Map<String, Removals> removals = new HashMap<>();
        for (String id : group.ids()) {
            Removals listener = new Removals();
            removals.put(id, listener);
            group.start(id, listener);
        }
        String leader = group.awaitLeader();
        long epoch = group.node(leader).status().epoch();
        Removals told = Objects.requireNonNull(removals.get(leader));
        long index = change(new MemberChange.Remove(group.key(leader)));

        await().atMost(LocalGroup.PATIENCE)
                .untilAsserted(() -> assertThat(told.epochsByIndex).containsExactly(Map.entry(index, epoch)));
        assertThat(group.node(leader).status().removed()).isTrue();
        group.stopKeepingState(leader);
        String next = group.awaitLeader();
        group.propose(next, "without it");
        assertThat(configuration().members()).hasSize(2);
        assertThat(group.node(next).status().removed()).isFalse();

        Removals again = new Removals();
        group.startAgain(leader, settings -> settings, again);
        await("that a restart is told again")
                .atMost(LocalGroup.PATIENCE)
                .untilAsserted(() -> assertThat(again.epochsByIndex).containsOnlyKeys(index));
    }

    @Test
    void aMemberThatMovedIsReachedAtItsNewAddress() throws Exception {
        form(3);
        String leader = group.awaitLeading();
        String moved = group.ids().stream().filter(id -> !id.equals(leader)).findFirst().orElseThrow();
        group.stopKeepingState(moved);
        group.move(moved);
        long index = change(new MemberChange.Update(group.member(moved)));
        group.start(moved);
        for (String id : group.ids()) {
            if (!id.equals(moved)) {
                await().atMost(LocalGroup.PATIENCE).untilAsserted(() -> {
                    assertThat(peer(id, moved).address()).isEqualTo(group.member(moved).address());
                    assertThat(peer(id, moved).connected()).isTrue();
                });
            }
        }
        await().atMost(LocalGroup.PATIENCE)
                .until(() -> group.node(moved).status().log().appliedIndex() >= index);
        assertThat(group.node(moved).configuration()).isEqualTo(configuration());
    }

    @Test
    void anAddressInTheSettingsCountsWhereItDiffersFromTheOneAtTheBeginningOnly() {
        group = new LocalGroup(directory, 2);
        Map<String, String> moved = Map.of("n1", group.member("n1").address(), "n2", "127.0.0.1:1");
        group.start("n2");
        group.start("n1", store -> store, settings -> new RaftNodeConfig(
                settings.raft(), settings.diskStallLimit(), settings.maxPendingProposals(), moved, settings.log()));
        await().atMost(LocalGroup.PATIENCE).untilAsserted(() -> {
            assertThat(peer("n1", "n2").address()).isEqualTo("127.0.0.1:1");
            assertThat(peer("n2", "n1").address()).isEqualTo(group.member("n1").address());
        });
    }

    // ---- joining

    private RaftNodeConfig shortLog(RaftNodeConfig settings, String id) {
        return settings.with(new LogPolicy(directory.resolve("snapshots-" + id), 1, 1, 0, 0, 0, 0, 0));
    }

    @Test
    void whoJoinsIsGivenASnapshotWhereTheLogBeginsLaterAndGoesOnFromItAfterARestart() throws Exception {
        group = new LocalGroup(directory, 1);
        group.start("n1", store -> store, settings -> shortLog(settings, "n1"));
        String leader = group.awaitLeading();
        for (int i = 0; i < 200; i++) {
            group.propose(leader, "early" + i);
        }
        await().atMost(LocalGroup.PATIENCE)
                .until(() -> group.node(leader).status().log().snapshotIndex() > 1);
        group.join("n2", configuration(), settings -> shortLog(settings, "n2"), RaftListener.NONE);
        assertThat(group.node("n2").status().log().firstIndex()).isEqualTo(1);
        change(new MemberChange.Add(joiner("n2")));
        change(new MemberChange.Promote(group.key("n2"), MAX_LAG));
        group.propose(leader, "late");
        awaitCommands(List.of("n1", "n2"), List.of("early0", "early199", "late"));
        assertThat(group.node("n2").status().log().snapshotIndex()).isPositive();

        group.stopKeepingState("n2");
        group.startAgain("n2", settings -> shortLog(settings, "n2"), RaftListener.NONE);
        group.propose(group.awaitLeading(), "later");
        awaitCommands(List.of("n1", "n2"), List.of("early0", "late", "later"));
        assertThat(group.node("n2").status().voter()).isTrue();
    }

    @Test
    void whoJoinsIsNothingUntilItIsAddedNotEvenWhereItsNodeWasTheOnlyVoterOnce() throws Exception {
        form(1);
        joinAndPromote("n2");
        joinAndPromote("n3");
        change(new MemberChange.Update(joiner("n1")));
        ReplicaKey old = group.key("n1");
        get(group.node("n1").transfer(group.key("n2"), Duration.ofSeconds(30)));
        group.stop("n1");
        group.wipe("n1");
        group.join("n1", configuration());
        group.stop("n1");
        group.startAgain("n1", settings -> settings, RaftListener.NONE);
        change(new MemberChange.Replace(old, joiner("n1")));
        await().atMost(LocalGroup.PATIENCE)
                .until(() -> group.node("n1").status().log().lastIndex() > 1);
        // Its log begins with an entry that makes a node of its name the only voter: but not this replica.
        RaftStatus status = group.node("n1").status();
        assertThat(status.voter()).isFalse();
        assertThat(group.node(group.awaitLeading()).status().self().nodeId()).isNotEqualTo("n1");
        assertThat(configuration().observers()).extracting(Member::key).containsExactly(group.key("n1"));
    }

    @Test
    void aClusterThatIsStoppedInTheMiddleGoesOnWhereItWas() throws Exception {
        form(1);
        group.propose("n1", "first");
        group.join("n2", configuration());
        change(new MemberChange.Add(joiner("n2")));
        group.stop("n2");
        group.stop("n1");
        group.start("n1");
        group.startAgain("n2", settings -> settings, RaftListener.NONE);
        change(new MemberChange.Promote(group.key("n2"), MAX_LAG));
        group.stop("n1");
        group.stop("n2");
        group.startAgain("n2", settings -> settings, RaftListener.NONE);
        group.start("n1");
        group.propose(group.awaitLeading(), "second");
        assertThat(voters()).containsExactly("n1", "n2");
        awaitCommands(List.of("n1", "n2"), List.of("first", "second"));
    }

    // ---- handing over

    @Test
    void leadershipGoesToTheVoterThatIsNamedOrToTheBest() throws Exception {
        form(3);
        String leader = group.awaitLeading();
        String target = group.ids().stream().filter(id -> !id.equals(leader)).findFirst().orElseThrow();
        get(group.node(leader).transfer(group.key(target), Duration.ofSeconds(30)));
        assertThat(group.awaitLeader()).isEqualTo(target);
        get(group.node(target).transfer(ReplicaKey.NONE, Duration.ofSeconds(30)));
        String best = group.awaitLeader();
        assertThat(best).isNotEqualTo(target);

        assertThat(failure(group.node(best).transfer(ReplicaKey.ofNode("n9"), Duration.ofSeconds(30))))
                .isInstanceOfSatisfying(
                        RaftException.TransferFailed.class, failed -> assertThat(failed.why()).isEqualTo(Why.NO_SUCH_VOTER));
        assertThat(failure(group.node(target).transfer(ReplicaKey.NONE, Duration.ofSeconds(30))))
                .isInstanceOf(RaftException.NotLeader.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> group.node(best).transfer(ReplicaKey.NONE, Duration.ZERO));
    }

    @Test
    void aTargetThatIsDownKeepsTheLeaderForTheTimeThatWasGivenOnly() throws Exception {
        form(3);
        String leader = group.awaitLeading();
        String down = group.ids().stream().filter(id -> !id.equals(leader)).findFirst().orElseThrow();
        group.stop(down);
        group.propose(leader, "it lacks this");
        await("that who leads, by then perhaps another, gives up waiting")
                .atMost(LocalGroup.PATIENCE)
                .until(() -> timesOut(group.node(group.awaitLeading())
                        .transfer(ReplicaKey.ofNode(down), Duration.ofMillis(300))));
        group.propose(group.awaitLeading(), "after");
    }

    private static boolean timesOut(CompletableFuture<Void> transfer) throws Exception {
        return failure(transfer) instanceof RaftException.TransferFailed failed && failed.why() == Why.TIMED_OUT;
    }

    // ---- judging

    @Test
    void aDryRunSaysWhatWouldHappenAndChangesNothing() throws Exception {
        form(3);
        group.propose(group.awaitLeading(), "one");
        Configuration before = configuration();
        // A leader may lose its office meanwhile; then the next one is asked all of it.
        await().atMost(LocalGroup.PATIENCE)
                .ignoreException(ExecutionException.class)
                .untilAsserted(() -> assertDryRuns(group.node(group.awaitLeading())));
        assertThat(configuration()).isEqualTo(before);
        assertThat(group.node(group.awaitLeading()).status().configurationIndex()).isEqualTo(1);
        assertThat(group.node(group.awaitLeading()).status().configurationCommitted()).isTrue();
    }

    private void assertDryRuns(RaftNode<Integer> leader) throws Exception {
        RaftStatus before = leader.status();
        assertThat(get(leader.checkChange(new MemberChange.Add(group.member("n4")), false))).isEmpty();
        assertThat(get(leader.checkChange(new MemberChange.Remove(ReplicaKey.ofNode("n9")), false)))
                .contains(Refusal.NOT_A_MEMBER);
        assertThat(get(leader.checkChange(new MemberChange.Add(group.member("n2")), false)))
                .contains(Refusal.ALREADY_A_MEMBER);
        assertThat(leader.status().log().lastIndex()).isEqualTo(before.log().lastIndex());
    }

    @Test
    void aChangeThatMayNotBeIsRefusedAndWhoDoesNotLeadSaysWhoDoes() {
        form(3);
        await().atMost(LocalGroup.PATIENCE).untilAsserted(() -> {
            String leader = group.awaitLeader();
            String other = group.ids().stream().filter(id -> !id.equals(leader)).findFirst().orElseThrow();
            assertThat(failure(group.node(leader).changeMembers(new MemberChange.Remove(ReplicaKey.ofNode("n9")), false)))
                    .isInstanceOfSatisfying(
                            RaftException.ChangeRefused.class,
                            refused -> assertThat(refused.refusal()).isEqualTo(Refusal.NOT_A_MEMBER));
            assertThat(failure(group.node(other).checkChange(new MemberChange.Add(group.member("n2")), false)))
                    .isInstanceOf(RaftException.NotLeader.class);
            assertThat(failure(group.node(other).changeMembers(new MemberChange.Add(group.member("n2")), false)))
                    .isInstanceOf(RaftException.NotLeader.class);
        });
    }

    @Test
    void membersSayMoreOfThemselvesOnlyWhereAllCanReadIt() throws Exception {
        group = new LocalGroup(directory, 2);
        group.start("n1");
        group.start("n2", store -> store, MembersTest::ofTheVersionBefore);
        Member full = new Member(
                ReplicaKey.ofNode("n1"),
                group.member("n1").address(),
                "http://n1.example:8080",
                Promotion.AUTO,
                (short) 0,
                (short) RaftConfig.NEWEST_VERSION);
        String leader = group.awaitLeading();
        await().atMost(LocalGroup.PATIENCE)
                .until(() -> get(group.node(leader).checkChange(new MemberChange.Update(joiner("n1")), false)).isEmpty());
        assertThat(get(group.node(leader).checkChange(new MemberChange.Update(full), false)))
                .contains(Refusal.OLD_VERSION);

        group.stopKeepingState("n2");
        group.start("n2");
        change(new MemberChange.Update(full));
        assertThat(configuration().format()).isEqualTo(Configuration.NEWEST_FORMAT);
        assertThat(configuration().voters().getFirst().url()).isEqualTo("http://n1.example:8080");
    }

    private static RaftNodeConfig ofTheVersionBefore(RaftNodeConfig settings) {
        RaftConfig c = settings.raft();
        RaftConfig before = new RaftConfig(
                c.clusterId(), c.self(), c.electionTimeoutNanos(), c.heartbeatNanos(), c.commitDelayNanos(),
                c.maxAppendBytes(), c.maxInflightAppends(), c.maxInflightBytes(), c.maxUncommittedBytes(),
                c.maxPendingReads(), c.maxTailBytes(), RaftConfig.PRE_VOTE_VERSION, c.leaseReads(), c.leaseNanos());
        return RaftNodeConfig.of(before);
    }
}
