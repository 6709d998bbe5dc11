package io.canvass.kv.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import io.canvass.raft.transport.TestAuthority;
import io.canvass.raft.transport.TestAuthority.Issued;
import tools.jackson.databind.json.JsonMapper;

/** Gives each node its certificate in files that a bundle {@code peers} reads, and reads again when they change. */
final class NodeCertificates implements LocalCluster.Surroundings {
    private static final String CERTIFICATE = "node.crt";
    private static final String KEY = "node.key";
    private static final String TRUSTED = "ca.crt";

    private final TestAuthority first;
    private final Map<String, Path> folders = new ConcurrentHashMap<>();

    NodeCertificates(TestAuthority first) {
        this.first = first;
    }

    @Override
    public Map<String, String> prepare(String id, Path folder) {
        Path own = folder.resolve("tls");
        folders.put(id, own);
        try {
            Files.createDirectories(own);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        trust(id, first);
        issue(id, first.issue(id));
        Map<String, Object> settings = Map.of(
                "spring.ssl.bundle.watch.file.quiet-period", "200ms",
                "spring.ssl.bundle.pem.peers.reload-on-update", true,
                "spring.ssl.bundle.pem.peers.keystore.certificate", "file:" + own.resolve(CERTIFICATE),
                "spring.ssl.bundle.pem.peers.keystore.private-key", "file:" + own.resolve(KEY),
                "spring.ssl.bundle.pem.peers.truststore.certificate", "file:" + own.resolve(TRUSTED));
        return Map.of("SPRING_APPLICATION_JSON", JsonMapper.shared().writeValueAsString(settings));
    }

    /** Whose certificates count for this node from now on. */
    void trust(String id, TestAuthority... authorities) {
        write(id, TRUSTED, Arrays.stream(authorities).map(TestAuthority::pem).collect(Collectors.joining()));
    }

    /** What this node shows from now on. */
    void issue(String id, Issued own) {
        write(id, KEY, own.keyPem());
        write(id, CERTIFICATE, own.certificatePem());
    }

    Path trusted(String id) {
        return folders.getOrDefault(id, Path.of("")).resolve(TRUSTED);
    }

    /** As a whole, and not before it is. */
    private void write(String id, String name, String text) {
        Path folder = folders.getOrDefault(id, Path.of(""));
        try {
            Path next = Files.writeString(folder.resolve(name + ".next"), text);
            Files.move(next, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
