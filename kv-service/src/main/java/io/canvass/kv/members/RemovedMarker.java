package io.canvass.kv.members;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

import io.canvass.kv.config.InvalidSettingException;

/** The file that says that this data directory's replica was removed from its cluster. */
final class RemovedMarker {
    private final Path file;

    RemovedMarker(Path file) {
        this.file = file;
    }

    /** Durable when it returns. Does nothing if it is there already. */
    void write(Removal removal) throws IOException {
        if (Files.exists(file)) {
            return;
        }
        Path unfinished = file.resolveSibling(file.getFileName() + ".writing");
        String text = "at=" + removal.at() + "\nepoch=" + removal.epoch() + "\nindex=" + removal.index() + "\n";
        try (FileChannel out = FileChannel.open(
                unfinished, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
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

    /** @throws InvalidSettingException if this replica was removed: it must not start again, whatever else the file says */
    void requireMissing(String nodeId, Path dataDirectory) {
        if (Files.exists(file)) {
            throw new InvalidSettingException(
                    "kv.data-dir", dataDirectory.toString(),
                    "it says that " + nodeId + " was removed from its cluster (" + content() + ")",
                    "`kvctl member rejoin --wipe` empties it, so that this node can join anew; or give it another directory");
        }
    }

    private String content() {
        try {
            return String.join(", ", Files.readAllLines(file));
        } catch (IOException e) {
            return file + " cannot be read: " + e.getMessage();
        }
    }
}
