package io.canvass.kv.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches how much room the disks of this node have, on a thread of its own: a disk that hangs holds up that thread and nobody
 * else. Below the reserve the disk is low, until there is a quarter more than the reserve again, so that the answer does not
 * flap. All else answers from memory. Thread-safe.
 */
public final class FreeSpace implements AutoCloseable {
    /** A disk keeps free so much of itself at most, whatever the setting: a small one would be low from the start. */
    static final int MAX_SHARE = 10;
    /** The reserve, and one part in so many of it, has to be free before writes are taken again. */
    static final int HYSTERESIS = 4;
    /** A measurement that is so many intervals late is an alarm: the disk does not even say how full it is. */
    private static final int LATE_INTERVALS = 10;

    private static final Logger LOG = LoggerFactory.getLogger(FreeSpace.class);

    private final List<Path> directories;
    private final long reserveBytes;
    private final Duration interval;
    private final Meter meter;
    private final LongSupplier clock;
    private final Thread thread;
    private final Object wake = new Object();
    private boolean closed;
    private volatile Reading reading;

    /** Asks the operating system; may block. */
    @FunctionalInterface
    interface Meter {
        Room measure(Path directory) throws IOException;
    }

    /**
     * @param usableBytes that this process may still write
     * @param totalBytes of the whole disk
     */
    record Room(long usableBytes, long totalBytes) {}

    /**
     * One of the directories, when it was last measured.
     *
     * @param reserveBytes below this it is low
     */
    public record Disk(Path directory, long freeBytes, long totalBytes, long reserveBytes, boolean low) {}

    private record Reading(List<Disk> disks, Optional<String> failure, long atNanos) {}

    FreeSpace(List<Path> directories, long reserveBytes, Duration interval, Meter meter, LongSupplier clock) {
        this.directories = List.copyOf(directories);
        this.reserveBytes = reserveBytes;
        this.interval = interval;
        this.meter = meter;
        this.clock = clock;
        this.reading = new Reading(List.of(), Optional.empty(), clock.getAsLong());
        this.thread = Thread.ofPlatform().name("kv-free-space").daemon(true).unstarted(this::run);
    }

    /**
     * Measures once, and then each interval until it is closed.
     *
     * @param directories need not exist yet: then what is above them is measured
     * @param reserveBytes is to stay free on each of their disks, but never more than a tenth of it
     */
    public static FreeSpace watch(List<Path> directories, long reserveBytes, Duration interval) {
        FreeSpace space = new FreeSpace(directories, reserveBytes, interval, SystemDisk::room, System::nanoTime);
        space.measure();
        space.thread.start();
        return space;
    }

    /** Each directory as it was last measured; empty if none ever could be. */
    public List<Disk> disks() {
        return reading.disks();
    }

    /** Why writes that grow are to be refused, a clause; empty while there is room. */
    public Optional<String> shortage() {
        return reading.disks().stream().filter(Disk::low).findFirst().map(FreeSpace::describe);
    }

    /** What an operator should look at. */
    public List<String> alarms() {
        Reading last = reading;
        List<String> alarms = new ArrayList<>();
        last.disks().stream()
                .filter(Disk::low)
                .forEach(disk -> alarms.add("DISK_LOW: " + describe(disk) + "; writes that grow are refused"));
        last.failure().ifPresent(why -> alarms.add("DISK_UNKNOWN: free space could not be measured: " + why));
        long age = clock.getAsLong() - last.atNanos();
        if (age > LATE_INTERVALS * interval.toNanos()) {
            alarms.add("DISK_UNKNOWN: the disk has not said for " + age / 1_000_000_000 + " s how much room it has");
        }
        return alarms;
    }

    private static String describe(Disk disk) {
        return "the disk of " + disk.directory() + " has " + disk.freeBytes() + " of " + disk.totalBytes()
                + " bytes free, less than the " + disk.reserveBytes() + " that are kept (kv.disk.min-free)";
    }

    private void run() {
        try {
            while (awaitInterval()) {
                measure();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean awaitInterval() throws InterruptedException {
        synchronized (wake) {
            long until = System.nanoTime() + interval.toNanos();
            long left = interval.toNanos();
            while (!closed && left > 0) {
                wake.wait(Math.max(1, left / 1_000_000));
                left = until - System.nanoTime();
            }
            return !closed;
        }
    }

    /** For one thread at a time. */
    void measure() {
        Reading before = reading;
        List<Disk> disks = new ArrayList<>();
        try {
            for (int i = 0; i < directories.size(); i++) {
                boolean wasLow = i < before.disks().size() && before.disks().get(i).low();
                disks.add(measured(directories.get(i), wasLow));
            }
            reading = new Reading(List.copyOf(disks), Optional.empty(), clock.getAsLong());
        } catch (IOException | RuntimeException e) {
            if (before.failure().isEmpty()) {
                LOG.warn("Free space could not be measured", e);
            }
            // What was known last still holds: low stays low.
            reading = new Reading(before.disks(), Optional.of(e.toString()), clock.getAsLong());
        }
    }

    private Disk measured(Path directory, boolean wasLow) throws IOException {
        Room room = meter.measure(directory);
        long reserve = Math.min(reserveBytes, room.totalBytes() / MAX_SHARE);
        long enough = wasLow ? reserve + reserve / HYSTERESIS : reserve;
        boolean low = room.usableBytes() < enough;
        Disk disk = new Disk(directory, room.usableBytes(), room.totalBytes(), reserve, low);
        if (low && !wasLow) {
            LOG.warn("From now on writes that grow are refused: {}", describe(disk));
        } else if (wasLow && !low) {
            LOG.info("The disk of {} has {} bytes free again: writes are taken", directory, room.usableBytes());
        }
        return disk;
    }

    /** Does not wait for a measurement that hangs. */
    @Override
    public void close() {
        synchronized (wake) {
            closed = true;
            wake.notifyAll();
        }
    }
}
