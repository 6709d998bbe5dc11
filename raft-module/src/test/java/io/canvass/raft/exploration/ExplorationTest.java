package io.canvass.raft.exploration;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * All that can happen in small worlds keeps what the protocol promises; and what is worth a look does happen in them.
 */
class ExplorationTest {
    private static Report explore(String options) {
        Report report = new Exploration(Bounds.parse(List.of(options.split(" ", -1))), line -> {}).run();
        Exploration.Finding finding = report.finding();
        assertThat(finding == null ? List.of() : finding.walk().lines()).as("the way to what is broken").isEmpty();
        return report;
    }

    private static void assertSeen(Report report, int leastStates, Set<Sight> sights) {
        assertThat(report.exhausted()).as("all of the world was seen").isTrue();
        assertThat(report.states()).isGreaterThanOrEqualTo(leastStates);
        assertThat(sights).allSatisfy(sight -> assertThat(report.seen(sight)).as(sight.words()).isPositive());
    }

    @Test
    void electionsOfTwoEpochsFromTheStart() {
        assertSeen(
                explore("--timeouts 2 --in-flight 3 --heartbeats 1"),
                100_000,
                EnumSet.of(
                        Sight.LEADER,
                        Sight.LEADER_OF_THE_SECOND_EPOCH,
                        Sight.TWO_LEADERS_AT_ONCE,
                        Sight.ENTRY_OF_AN_EPOCH_COMMITTED,
                        Sight.LOGS_IN_CONFLICT,
                        Sight.STALE_GRANT_AFTER_CONTACT,
                        Sight.STALE_GRANT_IN_A_NEWER_ROUND));
    }

    @Test
    void aLeaderLosesItsQuorumWhileClocksRunOn() {
        assertSeen(
                explore("--led 1 --timeouts 2 --in-flight 3 --heartbeats 1 --pauses 1"),
                150_000,
                EnumSet.of(
                        Sight.RESIGNED_LEADER,
                        Sight.LEADER_OF_THE_SECOND_EPOCH,
                        Sight.STALE_GRANT_AFTER_CONTACT,
                        Sight.GRANT_AFTER_THE_TIMER));
    }

    @Test
    void aReplicaCrashesWhileItsDiskIsSlow() {
        assertSeen(
                explore("--led 1 --timeouts 1 --in-flight 3 --heartbeats 2 --restarts 1 --slow-writes 1"),
                150_000,
                EnumSet.of(Sight.WRITE_LEFT_UNDONE, Sight.JUST_STARTED, Sight.VOTE_REQUEST_OF_A_DEAD_CANDIDATE));
    }

    @Test
    void anOldPeerAmongThree() {
        assertSeen(
                explore("--timeouts 2 --in-flight 2 --heartbeats 0 --old-peer 1"),
                5_000,
                EnumSet.of(Sight.LEADER, Sight.LEADER_OF_THE_SECOND_EPOCH));
    }

    @Test
    void votesAreJudgedAsLeaseReadsNeedIt() {
        assertSeen(
                explore("--led 1 --timeouts 2 --in-flight 3 --heartbeats 1 --lease-reads 1"),
                10_000,
                EnumSet.of(Sight.LEADER_OF_THE_SECOND_EPOCH, Sight.STALE_GRANT_AFTER_CONTACT));
    }
}
