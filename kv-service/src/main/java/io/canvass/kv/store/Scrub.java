package io.canvass.kv.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import org.rocksdb.Options;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;
import org.rocksdb.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads every table of the state and verifies the checksum of each of its blocks, also of those that nobody asks for. Beside
 * apply and reads; takes no lock of the store.
 */
final class Scrub {
    private static final Logger LOG = LoggerFactory.getLogger(Scrub.class);
    private static final long LOOK_AGAIN_MILLIS = 100;

    private final long bytesPerSecond;
    private final BooleanSupplier stopped;

    /** A file of the state, as it was when they were listed. */
    record Table(Path path, long bytes) {}

    /**
     * @param bytesPerSecond on average over each table, above zero
     * @param stopped asked at least ten times a second while this waits, and before each table
     */
    Scrub(long bytesPerSecond, BooleanSupplier stopped) {
        this.bytesPerSecond = bytesPerSecond;
        this.stopped = stopped;
    }

    /**
     * Goes through the tables; those that a compaction has removed meanwhile are passed over.
     *
     * @return how many were verified
     * @throws DamagedStateException at the first that is damaged
     * @throws StoreException if one cannot be read
     */
    int run(List<Table> tables) throws InterruptedException {
        int verified = 0;
        try (Options options = new Options()) {
            for (Table table : tables) {
                if (stopped.getAsBoolean()) {
                    return verified;
                }
                verified += verify(options, table) ? 1 : 0;
                pace(table.bytes());
            }
        }
        LOG.info("Verified the checksums of {} tables of the state", verified);
        return verified;
    }

    /** Verifies the tables in a directory that nobody writes to, as fast as the disk allows. */
    static void verifyAll(Path directory) {
        try (Stream<Path> files = Files.list(directory); Options options = new Options()) {
            for (Path file : (Iterable<Path>) files::iterator) {
                if (file.toString().endsWith(StateDirectories.TABLE_SUFFIX)) {
                    verify(options, new Table(file, 0));
                }
            }
        } catch (IOException e) {
            throw new StoreException("The copy in " + directory + " could not be verified: " + e, e);
        }
    }

    private static boolean verify(Options options, Table table) {
        try (SstFileReader reader = new SstFileReader(options)) {
            reader.open(table.path().toString());
            reader.verifyChecksum();
            return true;
        } catch (RocksDBException e) {
            if (Files.notExists(table.path())) {
                return false;
            }
            if (e.getStatus() != null && e.getStatus().getCode() == Status.Code.Corruption) {
                throw new DamagedStateException(
                        "The state's file " + table.path() + " is damaged: " + e.getMessage() + ".", e);
            }
            throw new StoreException("The state's file " + table.path() + " could not be verified: " + e.getMessage(), e);
        }
    }

    private void pace(long bytes) throws InterruptedException {
        long left = TimeUnit.SECONDS.toMillis(bytes) / bytesPerSecond;
        while (left > 0 && !stopped.getAsBoolean()) {
            long step = Math.min(left, LOOK_AGAIN_MILLIS);
            TimeUnit.MILLISECONDS.sleep(step);
            left -= step;
        }
    }
}
