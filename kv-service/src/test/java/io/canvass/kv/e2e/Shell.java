package io.canvass.kv.e2e;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/** Runs commands as a person would type them. */
final class Shell {
    private Shell() {}

    /** Runs a command to its end; one that does not end in time is killed, and the test fails. */
    static Result run(Path folder, Duration limit, List<String> command) {
        Path out = temporaryFile();
        Path err = temporaryFile();
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectInput(new File("/dev/null"))
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                process.destroyForcibly();
            }
            Result result = new Result(
                    ended ? process.exitValue() : -1,
                    Files.readString(out, StandardCharsets.UTF_8),
                    Files.readString(err, StandardCharsets.UTF_8));
            assertThat(ended).as("%s ended within %s: %s", command, limit, result).isTrue();
            return result;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        } finally {
            delete(out);
            delete(err);
        }
    }

    /** What a command printed. Into files, not pipes: a server it leaves behind would hold a pipe open for ever. */
    record Result(int exitValue, String out, String err) {}

    private static Path temporaryFile() {
        try {
            return Files.createTempFile("canvass", ".out");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
