package io.canvass.raft.storage;

import java.nio.charset.StandardCharsets;

/** The records of the column family {@code meta}. Their names are stored: they are for ever. */
enum MetaKey {
    FORMAT("format"),
    IDENTITY("identity"),
    HARD_STATE("hard-state"),
    /** How often the directory was opened. */
    BOOT("boot"),
    /** The configuration that the directory was formatted with: of the cluster's first members, or what one that joins was told. */
    BOOTSTRAP("bootstrap"),
    /**
     * The position of the last entry: without it nobody could tell a log that lost its end from a shorter one
     * (HAZARDS E3).
     */
    LOG_END("log-end"),
    /**
     * What stands in place of the entries before the log, or that nothing does. From format {@value
     * StoreFormat#LOG_WITH_BASE} on it is always there, so that its loss is noticed.
     */
    LOG_BASE("log-base"),
    /** The base of a snapshot that is about to be, or was, put in place of the state; or that none is. As above. */
    INSTALLING("installing");

    private final String name;

    MetaKey(String name) {
        this.name = name;
    }

    byte[] bytes() {
        return name.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public String toString() {
        return name;
    }
}
