package io.canvass.kv.health;

/** Lengths of time for people. */
final class Ages {
    private static final long SECOND = 1000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;

    private Ages() {}

    /** In the largest unit of which there are at least two. */
    static String text(long millis) {
        if (millis < 2 * SECOND) {
            return millis + " ms";
        }
        if (millis < 2 * MINUTE) {
            return millis / SECOND + " s";
        }
        return millis < 2 * HOUR ? millis / MINUTE + " min" : millis / HOUR + " h";
    }
}
