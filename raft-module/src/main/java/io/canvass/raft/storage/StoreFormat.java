package io.canvass.raft.storage;

/**
 * How a store is laid out.
 *
 * @param number rises with each layout that an older version cannot read
 * @param writtenBy the version that formatted the directory, for people
 */
record StoreFormat(int number, String writtenBy) {
    static final int CURRENT = 1;

    static StoreFormat current() {
        String version = StoreFormat.class.getPackage().getImplementationVersion();
        return new StoreFormat(CURRENT, "Canvass " + (version == null ? "(a build without a version)" : version));
    }

    /**
     * @throws UnreadableException if this version cannot read it: an unknown format is never guessed at (HAZARDS E3)
     */
    void requireKnown() throws UnreadableException {
        if (number > CURRENT) {
            throw UnreadableException.newer("a newer format, " + number + ", written by " + writtenBy
                    + "; this version reads format " + CURRENT + " only");
        }
        if (number < CURRENT) {
            throw UnreadableException.damaged("format " + number + ", which no version has written");
        }
    }
}
