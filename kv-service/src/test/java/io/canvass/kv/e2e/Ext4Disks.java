package io.canvass.kv.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A disk of its own for each node that turns read-only when its file system meets an error, as most are mounted: ext4 in a file.
 * The error is made by the kernel's own switch for that. Only root may do this, on Linux.
 */
final class Ext4Disks implements LocalCluster.Surroundings {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String IMAGE = "disk.img";
    private static final String OPTIONS = "loop,errors=remount-ro";
    /** Sound, or mended. */
    private static final Set<Integer> MENDED = Set.of(0, 1);

    private final int megabytes;

    Ext4Disks(int megabytes) {
        this.megabytes = megabytes;
    }

    /** Why this cannot be done here; empty if it can. */
    static String missing() {
        try {
            Path probe = Files.createTempDirectory("canvass-ext4");
            Path data = probe.resolve("data");
            try {
                new Ext4Disks(16).prepare("probe", probe);
                try {
                    return Files.isWritable(trigger(data)) ? "" : "errors of ext4 cannot be made here";
                } finally {
                    run("umount", data.toString());
                }
            } catch (AssertionError e) {
                return "no ext4 can be mounted from a file: " + e.getMessage();
            } finally {
                Files.deleteIfExists(data);
                Files.deleteIfExists(probe.resolve(IMAGE));
                Files.delete(probe);
            }
        } catch (IOException | UncheckedIOException e) {
            return "mount cannot be run: " + e;
        }
    }

    @Override
    public Map<String, String> prepare(String id, Path folder) {
        Path image = folder.resolve(IMAGE);
        Path data = folder.resolve("data");
        try {
            Files.createDirectories(data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        run("truncate", "-s", megabytes + "M", image.toString());
        run("mkfs.ext4", "-q", "-F", "-m", "0", image.toString());
        run("mount", "-o", OPTIONS, image.toString(), data.toString());
        return Map.of();
    }

    @Override
    public void remove(Path folder) {
        run("umount", "-l", folder.resolve("data").toString());
    }

    /** The file system meets an error: from now on all writes fail, those to files that are open, too. */
    static void fail(Path data) {
        try {
            Files.writeString(trigger(data), "a test", StandardCharsets.US_ASCII, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As an operator does, while nobody uses it. */
    static void mend(Path data) {
        Path image = data.resolveSibling(IMAGE);
        run("umount", data.toString());
        Shell.Result checked = shell("e2fsck", "-f", "-y", image.toString());
        assertThat(checked.exitValue()).as("%s", checked).isIn(MENDED);
        run("mount", "-o", OPTIONS, image.toString(), data.toString());
    }

    private static Path trigger(Path data) {
        Shell.Result device = shell("findmnt", "-n", "-o", "SOURCE", data.toString());
        assertThat(device.exitValue()).as("%s", device).isZero();
        return Path.of("/sys/fs/ext4", Path.of(device.out().strip()).getFileName().toString(), "trigger_fs_error");
    }

    private static void run(String... command) {
        Shell.Result result = shell(command);
        assertThat(result.exitValue()).as("%s: %s", String.join(" ", command), result).isZero();
    }

    private static Shell.Result shell(String... command) {
        return Shell.run(Path.of("").toAbsolutePath(), LIMIT, List.of(command));
    }
}
