package io.canvass.kv.cluster;

/** Is told where the healing of a state stands, so that a test can look at what a crash would leave there. */
@FunctionalInterface
interface HealingTrace {
    HealingTrace NONE = step -> {};

    void reached(Step step);

    enum Step {
        /** What an earlier attempt left does not bear the state's name any more. */
        DISCARDED,
        PART_RECEIVED,
        RECEIVED,
        /** The state is the peer's, and the log does not say so yet. */
        SWITCHED,
        /** The log says so, if it has to. */
        NOTED,
        COPY_REMOVED,
        ENDED
    }
}
