package io.canvass.kv.api;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;

import javax.net.ssl.SSLSocket;

import io.canvass.raft.transport.TestAuthority;
import io.canvass.raft.transport.TestAuthority.Issued;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The certificate of the HTTP port is replaced while clients are connected. For the peers' port, {@code TlsIT} shows it. */
@ExtendWith(OutputCaptureExtension.class)
class HttpCertificateRenewalTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final String NOT_TAKEN = "The bundle http was changed, and ";
    private static final String GOES_ON = "This node goes on with what it was before";

    private final TestAuthority authority = new TestAuthority("ours");
    private final Issued first = authority.issue("localhost");
    private final Issued second = authority.issue("localhost");
    private HttpCertificates files;
    private TestServer server;
    private Wire http;

    @BeforeEach
    void begin(@TempDir Path folder) throws IOException {
        files = new HttpCertificates(folder, authority, first);
        server = TestServer.start(TestServer.SMALL, files.settings());
        http = new Wire(server.port(), HttpCertificates.sockets(authority));
    }

    @AfterEach
    void end() {
        server.stop();
    }

    /** What a new connection is shown. */
    private X509Certificate shown() throws IOException {
        try (SSLSocket socket = (SSLSocket) http.connect()) {
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    private static void ask(Socket socket, String target) throws IOException {
        socket.getOutputStream()
                .write(("GET " + target + " HTTP/1.1\r\nHost: t\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static void awaitLine(BufferedReader in, String words) throws IOException {
        String line = in.readLine();
        while (line != null && !line.contains(words)) {
            line = in.readLine();
        }
        assertThat(line).contains(words);
    }

    @Test
    void newConnectionsAreShownTheNewCertificateAndThoseThatAreOpenGoOnWithTheirStreams(CapturedOutput output)
            throws Exception {
        try (Socket kept = http.connect(); Socket watching = http.connect()) {
            InputStream answers = kept.getInputStream();
            ask(kept, "/livez");
            assertThat(Wire.Reply.read(answers, "GET").status()).isEqualTo(200);
            ask(watching, "/v1/watch?prefix=");
            BufferedReader events =
                    new BufferedReader(new InputStreamReader(watching.getInputStream(), StandardCharsets.UTF_8));
            // The stream tells what is written from here on.
            assertThat(events.readLine()).contains(" 200 ");
            assertThat(http.put("/v1/kv/before", "x").status()).isEqualTo(201);
            awaitLine(events, "\"before\"");
            assertThat(shown()).isEqualTo(first.certificate());

            files.write(second);
            await().atMost(PATIENCE).until(() -> shown().equals(second.certificate()));
            assertThat(output).contains("are shown the certificate that the bundle http has now");

            ask(kept, "/livez");
            assertThat(Wire.Reply.read(answers, "GET").status()).isEqualTo(200);
            assertThat(http.put("/v1/kv/after", "x").status()).isEqualTo(201);
            awaitLine(events, "\"after\"");
        }
    }

    @Test
    void aFileThatIsNoCertificateIsNotTakenAndIsLoggedAndOneThatIsPutRightIs(CapturedOutput output) throws Exception {
        files.writeBrokenCertificate();
        await().atMost(PATIENCE).until(() -> output.getAll().contains(NOT_TAKEN));
        assertThat(output).contains("it cannot be read").contains(GOES_ON);
        assertThat(shown()).isEqualTo(first.certificate());
        assertThat(http.get("/livez").status()).isEqualTo(200);

        files.write(second);
        await().atMost(PATIENCE).until(() -> shown().equals(second.certificate()));
    }

    @Test
    void aKeyOfAnotherCertificateIsNotTakenAndIsLogged(CapturedOutput output) throws Exception {
        files.writeKey(second);
        await().atMost(PATIENCE).until(() -> output.getAll().contains(NOT_TAKEN));
        assertThat(output).contains("its private key is not the one of its certificate").contains(GOES_ON);
        assertThat(shown()).isEqualTo(first.certificate());

        files.write(second);
        await().atMost(PATIENCE).until(() -> shown().equals(second.certificate()));
    }
}
