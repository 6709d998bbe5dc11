package io.canvass.kv.cluster;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.LongStream;

import io.canvass.kv.cluster.LeaseDeadlines.Whom;
import io.canvass.kv.store.LeaseChange;
import io.grpc.BindableService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** kv-1 follows kv-0 and asks it, on real sockets. */
@Timeout(60)
class LeaseDeadlinesTest {
    private static final long MILLIS = 1_000_000;

    private final LoopbackPeers peers = new LoopbackPeers();
    private final LeaseTimes leaders = new LeaseTimes(() -> 0);
    private final LeaseTimes own = new LeaseTimes(() -> 0);
    private final FakeRaft raft = new FakeRaft(Statuses.follower().get());
    private final LeaseDeadlines deadlines = new LeaderLeaseDeadlines(own, raft, peers, Statuses.CLUSTER);

    @AfterEach
    void close() {
        peers.close();
    }

    private static void lead(LeaseTimes times) {
        times.clock().lead(7, 0, 0);
        times.clock().applied(List.of(new LeaseChange.Renewed(5, 3000, 0), new LeaseChange.Renewed(6, 100, 0)), 0);
    }

    private static BindableService serviceOf(LeaseTimes times, UUID cluster) {
        LeaseService service = new LeaseService(times);
        service.attach(cluster);
        return service;
    }

    @Test
    void theLeaderIsAskedForItsClock() {
        lead(leaders);
        peers.serve("kv-0", serviceOf(leaders, Statuses.CLUSTER));
        assertThat(deadlines.remainingMillis(List.of(5L, 6L, 99L), Whom.LEADER)).isEqualTo(Map.of(5L, 3000L, 6L, 100L));
    }

    @Test
    void nobodyIsAskedByAReadThatDoesWithoutTheLeader() {
        lead(leaders);
        peers.serve("kv-0", serviceOf(leaders, Statuses.CLUSTER));
        assertThat(deadlines.remainingMillis(List.of(5L), Whom.THIS_NODE)).isEmpty();
    }

    @Test
    void whoLeadsLooksAtItsOwnClock() {
        raft.status(Statuses.leader());
        lead(own);
        assertThat(deadlines.remainingMillis(List.of(5L), Whom.THIS_NODE)).isEqualTo(Map.of(5L, 3000L));
        assertThat(own.remainingNanos(6)).hasValue(100 * MILLIS);
    }

    @Test
    void whoDoesNotLeadAnyMoreKnowsOfNone() {
        lead(leaders);
        leaders.clock().resign();
        peers.serve("kv-0", serviceOf(leaders, Statuses.CLUSTER));
        assertThat(deadlines.remainingMillis(List.of(5L), Whom.LEADER)).isEmpty();
    }

    /** One of the release before has no such service. */
    @Test
    void aLeaderThatDoesNotKnowTheQuestionKnowsOfNone() {
        peers.serve("kv-0", new ForwardService(1, VersionGate.ofThisRelease(), Disks.withRoom(), KeepAlives.UNHEARD));
        assertThat(deadlines.remainingMillis(List.of(5L), Whom.LEADER)).isEmpty();
    }

    @Test
    void aNodeThatStartsOrBelongsToAnotherClusterTellsNothing() {
        lead(leaders);
        peers.serve("kv-0", new LeaseService(leaders));
        assertThat(deadlines.remainingMillis(List.of(5L), Whom.LEADER)).isEmpty();
        LoopbackPeers others = new LoopbackPeers().serve("kv-0", serviceOf(leaders, new UUID(9, 9)));
        try {
            assertThat(new LeaderLeaseDeadlines(own, raft, others, Statuses.CLUSTER)
                            .remainingMillis(List.of(5L), Whom.LEADER))
                    .isEmpty();
        } finally {
            others.close();
        }
    }

    @Test
    void whereNoLeaderIsKnownNobodyIsAsked() {
        raft.status(Statuses.follower().noLeader(500));
        assertThat(deadlines.remainingMillis(List.of(5L), Whom.LEADER)).isEmpty();
        raft.status(Statuses.follower());
        assertThat(deadlines.remainingMillis(List.of(5L), Whom.LEADER)).as("no peer of that name").isEmpty();
    }

    @Test
    void soManyAreAskedForAtOnceAndNotOneMore() {
        lead(leaders);
        peers.serve("kv-0", serviceOf(leaders, Statuses.CLUSTER));
        List<Long> most = LongStream.rangeClosed(1, LeaseDeadlines.MAX_LEASES).boxed().toList();
        assertThat(deadlines.remainingMillis(most, Whom.LEADER)).hasSize(2);
        List<Long> more = LongStream.rangeClosed(1, LeaseDeadlines.MAX_LEASES + 1).boxed().toList();
        assertThatIllegalArgumentException().isThrownBy(() -> deadlines.remainingMillis(more, Whom.LEADER));
    }
}
