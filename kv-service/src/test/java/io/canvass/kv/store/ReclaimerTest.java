package io.canvass.kv.store;

import java.util.ArrayList;
import java.util.List;

import io.canvass.proto.kv.v1.Command;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

import static io.canvass.kv.store.TestLog.applyAll;
import static io.canvass.kv.store.TestLog.delete;
import static io.canvass.kv.store.TestLog.put;
import static org.assertj.core.api.Assertions.assertThat;

/** Removal in its steps: far behind, and while the compact revision goes on before it. */
class ReclaimerTest extends StoreTest {
    private static final int WRITES = 100_000;
    private static final int KEYS = 50;
    private static final int STEP = 32_768;

    private Tuning tuning;
    private Database database;

    @BeforeEach
    void fill() {
        for (int first = 0; first < WRITES; first += 1000) {
            List<Command> commands = new ArrayList<>();
            for (int i = first; i < first + 1000; i++) {
                commands.add(i % 7 == 6 ? delete("k" + i * 31 % KEYS) : put("k" + i * 17 % KEYS, "v"));
            }
            applyAll(store, commands);
        }
        store.close();
        tuning = new Tuning(TestLog.SMALL);
        database = Database.open(
                new StateDirectories(directory.resolve("store"), InstallTrace.NONE).active().orElseThrow(), tuning);
    }

    @AfterEach
    void reopen() {
        database.close();
        tuning.close();
        open();
    }

    private boolean stepTo(long compactRevision) throws RocksDBException {
        return Reclaimer.step(database, new StoreState(0, 0, WRITES, compactRevision, 0, 0));
    }

    private int versions() {
        int rows = 0;
        try (RocksIterator versions = database.iterator(database.versions(), database.latest())) {
            for (versions.seekToFirst(); versions.isValid(); versions.next()) {
                rows++;
            }
        }
        return rows;
    }

    /** It was not so: nothing of a key went before the walk met the newest of its versions, and that one kept moving away. */
    @Test
    void eachStepRemovesWhatItPassesAlsoWhereTheCompactRevisionMovesOn() throws RocksDBException {
        int before = versions();
        for (int steps = 1; steps <= 2; steps++) {
            assertThat(stepTo(70_000 + 10_000L * steps)).as("there is more").isTrue();
            assertThat(database.reclaimed(database.latest())).isEqualTo((long) steps * STEP);
            assertThat(versions()).isBetween(before - steps * STEP, before - steps * STEP + KEYS);
        }
        int rounds = 2;
        while (stepTo(95_000)) {
            rounds++;
        }
        assertThat(rounds).isEqualTo(2);
        assertThat(database.reclaimed(database.latest())).isEqualTo(95_000);
        assertThat(versions()).isBetween(before - 95_000, before - 95_000 + KEYS);
    }

    /** Notes of earlier versions: removal was left off half way, and the older versions of a key may still be there. */
    @Test
    void whatAnEarlierVersionLeftHalfDoneIsDoneWhole() throws RocksDBException {
        try (WriteBatch notes = new WriteBatch()) {
            leaveHalfDone(notes);
            database.write(notes);
        }
        while (stepTo(95_000)) {
            // On to the end.
        }
        assertThat(versions()).isBetween(WRITES - 95_000, WRITES - 95_000 + KEYS);
        assertThat(database.reclaimBase(database.latest())).isEqualTo(95_000);
    }

    private void leaveHalfDone(WriteBatch notes) throws RocksDBException {
        notes.put(database.meta(), KeyLayout.RECLAIMED_KEY, KeyLayout.number(40_000));
        for (long revision = 1; revision <= 40_000; revision++) {
            notes.delete(database.changes(), KeyLayout.number(revision));
        }
    }
}
