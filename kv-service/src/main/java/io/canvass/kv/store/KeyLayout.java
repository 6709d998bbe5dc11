package io.canvass.kv.store;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
 * <tr><td>{@code default}</td><td colspan="2">what the state machine keeps beside the keys: {@link SystemLayout}; empty in
 *     format 1</td></tr>
 * <tr><td>{@code meta}</td><td>{@code format}</td><td>the format's number</td></tr>
 * <tr><td></td><td>{@code state}</td><td>{@link StoreState}: six numbers in the order of its components</td></tr>
 * <tr><td></td><td>{@code system}</td><td>{@link SystemState}; from format 2 on, one number longer from format 3 on</td></tr>
 * <tr><td></td><td>{@code reclaimed}</td><td>the revision up to which compacted history was removed; absent: 0. Not
 *     the same on every replica (format 2)</td></tr>
 * <tr><td></td><td>{@code reclaim-base}</td><td>up to where that was done whole the last time; absent: 0. As above</td></tr>
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
    /** The newest that this version knows. */
    static final long FORMAT = 3;

    /** From the first command on that needs rows of {@link SystemLayout}. */
    static final long SYSTEM_FORMAT = 2;

    /** From the first command on that is of roles or principals, or on behalf of one. */
    static final long SECURITY_FORMAT = 3;

    /** That a store begins in. */
    static final long OLDEST_FORMAT = 1;

    static final byte[] FORMAT_KEY = "format".getBytes(StandardCharsets.US_ASCII);
    static final byte[] STATE_KEY = "state".getBytes(StandardCharsets.US_ASCII);

    static final byte[] SYSTEM_KEY = "system".getBytes(StandardCharsets.US_ASCII);
    static final byte[] RECLAIMED_KEY = "reclaimed".getBytes(StandardCharsets.US_ASCII);
    static final byte[] RECLAIM_BASE_KEY = "reclaim-base".getBytes(StandardCharsets.US_ASCII);

    static final byte PUT = 1;
    static final byte DELETE = 2;
    /** In {@code changes} only: the key is a lock's space, 1 byte, and its name. */
    static final byte LOCK = 3;

    /** Where the value begins in a {@link #PUT} record. */
    static final int VALUE_OFFSET = 1 + 3 * Long.BYTES;

    private static final byte ESCAPED = 0x00;
    private static final byte ZERO = (byte) 0xff;
    private static final byte END = 0x01;
    private static final byte AFTER_END = 0x02;
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
        byte[] row = terminated(key, END, Long.BYTES);
        ByteBuffer.wrap(row).putLong(row.length - Long.BYTES, ~revision);
        return row;
    }

    /** Before all rows of {@code versions} that belong to {@code key}, after all of lesser keys. */
    static byte[] versionsStart(byte[] key) {
        return terminated(key, END, 0);
    }

    /** After all rows of {@code versions} that belong to {@code key}, before all of greater keys. */
    static byte[] versionsEnd(byte[] key) {
        return terminated(key, AFTER_END, 0);
    }

    /** Escaped and terminated, with so many bytes left free behind it. */
    static byte[] terminated(byte[] key, int spare) {
        return terminated(key, END, spare);
    }

    private static byte[] terminated(byte[] key, byte terminator, int spare) {
        int zeros = 0;
        for (byte each : key) {
            zeros += each == ESCAPED ? 1 : 0;
        }
        byte[] row = new byte[key.length + zeros + END_BYTES + spare];
        int at = 0;
        for (byte each : key) {
            row[at++] = each;
            if (each == ESCAPED) {
                row[at++] = ZERO;
            }
        }
        row[at++] = ESCAPED;
        row[at] = terminator;
        return row;
    }

    /** The user's key of a row of {@code versions}. */
    static byte[] keyOf(byte[] row) {
        int end = row.length - Long.BYTES - END_BYTES;
        if (end < 0) {
            throw StoreException.damaged("a row of its versions has " + row.length + " bytes");
        }
        byte[] key = new byte[end];
        int length = 0;
        for (int at = 0; at < end; at++) {
            key[length++] = row[at];
            at += row[at] == ESCAPED ? 1 : 0;
        }
        return length == end ? key : Arrays.copyOf(key, length);
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

    /** One change of a row of {@code changes}. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Changed(byte kind, byte[] key) {}

    static List<Changed> changed(byte[] row) {
        List<Changed> changes = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(row);
        try {
            while (in.hasRemaining()) {
                byte kind = in.get();
                byte[] key = new byte[in.getInt()];
                in.get(key);
                changes.add(new Changed(kind, key));
            }
        } catch (BufferUnderflowException | NegativeArraySizeException e) {
            throw StoreException.damaged("a row of its changes cannot be read");
        }
        return changes;
    }

    /** The first key after {@code key}. */
    static byte[] after(byte[] key) {
        return Arrays.copyOf(key, key.length + 1);
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
