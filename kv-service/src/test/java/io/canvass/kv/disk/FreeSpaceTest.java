package io.canvass.kv.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class FreeSpaceTest {
    private static final long TOTAL = 100_000;
    private static final long RESERVE = 1000;
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final AtomicLong usable = new AtomicLong(TOTAL);
    private final AtomicLong now = new AtomicLong();
    private final AtomicReference<String> failure = new AtomicReference<>("");

    @Test
    void aDiskIsLowBelowItsReserveAndUntilThereIsAQuarterMore() {
        FreeSpace space = space(RESERVE);
        assertThat(shortAt(space, RESERVE)).isFalse();
        assertThat(shortAt(space, RESERVE - 1)).isTrue();
        assertThat(shortAt(space, RESERVE + RESERVE / 4 - 1)).isTrue();
        assertThat(shortAt(space, RESERVE + RESERVE / 4)).isFalse();
        assertThat(shortAt(space, RESERVE)).isFalse();
    }

    @Test
    void aSmallDiskKeepsATenthFreeAndNotMore() {
        FreeSpace space = space(TOTAL * 5);
        assertThat(shortAt(space, TOTAL / 10)).isFalse();
        assertThat(shortAt(space, TOTAL / 10 - 1)).isTrue();
    }

    @Test
    void anAlarmNamesTheDirectoryAndTheNumbers() {
        FreeSpace space = space(RESERVE);
        assertThat(shortAt(space, 12)).isTrue();
        assertThat(space.alarms())
                .singleElement()
                .asString()
                .startsWith("DISK_LOW: ")
                .contains("/data/raft", "12 of 100000 bytes", "1000", "kv.disk.min-free");
    }

    @Test
    void aDiskThatCannotBeMeasuredStaysWhatItWasAndIsAnAlarm() {
        FreeSpace space = space(RESERVE);
        assertThat(shortAt(space, 1)).isTrue();
        failure.set("Input/output error");
        assertThat(shortAt(space, TOTAL)).as("still low").isTrue();
        assertThat(space.alarms()).anyMatch(alarm -> alarm.startsWith("DISK_UNKNOWN") && alarm.contains("Input/output"));
        failure.set("");
        assertThat(shortAt(space, TOTAL)).isFalse();
        assertThat(space.alarms()).isEmpty();
    }

    @Test
    @Timeout(30)
    void aMeasurementThatHangsIsAnAlarmAndHoldsNobodyUp(@TempDir Path folder) {
        CountDownLatch never = new CountDownLatch(1);
        FreeSpace space = new FreeSpace(
                List.of(folder),
                RESERVE,
                Duration.ofMillis(1),
                _ -> {
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                    return new FreeSpace.Room(TOTAL, TOTAL);
                },
                now::get);
        Thread measuring = Thread.ofPlatform().daemon(true).start(space::measure);
        await().until(() -> measuring.getState() == Thread.State.WAITING);
        now.set(Duration.ofSeconds(3).toNanos());
        assertThat(space.alarms()).singleElement().asString().contains("has not said for 3 s");
        space.close();
        never.countDown();
    }

    @Test
    void aDirectoryThatIsNotThereYetIsMeasuredWhereItWillBe(@TempDir Path folder) {
        try (FreeSpace space = FreeSpace.watch(List.of(folder.resolve("a/b")), 0, INTERVAL)) {
            assertThat(space.disks()).singleElement().satisfies(disk -> {
                assertThat(disk.totalBytes()).isPositive();
                assertThat(disk.low()).isFalse();
            });
        }
    }

    private FreeSpace space(long reserve) {
        return new FreeSpace(
                List.of(Path.of("/data/raft")),
                reserve,
                INTERVAL,
                _ -> {
                    if (!failure.get().isEmpty()) {
                        throw new IOException(failure.get());
                    }
                    return new FreeSpace.Room(usable.get(), TOTAL);
                },
                now::get);
    }

    private boolean shortAt(FreeSpace space, long free) {
        usable.set(free);
        space.measure();
        return space.shortage().isPresent();
    }
}
