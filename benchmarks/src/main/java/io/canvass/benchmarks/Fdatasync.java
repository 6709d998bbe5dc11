package io.canvass.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;

/**
 * How long a disk takes to make a small write durable, as a write-ahead log makes it: the next KiB of a file whose
 * space is already there, then fdatasync. What commits once per request can be no faster than this.
 */
final class Fdatasync {
    private static final int WRITE_BYTES = 1024;
    private static final int WARMUPS = 50;
    private static final int SAMPLES = 500;

    private Fdatasync() {}

    static Result measure(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new IOException(folder + " is not a folder");
        }
        Path file = Files.createTempFile(folder, "fdatasync", ".tmp");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate((WARMUPS + SAMPLES) * WRITE_BYTES), 0);
            channel.force(true);
            ByteBuffer block = ByteBuffer.allocateDirect(WRITE_BYTES);
            long[] nanos = new long[SAMPLES];
            for (int i = 0; i < WARMUPS + SAMPLES; i++) {
                block.clear().put(0, (byte) i);
                long before = System.nanoTime();
                channel.write(block, (long) i * WRITE_BYTES);
                channel.force(false);
                if (i >= WARMUPS) {
                    nanos[i - WARMUPS] = System.nanoTime() - before;
                }
            }
            Arrays.sort(nanos);
            return new Result(nanos[SAMPLES / 2] / 1_000, nanos[SAMPLES * 99 / 100] / 1_000);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    record Result(long medianMicros, long p99Micros) {
        String text() {
            return String.format(Locale.ROOT, "fdatasync of 1 KiB: median %d us, p99 %d us", medianMicros, p99Micros);
        }

        String json() {
            return String.format(
                    Locale.ROOT, "{\"fdatasyncMedianMicros\":%d,\"fdatasyncP99Micros\":%d}", medianMicros, p99Micros);
        }
    }
}
