package io.canvass.kv.store;

/**
 * Bounds that apply itself keeps. Constants, not settings: a replica that bounds otherwise than its peers has another
 * state. What operators may set is refused before it is proposed.
 */
public final class ApplyLimits {
    /** Keys, and tickets of locks, that one entry may delete. */
    public static final int MAX_DELETED_KEYS = 10_000;
    /** Bytes of keys and values that the reads of one transaction may return. */
    public static final long MAX_RESULT_BYTES = 8L << 20;
    /** Receipts of idempotency keys that are kept. */
    public static final long MAX_RECEIPTS = 100_000;
    /** Bytes of their keys, digests and results. */
    public static final long MAX_RECEIPT_BYTES = 64L << 20;
    /** How long a receipt is good, in the time of entries. */
    public static final long RECEIPT_MILLIS = 24L * 60 * 60 * 1000;
    /** Receipts that one entry may drop. */
    static final int MAX_DROPPED_RECEIPTS = 1000;
    public static final int MAX_IDEMPOTENCY_KEY_BYTES = 255;
    public static final int MAX_DIGEST_BYTES = 64;
    public static final long MAX_LEASES = 1_000_000;
    /** About ten years. */
    public static final long MAX_TTL_MILLIS = 10L * 365 * 24 * 60 * 60 * 1000;
    /** Who may wait for one lock. */
    public static final int MAX_WAITERS = 1000;
    /** Of a lock's or an election's name, and of an owner or candidate. */
    public static final int MAX_NAME_BYTES = 1024;

    public static final int MAX_ROLES = 1000;
    /** Rights that one role grants. */
    public static final int MAX_GRANTS = 64;
    /** Bytes of all prefixes of one role: what all nodes keep in memory is bounded. */
    public static final int MAX_ROLE_BYTES = 8 << 10;
    /** Tokens and certificates that are known. */
    public static final int MAX_PRINCIPALS = 10_000;
    /** Roles that one principal has. */
    public static final int MAX_PRINCIPAL_ROLES = 16;
    /** Of a role's or a principal's name. */
    public static final int MAX_AUTH_NAME_BYTES = 63;
    /** Of what a certificate must say. */
    public static final int MAX_CERTIFICATE_BYTES = 512;

    private ApplyLimits() {}
}
