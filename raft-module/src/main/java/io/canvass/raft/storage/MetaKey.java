package io.canvass.raft.storage;

import java.nio.charset.StandardCharsets;

/** The records of the column family {@code meta}. Their names are stored: they are for ever. */
enum MetaKey {
    FORMAT("format"),
    IDENTITY("identity"),
    HARD_STATE("hard-state"),
    /** How often the directory was opened. */
    BOOT("boot"),
    /** The configuration that the directory was formatted with. */
    BOOTSTRAP("bootstrap"),
    /**
     * The position of the last entry: without it nobody could tell a log that lost its end from a shorter one
     * (HAZARDS E3).
     */
    LOG_END("log-end");

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
