package io.canvass.kv.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The rows of the column family {@code default}, byte for byte. The first byte says what a row is; numbers are
 * big-endian and 8 bytes; a name is escaped and terminated as in {@link KeyLayout}, so that no name's rows lie among
 * another's.
 *
 * <table>
 * <caption>Rows</caption>
 * <tr><th>first byte</th><th>then</th><th>value</th></tr>
 * <tr><td>1 sample</td><td>time in milliseconds</td><td>the store's revision at that time</td></tr>
 * <tr><td>2 receipt</td><td>the idempotency key</td><td>{@link Receipts}: sequence, time, length of the digest in 1
 *     byte, digest, result</td></tr>
 * <tr><td>3 receipt's turn</td><td>sequence</td><td>the idempotency key</td></tr>
 * <tr><td>4 lease</td><td>id</td><td>{@link LeaseRecord}: TTL in milliseconds, renewals, attached, 1 byte of
 *     flags; from format 3 on, if they say so, the name of the principal that made it</td></tr>
 * <tr><td>5 attachment</td><td>lease, then 1 and the key, or 2 and what follows the first byte of the ticket's
 *     row</td><td>empty</td></tr>
 * <tr><td>6 lock</td><td>1 byte space, the name as it is</td><td>the holder's token, how many wait</td></tr>
 * <tr><td>7 ticket</td><td>1 byte space, the name, token</td><td>lease, then the owner</td></tr>
 * <tr><td>8 owner</td><td>1 byte space, the name, the owner</td><td>token</td></tr>
 * <tr><td>9 role</td><td>its name as it is</td><td>{@link AuthRows}; from format 3 on</td></tr>
 * <tr><td>10 principal</td><td>its name as it is</td><td>{@link AuthRows}; from format 3 on</td></tr>
 * </table>
 */
final class SystemLayout {
    static final byte SAMPLE = 1;
    static final byte RECEIPT = 2;
    static final byte RECEIPT_TURN = 3;
    static final byte LEASE = 4;
    static final byte ATTACHMENT = 5;
    static final byte LOCK = 6;
    static final byte TICKET = 7;
    static final byte OWNER = 8;
    static final byte ROLE = 9;
    static final byte PRINCIPAL = 10;

    static final byte ATTACHED_KEY = 1;
    static final byte ATTACHED_TICKET = 2;

    private static final byte[] NONE = new byte[0];

    private SystemLayout() {}

    static byte[] sample(long timeMillis) {
        return numbered(SAMPLE, timeMillis);
    }

    static byte[] receipt(byte[] key) {
        return ByteBuffer.allocate(1 + key.length).put(RECEIPT).put(key).array();
    }

    static byte[] receiptTurn(long sequence) {
        return numbered(RECEIPT_TURN, sequence);
    }

    static byte[] lease(long id) {
        return numbered(LEASE, id);
    }

    /** Before all attachments of a lease. */
    static byte[] attachments(long lease) {
        return numbered(ATTACHMENT, lease);
    }

    static byte[] attachment(long lease, byte kind, byte[] what) {
        return ByteBuffer.allocate(2 + Long.BYTES + what.length)
                .put(ATTACHMENT)
                .putLong(lease)
                .put(kind)
                .put(what)
                .array();
    }

    static byte attachmentKind(byte[] row) {
        return row[1 + Long.BYTES];
    }

    /** The user's key, or what follows the first byte of the ticket's row. */
    static byte[] attached(byte[] row) {
        return Arrays.copyOfRange(row, 2 + Long.BYTES, row.length);
    }

    static byte[] lock(LockName lock) {
        return ByteBuffer.allocate(2 + lock.name().length)
                .put(LOCK)
                .put(lock.space())
                .put(lock.name())
                .array();
    }

    /** Before all tickets of a lock. */
    static byte[] tickets(LockName lock) {
        return named(TICKET, lock, NONE);
    }

    static byte[] ticket(LockName lock, long token) {
        return named(TICKET, lock, KeyLayout.number(token));
    }

    /** Of any row that ends in a number. */
    static long lastNumber(byte[] row) {
        return ByteBuffer.wrap(row).getLong(row.length - Long.BYTES);
    }

    /** The lock of a ticket, from what follows the first byte of its row. */
    static LockName lockOf(byte[] ticket) {
        return new LockName(ticket[0], KeyLayout.keyOf(Arrays.copyOfRange(ticket, 1, ticket.length)));
    }

    static byte[] owner(LockName lock, byte[] owner) {
        return named(OWNER, lock, owner);
    }

    private static byte[] named(byte kind, LockName lock, byte[] rest) {
        byte[] name = KeyLayout.terminated(lock.name(), 0);
        return ByteBuffer.allocate(2 + name.length + rest.length)
                .put(kind)
                .put(lock.space())
                .put(name)
                .put(rest)
                .array();
    }

    /** The row of a role or a principal; with an empty name, what begins before all. */
    static byte[] auth(byte kind, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + bytes.length).put(kind).put(bytes).array();
    }

    static String authName(byte[] row) {
        return new String(row, 1, row.length - 1, StandardCharsets.UTF_8);
    }

    private static byte[] numbered(byte kind, long number) {
        return ByteBuffer.allocate(1 + Long.BYTES).put(kind).putLong(number).array();
    }
}
