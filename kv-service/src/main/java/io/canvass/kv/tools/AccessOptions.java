package io.canvass.kv.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import javax.net.ssl.SSLContext;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;
import picocli.CommandLine.Option;

/** What all commands take that speak to nodes: whom to trust, and what to show. An option that is empty counts as left out. */
final class AccessOptions {
    @Option(
            names = "--ca",
            paramLabel = "FILE",
            defaultValue = "${env:KVCTL_CA:-}",
            description = "The CA of the nodes' certificates, as PEM. Default: KVCTL_CA, or the CAs that Java trusts.")
    private String ca = "";

    @Option(
            names = "--cert",
            paramLabel = "FILE",
            defaultValue = "${env:KVCTL_CERT:-}",
            description = "A certificate to show to nodes, as PEM; --key goes with it. Default: KVCTL_CERT, or none.")
    private String certificate = "";

    @Option(
            names = "--key",
            paramLabel = "FILE",
            defaultValue = "${env:KVCTL_KEY:-}",
            description = "The private key of --cert, as PEM. Default: KVCTL_KEY, or none.")
    private String key = "";

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            defaultValue = "${env:KVCTL_TOKEN_FILE:-}",
            description = "Holds the API token in its only line. Default: KVCTL_TOKEN_FILE; then the token itself from KVCTL_TOKEN.")
    private String tokenFile = "";

    /** @throws ToolException if a file cannot be read, or is not what it should be */
    Access access() {
        return new Access(tls(), token());
    }

    /** The token itself is no option: every user of the machine could read it in the list of processes. */
    private Optional<String> token() {
        if (tokenFile.isEmpty()) {
            String token = System.getenv().getOrDefault("KVCTL_TOKEN", "").strip();
            return token.isEmpty() ? Optional.empty() : Optional.of(sound(token, "KVCTL_TOKEN"));
        }
        return Optional.of(sound(text("--token-file", tokenFile).strip(), "--token-file is " + tokenFile + ", and that"));
    }

    private static String sound(String token, String what) {
        if (token.isEmpty() || token.lines().count() != 1 || !token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw usage(what + " does not hold a token in its only line");
        }
        return token;
    }

    private Optional<SSLContext> tls() {
        if (certificate.isEmpty() != key.isEmpty()) {
            throw usage("--cert and --key go together");
        }
        if (ca.isEmpty() && certificate.isEmpty()) {
            return Optional.empty();
        }
        PemSslStoreDetails own = certificate.isEmpty()
                ? null
                : PemSslStoreDetails.forCertificates(text("--cert", certificate)).withPrivateKey(text("--key", key));
        PemSslStoreDetails trusted = ca.isEmpty() ? null : PemSslStoreDetails.forCertificates(text("--ca", ca));
        try {
            return Optional.of(context(own, trusted));
        } catch (RuntimeException _) {
            // Not the reason, which may quote the file: that could be one with a token.
            throw usage("--ca, --cert and --key must be PEM files, --key with the key of --cert, and one of them is not");
        }
    }

    private static SSLContext context(@Nullable PemSslStoreDetails own, @Nullable PemSslStoreDetails trusted) {
        return SslBundle.of(new PemSslStoreBundle(own, trusted)).createSslContext();
    }

    private static String text(String option, String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw usage(option + " is " + file + ", and that cannot be read (" + e + ")");
        }
    }

    private static ToolException usage(String problem) {
        return new ToolException(ExitStatus.USAGE, problem + ". Nothing was asked.");
    }
}
