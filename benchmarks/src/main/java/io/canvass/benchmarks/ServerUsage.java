package io.canvass.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What processes have used so far, by {@code /proc} (Linux).
 *
 * @param cpuSeconds user and system time together; negative: not known here
 * @param residentBytes memory in RAM, shared pages counted in each process; negative: not known here
 */
record ServerUsage(double cpuSeconds, long residentBytes) {
    private static final ServerUsage UNKNOWN = new ServerUsage(-1, -1);
    /** USER_HZ: 100 on every Linux that a JVM runs on; what the kernel counts in inside is another number. */
    private static final double TICKS_PER_SECOND = 100;
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");

    static ServerUsage of(List<Long> pids) {
        if (pids.isEmpty()) {
            return UNKNOWN;
        }
        try {
            double cpuSeconds = 0;
            long residentBytes = 0;
            for (long pid : pids) {
                Path process = Path.of("/proc", Long.toString(pid));
                cpuSeconds += cpuSeconds(Files.readString(process.resolve("stat")));
                residentBytes += residentBytes(Files.readString(process.resolve("status")));
            }
            return new ServerUsage(cpuSeconds, residentBytes);
        } catch (IOException e) {
            return UNKNOWN;
        }
    }

    /** The used CPU time between an earlier reading and this one; negative: not known. */
    double cpuSecondsSince(ServerUsage earlier) {
        return cpuSeconds < 0 || earlier.cpuSeconds < 0 ? -1 : cpuSeconds - earlier.cpuSeconds;
    }

    /** Fields 14 and 15 of proc(5), stat; counted behind the name, which may hold blanks and brackets. */
    static double cpuSeconds(String stat) {
        List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
        return (Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12))) / TICKS_PER_SECOND;
    }

    static long residentBytes(String status) {
        Matcher matcher = RESIDENT.matcher(status);
        return matcher.find() ? Long.parseLong(matcher.group(1)) * 1024 : 0;
    }
}
