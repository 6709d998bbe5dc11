package io.canvass.kv.members;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

import io.canvass.kv.cluster.FakeRaft;
import io.canvass.kv.cluster.Statuses;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.Configuration.Promotion;
import io.canvass.raft.core.MemberChange;
import io.canvass.raft.core.MemberChange.Refusal;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.runtime.RaftStatus;
import org.junit.jupiter.api.Test;

import static io.canvass.kv.cluster.Statuses.replica;
import static io.canvass.kv.members.Told.connected;
import static io.canvass.kv.members.Told.described;
import static io.canvass.kv.members.Told.founder;
import static io.canvass.kv.members.Told.gone;
import static io.canvass.kv.members.Told.joined;
import static io.canvass.kv.members.Told.unnamed;
import static org.assertj.core.api.Assertions.assertThat;

/** What a leader, kv-1, makes of its members; the last entry of its log is 5120. */
class MemberKeeperTest {
    private static final long MAX_LAG = 1000;
    private static final ReplicaKey OBSERVER = replica(3);

    private final Told told = new Told();
    private final AtomicLong now = new AtomicLong(1);
    private final FakeRaft raft = new FakeRaft(Statuses.leader().get());
    private final MemberKeeper keeper = new MemberKeeper(
            raft,
            new Applicants(told::ask, true, now::get),
            new Acquaintances(told::ask, now::get),
            Told.about("kv-1"),
            MAX_LAG,
            now::get);

    @Test
    void theDirectoryOfEachVoterIsWrittenDownOneAtATime() {
        told.says(founder(replica(0))).says(founder(replica(2)));
        Member zero = unnamed(replica(0));
        Member two = unnamed(replica(2));
        members(List.of(zero, unnamed(replica(1)), two), List.of());
        peers(connected(zero, replica(0), -1), connected(two, replica(2), -1));
        CompletableFuture<Long> first = raft.changesLater();
        ticks(3);
        assertThat(raft.changes()).containsExactly(new MemberChange.Update(described(replica(0))));

        members(List.of(described(replica(0)), unnamed(replica(1)), two), List.of());
        var _ = raft.changesLater();
        first.complete(6L);
        ticks(3);
        assertThat(raft.changes()).hasSize(2).last().isEqualTo(new MemberChange.Update(described(replica(1))));
    }

    @Test
    void nothingIsChangedWhileTheLastChangeIsNotCommitted() {
        told.says(founder(replica(0)));
        Member zero = unnamed(replica(0));
        status = status.configuration(new Configuration(List.of(zero, described(replica(1))), List.of()), 5121, false);
        peers(connected(zero, replica(0), -1));
        ticks(3);
        assertThat(raft.changes()).isEmpty();
    }

    @Test
    void aDirectoryThatJoinedTakesNoVotersPlaceWithoutCatchingUp() {
        ReplicaKey newDisk = new ReplicaKey("kv-0", new UUID(9, 9));
        told.says(joined(newDisk));
        Member zero = unnamed(replica(0));
        members(List.of(zero, described(replica(1))), List.of());
        peers(connected(zero, newDisk, -1));
        var _ = raft.changesLater();
        ticks(2);
        assertThat(raft.changes()).containsExactly(new MemberChange.Replace(zero.key(), described(newDisk)));
    }

    @Test
    void ofWhomNothingIsKnownNothingIsWrittenDown() {
        Member zero = unnamed(replica(0));
        Member two = unnamed(replica(2));
        members(List.of(zero, described(replica(1)), two), List.of());
        // One does not know the question, of the other another replica answers than the one that is connected.
        told.isSilent("kv-0").says(new NodeStanding(
                replica(5), Optional.of(Statuses.CLUSTER), false, new NodeStanding.Joining(), Told.about("kv-5")));
        peers(connected(zero, replica(0), -1), gone(two, 60_000, ReplicaKey.ofNode("kv-2")));
        ticks(5);
        assertThat(raft.changes()).isEmpty();
    }

    @Test
    void withAMemberOfAnOlderVersionOnlyTheDirectoryIsWrittenDown() {
        told.says(founder(replica(0)));
        Member zero = unnamed(replica(0));
        members(List.of(zero, new Member(replica(1), "kv-1:9080")), List.of());
        peers(connected(zero, replica(0), -1));
        raft.refusesNext(Refusal.OLD_VERSION);
        var _ = raft.changesLater();
        ticks(2);
        assertThat(raft.changes())
                .containsExactly(
                        new MemberChange.Update(described(replica(0))),
                        new MemberChange.Update(new Member(replica(0), "kv-0:9080")));
    }

    @Test
    void whatIsRefusedLeavesItsTurnToOthersAndComesAgain() {
        told.says(founder(replica(0))).says(founder(replica(2)));
        Member zero = unnamed(replica(0));
        Member two = unnamed(replica(2));
        members(List.of(zero, described(replica(1)), two), List.of());
        peers(connected(zero, replica(0), -1), connected(two, replica(2), -1));
        raft.refusesNext(Refusal.WOULD_LOSE_QUORUM).refusesNext(Refusal.WOULD_LOSE_QUORUM);
        ticks(4);
        MemberChange first = new MemberChange.Update(described(replica(0)));
        assertThat(raft.changes()).containsExactly(first, new MemberChange.Update(described(replica(2))));
        var _ = raft.changesLater();
        pass(MemberKeeper.AGAIN);
        ticks(2);
        assertThat(raft.changes()).hasSize(3).last().isEqualTo(first);
    }

    @Test
    void anObserverThatWasNearForTenSecondsBecomesAVoter() {
        observer(Promotion.AUTO, 5120 - MAX_LAG);
        ticks(10);
        assertThat(raft.changes()).isEmpty();
        var _ = raft.changesLater();
        ticks(1);
        assertThat(raft.changes()).containsExactly(new MemberChange.Promote(OBSERVER, MAX_LAG));
    }

    @Test
    void aBreakBeginsTheTenSecondsAnew() {
        observer(Promotion.AUTO, 5120);
        ticks(9);
        observer(Promotion.AUTO, 5120 - MAX_LAG - 1);
        ticks(1);
        observer(Promotion.AUTO, 5120);
        ticks(10);
        assertThat(raft.changes()).isEmpty();
        var _ = raft.changesLater();
        ticks(1);
        assertThat(raft.changes()).hasSize(1);
    }

    @Test
    void anObserverThatIsFarBehindOrNotConnectedOrMeantToStayOneIsNotPromoted() {
        observer(Promotion.AUTO, 5120 - MAX_LAG - 1);
        ticks(15);
        observer(Promotion.MANUAL, 5120);
        ticks(15);
        Member observer = described(OBSERVER);
        members(List.of(described(replica(1))), List.of(observer));
        peers(gone(observer, 15_000, OBSERVER));
        ticks(15);
        assertThat(raft.changes()).isEmpty();
    }

    @Test
    void anotherLeadershipBeginsTheTenSecondsAnew() {
        observer(Promotion.AUTO, 5120);
        ticks(9);
        raft.status(Statuses.follower());
        keeper.tick();
        observer(Promotion.AUTO, 5120);
        ticks(10);
        assertThat(raft.changes()).isEmpty();
    }

    @Test
    void whoDoesNotLeadChangesNothing() {
        told.says(founder(replica(0)));
        Member zero = unnamed(replica(0));
        raft.status(Statuses.follower()
                .configuration(new Configuration(List.of(zero, unnamed(replica(1))), List.of()), 1, true)
                .peers(connected(zero, replica(0), -1)));
        keeper.tick();
        keeper.tick();
        assertThat(raft.changes()).isEmpty();
    }

    private Statuses status = Statuses.leader();

    private void observer(Promotion promotion, long matchIndex) {
        told.says(joined(OBSERVER));
        Member observer = Told.about("kv-3").of(OBSERVER, "kv-3:9080", promotion);
        members(List.of(described(replica(1))), List.of(observer));
        peers(connected(observer, OBSERVER, matchIndex));
    }

    private void members(List<Member> voters, List<Member> observers) {
        status = status.configuration(new Configuration(voters, observers), 5, true);
        raft.status(status);
    }

    private void peers(RaftStatus.Peer... peers) {
        status = status.peers(peers);
        raft.status(status);
    }

    private void ticks(int count) {
        for (int i = 0; i < count; i++) {
            keeper.tick();
            pass(Duration.ofSeconds(1));
        }
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }
}
