package io.canvass.kv.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A library between a node and the system ({@code LD_PRELOAD}) that makes fsync and fdatasync fail or hang for as long as a file
 * says so. Compiled when it is first needed.
 */
final class FaultySync implements LocalCluster.Surroundings {
    private static final String SOURCE = "/faulty-sync.c";
    private static final Duration LIMIT = Duration.ofMinutes(1);

    /** What a sync does; the word is what the library reads. */
    enum Kind {
        FAIL,
        HANG
    }

    /** Why this cannot be done here; empty if it can. */
    static String missing() {
        if (!System.getProperty("os.name", "").equals("Linux")) {
            return "libraries are put between a process and the system in this way on Linux only";
        }
        try {
            return Shell.run(Path.of("").toAbsolutePath(), LIMIT, List.of("cc", "--version")).exitValue() == 0
                    ? ""
                    : "cc does not work";
        } catch (UncheckedIOException e) {
            return "there is no cc: " + e.getMessage();
        }
    }

    @Override
    public Map<String, String> prepare(String id, Path folder) {
        Path library = folder.resolve("faulty-sync.so");
        Path source = folder.resolve("faulty-sync.c");
        try (InputStream text = requireNonNull(FaultySync.class.getResourceAsStream(SOURCE), SOURCE)) {
            Files.createDirectories(folder);
            Files.write(source, text.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Shell.Result compiled = Shell.run(
                folder,
                LIMIT,
                List.of("cc", "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library.toString(), source.toString(), "-ldl"));
        assertThat(compiled.exitValue()).as("%s", compiled).isZero();
        return Map.of(
                "LD_PRELOAD", library.toString(),
                "CANVASS_FAULTY_SYNC", folder.resolve("fault").toString());
    }

    void begin(LocalNode node, Kind kind) {
        Path whole = fault(node).resolveSibling("fault.tmp");
        try {
            Files.writeString(whole, kind.name().toLowerCase(Locale.ROOT), StandardCharsets.US_ASCII);
            Files.move(whole, fault(node));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void end(LocalNode node) {
        try {
            Files.delete(fault(node));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path fault(LocalNode node) {
        return node.settings().dataDir().resolveSibling("fault");
    }
}
