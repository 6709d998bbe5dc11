package io.canvass.kv.tools;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import io.canvass.kv.api.HttpCertificates;
import io.canvass.kv.api.Rights;
import io.canvass.kv.api.TestServer;
import io.canvass.kv.store.Right;
import io.canvass.raft.transport.TestAuthority;
import io.canvass.raft.transport.TestAuthority.Issued;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code kvctl} before a node that speaks TLS by a CA of its own, and asks who comes. */
class SecureAccessTest {
    private static final TestAuthority AUTHORITY = new TestAuthority("ours");

    private static final String HEADER = "Authorization: Bearer ";

    @TempDir
    private static Path folder;

    private static TestServer server;
    private static String monitor;
    private static String reader;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void begin() throws IOException {
        HttpCertificates files = new HttpCertificates(folder, AUTHORITY, AUTHORITY.issue("localhost"));
        server = TestServer.guarded(files.settings("--server.ssl.client-auth=want"));
        Rights rights = new Rights(server.store());
        monitor = rights.token("ops", Rights.grant(Right.MONITOR, "")).substring(HEADER.length());
        reader = rights.token("app", Rights.grant(Right.READ, "app/")).substring(HEADER.length());
    }

    @AfterAll
    static void end() {
        server.stop();
    }

    private static String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    private int status(String... options) {
        return Kvctl.run(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                Stream.concat(
                                Stream.of("status", "--json", "--url", "https://localhost:" + server.port()),
                                Stream.of(options))
                        .toArray(String[]::new));
    }

    private void assertSecretsAreNotPrinted() {
        assertThat(out + err.toString()).doesNotContain(monitor).doesNotContain(reader).doesNotContain("\tat ");
    }

    @Test
    void withTheAuthorityAndATokenFromAFileItIsAnswered() throws IOException {
        int exit = status("--ca", file("ca", AUTHORITY.pem()), "--token-file", file("token", monitor + "\n"));
        assertThat(exit).as(err.toString()).isEqualTo(ExitStatus.DONE);
        assertThat(out.toString()).contains("\"clusterId\"");
        assertSecretsAreNotPrinted();
    }

    @Test
    void withACertificateInPlaceOfATokenItIsWhoTheCertificateSays() throws IOException {
        Issued own = AUTHORITY.issue("ops.example.net");
        int exit = status("--ca", file("ca", AUTHORITY.pem()), "--cert", file("own.crt", own.certificatePem()),
                "--key", file("own.key", own.keyPem()));
        assertThat(exit).isEqualTo(ExitStatus.REFUSED);
        assertThat(err.toString()).contains("The client certificate names no principal of this cluster.");
    }

    @Test
    void anAuthorityThatIsNotTheNodesIsSaidAndTheTokenIsNotSent() throws IOException {
        int exit = status("--ca", file("other", new TestAuthority("others").pem()), "--token-file", file("token", monitor));
        assertThat(exit).isEqualTo(ExitStatus.UNAVAILABLE);
        assertThat(err.toString())
                .contains("No secure connection to https://localhost:", "Nothing was done.", "--ca names the CA");
        assertSecretsAreNotPrinted();
    }

    @Test
    void withoutAnAuthorityThoseOfJavaCountWhichDoNotKnowTheNode() {
        assertThat(status()).isEqualTo(ExitStatus.UNAVAILABLE);
        assertThat(err.toString()).contains("No secure connection to", "--ca names the CA");
    }

    @Test
    void withoutATokenOrWithAWrongOneItIsToldWhatToShow() throws IOException {
        String ca = file("ca", AUTHORITY.pem());
        assertThat(status("--ca", ca)).isEqualTo(ExitStatus.REFUSED);
        assertThat(err.toString()).contains("asks who you are", "Nothing was done.");
        assertThat(status("--ca", ca, "--token-file", file("wrong", monitor + "x"))).isEqualTo(ExitStatus.REFUSED);
        assertThat(err.toString()).contains("The token is not known on this node").contains("--token-file");
        assertSecretsAreNotPrinted();
    }

    @Test
    void aTokenThatMayNotIsToldWhichRightItLacks() throws IOException {
        int exit = status("--ca", file("ca", AUTHORITY.pem()), "--token-file", file("token", reader));
        assertThat(exit).isEqualTo(ExitStatus.REFUSED);
        assertThat(err.toString()).contains("lacks the right 'monitor'", "Nothing was done.");
        assertSecretsAreNotPrinted();
    }
}
