package io.canvass.kv.tools;

/** With what a tool ends, so that scripts need not read its words. */
final class ExitStatus {
    /** Done, or the answer is yes. */
    static final int DONE = 0;
    /** Refused, failed, or the answer is no: nothing was changed. */
    static final int REFUSED = 1;
    /** The command line is wrong. */
    static final int USAGE = 2;
    /** Nobody answered, or nobody could answer now: nothing was changed, and the same may work later. */
    static final int UNAVAILABLE = 3;
    /** Asked for, but whether it happened is not known. */
    static final int UNKNOWN = 4;

    private ExitStatus() {}
}
