package io.canvass.raft.runtime;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

import io.canvass.raft.core.Bytes;

/**
 * What the data of one {@code SnapshotRequest} says. On the wire, big-endian: CRC32C of all that follows, format,
 * kind, and then by kind. The pieces come in the order of the manifest's files and of their bytes, without a gap; an
 * empty file has none.
 */
sealed interface SnapshotPart {
    /** Bytes of a piece before its data. */
    int PIECE_HEADER_BYTES = Integer.BYTES + 1 + 1 + Integer.BYTES + Long.BYTES;

    byte FORMAT = 1;
    byte KIND_MANIFEST = 1;
    byte KIND_PIECE = 2;
    byte KIND_END = 3;

    /** The first part. */
    record Manifest(SnapshotManifest manifest) implements SnapshotPart {}

    /**
     * Some bytes of one file.
     *
     * @param file its number in the manifest, from 0
     * @param offset in that file
     */
    record Piece(int file, long offset, ByteBuffer data) implements SnapshotPart {}

    /** The last part: everything was sent. */
    record End() implements SnapshotPart {}

    static Bytes encode(SnapshotManifest manifest) {
        ByteBuffer out = ByteBuffer.allocate(Integer.BYTES + 1 + 1 + manifest.encodedBytes());
        out.position(Integer.BYTES).put(FORMAT).put(KIND_MANIFEST);
        manifest.encode(out);
        return sealed(out.array());
    }

    /** @param framed the piece's data, with {@link #PIECE_HEADER_BYTES} before it to be filled here; taken over */
    static Bytes encodePiece(int file, long offset, byte[] framed) {
        ByteBuffer.wrap(framed)
                .position(Integer.BYTES)
                .put(FORMAT)
                .put(KIND_PIECE)
                .putInt(file)
                .putLong(offset);
        return sealed(framed);
    }

    static Bytes encodeEnd() {
        byte[] out = new byte[Integer.BYTES + 1 + 1];
        ByteBuffer.wrap(out).position(Integer.BYTES).put(FORMAT).put(KIND_END);
        return sealed(out);
    }

    private static Bytes sealed(byte[] part) {
        ByteBuffer.wrap(part).putInt(checksum(part));
        return Bytes.wrap(part);
    }

    private static int checksum(byte[] part) {
        CRC32C crc = new CRC32C();
        crc.update(part, Integer.BYTES, part.length - Integer.BYTES);
        return (int) crc.getValue();
    }

    /** @throws BrokenSnapshotException if it is not a part, or not as it was sent */
    static SnapshotPart decode(Bytes bytes) throws BrokenSnapshotException {
        ByteBuffer in = bytes.asReadOnlyBuffer();
        try {
            if (in.getInt() != checksum(bytes.array())) {
                throw new BrokenSnapshotException("A part of a snapshot is not as it was sent: its checksum differs");
            }
            byte format = in.get();
            if (format != FORMAT) {
                throw new BrokenSnapshotException("Unknown format of a snapshot: " + format);
            }
            byte kind = in.get();
            return switch (kind) {
                case KIND_MANIFEST -> new Manifest(SnapshotManifest.decode(in));
                case KIND_PIECE -> new Piece(in.getInt(), in.getLong(), in.slice());
                case KIND_END -> new End();
                default -> throw new BrokenSnapshotException("Unknown kind of a part of a snapshot: " + kind);
            };
        } catch (BufferUnderflowException e) {
            throw new BrokenSnapshotException("A part of a snapshot is cut short", e);
        }
    }
}
