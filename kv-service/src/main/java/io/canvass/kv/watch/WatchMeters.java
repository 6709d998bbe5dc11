package io.canvass.kv.watch;

import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/** How many watch, what they were told, and how they ended. */
public final class WatchMeters implements MeterBinder {
    private final WatchHub hub;

    public WatchMeters(WatchHub hub) {
        this.hub = hub;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("kv.watch.streams", hub, WatchHub::openCount)
                .description("Watches and long polls that are open")
                .register(registry);
        Gauge.builder("kv.watch.lagging", hub, WatchHub::laggingCount)
                .description("Streams of whose room more than half is full of what they have not read: near to be ended")
                .register(registry);
        Gauge.builder("kv.watch.buffered", hub, WatchHub::bufferedBytes)
                .baseUnit("bytes")
                .description("Keys and values that wait for streams to be read")
                .register(registry);
        FunctionCounter.builder("kv.watch.events", hub.counts(), WatchCounts::events)
                .description("Revisions that streams have taken, each stream's counted")
                .register(registry);
        FunctionCounter.builder("kv.watch.refused", hub.counts(), WatchCounts::refusals)
                .description("Watches and long polls refused because too many were open")
                .register(registry);
        end(registry, "lagging", WatchCounts::laggingEnds);
        end(registry, "compacted", WatchCounts::compactedEnds);
        end(registry, "goodbye", WatchCounts::goodbyeEnds);
    }

    private void end(MeterRegistry registry, String reason, ToDoubleFunction<WatchCounts> count) {
        FunctionCounter.builder("kv.watch.ends", hub.counts(), count)
                .tag("reason", reason)
                .description("Streams that this node ended")
                .register(registry);
    }
}
