package io.canvass.kv.store;

/** Is told where an install stands, so that a test can look at what a crash would leave there. */
@FunctionalInterface
interface InstallTrace {
    InstallTrace NONE = step -> {};

    void reached(Step step);

    enum Step {
        FILE_COPIED,
        COPIED,
        OPENED,
        POINTER_WRITTEN,
        POINTED,
        SWITCHED,
        FILE_REMOVED
    }
}
