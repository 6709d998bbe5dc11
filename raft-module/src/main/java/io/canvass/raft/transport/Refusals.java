package io.canvass.raft.transport;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what was refused, and says so in the log, a little. Safe for any thread. */
final class Refusals {
    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
    private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);

    private final Counters<RefusalReason> counters = new Counters<>(RefusalReason.class);
    private final EnumMap<RefusalReason, LogLimiter> limiters = new EnumMap<>(RefusalReason.class);

    Refusals() {
        for (RefusalReason reason : RefusalReason.values()) {
            limiters.put(reason, new LogLimiter(LOG_INTERVAL));
        }
    }

    /**
     * @param who the node or the remote address
     * @param what a sentence: what came, and why it was refused
     */
    void count(RefusalReason reason, String who, String what) {
        counters.count(reason);
        LogLimiter limiter = limiters.get(reason);
        if (limiter != null) {
            limiter.tryPass()
                    .ifPresent(heldBack -> LOG.warn(
                            "Refused from {}: {} ({}; {} more of this reason since the last such line)",
                            who,
                            what,
                            reason,
                            heldBack));
        }
    }

    long get(RefusalReason reason) {
        return counters.get(reason);
    }

    Map<String, Long> snapshot() {
        return counters.snapshot();
    }
}
