package io.canvass.kv.config;

import java.lang.management.ManagementFactory;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.sun.management.OperatingSystemMXBean;
import org.springframework.util.unit.DataSize;

/**
 * What the state store takes of this process's memory, outside of the Java heap. All of it together stays below
 * {@code kv.memory.total}: the heap, {@link #RESERVED_BYTES}, the cache, and twice the write buffers, of which a second set
 * fills while the first is written to the disk.
 *
 * @param cacheBytes for blocks of files that were read
 * @param writeBufferBytes for changes that are in no file yet
 */
public record MemoryPlan(long cacheBytes, long writeBufferBytes) {
    static final String PROPERTY = "kv.memory.total";
    private static final long MIB = 1 << 20;

    /**
     * The log's store, which takes 136 MiB at most, and the JVM beside its heap: classes, compiled code, stacks, gRPC's buffers.
     * docs/sizing.md has what was measured.
     */
    static final long RESERVED_BYTES = 384 * MIB;

    private static final MemoryPlan DEFAULT = new MemoryPlan(64 * MIB, 64 * MIB);
    /** With less, each read goes to the disk and each moment brings a flush. */
    private static final long LEAST_BYTES = 64 * MIB;

    private static final long LEAST_WRITE_BUFFER_BYTES = 16 * MIB;
    /** More would make flushes rarer, and stops and snapshots longer. */
    private static final long MOST_WRITE_BUFFER_BYTES = 128 * MIB;

    private static final int WRITE_BUFFER_SHARE = 8;
    private static final Pattern PERCENTAGE = Pattern.compile("(100|[1-9][0-9]?)%");

    /**
     * Of the settings, the heap of this JVM, and the memory that it sees: the container's limit, or that of the machine.
     *
     * @throws InvalidSettingException if that is not enough
     */
    public static MemoryPlan of(KvProperties.Memory settings) {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return of(settings.total(), system.getTotalMemorySize(), Runtime.getRuntime().maxMemory());
    }

    /** @param seenBytes of which a percentage is taken */
    static MemoryPlan of(String total, long seenBytes, long heapBytes) {
        if (total.isEmpty()) {
            return DEFAULT;
        }
        long totalBytes = bytes(total, seenBytes);
        long left = totalBytes - heapBytes - RESERVED_BYTES;
        if (left < LEAST_BYTES) {
            throw new InvalidSettingException(
                    PROPERTY,
                    total,
                    "of these " + mebibytes(totalBytes) + " MiB the heap may take " + mebibytes(heapBytes)
                            + " and the JVM and the log " + mebibytes(RESERVED_BYTES) + ", which does not leave the "
                            + mebibytes(LEAST_BYTES) + " that the state needs",
                    "give the node more memory, or its heap less (-XX:MaxRAMPercentage or -Xmx in JAVA_TOOL_OPTIONS)");
        }
        long buffers = Math.clamp(left / WRITE_BUFFER_SHARE, LEAST_WRITE_BUFFER_BYTES, MOST_WRITE_BUFFER_BYTES);
        return new MemoryPlan(left - 2 * buffers, buffers);
    }

    private static long bytes(String total, long seenBytes) {
        Matcher percentage = PERCENTAGE.matcher(total);
        if (percentage.matches()) {
            return Math.multiplyExact(seenBytes, Long.parseLong(percentage.group(1))) / 100;
        }
        try {
            return DataSize.parse(total).toBytes();
        } catch (IllegalArgumentException e) {
            InvalidSettingException refused = new InvalidSettingException(
                    PROPERTY, total, "that is neither a size nor a percentage", "write for example 2GB, or 100%");
            refused.initCause(e);
            throw refused;
        }
    }

    private static long mebibytes(long bytes) {
        return bytes / MIB;
    }
}
