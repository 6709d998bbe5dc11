package io.canvass.raft.core;

import java.util.ArrayList;
import java.util.List;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.configurationOf;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A log that is appended to, cut back, committed, let begin later and replaced by snapshots, against the list of all its
 * entries from the first on (HAZARDS F6, F14, G1).
 */
class ReplicaLogTest {
    private static final List<Configuration> CONFIGURATIONS = List.of(
            configurationOf(List.of(N1, N2, N3)), configurationOf(List.of(N1, N2)), configurationOf(List.of(N2, N3)));

    /** Entry i + 1 stands at i; what the log dropped too. */
    private final List<Entry> all = new ArrayList<>();
    private long base;
    private long commit;
    private ReplicaLog log = fresh();

    private ReplicaLog fresh() {
        Entry first = configuration(1, 0, 0);
        all.clear();
        all.add(first);
        base = 0;
        commit = 0;
        StoredState stored = new StoredState(
                1, HardState.INITIAL, List.of(new StoredState.EpochStart(0, 1)), 1, List.of(first), 0);
        return new ReplicaLog(stored, 1 << 20);
    }

    private static Entry configuration(long index, long epoch, int which) {
        Bytes data = CONFIGURATIONS.get(which).encode();
        return new Entry(index, epoch, EntryKind.CONFIGURATION, 0, data);
    }

    @Property
    void itAnswersLikeTheListOfAllItsEntries(@ForAll @Size(max = 60) List<@IntRange(max = 999) Integer> moves) {
        log = fresh();
        for (int move : moves) {
            int amount = move / 10;
            switch (move % 10) {
                case 0, 1, 2 -> append(CoreFixture.command(next(), last().epoch() + amount % 2));
                case 3 -> append(configuration(next(), last().epoch(), amount % CONFIGURATIONS.size()));
                case 4 -> truncate(next() - amount % 5);
                case 5, 6 -> commit(Math.min(all.size(), commit + amount % 6));
                case 7, 8 -> compact(base + amount % 8);
                default -> install(amount);
            }
            assertAgrees();
        }
    }

    private long next() {
        return all.size() + 1L;
    }

    private Entry last() {
        return all.getLast();
    }

    private void append(Entry entry) {
        log.append(entry);
        all.add(entry);
        write();
    }

    private void truncate(long from) {
        if (from > Math.max(commit, 1) && from <= all.size()) {
            log.truncate(from);
            all.subList((int) from - 1, all.size()).clear();
            write();
        }
    }

    /** Everything is written and durable at once. */
    private void write() {
        List<Effect> effects = new ArrayList<>();
        log.flush(HardState.INITIAL, effects);
        effects.forEach(effect -> log.persisted(((Effect.Persist) effect).token()));
    }

    private void commit(long index) {
        log.commitUpTo(index);
        commit = index;
        log.apply(new ArrayList<>());
    }

    private void compact(long upTo) {
        log.compact(upTo);
        base = Math.max(base, Math.min(upTo, commit));
        write();
    }

    /** Of this very history, or of one that differs from what is not committed here. */
    private void install(int amount) {
        long kept = Math.max(commit, 1);
        long index = kept + 1 + amount % 4;
        if (amount % 2 == 0 || index > all.size()) {
            long epoch = last().epoch() + 1;
            all.subList((int) kept, all.size()).clear();
            while (all.size() < index) {
                all.add(CoreFixture.command(next(), epoch));
            }
        }
        LogBase snapshot = new LogBase(positionAt(index), inForceAt(index));
        log.beginInstall();
        log.installed(snapshot);
        base = index;
        commit = index;
        write();
    }

    private LogPosition positionAt(long index) {
        return index == 0 ? LogPosition.ZERO : at(index, all.get((int) index - 1).epoch());
    }

    private Configuration inForceAt(long index) {
        for (long i = index; i >= 1; i--) {
            Entry entry = all.get((int) i - 1);
            if (entry.kind() == EntryKind.CONFIGURATION) {
                return Configuration.decode(entry.data());
            }
        }
        throw new AssertionError("The first entry is a configuration");
    }

    private void assertAgrees() {
        long end = all.size();
        assertThat(log.end()).isEqualTo(positionAt(end));
        assertThat(log.base()).isEqualTo(positionAt(base));
        assertThat(log.commitIndex()).isEqualTo(commit);
        assertThat(log.durableEnd()).isEqualTo(positionAt(end));
        assertThat(log.configuration()).isEqualTo(inForceAt(end));
        for (long index = Math.max(base, 1); index <= end; index++) {
            assertThat(log.position(index)).isEqualTo(positionAt(index));
            assertThat(log.baseAt(index).configuration()).isEqualTo(inForceAt(index));
        }
        for (long index = 0; index <= end + 1; index++) {
            for (long epoch = 0; epoch <= last().epoch() + 1; epoch++) {
                assertHolds(at(index, epoch));
            }
        }
    }

    private void assertHolds(LogPosition asked) {
        boolean there = asked.index() <= all.size() && positionAt(asked.index()).equals(asked);
        assertThat(log.holds(asked)).isEqualTo(asked.index() < base || there);
        assertThat(log.lastPossibleAgreement(asked)).isEqualTo(lastPossibleAgreement(asked));
    }

    private LogPosition lastPossibleAgreement(LogPosition asked) {
        for (long index = Math.min(asked.index(), all.size()); index >= Math.max(base, 1); index--) {
            if (positionAt(index).epoch() <= asked.epoch()) {
                return positionAt(index);
            }
        }
        return LogPosition.ZERO;
    }
}
