package io.canvass.raft.storage;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;

/**
 * A log entry as bytes, big-endian. Key: index (8). Value: format (1), epoch (8), kind (1), timestamp (8), data,
 * CRC32C (4) over the key and all of the value before it: the key too, so that an entry found in another's place is
 * known.
 */
final class EntryCodec {
    static final int KEY_BYTES = Long.BYTES;

    static final byte FORMAT = 1;
    private static final int EPOCH_AT = 1;
    private static final int KIND_AT = EPOCH_AT + Long.BYTES;
    private static final int TIMESTAMP_AT = KIND_AT + 1;
    private static final int DATA_AT = TIMESTAMP_AT + Long.BYTES;
    private static final int CRC_BYTES = Integer.BYTES;
    private static final int OVERHEAD_BYTES = DATA_AT + CRC_BYTES;

    private EntryCodec() {}

    static byte[] key(long index) {
        return ByteBuffer.allocate(KEY_BYTES).putLong(index).array();
    }

    static long index(byte[] key) throws UnreadableException {
        if (key.length != KEY_BYTES) {
            throw UnreadableException.damaged("a key of " + key.length + " bytes in the log, where each has "
                    + KEY_BYTES);
        }
        return ByteBuffer.wrap(key).getLong();
    }

    /** How many bytes {@link #encode} writes. */
    static int valueSize(Entry entry) {
        return OVERHEAD_BYTES + entry.data().size();
    }

    /** Writes the value at the position of {@code out}, big-endian, and leaves the position after it. */
    static void encode(Entry entry, ByteBuffer out) {
        int start = out.position();
        out.put(FORMAT);
        out.putLong(entry.epoch());
        out.put((byte) entry.kind().code());
        out.putLong(entry.timestampMillis());
        out.put(entry.data().array());
        CRC32C crc = startCrc(entry.index());
        crc.update(out.duplicate().flip().position(start));
        out.putInt((int) crc.getValue());
    }

    /** What {@link #encode} writes, in an array of its own. */
    static byte[] value(Entry entry) {
        ByteBuffer out = ByteBuffer.allocate(valueSize(entry));
        encode(entry, out);
        return out.array();
    }

    /**
     * The entry in the first {@code length} bytes of {@code value}.
     *
     * @throws UnreadableException if it is damaged or of a format or kind that this version does not know
     */
    static Entry decode(long index, byte[] value, int length) throws UnreadableException {
        verify(index, value, length);
        ByteBuffer in = ByteBuffer.wrap(value);
        return new Entry(index, in.getLong(EPOCH_AT), kind(value), in.getLong(TIMESTAMP_AT),
                Bytes.wrap(Arrays.copyOfRange(value, DATA_AT, length - CRC_BYTES)));
    }

    /** What {@link #decode} checks, without making an entry. */
    static void verify(long index, byte[] value, int length) throws UnreadableException {
        if (length < OVERHEAD_BYTES) {
            throw UnreadableException.damaged("log entry " + index + " cut down to " + length + " bytes");
        }
        CRC32C crc = startCrc(index);
        crc.update(value, 0, length - CRC_BYTES);
        ByteBuffer in = ByteBuffer.wrap(value);
        if ((int) crc.getValue() != in.getInt(length - CRC_BYTES)) {
            throw UnreadableException.damaged("log entry " + index + " does not match its checksum");
        }
        // After the checksum: an unknown code in an undamaged entry was written by somebody who knows more.
        if (value[0] != FORMAT) {
            throw UnreadableException.newer("log entry " + index + " in format " + value[0]
                    + ", written by a newer version of Canvass");
        }
        try {
            EntryKind.ofCode(value[KIND_AT]);
        } catch (IllegalArgumentException e) {
            throw UnreadableException.newer("log entry " + index + " of kind " + value[KIND_AT]
                    + ", written by a newer version of Canvass");
        }
        if (index < 1 || in.getLong(EPOCH_AT) < 0) {
            throw UnreadableException.damaged("log entry " + index + " with epoch " + in.getLong(EPOCH_AT));
        }
    }

    /** The epoch of a verified value. */
    static long epoch(byte[] value) {
        return ByteBuffer.wrap(value).getLong(EPOCH_AT);
    }

    /** The kind of a verified value. */
    static EntryKind kind(byte[] value) {
        return EntryKind.ofCode(value[KIND_AT]);
    }

    private static CRC32C startCrc(long index) {
        CRC32C crc = new CRC32C();
        crc.update(key(index));
        return crc;
    }
}
