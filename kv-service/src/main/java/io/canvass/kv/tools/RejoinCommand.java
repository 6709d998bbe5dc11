package io.canvass.kv.tools;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kvctl member rejoin --wipe}: makes a removed node's data directory empty, so that it can join anew. */
@Command(
        name = "rejoin",
        description = "Makes the data directory of a node that was removed from its cluster empty, so that it joins anew when it is"
                + " started. Works on the directory; the node must not run.")
final class RejoinCommand implements Callable<Integer> {
    private static final String MARKER = "REMOVED";
    private static final String LOG = "raft";
    /** What else a node makes. The mark goes last: a node never starts on what was only half deleted. */
    private static final List<String> REST = List.of("state", "snapshots", "JOINING", "LEASE-PROMISE");
    private static final String LOCK = "LOCK.canvass";

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Shows this.")
    boolean help;

    @Option(names = "--data-dir", required = true, paramLabel = "DIR", description = "The node's kv.data-dir.")
    private Path directory = Path.of("");

    @Option(names = "--wipe", required = true, description = "Says that all of it is to be deleted: log, votes and state.")
    private boolean wipe;

    @Override
    public Integer call() throws IOException {
        if (!wipe) {
            throw new ToolException(ExitStatus.USAGE, "A node cannot rejoin with what it has: --wipe must be said.");
        }
        Path marker = directory.resolve(MARKER);
        if (!Files.isDirectory(directory)) {
            throw new ToolException(ExitStatus.REFUSED, "There is no directory " + directory + ". Nothing was deleted.");
        }
        if (!Files.exists(marker)) {
            throw new ToolException(ExitStatus.REFUSED, directory + " does not say that its node was removed from its cluster (it"
                    + " holds no file " + MARKER + "). Nothing was deleted. Remove the node first: kvctl member remove.");
        }
        try {
            wipe(marker);
        } catch (IOException e) {
            throw new ToolException(
                    ExitStatus.REFUSED, "Not all of " + directory + " could be deleted (" + e + "). The node does not start on the"
                            + " rest. Correct what is wrong and try again.");
        }
        Kvctl.out(spec).println(directory + " is empty. The node joins its cluster anew when it is started.");
        return ExitStatus.DONE;
    }

    private void wipe(Path marker) throws IOException {
        Path log = directory.resolve(LOG);
        if (Files.isDirectory(log)) {
            try (FileChannel channel = FileChannel.open(
                            log.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
                    FileLock _ = locked(channel)) {
                FileSystemUtils.deleteRecursively(log);
            }
        }
        for (String part : REST) {
            FileSystemUtils.deleteRecursively(directory.resolve(part));
        }
        Files.delete(marker);
    }

    /** @throws ToolException if a node runs on the directory */
    private FileLock locked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return lock;
            }
        } catch (OverlappingFileLockException _) {
            // In this very process, which is as good a node as another.
        }
        throw new ToolException(
                ExitStatus.REFUSED, "A node runs on " + directory + ". Nothing was deleted. Stop it first, then try again.");
    }
}
