package io.canvass.kv.watch;

/** Why a watch ended, from the node's side. */
public sealed interface WatchEnd {
    /**
     * What comes next in the watch is history that is gone.
     *
     * @param compactRevision the oldest that can still be read
     */
    record Compacted(long compactRevision) implements WatchEnd {}

    /** Its buffer was full: it was read too slowly. */
    record Lagging() implements WatchEnd {}

    /** The node cannot go on with it; another one can. */
    record Goodbye(Reason reason) implements WatchEnd {}

    /** Of the node. */
    enum Reason {
        SHUTDOWN("shutdown"),
        /** Its state cannot be read any more. */
        DAMAGED("damaged");

        private final String word;

        Reason(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }
}
