package io.canvass.raft.storage;

/**
 * How a store is laid out.
 *
 * @param number rises with each layout that an older version cannot read
 * @param writtenBy the version that wrote the directory in this format first, for people
 */
record StoreFormat(int number, String writtenBy) {
    /** The log begins with entry 1. A new directory is of this format, so that an older version can still take it. */
    static final int WHOLE_LOG = 1;
    /**
     * The log may begin later: {@link MetaKey#LOG_BASE} and {@link MetaKey#INSTALLING} are there. A directory becomes
     * this with the first write of either, and stays it.
     */
    static final int LOG_WITH_BASE = 2;
    /**
     * The same, but the directory was formatted to join a cluster: its log began empty, after a base at index 0, and
     * {@link MetaKey#BOOTSTRAP} is what it was told of the members. A directory is this from the first, or never.
     */
    static final int LOG_FROM_NOTHING = 3;

    private static final int NEWEST = LOG_FROM_NOTHING;

    static StoreFormat of(int number) {
        String version = StoreFormat.class.getPackage().getImplementationVersion();
        return new StoreFormat(number, "Canvass " + (version == null ? "(a build without a version)" : version));
    }

    boolean knowsBases() {
        return number >= LOG_WITH_BASE;
    }

    boolean isOfOneThatJoined() {
        return number >= LOG_FROM_NOTHING;
    }

    /**
     * @throws UnreadableException if this version cannot read it: an unknown format is never guessed at (HAZARDS E3)
     */
    void requireKnown() throws UnreadableException {
        if (number > NEWEST) {
            throw UnreadableException.newer("a newer format, " + number + ", written by " + writtenBy
                    + "; this version reads formats " + WHOLE_LOG + " to " + NEWEST + " only");
        }
        if (number < WHOLE_LOG) {
            throw UnreadableException.damaged("format " + number + ", which no version has written");
        }
    }
}
