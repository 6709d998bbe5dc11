package io.canvass.raft.storage;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.canvass.raft.core.LogBase;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * A JVM of its own that opens a store and does a {@link Task} with it, to be killed; it says on its output what it
 * has done.
 */
final class StoreProcess implements AutoCloseable {
    static final String OPEN = "open";
    static final String ACKNOWLEDGED = "acknowledged ";
    static final String FAILED = "failed ";
    static final String STILL_REFUSED = "still refused ";

    static final long SNAPSHOT_EVERY = 20;
    static final long KEPT = 5;

    /** Below it fits what RocksDB writes when it opens; no write-ahead log with the large entry does. */
    private static final long FILE_SIZE_LIMIT_BYTES = 1 << 20;

    enum Task {
        /** Keep the store open. */
        HOLD,
        /** Append one entry after the other. */
        APPEND,
        /** Append one entry after the other; each write drops all but the newest few, sometimes a snapshot all. */
        APPEND_AND_DROP,
        /** Append until the operating system refuses to let a file grow; then try once more. */
        APPEND_TO_FULL_DISK
    }

    private final Process process;
    private final BufferedReader output;

    private StoreProcess(Process process) {
        this.process = process;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    }

    static StoreProcess start(Task task, Path directory) throws IOException {
        return start(task, directory, Path.of(System.getProperty("java.io.tmpdir")));
    }

    static StoreProcess start(Task task, Path directory, Path temporary) throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-Xmx128m", "-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + temporary,
                "-cp", System.getProperty("java.class.path"),
                StoreProcess.class.getName(), task.name(), directory.toString());
        return new StoreProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    long pid() {
        return process.pid();
    }

    /** Reads on until a line starts with this. */
    String awaitLine(String prefix) throws IOException {
        List<String> seen = new ArrayList<>();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            seen.add(line);
            if (line.startsWith(prefix)) {
                return line;
            }
        }
        throw new AssertionError("The process ended without saying \"" + prefix + "\", but:\n"
                + String.join("\n", seen));
    }

    /** Reads a line {@code ACKNOWLEDGED index}. */
    long awaitAcknowledged() throws IOException {
        return indexOf(awaitLine(ACKNOWLEDGED));
    }

    /** SIGKILL; then what it had still said, complete lines only. */
    List<Long> killAndDrain() throws IOException {
        kill();
        StringBuilder rest = new StringBuilder();
        for (int c = output.read(); c >= 0; c = output.read()) {
            rest.append((char) c);
        }
        int complete = rest.lastIndexOf("\n") + 1;
        return rest.substring(0, complete).lines().filter(line -> line.startsWith(ACKNOWLEDGED))
                .map(StoreProcess::indexOf).toList();
    }

    private static long indexOf(String line) {
        return Long.parseLong(line.substring(ACKNOWLEDGED.length()));
    }

    void kill() {
        // Through the handle: Process.destroyForcibly would close the output, too, and what was said last would be
        // lost.
        process.toHandle().destroyForcibly();
        process.onExit().join();
    }

    @Override
    public void close() {
        kill();
    }

    /** The process itself: {@code task directory}. */
    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[1]);
        StoredMeta meta = Stores.metaOf(directory);
        try (RocksRaftStore store = Stores.open(directory)) {
            say(OPEN);
            long next = store.recovered(meta == null ? 0 : meta.logBegin().index()).lastIndex() + 1;
            switch (Task.valueOf(args[0])) {
                case HOLD -> TimeUnit.DAYS.sleep(1);
                case APPEND -> appendForEver(store, next);
                case APPEND_AND_DROP -> appendAndDropForEver(store, next);
                case APPEND_TO_FULL_DISK -> appendToFullDisk(store, next);
            }
        }
    }

    private static void appendForEver(RaftStore store, long first) {
        for (long index = first; ; index++) {
            append(store, index, (int) (index % 700));
        }
    }

    private static void appendAndDropForEver(RaftStore store, long first) {
        for (long index = first; ; index++) {
            if (index % SNAPSHOT_EVERY == 0) {
                LogBase snapshot = Stores.base(index, index);
                store.installing(snapshot);
                store.write(List.of(Stores.replace(Stores.epoch(index), snapshot)));
            } else {
                store.write(List.of(Stores.append(Stores.epoch(index), Stores.command(index, index, 100))));
                if (index % SNAPSHOT_EVERY > KEPT + 1) {
                    long base = index - KEPT;
                    store.write(List.of(Stores.compact(Stores.epoch(index), Stores.base(base, base))));
                }
            }
            say(ACKNOWLEDGED + index);
        }
    }

    private static void appendToFullDisk(RaftStore store, long first) throws Exception {
        append(store, first, 100);
        limitFileSize();
        long next = first + 1;
        try {
            for (; ; next++) {
                append(store, next, 64 << 10);
            }
        } catch (StorageException e) {
            say(FAILED + e.getMessage());
        }
        try {
            append(store, next, 1);
        } catch (StorageException e) {
            say(STILL_REFUSED + e.getMessage());
        }
    }

    private static void append(RaftStore store, long index, int dataBytes) {
        store.write(List.of(Stores.append(Stores.epoch(index), Stores.command(index, index, dataBytes))));
        say(ACKNOWLEDGED + index);
    }

    private static void limitFileSize() throws Exception {
        new ProcessBuilder("prlimit", "--pid", Long.toString(ProcessHandle.current().pid()),
                "--fsize=" + FILE_SIZE_LIMIT_BYTES).inheritIO().start().waitFor();
    }

    @SuppressWarnings("SystemOut")
    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
