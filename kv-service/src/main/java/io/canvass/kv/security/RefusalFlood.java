package io.canvass.kv.security;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which refusals are told one by one: so many of one caller at one address in a second, by the seconds of the clock; what comes
 * beyond is counted. Not thread-safe.
 */
final class RefusalFlood {
    /** Of one caller at one address. */
    static final int MOST_A_SECOND = 100;

    /** Callers and addresses that are told apart in a second; further ones are counted together. */
    static final int MOST_SOURCES = 1000;

    private static final long MILLIS = 1000;
    private static final Source OTHERS = new Source("others", "");

    private final Map<Source, Count> counts = new LinkedHashMap<>();
    private long second;

    private record Source(String caller, String remote) {}

    private static final class Count {
        private long all;
        private Call last;

        private Count(Call last) {
            this.last = last;
        }
    }

    /**
     * Refusals that were not told.
     *
     * @param last of them
     * @param count above zero
     */
    record Dropped(Call last, long count) {}

    /** Whether this one is to be told. What was dropped in the second before must have been taken by {@link #over}. */
    boolean admits(Call call) {
        Source source = new Source(call.caller().name(), call.remote());
        Source known = counts.containsKey(source) || counts.size() < MOST_SOURCES ? source : OTHERS;
        Count count = counts.computeIfAbsent(known, _ -> new Count(call));
        count.all++;
        count.last = call;
        return count.all <= MOST_A_SECOND;
    }

    /** What was dropped in a second that is over by now, once. */
    List<Dropped> over(long nowMillis) {
        long now = Math.floorDiv(nowMillis, MILLIS);
        if (now == second) {
            return List.of();
        }
        second = now;
        List<Dropped> dropped = new ArrayList<>();
        for (Count count : counts.values()) {
            if (count.all > MOST_A_SECOND) {
                dropped.add(new Dropped(count.last, count.all - MOST_A_SECOND));
            }
        }
        counts.clear();
        return dropped;
    }
}
