package io.canvass.kv.store;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a role may grant. Its number in the log and on the disk is that in {@code command.proto}. */
public enum Right {
    /** Keys: their values, versions and history, and that they exist. */
    READ(io.canvass.proto.kv.v1.Right.RIGHT_READ, true),
    /** Keys: to put and to delete them. */
    WRITE(io.canvass.proto.kv.v1.Right.RIGHT_WRITE, true),
    /** Locks and elections of a name: to take, release and watch them. */
    LOCK(io.canvass.proto.kv.v1.Right.RIGHT_LOCK, true),
    /** The cluster's status, health and metrics. */
    MONITOR(io.canvass.proto.kv.v1.Right.RIGHT_MONITOR, false),
    /** Snapshots, which hold everything. */
    BACKUP(io.canvass.proto.kv.v1.Right.RIGHT_BACKUP, false),
    /** Everything, the rights of others included. */
    ADMIN(io.canvass.proto.kv.v1.Right.RIGHT_ADMIN, false);

    private final io.canvass.proto.kv.v1.Right wire;
    private final boolean onNames;

    Right(io.canvass.proto.kv.v1.Right wire, boolean onNames) {
        this.wire = wire;
        this.onNames = onNames;
    }

    /** Whether it is granted on keys or names; else on the cluster as a whole. */
    public boolean isOnNames() {
        return onNames;
    }

    /** As people write it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public io.canvass.proto.kv.v1.Right wire() {
        return wire;
    }

    /** Empty for one that this version does not know. */
    public static Optional<Right> of(io.canvass.proto.kv.v1.Right wire) {
        return Arrays.stream(values()).filter(right -> right.wire == wire).findFirst();
    }

    public static Optional<Right> ofWord(String word) {
        return Arrays.stream(values()).filter(right -> right.word().equals(word)).findFirst();
    }
}
