package io.canvass.kv.api.watch;

import java.time.Duration;

/**
 * Times of streams and long polls; all above zero.
 *
 * @param progressInterval between two words of progress on a stream
 * @param maxWait the longest that a long poll may ask for
 * @param leaderless with no leader known for so long, a stream that requires one ends
 */
public record WatchTimes(Duration progressInterval, Duration maxWait, Duration leaderless) {
    public WatchTimes {
        if (!progressInterval.isPositive() || !maxWait.isPositive() || !leaderless.isPositive()) {
            throw new IllegalArgumentException("All times must be above zero: " + progressInterval + ", " + maxWait + ", "
                    + leaderless);
        }
    }
}
