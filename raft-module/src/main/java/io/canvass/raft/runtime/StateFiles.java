package io.canvass.raft.runtime;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

import io.canvass.raft.core.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The files of a copied state as parts that can be sent, and back: the parts of a snapshot, for who asks for one outside of the
 * log's replication. Every part bears a checksum, and so does every file.
 */
public final class StateFiles {
    private static final int MAX_PART_BYTES = 1 << 20;

    private StateFiles() {}

    /** Is handed the parts. */
    @FunctionalInterface
    public interface Sink {
        void take(Bytes part) throws IOException, InterruptedException;
    }

    /** Removes a directory with all it holds, and makes it anew. */
    public static void prepareEmpty(Path directory) throws IOException {
        SnapshotFiles.prepareEmpty(directory);
    }

    /** Removes it with all it holds, if it exists. */
    public static void delete(Path directory) throws IOException {
        SnapshotFiles.delete(directory);
    }

    /**
     * Hands all parts over, in order, each of at most 1 MiB or as large as the list of files.
     *
     * @param directory whose files do not change
     */
    public static void send(Path directory, Sink sink) throws IOException, InterruptedException {
        SnapshotManifest manifest = SnapshotFiles.manifest(directory, () -> false);
        sink.take(SnapshotPart.encode(manifest));
        try (SnapshotReader reader = new SnapshotReader(directory, manifest, 0)) {
            while (reader.hasNext()) {
                sink.take(reader.next(MAX_PART_BYTES));
            }
        }
        sink.take(SnapshotPart.encodeEnd());
    }

    /** Makes the files again. For one thread. */
    public static final class Receiver implements Closeable {
        private final Path directory;
        private @Nullable SnapshotWriter writer;
        private boolean complete;

        /** @param directory is made by the first part */
        public Receiver(Path directory) {
            this.directory = directory;
        }

        /** @throws IOException also if it is not the next part, or not as it was sent */
        public void take(Bytes part) throws IOException {
            try {
                switch (SnapshotPart.decode(part)) {
                    case SnapshotPart.Manifest manifest -> writer = new SnapshotWriter(directory, manifest.manifest());
                    case SnapshotPart.Piece piece -> begun().take(piece);
                    case SnapshotPart.End _ -> {
                        begun().finish();
                        complete = true;
                    }
                }
            } catch (BrokenSnapshotException | SnapshotWriter.CorruptFileException e) {
                throw new IOException("A copy of the state is broken: " + e.getMessage(), e);
            }
        }

        private SnapshotWriter begun() throws IOException {
            SnapshotWriter begun = writer;
            if (begun == null || complete) {
                throw new IOException("A part of a copy of the state where none belongs");
            }
            return begun;
        }

        /** Whether all of it is there, and durable. */
        public boolean isComplete() {
            return complete;
        }

        @Override
        public void close() throws IOException {
            if (writer != null) {
                writer.close();
            }
        }
    }
}
