package io.canvass.raft.transport;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** One counter per constant of an enum; they only grow. Safe for any thread. */
final class Counters<E extends Enum<E>> {
    private final EnumMap<E, LongAdder> counters;

    Counters(Class<E> reasons) {
        counters = new EnumMap<>(reasons);
        for (E reason : reasons.getEnumConstants()) {
            counters.put(reason, new LongAdder());
        }
    }

    void count(E reason) {
        adder(reason).increment();
    }

    long get(E reason) {
        return adder(reason).sum();
    }

    /** All of them, those at zero too, by the lower-case name of the constant. */
    Map<String, Long> snapshot() {
        Map<String, Long> snapshot = new LinkedHashMap<>();
        counters.forEach((reason, adder) -> snapshot.put(reason.name().toLowerCase(Locale.ROOT), adder.sum()));
        return snapshot;
    }

    private LongAdder adder(E reason) {
        LongAdder adder = counters.get(reason);
        if (adder == null) {
            throw new IllegalStateException("No counter for " + reason);
        }
        return adder;
    }
}
