package io.canvass.kv.cluster;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

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
