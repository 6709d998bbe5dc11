package io.canvass.kv.backup;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A snapshot as one stream of bytes, format {@value #VERSION}. Numbers are big-endian; a text is 2 bytes of length and
 * UTF-8. A snapshot is for ever: a change here is a new version, and old ones stay readable.
 *
 * <table>
 * <caption>In this order</caption>
 * <tr><th>bytes</th><th>what</th></tr>
 * <tr><td>8</td><td>{@code 89 43 56 53 4e 41 50 0a} ("‰CVSNAP", newline: a transfer that takes it for text damages it
 * visibly)</td></tr>
 * <tr><td>4</td><td>the format's version</td></tr>
 * <tr><td>4</td><td>the length of the header</td></tr>
 * <tr><td>n</td><td>the header: cluster id (16); created, in milliseconds since 1970 (8); log index (8) and epoch (8)
 * of the last
 *     entry applied; store revision (8); compact revision (8); number of keys (8); node id (text); the members'
 *     configuration as
 *     the log has it (4 bytes of length, then it); number of files (4), and for each its path (text) and size
 *     (8)</td></tr>
 * <tr><td>32</td><td>SHA-256 of all before</td></tr>
 * <tr><td>…</td><td>for each file its content, then the SHA-256 of that (32)</td></tr>
 * <tr><td>32</td><td>SHA-256 of all before</td></tr>
 * </table>
 *
 * <p>A file's digest follows it, so that whoever makes a snapshot reads its files once to know the digest of the whole,
 * which HTTP wants to have before the first byte.
 */
public final class SnapshotFormat {
    public static final int VERSION = 1;

    static final int DIGEST_BYTES = 32;
    /** Members and files, as many as there may be of either, stay far below. */
    static final int MAX_HEADER_BYTES = 16 << 20;

    private static final byte[] MAGIC = {(byte) 0x89, 'C', 'V', 'S', 'N', 'A', 'P', '\n'};

    private SnapshotFormat() {}

    static byte[] magic() {
        return MAGIC.clone();
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("Every Java platform has SHA-256", e);
        }
    }
}
