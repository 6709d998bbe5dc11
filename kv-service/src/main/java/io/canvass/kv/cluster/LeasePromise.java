package io.canvass.kv.cluster;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

import io.canvass.kv.config.InvalidSettingException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this replica promises a leader that reads by lease: to vote for nobody else for an election timeout. A file remembers how
 * long that is, so that a start with other settings, which would not keep it, waits until nobody can count on it any more. For
 * the thread that starts the node.
 */
final class LeasePromise {
    /** No election timeout is longer ({@code kv.raft.election-timeout}). */
    static final Duration LONGEST = Duration.ofSeconds(60);

    private static final Logger LOG = LoggerFactory.getLogger(LeasePromise.class);

    private final Path file;
    private final Pause pause;

    /** Returns no earlier than after this time by the monotonic clock. */
    @FunctionalInterface
    interface Pause {
        void of(Duration time) throws InterruptedException;
    }

    LeasePromise(Path file, Pause pause) {
        this.file = file;
        this.pause = pause;
    }

    static LeasePromise in(Path file) {
        return new LeasePromise(file, Thread::sleep);
    }

    /**
     * To be called with the data directory locked, before the replica takes part.
     *
     * @param next what it promises from now on; zero: nothing
     */
    void begin(Duration next) {
        try {
            Duration last = read();
            // One that is as long is kept by the rule that a replica gives no votes right after its start.
            if (last.compareTo(next) > 0) {
                LOG.info("This node has promised its vote for {} under the settings that it had: it takes part after that", last);
                pause.of(last);
            }
            if (!last.equals(next)) {
                write(next);
            }
        } catch (IOException e) {
            throw new InvalidSettingException(
                    "kv.data-dir",
                    String.valueOf(file.toAbsolutePath().getParent()),
                    "the file " + file + ", by which lease reads are safe, cannot be read or written (" + e + ")",
                    "correct that, and start the node again");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the node started", e);
        }
    }

    private Duration read() throws IOException {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.US_ASCII);
        } catch (NoSuchFileException e) {
            return Duration.ZERO;
        }
        try {
            Duration promised = Duration.ofNanos(Long.parseLong(text.strip()));
            if (!promised.isNegative() && promised.compareTo(LONGEST) <= 0) {
                return promised;
            }
        } catch (NumberFormatException e) {
            LOG.debug("No number", e);
        }
        LOG.warn("The file {} says nothing that this node would have written; the longest promise is assumed", file);
        return LONGEST;
    }

    /** Durable when it returns: only then may it be given. */
    private void write(Duration promised) throws IOException {
        if (promised.isZero()) {
            Files.deleteIfExists(file);
            return;
        }
        Path unfinished = file.resolveSibling(file.getFileName() + ".writing");
        try (FileChannel out = FileChannel.open(
                unfinished, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap((promised.toNanos() + "\n").getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel directory = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }
}
