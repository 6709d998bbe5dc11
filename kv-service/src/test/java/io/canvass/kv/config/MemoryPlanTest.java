package io.canvass.kv.config;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class MemoryPlanTest {
    private static final long MIB = 1 << 20;

    @Test
    void withoutASettingTheHeapAndTheMachineDoNotMatter() {
        assertThat(MemoryPlan.of("", 1 << 30, 1 << 30)).isEqualTo(new MemoryPlan(64 * MIB, 64 * MIB));
    }

    @ParameterizedTest
    @CsvSource({
        // total, seen, heap, cache, write buffers: all in MiB
        "100%,  1024,  410,  172,  28",
        "1GB,   99999, 410,  172,  28",
        "50%,   2048,  410,  172,  28",
        "100%,  8192, 3277, 4275, 128",
        "100%,   858,  410,   32,  16"
    })
    void theStateGetsWhatHeapJvmAndLogLeave(String total, long seen, long heap, long cache, long writeBuffers) {
        MemoryPlan plan = MemoryPlan.of(total, seen * MIB, heap * MIB);
        assertThat(plan.cacheBytes() / MIB).isEqualTo(cache);
        assertThat(plan.writeBufferBytes() / MIB).isEqualTo(writeBuffers);
    }

    @ParameterizedTest
    @CsvSource({"100%, 1024, 410", "90%, 1024, 410", "73%, 1337, 411", "12GB, 1, 4000"})
    void allOfItTogetherStaysBelowTheTotal(String total, long seen, long heap) {
        MemoryPlan plan = MemoryPlan.of(total, seen * MIB, heap * MIB);
        long bound = total.equals("12GB") ? 12L << 30 : seen * MIB * Integer.parseInt(total.replace("%", "")) / 100;
        assertThat(plan.cacheBytes() + 2 * plan.writeBufferBytes() + heap * MIB + MemoryPlan.RESERVED_BYTES)
                .isEqualTo(bound);
    }

    @Test
    void tooLittleStopsTheStart() {
        assertThatThrownBy(() -> MemoryPlan.of("90%", 512 * MIB, 205 * MIB))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("kv.memory.total is \"90%\", but of these 460 MiB the heap may take 205 and the JVM and the log 384,"
                        + " which does not leave the 64 that the state needs: give the node more memory, or its heap less"
                        + " (-XX:MaxRAMPercentage or -Xmx in JAVA_TOOL_OPTIONS).");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0%", "101%", "1.5%", "half", "-5%", "100 %", "%"})
    void whatIsNeitherASizeNorAPercentageStopsTheStart(String total) {
        assertThatThrownBy(() -> MemoryPlan.of(total, 1 << 30, MIB))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("kv.memory.total is \"" + total + "\", but that is neither a size nor a percentage:"
                        + " write for example 2GB, or 100%.");
    }
}
