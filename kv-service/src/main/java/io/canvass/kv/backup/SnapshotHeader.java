package io.canvass.kv.backup;

import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.canvass.kv.store.StoreState;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.runtime.SnapshotPaths;

/**
 * What a snapshot says of itself before its files.
 *
 * @param createdAt by the clock of the node that made it, to the millisecond
 * @param nodeId of the node that made it
 * @param base the last entry that is in it, and the members at that place: for information, no restore takes them over
 * @param revision the store's
 * @param files in the order of their contents
 */
public record SnapshotHeader(
        UUID clusterId,
        Instant createdAt,
        String nodeId,
        LogBase base,
        long revision,
        long compactRevision,
        long keyCount,
        List<File> files) {
    /**
     * @param path names separated by {@code /}
     * @param size in bytes
     */
    public record File(String path, long size) {
        public File {
            if (size < 0) {
                throw new IllegalArgumentException("The file " + path + " has " + size + " bytes");
            }
        }
    }

    private static final int UUID_BYTES = 2 * Long.BYTES;
    private static final int NUMBERS_BYTES = UUID_BYTES + 6 * Long.BYTES;

    /** @throws IllegalArgumentException if the numbers or the files are none that a snapshot can have */
    public SnapshotHeader {
        files = List.copyOf(files);
        SnapshotPaths.require(files.stream().map(File::path).toList());
        if (revision < 0 || compactRevision < 0 || compactRevision > revision || keyCount < 0) {
            throw new IllegalArgumentException("No store has revision " + revision + ", compact revision "
                    + compactRevision + " and " + keyCount + " keys");
        }
        long total = 0;
        for (File file : files) {
            total = Math.addExact(total, Math.addExact(file.size(), SnapshotFormat.DIGEST_BYTES));
        }
    }

    /**
     * Reads and verifies no more of a snapshot than its header.
     *
     * @throws InvalidSnapshotException if it is broken
     */
    public static SnapshotHeader read(InputStream snapshot) throws IOException, InvalidSnapshotException {
        return new SnapshotReader(snapshot, Long.MAX_VALUE).header();
    }

    /** The last index of the log that is in it. */
    public long index() {
        return base.position().index();
    }

    /** That entry's epoch. */
    public long epoch() {
        return base.position().epoch();
    }

    /** Of the whole snapshot, this header included. */
    public long totalBytes() {
        long total = SnapshotFormat.magic().length + 2L * Integer.BYTES + encode().length
                + 2L * SnapshotFormat.DIGEST_BYTES;
        for (File file : files) {
            total += file.size() + SnapshotFormat.DIGEST_BYTES;
        }
        return total;
    }

    /** Whether the state in the files is the one that this header speaks of. */
    boolean describes(StoreState state) {
        return state.appliedIndex() == base.position().index()
                && state.appliedEpoch() == base.position().epoch()
                && state.revision() == revision
                && state.compactRevision() == compactRevision
                && state.keyCount() == keyCount;
    }

    byte[] encode() {
        byte[] node = utf8(nodeId);
        byte[] members = base.configuration().encode().array();
        int size = NUMBERS_BYTES + Short.BYTES + node.length + Integer.BYTES + members.length + Integer.BYTES;
        for (File file : files) {
            size += Short.BYTES + utf8(file.path()).length + Long.BYTES;
        }
        ByteBuffer out = ByteBuffer.allocate(size)
                .putLong(clusterId.getMostSignificantBits())
                .putLong(clusterId.getLeastSignificantBits())
                .putLong(createdAt.toEpochMilli())
                .putLong(base.position().index())
                .putLong(base.position().epoch())
                .putLong(revision)
                .putLong(compactRevision)
                .putLong(keyCount);
        putText(out, node);
        out.putInt(members.length).put(members).putInt(files.size());
        for (File file : files) {
            putText(out, utf8(file.path()));
            out.putLong(file.size());
        }
        return out.array();
    }

    /** @throws InvalidSnapshotException if these bytes are no header */
    static SnapshotHeader decode(byte[] header) throws InvalidSnapshotException {
        ByteBuffer in = ByteBuffer.wrap(header);
        try {
            SnapshotHeader decoded = take(in);
            if (in.hasRemaining()) {
                throw new InvalidSnapshotException("its header is " + in.remaining() + " bytes too long");
            }
            return decoded;
        } catch (BufferUnderflowException e) {
            throw new InvalidSnapshotException("its header is cut short", e);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new InvalidSnapshotException("its header says what no snapshot can be: " + e.getMessage(), e);
        }
    }

    private static SnapshotHeader take(ByteBuffer in) {
        UUID clusterId = new UUID(in.getLong(), in.getLong());
        Instant createdAt = Instant.ofEpochMilli(in.getLong());
        long index = in.getLong();
        long epoch = in.getLong();
        long revision = in.getLong();
        long compactRevision = in.getLong();
        long keyCount = in.getLong();
        String nodeId = takeText(in);
        Configuration members = Configuration.decode(Bytes.wrap(takeBytes(in, in.getInt())));
        int count = in.getInt();
        if (count < 0 || count > SnapshotPaths.MAX_FILES) {
            throw new IllegalArgumentException(count + " files");
        }
        List<File> files = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            files.add(new File(takeText(in), in.getLong()));
        }
        LogBase base = new LogBase(new LogPosition(epoch, index), members);
        return new SnapshotHeader(clusterId, createdAt, nodeId, base, revision, compactRevision, keyCount, files);
    }

    private static void putText(ByteBuffer out, byte[] utf8) {
        out.putShort((short) utf8.length).put(utf8);
    }

    private static String takeText(ByteBuffer in) {
        return new String(takeBytes(in, Short.toUnsignedInt(in.getShort())), StandardCharsets.UTF_8);
    }

    private static byte[] takeBytes(ByteBuffer in, int length) {
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
