package io.canvass.kv.tools;

import java.io.BufferedInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;

import io.canvass.kv.backup.SnapshotCheck;
import io.canvass.kv.backup.SnapshotHeader;
import io.canvass.kv.backup.SnapshotTooLargeException;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kvctl snapshot}: saves one, checks one. */
@Command(
        name = "snapshot",
        mixinStandardHelpOptions = true,
        description = "Saves the state of a cluster in one file, and checks such files.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {SnapshotCommand.Save.class, SnapshotCommand.Verify.class})
final class SnapshotCommand {
    private SnapshotCommand() {}

    @Command(
            name = "save",
            mixinStandardHelpOptions = true,
            description = "Saves a snapshot of a running cluster. The file appears only when it is whole and its"
                    + " digest is right.")
    static final class Save implements Callable<Integer> {
        @Spec
        private @Nullable CommandSpec spec;

        @Parameters(paramLabel = "FILE", description = "Must not exist yet.")
        private Path file = Path.of("");

        @Option(
                names = "--url",
                paramLabel = "URL",
                defaultValue = "${env:KVCTL_URL:-http://127.0.0.1:8080}",
                description = "Any node; the snapshot is of what it has applied. Default: KVCTL_URL, or"
                        + " ${DEFAULT-VALUE}.")
        private URI url = URI.create("");

        @Option(
                names = "--consistency",
                paramLabel = "linearizable|local",
                defaultValue = "linearizable",
                description = "local: also without a quorum, perhaps a little old. Default: ${DEFAULT-VALUE}.")
        private String consistency = "";

        @Option(
                names = "--timeout",
                paramLabel = "SECONDS",
                defaultValue = "3600",
                description = "Most time that the whole may take. Default: ${DEFAULT-VALUE}.")
        private long timeoutSeconds;

        @Mixin
        private AccessOptions access = new AccessOptions();

        @Override
        public Integer call() throws Exception {
            ClusterOptions.requireNode(url);
            Access with = access.access();
            SnapshotDownload.Saved saved = Offline.call(() ->
                    new SnapshotDownload(url, consistency, Duration.ofSeconds(timeoutSeconds), with).to(file));
            Kvctl.out(spec).printf("%s: revision %s, %d bytes, sha-256 %s, by %s%n",
                    file, saved.revision(), saved.bytes(), saved.sha256(), saved.node());
            return ExitStatus.DONE;
        }
    }

    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description = "Checks a snapshot's container, every checksum, and that every row of the state in it"
                    + " decodes.")
    static final class Verify implements Callable<Integer> {
        @Spec
        private @Nullable CommandSpec spec;

        @Parameters(paramLabel = "FILE", description = "The snapshot.")
        private Path file = Path.of("");

        @Option(
                names = "--scratch",
                paramLabel = "DIR",
                description = "Where as much space as the snapshot takes is free. Default: the system's temporary"
                        + " directory.")
        private @Nullable Path scratch;

        @Override
        public Integer call() throws Exception {
            SnapshotCheck.Verified verified = Offline.call(this::verify);
            SnapshotHeader header = verified.header();
            PrintWriter out = Kvctl.out(spec);
            out.printf("%s is sound%n", file);
            out.printf("made        %s by %s of cluster %s%n", header.createdAt(), header.nodeId(), header.clusterId());
            out.printf("state       revision %d, %d keys, log up to %d@%d%n",
                    header.revision(), header.keyCount(), header.index(), header.epoch());
            out.printf("size        %d bytes, %d files%n", header.totalBytes(), header.files().size());
            out.printf("sha-256     %s%n", SnapshotDownload.hex(verified.sha256().array()));
            return ExitStatus.DONE;
        }

        private SnapshotCheck.Verified verify() throws Exception {
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
                Path parent = scratch == null
                        ? Files.createTempDirectory("kvctl-verify")
                        : Files.createTempDirectory(scratch, "kvctl-verify");
                try {
                    return new SnapshotCheck(parent.resolve("snapshot")).run(in, Long.MAX_VALUE);
                } catch (SnapshotTooLargeException e) {
                    throw new AssertionError("No size is too large here", e);
                } finally {
                    FileSystemUtils.deleteRecursively(parent);
                }
            }
        }
    }
}
