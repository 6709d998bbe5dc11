package io.canvass.kv.tools;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.Callable;

import io.canvass.kv.config.KvProperties;
import io.canvass.raft.storage.RocksRaftStore;
import io.canvass.raft.storage.StorageException;
import io.canvass.raft.storage.StoreInspection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Sets a damaged state aside, so that the node builds it anew. */
@Command(
        name = "heal",
        mixinStandardHelpOptions = true,
        description = {
            "Sets the damaged state of a node that does not run aside, so that its next start builds it anew: from its own log"
                    + " if that still holds everything, else by a copy from a peer.",
            "Log, epoch and vote stay. If they are damaged themselves, nothing is done: such a node cannot keep what it has"
                    + " promised, and has to be replaced as one that lost its disk."
        })
final class HealCommand implements Callable<Integer> {
    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--data-dir", required = true, paramLabel = "DIR", description = "kv.data-dir of the node")
    @SuppressWarnings("NullAway.Init")
    private Path dataDir;

    @Option(names = "--dry-run", description = "Only say what would be done")
    private boolean dryRun;

    /** The log stays locked until all is done: no supervisor can start the node in between. */
    @Override
    public Integer call() {
        Path data = dataDir.toAbsolutePath().normalize();
        try {
            return RocksRaftStore.inspect(data.resolve(KvProperties.RAFT), log -> heal(data, log));
        } catch (StorageException e) {
            throw new ToolException(ExitStatus.REFUSED, e.getMessage() + " Nothing was changed by kvctl heal, which mends a state"
                    + " and not a log: see docs/runbooks/corrupt-replica.md.");
        }
    }

    private Integer heal(Path data, StoreInspection log) {
        PrintWriter out = spec.commandLine().getOut();
        boolean fromPeer = log.begin().index() > 0;
        if (fromPeer && log.installing() != null) {
            throw new ToolException(ExitStatus.REFUSED, "A snapshot was about to be installed in " + data
                    + ", so that it is not sure which state its log goes with. Nothing was changed. Replace this node as one that"
                    + " lost its disk (docs/runbooks/lost-disk.md).");
        }
        out.println("The log of " + log.identity().nodeId() + " is sound: after index " + log.begin().index() + " up to "
                + log.end().index() + ", epoch " + log.state().epoch() + ".");
        Path state = data.resolve(KvProperties.STATE);
        Path aside = data.resolve(KvProperties.STATE + ".damaged-" + NAME.format(Instant.now()));
        if (dryRun) {
            out.println("Nothing was changed. " + state + " would be moved to " + aside + ".");
            return ExitStatus.DONE;
        }
        setAside(data, state, aside, fromPeer, out);
        out.println(fromPeer
                ? "Start the node: it fetches the state from a peer, while at least one runs."
                : "Start the node: it builds the state from its log, as far as that is committed.");
        return ExitStatus.DONE;
    }

    /** Moved first: a crash before the request is written leaves a node that refuses to start, and this to be run again. */
    private static void setAside(Path data, Path state, Path aside, boolean fromPeer, PrintWriter out) {
        try {
            if (Files.exists(state, LinkOption.NOFOLLOW_LINKS)) {
                Files.move(state, aside, StandardCopyOption.ATOMIC_MOVE);
                sync(data);
                out.println(state + " was moved to " + aside + "; remove it when nobody needs it for analysis.");
            } else {
                out.println("There is no " + state + ".");
            }
            if (fromPeer) {
                Files.writeString(
                        data.resolve(KvProperties.HEAL),
                        "The state is to be fetched from a peer at the next start." + System.lineSeparator(),
                        StandardCharsets.UTF_8);
            }
            sync(data);
        } catch (IOException e) {
            throw new ToolException(ExitStatus.REFUSED, "The state in " + state + " could not be set aside: " + e
                    + ". See to the disk and run this again.");
        }
    }

    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
