package io.canvass.kv.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Streams of different ranges while the leader is killed again and again under load: whoever is cut off goes on at any node
 * with the last id, a quarter do not read meanwhile, and in the end each has seen each revision of its range once, whole and
 * in order.
 */
@Timeout(1800)
class WatchUnderKillsIT {
    private static final Duration CATCH_UP_LIMIT = Duration.ofMinutes(5);
    /** The keys of {@link Workload}, all of them and parts. */
    private static final List<String> RANGES = List.of(
            "prefix=", "prefix=create-", "prefix=create-1/", "prefix=create-2/0000/", "prefix=plain-1/", "prefix=plain-2/",
            "prefix=register/", "start=create-2&end=plain-2", "start=p", "prefix=nobody/");

    @RegisterExtension
    // A stream of a range in which nothing happens is judged by its word of progress.
    // Little waits for one that is not read.
    private final LocalCluster cluster =
            LocalCluster.of(3, "--kv.watch.progress-interval=1s", "--kv.watch.buffer-revisions=64");

    @Test
    void streamsMissAndRepeatNothingWhenTheLeaderIsKilled() {
        run(1, 40);
    }

    @Test
    @Tag("long")
    void twoHundredStreamsMissAndRepeatNothingWhenTheLeaderIsKilledTenTimes() {
        run(10, 200);
    }

    private void run(int kills, int streams) {
        long seed = Long.getLong("canvass.seed", System.nanoTime());
        System.out.println("Watches under kills with -Dcanvass.seed=" + seed);
        Random random = new Random(seed);
        List<WatchFollower> followers = new ArrayList<>();
        try (Workload workload = Workload.on(cluster.urls())) {
            IntStream.range(0, streams).forEach(n -> followers.add(new WatchFollower(
                    cluster.urls(), RANGES.get(n % RANGES.size()), new Random(random.nextLong()))));
            followers.forEach(WatchFollower::start);
            workload.awaitProgress();
            followers.subList(0, streams / 4).forEach(WatchFollower::stopReading);
            for (int round = 1; round <= kills; round++) {
                LocalNode leader = cluster.awaitLeader();
                System.out.println("Round " + round + ": SIGKILL of " + leader);
                leader.kill();
                workload.awaitProgress();
                leader.start();
                leader.awaitReady();
            }
            followers.forEach(WatchFollower::readOn);
            workload.stop();
            workload.verify(cluster.nodes().getFirst());
            judge(followers);
        } finally {
            followers.forEach(WatchFollower::close);
        }
    }

    private void judge(List<WatchFollower> followers) {
        long last = cluster.nodes().stream().mapToLong(WatchUnderKillsIT::revision).max().orElseThrow();
        await("all streams at revision " + last)
                .atMost(CATCH_UP_LIMIT)
                .until(() -> followers.stream().allMatch(follower -> follower.has(last)));
        long interruptions = followers.stream().mapToLong(WatchFollower::interruptions).sum();
        long lagging = followers.stream().mapToLong(WatchFollower::lagging).sum();
        System.out.println(followers.size() + " streams are at revision " + last + " after " + interruptions
                + " interruptions, " + lagging + " of them told as lagging");
        assertThat(interruptions).as("streams that were cut off").isPositive();
        for (String range : RANGES) {
            List<String> history = WatchFollower.history(cluster.urls(), range, last);
            if (!range.equals("prefix=nobody/")) {
                assertThat(history).as("changes of %s", range).isNotEmpty();
            }
            followers.stream().filter(follower -> follower.range().equals(range)).forEach(follower -> {
                assertThat(follower.violations()).as("stream of %s", range).isEmpty();
                assertThat(follower.seen(last)).as("stream of %s", range).isEqualTo(history);
            });
        }
    }

    /** As a linearizable read shows it. */
    private static long revision(LocalNode node) {
        return await().atMost(CATCH_UP_LIMIT)
                .until(() -> node.http().get(node.url() + "/v1/kv?prefix=&limit=1"), Http.Reply::isSuccess)
                .json()
                .path("revision")
                .asLong();
    }
}
