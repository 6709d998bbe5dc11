package io.canvass.kv.cluster;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** How the writes that were asked of this node ended, since its start. Thread-safe. */
public final class WriteOutcomes {
    private final Map<Outcome, LongAdder> counts = new EnumMap<>(Outcome.class);

    /** One for success, and one for each way to fail. */
    public enum Outcome {
        /** In the log and applied; a precondition that did not hold counts here too. */
        APPLIED,
        NO_QUORUM,
        OVERLOADED,
        QUOTA_EXCEEDED,
        READ_ONLY,
        DAMAGED,
        STARTING,
        DRAINING,
        REMOVED,
        UNSUPPORTED,
        OUTCOME_UNKNOWN
    }

    WriteOutcomes() {
        for (Outcome outcome : Outcome.values()) {
            counts.put(outcome, new LongAdder());
        }
    }

    public long count(Outcome outcome) {
        return adder(outcome).sum();
    }

    void applied() {
        adder(Outcome.APPLIED).increment();
    }

    void failed(ReplicationException.Reason reason) {
        adder(switch (reason) {
            case NO_QUORUM -> Outcome.NO_QUORUM;
            case OVERLOADED -> Outcome.OVERLOADED;
            case QUOTA_EXCEEDED -> Outcome.QUOTA_EXCEEDED;
            case READ_ONLY -> Outcome.READ_ONLY;
            case DAMAGED -> Outcome.DAMAGED;
            case STARTING -> Outcome.STARTING;
            case DRAINING -> Outcome.DRAINING;
            case REMOVED -> Outcome.REMOVED;
            case UNSUPPORTED -> Outcome.UNSUPPORTED;
            case OUTCOME_UNKNOWN -> Outcome.OUTCOME_UNKNOWN;
        }).increment();
    }

    private LongAdder adder(Outcome outcome) {
        return counts.computeIfAbsent(outcome, _ -> new LongAdder());
    }
}
