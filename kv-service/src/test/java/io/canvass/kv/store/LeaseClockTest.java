package io.canvass.kv.store;

import java.util.List;
import java.util.Optional;

import io.canvass.proto.kv.v1.DueLease;
import io.canvass.proto.kv.v1.LeaseExpire;
import io.canvass.proto.kv.v1.LeaseInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** By a clock that the test turns; in milliseconds here. */
class LeaseClockTest {
    private static final long TTL = 1_000;
    private static final long TIMEOUT = 300;

    private final LeaseClock clock = new LeaseClock();
    private long origin;

    private long nanos(long millis) {
        return origin + millis * 1_000_000;
    }

    private void lead(long epoch, long millis) {
        clock.lead(epoch, nanos(millis), nanos(TIMEOUT) - origin);
    }

    private void renewed(long lease, long renewals, long millis) {
        clock.applied(List.of(new LeaseChange.Renewed(lease, TTL, renewals)), nanos(millis));
    }

    private List<Long> due(long millis) {
        return clock.due(nanos(millis), 100)
                .map(expire -> expire.getDueList().stream().map(DueLease::getLease).toList())
                .orElse(List.of());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MAX_VALUE - 500_000_000, -1})
    void aLeaseIsDueWhenItsTimeIsUpAndNotBefore(long start) {
        origin = start;
        lead(4, 0);
        renewed(7, 0, 10);

        assertThat(due(1_009)).isEmpty();
        assertThat(clock.remainingNanos(7, nanos(1_009))).hasValue(1_000_000);
        assertThat(clock.nextDeadlineNanos()).hasValue(nanos(1_010));
        Optional<LeaseExpire> expire = clock.due(nanos(1_010), 100);
        assertThat(expire)
                .contains(LeaseExpire.newBuilder().setEpoch(4).addDue(DueLease.newBuilder().setLease(7)).build());
    }

    @Test
    void aTtlCountsFromTheKeepAliveThatWasReceivedNotFromWhenItWasCommitted() {
        lead(4, 0);
        renewed(7, 0, 0);
        clock.received(7, nanos(900));
        renewed(7, 1, 950);

        assertThat(due(1_899)).isEmpty();
        assertThat(due(1_900)).containsExactly(7L);
    }

    @Test
    void aKeepAliveThatIsOnItsWayIsNotRunOver() {
        lead(4, 0);
        renewed(7, 0, 0);
        clock.received(7, nanos(999));

        assertThat(due(1_500)).isEmpty();
        renewed(7, 1, 1_600);
        assertThat(due(1_998)).isEmpty();
        LeaseExpire expire = clock.due(nanos(1_999), 1).orElseThrow();
        assertThat(expire.getDue(0).getRenewals()).as("what apply compares").isEqualTo(1);
    }

    @Test
    void aNewLeaderGivesEveryLeaseItsTtlAgainAndOneElectionTimeout() {
        renewed(7, 3, 0);
        clock.load(LeaseInfo.newBuilder().setId(8).setTtlMillis(2 * TTL).build(), nanos(0));
        assertThat(due(5_000)).as("it does not lead").isEmpty();
        assertThat(clock.remainingNanos(7, nanos(5_000))).isEmpty();
        assertThat(clock.nextDeadlineNanos()).isEmpty();

        lead(5, 5_000);

        assertThat(due(5_000 + TIMEOUT + TTL - 1)).isEmpty();
        assertThat(due(5_000 + TIMEOUT + TTL)).containsExactly(7L);
        assertThat(due(5_000 + TIMEOUT + 2 * TTL - 1)).doesNotContain(8L);
        assertThat(due(5_000 + TIMEOUT + 2 * TTL)).contains(8L);
    }

    @Test
    void whoResignsSaysNothingMore() {
        lead(4, 0);
        renewed(7, 0, 0);
        clock.resign();

        assertThat(due(9_000)).isEmpty();
        clock.received(7, nanos(9_000));
        lead(6, 9_000);
        assertThat(due(9_000 + TIMEOUT + TTL)).containsExactly(7L);
    }

    @Test
    void whatIsDueIsSaidAgainOnlyAfterAnElectionTimeoutUntilItIsGone() {
        lead(4, 0);
        renewed(7, 0, 0);

        assertThat(due(1_000)).containsExactly(7L);
        assertThat(due(1_000 + TIMEOUT - 1)).as("it is on its way").isEmpty();
        assertThat(due(1_000 + TIMEOUT)).as("it was lost").containsExactly(7L);
        clock.applied(List.of(new LeaseChange.Ended(7)), nanos(1_400));
        assertThat(due(9_000)).isEmpty();
        assertThat(clock.nextDeadlineNanos()).isEmpty();
    }

    @Test
    void oneThatEndsInSlicesIsDueAtOnceUntilItIsGone() {
        lead(4, 0);
        renewed(7, 0, 0);
        assertThat(due(1_000)).containsExactly(7L);

        clock.applied(List.of(new LeaseChange.Ending(7, 0)), nanos(1_010));

        assertThat(due(1_010)).containsExactly(7L);
        clock.applied(List.of(new LeaseChange.Ending(7, 0), new LeaseChange.Ended(7)), nanos(1_020));
        assertThat(due(9_000)).isEmpty();
    }

    @Test
    void oneThatWasEndingWhenTheNodeStartedIsDueWithTheFirstTerm() {
        clock.load(LeaseInfo.newBuilder().setId(7).setTtlMillis(TTL).setEnding(true).build(), nanos(0));
        lead(4, 100);

        assertThat(due(100 + TIMEOUT + TTL)).containsExactly(7L);
    }

    @Test
    void aShorterTtlCountsFromItsOwnRenewal() {
        lead(4, 0);
        renewed(7, 0, 0);
        clock.applied(List.of(new LeaseChange.Renewed(7, 200, 1)), nanos(100));

        assertThat(due(299)).isEmpty();
        assertThat(due(300)).containsExactly(7L);
    }

    @Test
    void theLongestOverdueComeFirstAndTheirNumberIsBounded() {
        lead(4, 0);
        renewed(1, 0, 30);
        renewed(2, 0, 10);
        renewed(3, 0, 20);

        assertThat(clock.due(nanos(5_000), 2).orElseThrow().getDueList().stream().map(DueLease::getLease))
                .containsExactly(2L, 3L);
        assertThat(due(5_000)).containsExactly(1L);
    }

    @Test
    void aCopyOfTheStateBringsItsOwnLeases() {
        lead(4, 0);
        renewed(7, 0, 0);
        clock.clear();

        assertThat(due(9_000)).isEmpty();
        clock.received(7, nanos(0));
        assertThat(clock.remainingNanos(7, nanos(0))).isEmpty();
    }
}
