package io.canvass.kv.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

import io.canvass.kv.store.Right;
import io.canvass.raft.transport.TestAuthority;
import io.canvass.raft.transport.TestAuthority.Issued;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Certificates of clients in place of tokens, over real TLS: where they may be shown, and where they must. */
class ClientCertificatesTest {
    private static final TestAuthority AUTHORITY = new TestAuthority("clients");
    private static final Issued WEB = AUTHORITY.issue("web.example.net");

    @TempDir
    private static Path folder;

    private static TestServer wanting;
    private static TestServer needing;

    @BeforeAll
    static void begin() throws IOException {
        HttpCertificates files = new HttpCertificates(folder, AUTHORITY, AUTHORITY.issue("localhost"));
        wanting = TestServer.guarded(files.settings("--server.ssl.client-auth=want"));
        needing = TestServer.guarded(files.settings("--server.ssl.client-auth=need"));
    }

    @AfterAll
    static void end() {
        wanting.stop();
        needing.stop();
    }

    @BeforeEach
    void empty() {
        for (TestServer server : new TestServer[] {wanting, needing}) {
            server.store().reset();
            new Rights(server.store())
                    .role("app", Rights.grant(Right.READ, "app/"), Rights.grant(Right.WRITE, "app/"));
        }
    }

    private static Wire silent(TestServer server) {
        return new Wire(server.port(), HttpCertificates.sockets(AUTHORITY));
    }

    private static Wire showing(TestServer server, Issued own) {
        return new Wire(server.port(), HttpCertificates.showing(own, AUTHORITY));
    }

    private static void register(Wire http, String name, String certificate) {
        String body = "{\"certificate\":\"" + certificate + "\",\"roles\":[\"app\"]}";
        Wire.Reply reply = http.call("PUT", "/v1/auth/certificates/" + name, body.getBytes(StandardCharsets.UTF_8),
                Rights.ADMIN, "Content-Type: application/json");
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
    }

    private static void assertNobody(Wire.Reply reply, String why) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(401);
        assertThat(reply.json().path("detail").asString()).contains(why);
    }

    @Test
    void aCertificateThatIsRegisteredIsItsPrincipalWithItsRolesAndNoMore() {
        register(silent(wanting), "web", "dns:web.example.net");
        Wire web = showing(wanting, WEB);
        assertThat(web.get("/v1/auth/whoami").json().path("principal").asString()).isEqualTo("certificate:web");
        assertThat(web.put("/v1/kv/app/color", "green").status()).isEqualTo(201);
        assertThat(web.get("/v1/kv/app/color").text()).isEqualTo("green");
        assertThat(web.put("/v1/kv/other", "green").status()).isEqualTo(403);
        assertThat(wanting.store().contents()).containsOnlyKeys("app/color");

        // By its subject as well; and taken away, at once.
        assertThat(silent(wanting).delete("/v1/auth/certificates/web", Rights.ADMIN).status()).isEqualTo(200);
        assertNobody(web.get("/v1/kv/app/color"), "names no principal of this cluster");
        register(silent(wanting), "node", "subject:CN=node");
        assertThat(web.get("/v1/auth/whoami").json().path("principal").asString()).isEqualTo("certificate:node");
    }

    @Test
    void whoShowsNoneOrOneThatNobodyRegisteredIsNobody() {
        register(silent(wanting), "web", "dns:web.example.net");
        assertNobody(showing(wanting, AUTHORITY.issue("api.example.net")).get("/v1/kv/app/color"),
                "names no principal of this cluster");
        assertThat(silent(wanting).get("/v1/kv/app/color").status()).isEqualTo(401);
        assertThat(silent(wanting).get("/livez").status()).isEqualTo(200);
    }

    @Test
    void oneOfAnotherAuthorityOrThatIsOverIsRefusedInTheHandshakeWhateverItNames() {
        register(silent(wanting), "web", "dns:web.example.net");
        assertRefused(showing(wanting, new TestAuthority("others").issue("web.example.net")));
        assertRefused(showing(wanting, AUTHORITY.issue(Duration.ofHours(-1), "web.example.net")));
        assertRefused(showing(needing, new TestAuthority("others").issue("web.example.net")));
        // The name alone was no reason.
        assertThat(showing(wanting, AUTHORITY.issue("web.example.net")).get("/v1/auth/whoami").status()).isEqualTo(200);
    }

    /** With TLS 1.3, a client hears of it with the first that it reads. */
    private static void assertRefused(Wire http) {
        assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> http.get("/livez"));
    }

    @Test
    void aTokenCountsBeforeACertificateAndAWrongTokenIsNobodyWhateverElseIsShown() {
        register(silent(wanting), "web", "dns:web.example.net");
        String reader = new Rights(wanting.store()).token("reader", Rights.grant(Right.READ, "other"));
        Wire web = showing(wanting, WEB);
        assertThat(web.get("/v1/auth/whoami", reader).json().path("principal").asString()).isEqualTo("token:reader");
        assertThat(web.put("/v1/kv/app/color", "green", reader).status()).isEqualTo(403);
        assertNobody(web.put("/v1/kv/app/color", "green", reader + "x"), "The token is not known on this node");
        assertThat(wanting.store().contents()).isEmpty();
    }

    @Test
    void aCertificateThatIsThatOfTwoPrincipalsIsNobodys() {
        register(silent(wanting), "web", "dns:web.example.net");
        register(silent(wanting), "node", "subject:CN=node");
        assertNobody(showing(wanting, WEB).get("/v1/kv/app/color"), "is that of several principals: node, web");
        silent(wanting).delete("/v1/auth/certificates/node", Rights.ADMIN);
        assertThat(showing(wanting, WEB).get("/v1/kv/app/color").status()).isEqualTo(404);
    }

    @Test
    void whereOneIsNeededNobodyWithoutOneIsAnsweredAndARegisteredOneIsItsPrincipal() {
        assertRefused(silent(needing));
        register(showing(needing, AUTHORITY.issue("admin.example.net")), "web", "dns:web.example.net");
        assertThat(showing(needing, WEB).put("/v1/kv/app/color", "green").status()).isEqualTo(201);
        assertNobody(showing(needing, AUTHORITY.issue("api.example.net")).get("/v1/kv/app/color"),
                "names no principal of this cluster");
    }
}
