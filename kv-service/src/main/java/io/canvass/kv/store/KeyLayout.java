package io.canvass.kv.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

import com.google.protobuf.ByteString;
import io.canvass.raft.core.Bytes;

/**
 * What stands where, byte for byte. Numbers are big-endian and 8 bytes unless said otherwise. Stored data is for ever:
 * a change here is a new {@link #FORMAT}.
 *
 * <table>
 * <caption>Column families</caption>
 * <tr><th>family</th><th>key</th><th>value</th></tr>
 * <tr><td>{@code default}</td><td colspan="2">empty; RocksDB insists on it</td></tr>
 * <tr><td>{@code meta}</td><td>{@code format}</td><td>the format's number</td></tr>
 * <tr><td></td><td>{@code state}</td><td>{@link StoreState}: six numbers in the order of its components</td></tr>
 * <tr><td>{@code index}</td><td>the user's key, as it is</td><td>{@link KeyState}: create revision, mod revision,
 *     version, lease. Only keys that exist</td></tr>
 * <tr><td>{@code versions}</td><td>the user's key, escaped and terminated, then the complement of the
 *     revision</td><td>1 byte kind ({@link #PUT}: create revision, version, lease, then the value; {@link #DELETE}:
 *     nothing more)</td></tr>
 * <tr><td>{@code changes}</td><td>the revision</td><td>per changed key: 1 byte kind, 4 bytes length, the user's
 *     key</td></tr>
 * </table>
 *
 * <p>In {@code versions} a zero byte of a user's key is written {@code 00 ff} and the key ends in {@code 00 01}. So
 * keys sort as the user's do, also where one is the prefix of another or holds zeros, and no key's rows lie among
 * another's. The revision is complemented so that the newest comes first: "the key at revision R" is the first row at
 * or after (key, complement of R).
 */
final class KeyLayout {
    static final long FORMAT = 1;

    static final byte[] FORMAT_KEY = "format".getBytes(StandardCharsets.US_ASCII);
    static final byte[] STATE_KEY = "state".getBytes(StandardCharsets.US_ASCII);

    static final byte PUT = 1;
    static final byte DELETE = 2;

    /** Where the value begins in a {@link #PUT} record. */
    static final int VALUE_OFFSET = 1 + 3 * Long.BYTES;

    private static final byte ESCAPED = 0x00;
    private static final byte ZERO = (byte) 0xff;
    private static final byte END = 0x01;
    private static final int END_BYTES = 2;

    private KeyLayout() {}

    static byte[] number(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    static long number(byte[] row) {
        if (row.length != Long.BYTES) {
            throw StoreException.damaged("a number has " + row.length + " bytes instead of "
                    + Long.BYTES);
        }
        return ByteBuffer.wrap(row).getLong();
    }

    /** The row of {@code versions} that holds what was written to {@code key} at {@code revision}. */
    static byte[] versionKey(byte[] key, long revision) {
        int zeros = 0;
        for (byte each : key) {
            zeros += each == ESCAPED ? 1 : 0;
        }
        byte[] row = new byte[key.length + zeros + END_BYTES + Long.BYTES];
        int at = 0;
        for (byte each : key) {
            row[at++] = each;
            if (each == ESCAPED) {
                row[at++] = ZERO;
            }
        }
        row[at++] = ESCAPED;
        row[at++] = END;
        ByteBuffer.wrap(row).putLong(at, ~revision);
        return row;
    }

    /** Whether two rows of {@code versions} belong to the same user's key. */
    static boolean sameKey(byte[] oneRow, byte[] otherRow) {
        return Arrays.equals(oneRow, 0, oneRow.length - Long.BYTES, otherRow, 0, otherRow.length - Long.BYTES);
    }

    /** The revision of a row of {@code versions}. */
    static long revisionOf(byte[] row) {
        return ~ByteBuffer.wrap(row).getLong(row.length - Long.BYTES);
    }

    static byte[] putRecord(KeyState state, ByteString value) {
        byte[] record = new byte[VALUE_OFFSET + value.size()];
        ByteBuffer.wrap(record)
                .put(PUT)
                .putLong(state.createRevision())
                .putLong(state.version())
                .putLong(state.lease());
        value.copyTo(record, VALUE_OFFSET);
        return record;
    }

    static byte[] deleteRecord() {
        return new byte[] {DELETE};
    }

    /** What a record of {@code versions} says of its key; empty for a deletion. */
    static Optional<StoredValue> stored(Bytes key, long revision, byte[] record) {
        if (record.length == 1 && record[0] == DELETE) {
            return Optional.empty();
        }
        if (record.length < VALUE_OFFSET || record[0] != PUT) {
            throw StoreException.damaged("the version of a key of " + key.size() + " bytes at revision "
                    + revision + " cannot be read");
        }
        ByteBuffer in = ByteBuffer.wrap(record, 1, record.length - 1);
        long createRevision = in.getLong();
        long version = in.getLong();
        long lease = in.getLong();
        Bytes value = Bytes.wrap(Arrays.copyOfRange(record, VALUE_OFFSET, record.length));
        return Optional.of(new StoredValue(key, value, createRevision, revision, version, lease));
    }

    /** One changed key in a row of {@code changes}; a row of several is these, one after the other. */
    static byte[] change(byte kind, byte[] key) {
        return ByteBuffer.allocate(1 + Integer.BYTES + key.length).put(kind).putInt(key.length).put(key).array();
    }

    /** The first key after all that begin with {@code prefix}; empty if there is no such key. */
    static Optional<byte[]> endOf(byte[] prefix) {
        int length = prefix.length;
        while (length > 0 && prefix[length - 1] == (byte) 0xff) {
            length--;
        }
        if (length == 0) {
            return Optional.empty();
        }
        byte[] end = Arrays.copyOf(prefix, length);
        end[length - 1]++;
        return Optional.of(end);
    }
}
