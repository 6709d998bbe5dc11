package io.canvass.raft.runtime;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** When a log begins later, and where. */
class CompactionPolicyTest {
    private static final long MANY_BYTES = 1L << 40;

    /** After each 100 entries, 50 stay. */
    private static Compaction byEntries(long base, long lastIndex) {
        return new Compaction(policy(MANY_BYTES, 100, MANY_BYTES, 50), base, lastIndex, 0);
    }

    private static LogPolicy policy(long everyBytes, long everyEntries, long keptBytes, long keptEntries) {
        return new LogPolicy(Path.of("snapshots"), everyBytes, everyEntries, keptBytes, keptEntries, 8 * keptBytes, 8 * keptEntries, 0);
    }

    private static void write(Compaction compaction, long from, long to) {
        List<Entry> entries = new ArrayList<>();
        for (long index = from; index <= to; index++) {
            entries.add(new Entry(index, 1, EntryKind.COMMAND, 0, Bytes.ofUtf8("x")));
        }
        compaction.wrote(new Effect.LogWrite(0, entries));
    }

    @Test
    void aNewLogIsDueAfterSoManyEntriesBeyondThoseKept() {
        Compaction compaction = byEntries(0, 0);
        write(compaction, 1, 99);
        assertThat(compaction.isDue()).isFalse();
        write(compaction, 100, 100);
        assertThat(compaction.isDue()).isTrue();
        assertThat(compaction.isDue()).as("once for each time").isFalse();
        assertThat(compaction.flushed(100).map(Compaction.Where::upTo)).isEqualTo(Optional.of(50L));
    }

    @Test
    void whatIsThereAtTheStartCountsSoThatRestartsDoNotMakeALogGrow() {
        long base = 1000;
        long last = 1050;
        for (int restart = 0; restart < 20; restart++) {
            Compaction compaction = byEntries(base, last);
            write(compaction, last + 1, last + 30);
            last += 30;
            if (compaction.isDue()) {
                base = compaction.flushed(last).orElseThrow().upTo();
            }
            assertThat(last - base).as("entries after restart %d", restart).isLessThanOrEqualTo(50 + 100 + 30);
        }
    }

    @Test
    void bytesOfAnOldLogCountAsIfItsEntriesWereOfOneSize() {
        LogPolicy policy = policy(1 << 20, MANY_BYTES, 1 << 20, MANY_BYTES);
        Compaction full = new Compaction(policy, 1000, 2000, 4 << 20);
        assertThat(full.isDue()).isTrue();
        assertThat(full.flushed(2000).orElseThrow().upTo()).isBetween(1740L, 1750L);
        assertThat(new Compaction(policy, 1000, 2000, 1 << 20).isDue()).isFalse();
        assertThat(new Compaction(policy, 0, 0, 1 << 20).isDue()).as("an empty log").isFalse();
    }
}
