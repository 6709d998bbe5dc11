package io.canvass.kv.health;

import java.util.function.ToDoubleFunction;

import io.canvass.kv.disk.FreeSpace;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/** How full the disks are: the fullest of them counts. As it was last measured. */
final class DiskMeters implements MeterBinder {
    private final FreeSpace space;

    DiskMeters(FreeSpace space) {
        this.space = space;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        bytes(registry, "kv.storage.free", "Bytes that this node may still write", FreeSpace.Disk::freeBytes);
        bytes(registry, "kv.storage.total", "Bytes of the whole disk", FreeSpace.Disk::totalBytes);
        bytes(registry, "kv.storage.reserve", "With fewer bytes free, writes that grow are refused",
                FreeSpace.Disk::reserveBytes);
        Gauge.builder("kv.storage.low", space, s -> s.shortage().isPresent() ? 1 : 0)
                .description("1 while this node refuses writes that grow")
                .register(registry);
    }

    private void bytes(
            MeterRegistry registry, String name, String description, ToDoubleFunction<FreeSpace.Disk> value) {
        Gauge.builder(name, space, s -> ofFullest(s, value))
                .baseUnit("bytes")
                .description(description)
                .register(registry);
    }

    /** Not a number if nothing could be measured yet. */
    private static double ofFullest(FreeSpace space, ToDoubleFunction<FreeSpace.Disk> value) {
        return space.disks().stream()
                .min((one, other) -> Long.compare(
                        one.freeBytes() - one.reserveBytes(), other.freeBytes() - other.reserveBytes()))
                .stream()
                .mapToDouble(value)
                .findFirst()
                .orElse(Double.NaN);
    }
}
