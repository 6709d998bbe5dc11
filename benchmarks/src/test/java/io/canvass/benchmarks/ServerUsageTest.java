package io.canvass.benchmarks;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ServerUsageTest {
    @Test
    void cpuTimeIsUserAndSystemTimeWhateverTheProcessIsCalled() {
        String stat = "4242 (tricky) name 9) S 1 4242 4242 0 -1 4194304 100 200 3 4 1500 250 7 8 20 0 12 0 99 1000 50";
        assertThat(ServerUsage.cpuSeconds(stat)).isEqualTo(17.5);
    }

    @Test
    void memoryIsWhatIsResident() {
        assertThat(ServerUsage.residentBytes("Name:\tjava\nVmPeak:\t 9000 kB\nVmRSS:\t    2048 kB\nThreads:\t3\n"))
                .isEqualTo(2048 * 1024);
    }

    @Test
    void aProcessThatIsGoneIsNotCountedAsFree() {
        ServerUsage gone = ServerUsage.of(List.of(Long.MAX_VALUE));
        assertThat(gone.cpuSecondsSince(gone)).isNegative();
        assertThat(gone.residentBytes()).isNegative();
    }
}
