package io.canvass.raft.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.RoundId;

/** The values that messages are made of, to and from the wire. */
final class WireValues {
    private static final int UUID_BYTES = 16;

    private WireValues() {}

    static ByteString uuid(UUID id) {
        byte[] bytes = new byte[UUID_BYTES];
        ByteBuffer.wrap(bytes).putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
        return UnsafeByteOperations.unsafeWrap(bytes);
    }

    static UUID uuid(ByteString bytes, String what) throws MalformedFrameException {
        if (bytes.size() != UUID_BYTES) {
            throw new MalformedFrameException(what + " has " + bytes.size() + " bytes, not " + UUID_BYTES);
        }
        ByteBuffer in = bytes.asReadOnlyByteBuffer();
        return new UUID(in.getLong(), in.getLong());
    }

    static io.canvass.proto.raft.v1.ReplicaKey key(ReplicaKey key) {
        io.canvass.proto.raft.v1.ReplicaKey.Builder wire =
                io.canvass.proto.raft.v1.ReplicaKey.newBuilder().setNodeId(key.nodeId());
        if (!key.directoryId().equals(ReplicaKey.UNASSIGNED)) {
            wire.setDirectoryId(uuid(key.directoryId()));
        }
        return wire.build();
    }

    /** An absent or empty key is {@link ReplicaKey#NONE}, which is the same on the wire. */
    static ReplicaKey keyOrNone(io.canvass.proto.raft.v1.ReplicaKey wire, String what) throws MalformedFrameException {
        UUID directoryId = wire.getDirectoryId().isEmpty()
                ? ReplicaKey.UNASSIGNED
                : uuid(wire.getDirectoryId(), "The directory id of " + what);
        if (wire.getNodeId().isEmpty() && !directoryId.equals(ReplicaKey.UNASSIGNED)) {
            throw new MalformedFrameException("A directory id but no node id in " + what);
        }
        return new ReplicaKey(wire.getNodeId(), directoryId);
    }

    static ReplicaKey key(io.canvass.proto.raft.v1.ReplicaKey wire, String what) throws MalformedFrameException {
        ReplicaKey key = keyOrNone(wire, what);
        if (key.isNone()) {
            throw new MalformedFrameException("No node id in " + what);
        }
        return key;
    }

    static List<ReplicaKey> keys(List<io.canvass.proto.raft.v1.ReplicaKey> wire, String what)
            throws MalformedFrameException {
        List<ReplicaKey> keys = new ArrayList<>(wire.size());
        for (io.canvass.proto.raft.v1.ReplicaKey key : wire) {
            keys.add(key(key, what));
        }
        return keys;
    }

    static io.canvass.proto.raft.v1.RoundId round(RoundId round) {
        return io.canvass.proto.raft.v1.RoundId.newBuilder()
                .setBoot(round.boot())
                .setSequence(round.sequence())
                .build();
    }

    static RoundId round(io.canvass.proto.raft.v1.RoundId wire) throws MalformedFrameException {
        return new RoundId(natural(wire.getBoot(), "boot"), natural(wire.getSequence(), "sequence"));
    }

    /** The wire's uint64 goes to 2^64 - 1; what does not fit a long at or above zero no sound peer sends. */
    static long natural(long value, String what) throws MalformedFrameException {
        if (value < 0) {
            throw new MalformedFrameException(what + " is out of range: " + Long.toUnsignedString(value));
        }
        return value;
    }

    /** The very array of {@code bytes}: an entry's data is shared by all peers it is sent to. */
    static ByteString data(Bytes bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes.array());
    }

    /** Takes over the array that the parser made for this field, and copies only where it is a part of a larger one. */
    static Bytes data(ByteString wire) {
        if (wire.isEmpty()) {
            return Bytes.EMPTY;
        }
        ArrayTaker taker = new ArrayTaker(wire.size());
        try {
            UnsafeByteOperations.unsafeWriteTo(wire, taker);
        } catch (IOException e) {
            throw new IllegalStateException("An output in memory failed", e);
        }
        return taker.taken();
    }

    /** Receives the pieces of a byte string; a single one that fills its array is kept as it is. */
    private static final class ArrayTaker extends ByteOutput {
        private final int size;
        private byte[] array = Bytes.EMPTY.array();
        private int filled;

        ArrayTaker(int size) {
            this.size = size;
        }

        Bytes taken() {
            if (filled != size) {
                throw new IllegalStateException("Took " + filled + " of " + size + " bytes");
            }
            return Bytes.wrap(array);
        }

        @Override
        public void writeLazy(byte[] value, int offset, int length) {
            if (filled == 0 && length == size && value.length == size) {
                array = value;
                filled = size;
            } else {
                write(value, offset, length);
            }
        }

        @Override
        public void writeLazy(ByteBuffer value) {
            write(value);
        }

        @Override
        public void write(byte value) {
            ensure();
            array[filled++] = value;
        }

        @Override
        public void write(byte[] value, int offset, int length) {
            ensure();
            System.arraycopy(value, offset, array, filled, length);
            filled += length;
        }

        @Override
        public void write(ByteBuffer value) {
            ensure();
            int length = value.remaining();
            value.get(array, filled, length);
            filled += length;
        }

        private void ensure() {
            if (array.length != size) {
                array = new byte[size];
            }
        }
    }
}
