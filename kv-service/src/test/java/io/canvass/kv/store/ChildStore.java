package io.canvass.kv.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.Command;
import io.canvass.raft.core.Entry;

/** A process that applies one endless log to a store until it is killed. */
final class ChildStore implements AutoCloseable {
    private static final int BATCH_ENTRIES = 200;
    private static final int KEYS = 500;
    private static final int VALUE_BYTES = 200;

    private final Process process;
    private final BufferedReader output;

    private ChildStore(Process process) {
        this.process = process;
        output = process.inputReader(StandardCharsets.UTF_8);
    }

    /** What the endless log consists of. */
    enum Log {
        /** Mostly puts, every seventh a deletion; write buffers so small that they fill up again and again. */
        CHANGES,
        /** Puts whose precondition fails; write buffers that never fill up. */
        NOTHING
    }

    /** Enough for the entries of one batch to be more. */
    private static final StoreLimits SMALL_REPLAY = new StoreLimits(1 << 20, 64 << 20, 10_000);

    private static Entry nothing(long index) {
        return TestLog.entry(index, TestLog.provided(TestLog.mustExist(), TestLog.put("absent", "value")));
    }

    /** The entry of {@link Log#CHANGES} at an index. */
    static Entry entry(long index) {
        ByteString key = ByteString.copyFromUtf8("key-" + (index * 7919 % KEYS));
        Command command = index % 7 == 0
                ? TestLog.delete(key)
                : TestLog.put(key, ByteString.copyFromUtf8((index + ".").repeat(VALUE_BYTES / 4)));
        return TestLog.entry(index, command);
    }

    static List<Entry> entries(long from, long to) {
        List<Entry> entries = new ArrayList<>();
        for (long index = from; index <= to; index++) {
            entries.add(entry(index));
        }
        return entries;
    }

    static ChildStore start(Path directory, Log log) throws IOException {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        classPath,
                        ChildStore.class.getName(),
                        directory.toString(),
                        log.name())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return new ChildStore(process);
    }

    /** Waits for so many more batches and returns the index that the last of them reached. */
    long awaitBatches(int count) throws IOException {
        String line = "";
        for (int i = 0; i < count; i++) {
            line = output.readLine();
            if (line == null) {
                throw new IOException("The process with the store ended by itself");
            }
        }
        return Long.parseLong(line);
    }

    /** SIGKILL: nothing is flushed, nothing is closed. Returns when the process is gone. */
    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while the process with the store was ending", e);
        }
        output.close();
    }

    @SuppressWarnings("SystemOut") // It is how the process speaks to its parent.
    public static void main(String[] arguments) {
        Log log = Log.valueOf(arguments[1]);
        StoreLimits limits = log == Log.CHANGES ? TestLog.SMALL : SMALL_REPLAY;
        try (KvStore store = KvStore.open(Path.of(arguments[0]), limits)) {
            for (long index = store.appliedIndex(); ; index += BATCH_ENTRIES) {
                store.apply(log == Log.CHANGES
                        ? entries(index + 1, index + BATCH_ENTRIES)
                        : LongStream.rangeClosed(index + 1, index + BATCH_ENTRIES)
                                .mapToObj(ChildStore::nothing)
                                .toList());
                System.out.println(index + BATCH_ENTRIES);
            }
        }
    }
}
