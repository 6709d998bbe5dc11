package io.canvass.kv.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Locks with fencing tokens, and leases kept alive, while nodes are killed and paused. */
@Timeout(1800)
class LocksUnderKillsIT {
    /** {@code -Dcanvass.lock.rounds} gives the long form another number (docs/testing.md). */
    private static final int ROUNDS = Integer.getInteger("canvass.lock.rounds", 20);

    private static final int LOCKS = 2;
    private static final int WORKERS = 3;
    private static final Duration TTL = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofSeconds(4);
    private static final Duration PROGRESS_LIMIT = Duration.ofMinutes(2);

    @RegisterExtension
    private final LocalCluster cluster = LocalCluster.of(3);

    private final List<FencedResource> resources = new ArrayList<>();
    private final List<LockWorker> workers = new ArrayList<>();
    private final List<LeaseHolder> holders = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    @Test
    void aLeaderThatIsKilledAndOneThatIsPausedLetNoTwoHoldersThrough() throws InterruptedException {
        run(2);
    }

    @Test
    @Tag("long")
    void nodesThatAreKilledAndPausedAgainAndAgainLetNoTwoHoldersThrough() throws InterruptedException {
        run(ROUNDS);
    }

    private void run(int rounds) throws InterruptedException {
        long seed = Long.getLong("canvass.seed", System.nanoTime());
        System.out.println("Locks under kills with -Dcanvass.seed=" + seed);
        Random random = new Random(seed);
        begin();
        try {
            for (int round = 1; round <= rounds; round++) {
                awaitProgress();
                // The first two, and half of all, strike the leader.
                LocalNode victim = round <= 2 || random.nextBoolean()
                        ? cluster.awaitLeader()
                        : cluster.nodes().get(random.nextInt(cluster.nodes().size()));
                if (round % 2 == 1) {
                    System.out.println("Round " + round + ": SIGKILL of " + victim);
                    victim.kill();
                    victim.start();
                    victim.awaitReady();
                } else {
                    System.out.println("Round " + round + ": SIGSTOP of " + victim);
                    victim.pause();
                    Thread.sleep(PAUSE);
                    victim.resume();
                    victim.awaitReady();
                }
            }
            awaitProgress();
            awaitSeenEnd();
        } finally {
            end();
        }
        report();
        assertThat(resources).allSatisfy(resource -> assertThat(resource.violations()).isEmpty());
        assertThat(holders).allSatisfy(holder -> assertThat(holder.violations()).isEmpty());
    }

    private void begin() {
        for (int lock = 0; lock < LOCKS; lock++) {
            FencedResource resource = new FencedResource();
            resources.add(resource);
            for (int worker = 0; worker < WORKERS; worker++) {
                LockWorker started = new LockWorker(
                        "worker-" + lock + "-" + worker, "/v1/locks/resource/" + lock, cluster.urls(), resource, TTL);
                workers.add(started);
                threads.add(Thread.ofPlatform().name("lock-worker").start(started));
            }
        }
        for (int i = 0; i < 2; i++) {
            LeaseHolder holder = new LeaseHolder(cluster.urls(), TTL);
            holders.add(holder);
            threads.add(Thread.ofPlatform().name("lease-holder").start(holder));
        }
    }

    private void awaitProgress() {
        List<Long> before = resources.stream().map(FencedResource::accepted).toList();
        await("writes under each lock").atMost(PROGRESS_LIMIT).until(() -> {
            for (int i = 0; i < LOCKS; i++) {
                if (resources.get(i).accepted() < before.get(i) + 10) {
                    return false;
                }
            }
            return true;
        });
    }

    /** Else nothing would be known of how late they end. */
    private void awaitSeenEnd() {
        await("leases that ended").atMost(PROGRESS_LIMIT).until(
                () -> holders.stream().allMatch(holder -> !holder.lateMillis().isEmpty()));
    }

    private void end() throws InterruptedException {
        workers.forEach(LockWorker::stop);
        holders.forEach(LeaseHolder::stop);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void report() {
        List<Long> late = new ArrayList<>(holders.stream().flatMap(holder -> holder.lateMillis().stream()).toList());
        Collections.sort(late);
        System.out.println("Locks taken: " + workers.stream().mapToLong(LockWorker::taken).sum()
                + "; writes accepted: " + resources.stream().mapToLong(FencedResource::accepted).sum()
                + ", refused by their token: " + resources.stream().mapToLong(FencedResource::refused).sum());
        System.out.println("Leases that ended: " + late.size() + "; late by (ms, as seen by a client that asks): median "
                + late.get(late.size() / 2) + ", at most " + late.getLast() + ", earliest " + late.getFirst());
    }
}
