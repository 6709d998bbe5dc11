package io.canvass.kv.tools;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Objects;

/** Gets a snapshot from a node into a file, whole or not at all. */
final class SnapshotDownload {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final String UNFINISHED = ".part";
    private static final int MAX_PROBLEM_BYTES = 64 << 10;
    private static final int CHUNK_BYTES = 256 << 10;

    private final URI url;
    private final String consistency;
    private final Duration timeout;
    private final Access access;

    /** @param timeout of the whole */
    SnapshotDownload(URI url, String consistency, Duration timeout, Access access) {
        this.access = access;
        this.url = url;
        this.consistency = consistency;
        this.timeout = timeout;
    }

    /**
     * What was saved.
     *
     * @param sha256 in hexadecimal, as {@code sha256sum} prints it
     */
    record Saved(String revision, long bytes, String sha256, String node) {}

    /**
     * @throws ToolException if the node does not answer, refuses, or what came is not what it announced; no file is
     * left then
     */
    Saved to(Path file) throws IOException, InterruptedException {
        if (Files.exists(file)) {
            throw Offline.refused("The file " + file + " exists already. Nothing was saved. Name another one.");
        }
        Path part = file.resolveSibling(file.getFileName() + UNFINISHED);
        boolean done = false;
        try (HttpClient client = access.client().connectTimeout(CONNECT_TIMEOUT).build()) {
            HttpResponse<InputStream> response = client.send(request(), HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                if (response.statusCode() != 200) {
                    throw refusal(response.statusCode(), body);
                }
                Saved saved = receive(response, body, part);
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
                sync(Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file is in a directory"));
                done = true;
                return saved;
            }
        } catch (FileAlreadyExistsException e) {
            done = true;
            throw Offline.refused("The file " + part + " exists: another save is under way, or was broken off."
                    + " Nothing was saved."
                    + " If none runs, remove it.");
        } catch (IOException e) {
            throw new ToolException(ExitStatus.UNAVAILABLE, "No snapshot came from " + url + " (" + e + "). No file"
                    + " was left. Ask"
                    + " another node, or later.");
        } finally {
            if (!done) {
                Files.deleteIfExists(part);
            }
        }
    }

    private HttpRequest request() {
        String base = url.toString();
        String root = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
        return access.request(URI.create(root + "/v1/snapshot?consistency=" + consistency))
                .timeout(timeout)
                .build();
    }

    private Saved receive(HttpResponse<InputStream> response, InputStream body, Path part) throws IOException {
        MessageDigest digest = sha256();
        long bytes = 0;
        long deadline = System.nanoTime() + timeout.toNanos();
        try (FileChannel channel =
                        FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                OutputStream out =
                        new DigestOutputStream(Channels.newOutputStream(channel), digest)) {
            byte[] chunk = new byte[CHUNK_BYTES];
            for (int read = body.read(chunk); read >= 0; read = body.read(chunk)) {
                out.write(chunk, 0, read);
                bytes += read;
                if (System.nanoTime() - deadline > 0) {
                    throw new IOException("it took longer than " + timeout.toSeconds() + " s");
                }
            }
            channel.force(true);
        }
        byte[] found = digest.digest();
        String announced = header(response, "Repr-Digest");
        if (!announced.equals("sha-256=:" + Base64.getEncoder().encodeToString(found) + ":")) {
            throw Offline.refused("What came has the SHA-256 " + hex(found) + ", which is not what the node announced ("
                    + announced + "). No file was left. Try again.");
        }
        return new Saved(header(response, "Kv-Revision"), bytes, hex(found), header(response, "Kv-Served-By"));
    }

    private static ToolException refusal(int status, InputStream body) throws IOException {
        String problem = new String(body.readNBytes(MAX_PROBLEM_BYTES), StandardCharsets.UTF_8).strip();
        int exit = status >= 500 ? ExitStatus.UNAVAILABLE : ExitStatus.REFUSED;
        return new ToolException(exit, "The node answered " + status + ": " + problem);
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("none");
    }

    static String hex(byte[] digest) {
        return HexFormat.of().formatHex(digest);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("Every Java platform has SHA-256", e);
        }
    }

    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
