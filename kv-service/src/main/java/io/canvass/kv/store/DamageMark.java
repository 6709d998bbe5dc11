package io.canvass.kv.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * That the state cannot be trusted: in memory, and as the file {@value #FILE} beside it, so that a restart does not make it look
 * sound again. The first finding counts. Thread-safe.
 */
final class DamageMark {
    static final String FILE = "DAMAGED";

    private static final Logger LOG = LoggerFactory.getLogger(DamageMark.class);

    private final Path file;
    private final AtomicReference<Optional<String>> finding = new AtomicReference<>(Optional.empty());
    private volatile Consumer<String> listener = why -> {};

    DamageMark(Path root) {
        file = root.resolve(FILE);
    }

    /** @throws DamagedStateException if the state was marked before */
    void requireAbsent() {
        try {
            String found = Files.readString(file, StandardCharsets.UTF_8).strip();
            throw new DamagedStateException("The state store in " + file.getParent() + " was taken out of service: " + found
                    + " Nothing was changed." + StoreException.REMEDY);
        } catch (NoSuchFileException _) {
            // As it should be.
        } catch (IOException e) {
            throw new StoreException("The file " + file + " cannot be read: " + e, e);
        }
    }

    Optional<String> finding() {
        return finding.get();
    }

    /** @throws DamagedStateException if damage was found */
    void requireNone() {
        Optional<String> found = finding.get();
        if (found.isPresent()) {
            throw new DamagedStateException(found.get());
        }
    }

    /** Told once, at once if damage was found before; on the thread that found it. Must not throw. */
    void listen(Consumer<String> told) {
        listener = told;
        finding.get().ifPresent(told);
    }

    /** @param what a sentence */
    void found(String what) {
        if (!finding.compareAndSet(Optional.empty(), Optional.of(what))) {
            return;
        }
        LOG.error("The state is out of service: {}", what);
        write(what);
        listener.accept(what);
    }

    private void write(String what) {
        ByteBuffer text = StandardCharsets.UTF_8.encode(what + '\n');
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            while (text.hasRemaining()) {
                channel.write(text);
            }
            channel.force(true);
            Path parent = file.toAbsolutePath().getParent();
            if (parent != null) {
                StateDirectories.sync(parent);
            }
        } catch (IOException e) {
            LOG.warn("{} could not be written: the damage has to be found again after a restart", file, e);
        }
    }
}
