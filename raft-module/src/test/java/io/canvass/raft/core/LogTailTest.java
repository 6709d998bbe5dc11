package io.canvass.raft.core;

import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** The newest entries in memory, against a sorted map of them. */
class LogTailTest {
    private static final int ENTRY = CoreFixture.command(1, 1).sizeBytes();

    /** Each move appends its number of entries; a negative one truncates that many where it is odd, and else evicts. */
    @Property
    void itHoldsWhatASortedMapHolds(@ForAll @Size(max = 40) List<@IntRange(min = -30, max = 60) Integer> moves) {
        int most = 20 * ENTRY;
        LogTail tail = new LogTail(most, 5);
        TreeMap<Long, Entry> model = new TreeMap<>();
        long next = 5;
        for (int move : moves) {
            if (move >= 0) {
                for (int i = 0; i < move; i++) {
                    Entry entry = CoreFixture.command(next++, 1);
                    tail.append(entry);
                    model.put(entry.index(), entry);
                }
            } else if (move % 2 != 0) {
                next = Math.max(1, next + move);
                tail.truncate(next);
                model.tailMap(next, true).clear();
            } else {
                long keepAbove = next + move;
                tail.evict(keepAbove);
                evict(model, keepAbove, most);
            }
            assertAgrees(tail, model, next);
        }
    }

    private static void evict(NavigableMap<Long, Entry> model, long keepAbove, int most) {
        while (!model.isEmpty() && bytes(model) > most && model.firstKey() <= keepAbove) {
            model.pollFirstEntry();
        }
    }

    private static int bytes(NavigableMap<Long, Entry> model) {
        return model.values().stream().mapToInt(Entry::sizeBytes).sum();
    }

    private static void assertAgrees(LogTail tail, NavigableMap<Long, Entry> model, long next) {
        assertThat(tail.nextIndex()).isEqualTo(next);
        assertThat(tail.holds(next)).isFalse();
        if (model.isEmpty()) {
            assertThat(tail.holds(next - 1)).isFalse();
            return;
        }
        assertThat(tail.firstIndex()).isEqualTo(model.firstKey());
        assertThat(tail.holds(model.firstKey() - 1)).isFalse();
        assertThat(tail.slice(model.firstKey(), model.lastKey(), Long.MAX_VALUE))
                .containsExactlyElementsOf(model.values());
    }

    @Test
    void aSliceHasAtLeastOneEntryAndThenAsManyAsFit() {
        LogTail tail = new LogTail(1 << 20, 1);
        for (long index = 1; index <= 5; index++) {
            tail.append(CoreFixture.command(index, 1));
        }
        assertThat(tail.slice(2, 5, 1)).hasSize(1);
        assertThat(tail.slice(2, 5, 2L * ENTRY - 1)).hasSize(1);
        assertThat(tail.slice(2, 5, 2L * ENTRY)).hasSize(2);
        assertThat(tail.slice(2, 3, 99L * ENTRY)).hasSize(2);
    }

    @Test
    void itGrowsBeyondItsFirstRingAndKeepsTheOrder() {
        LogTail tail = new LogTail(1, 1000);
        for (long index = 1000; index < 1800; index++) {
            tail.append(CoreFixture.command(index, 1));
        }
        tail.evict(1500);
        for (long index = 1800; index < 4000; index++) {
            tail.append(CoreFixture.command(index, 1));
        }
        assertThat(tail.firstIndex()).isEqualTo(1501);
        for (long index = 1501; index < 4000; index++) {
            assertThat(tail.get(index).index()).isEqualTo(index);
        }
    }

    @Test
    void whatIsNotInMemoryIsNotHandedOut() {
        LogTail tail = new LogTail(1, 4);
        assertThatIllegalStateException().isThrownBy(() -> tail.get(4));
        assertThatIllegalStateException().isThrownBy(() -> tail.append(CoreFixture.command(5, 1)));
    }
}
