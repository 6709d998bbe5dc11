package io.canvass.kv.cluster;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import io.canvass.kv.logging.RequestScope;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ThreadDelaysTest {
    @Test
    void aTaskThatFailsDoesNotStopTheNextOne() throws InterruptedException {
        CountDownLatch ran = new CountDownLatch(1);
        try (ThreadDelays delays = new ThreadDelays()) {
            delays.execute(() -> {
                throw new IllegalStateException("a planted fault");
            });
            Delays.Delayed _ = delays.after(1, ran::countDown);
            assertThat(ran.await(1, TimeUnit.MINUTES)).isTrue();
        }
    }

    @Test
    void aDeadlineIsNeverEarlyAndACancelledOneNeverComes() throws InterruptedException {
        AtomicBoolean cancelledRan = new AtomicBoolean();
        CountDownLatch ran = new CountDownLatch(2);
        AtomicLong firstRanAt = new AtomicLong();
        long length = TimeUnit.MILLISECONDS.toNanos(150);
        try (ThreadDelays delays = new ThreadDelays()) {
            long begun = System.nanoTime();
            Delays.Delayed cancelled = delays.after(length, () -> cancelledRan.set(true));
            Delays.Delayed _ = delays.after(length, () -> {
                firstRanAt.set(System.nanoTime());
                ran.countDown();
            });
            cancelled.cancel();
            // The sweep has ended when there was nothing left; the next deadline begins it anew.
            Delays.Delayed _ = delays.after(2 * length, ran::countDown);
            assertThat(ran.await(1, TimeUnit.MINUTES)).isTrue();
            assertThat(firstRanAt.get() - begun).isGreaterThanOrEqualTo(length);
            CountDownLatch again = new CountDownLatch(1);
            Delays.Delayed _ = delays.after(length, again::countDown);
            assertThat(again.await(1, TimeUnit.MINUTES)).isTrue();
        }
        assertThat(cancelledRan).isFalse();
    }

    @Test
    void aTaskIsOfTheRequestThatHandedItOverAndTheNextOneIsOfItsOwn() throws InterruptedException {
        List<String> seen = new CopyOnWriteArrayList<>();
        CountDownLatch ran = new CountDownLatch(3);
        Runnable note = () -> {
            seen.add(RequestScope.current());
            ran.countDown();
        };
        try (ThreadDelays delays = new ThreadDelays()) {
            try (RequestScope _ = RequestScope.open("r-1")) {
                delays.execute(note);
                Delays.Delayed _ = delays.after(TimeUnit.MILLISECONDS.toNanos(150), note);
            }
            delays.execute(note);
            assertThat(ran.await(1, TimeUnit.MINUTES)).isTrue();
        }
        assertThat(seen).containsExactly("r-1", "", "r-1");
    }

    @Test
    void aTaskForAClosedNodeStillRunsBecauseSomebodyMayWaitForIt() {
        ThreadDelays delays = new ThreadDelays();
        delays.close();
        AtomicBoolean ran = new AtomicBoolean();
        delays.execute(() -> ran.set(true));
        assertThat(ran).isTrue();
        Delays.Delayed refused = delays.after(1, () -> ran.set(false));
        refused.cancel();
        assertThat(ran).isTrue();
    }
}
