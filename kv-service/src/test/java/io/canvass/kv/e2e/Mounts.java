package io.canvass.kv.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/** A small disk of its own for each node: a file system in memory, of a fixed size. Only root may make them. */
final class Mounts implements LocalCluster.Surroundings {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final int megabytes;

    Mounts(int megabytes) {
        this.megabytes = megabytes;
    }

    /** Why this cannot be done here; empty if it can. */
    static String missing() {
        try {
            Path probe = Files.createTempDirectory("canvass-mount");
            Shell.Result made = Shell.run(probe, LIMIT, List.of("mount", "-t", "tmpfs", "-o", "size=1m", "none", probe.toString()));
            if (made.exitValue() == 0) {
                run("umount", probe.toString());
            }
            Files.delete(probe);
            return made.exitValue() == 0 ? "" : "this user may not mount: " + made.err().strip();
        } catch (IOException | UncheckedIOException e) {
            return "mount cannot be run: " + e;
        }
    }

    @Override
    public Map<String, String> prepare(String id, Path folder) {
        Path data = folder.resolve("data");
        try {
            Files.createDirectories(data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "none", data.toString());
        return Map.of();
    }

    @Override
    public void remove(Path folder) {
        // Lazily: also what was mounted over it.
        run("umount", "-l", "-R", folder.resolve("data").toString());
    }

    /** From now on no file can be made or opened for writing there. */
    static void readOnly(Path data) {
        run("mount", "-o", "remount,ro", data.toString());
    }

    static void writable(Path data) {
        run("mount", "-o", "remount,rw", data.toString());
    }

    /** Takes up room until so many bytes are left. */
    static Path fill(Path data, long leftBytes) {
        Path filler = data.resolve("filler");
        long size = data.toFile().getUsableSpace() - leftBytes;
        run("fallocate", "-l", Long.toString(size), filler.toString());
        return filler;
    }

    private static void run(String... command) {
        Shell.Result result = Shell.run(Path.of("").toAbsolutePath(), LIMIT, List.of(command));
        assertThat(result.exitValue()).as("%s: %s", String.join(" ", command), result).isZero();
    }
}
