package io.canvass.raft.transport;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;

import io.canvass.raft.core.Lane;
import io.canvass.raft.transport.PeerTls.Mode;
import io.canvass.raft.transport.TestAuthority.Issued;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.canvass.raft.transport.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Who comes in at a peer port with TLS, on real sockets, and what both sides say of those who do not. */
@Timeout(120)
class PeerTlsTest {
    private static final PeerIdentity IDENTITY = new PeerIdentity(List.of(PeerIdentity.DEFAULT_FORM));

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int PATIENCE_MILLIS = 60_000;

    private final TestAuthority authority = new TestAuthority("ours");
    private final TestAuthority foreign = new TestAuthority("foreign");
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private PeerTls tls(Issued own) {
        return tls(Mode.REQUIRE, own);
    }

    private PeerTls tls(Mode mode, Issued own) {
        return new PeerTls(mode, IDENTITY, TestAuthority.material(own, authority));
    }

    private TestNode node(String id, PeerSecurity security) {
        TestNode node = TestNode.start(id, security);
        open.add(node);
        return node;
    }

    private TestNode sound(String id) {
        return node(id, tls(authority.issue(id)));
    }

    private static void meet(TestNode one, TestNode other) {
        one.dial(other.member());
        other.dial(one.member());
    }

    @Test
    void nodesWithTheirOwnCertificatesAreConnectedBothWays() {
        TestNode n1 = sound("n1");
        TestNode n2 = sound("n2");
        meet(n1, n2);
        n1.awaitConnectedTo(n2);
        n2.awaitConnectedTo(n1);
        n1.transport.send(n2.key, Lane.CONTROL, 1, Messages.heartbeat(n2.key));
        await().until(() -> n2.received.size() == 1);
        assertThat(n2.received.getFirst().from()).isEqualTo(n1.key);
        assertThat(n1.transport.refusals().values()).containsOnly(0L);
        assertThat(n2.transport.refusals().values()).containsOnly(0L);
    }

    /** Refused by the node that is dialled, and by the one that dials: neither hears the other. */
    private void assertStrangers(TestNode sound, TestNode stranger, RefusalReason atSound, String toldStranger, String toldSound) {
        stranger.dial(sound.member());
        await().until(() -> sound.refusals(atSound) > 0);
        await().until(() -> stranger.detail(sound.key.nodeId()).contains(toldStranger));
        stranger.dial();
        sound.dial(stranger.member());
        await().until(() -> sound.detail(stranger.key.nodeId()).contains(toldSound));
        assertThat(sound.isConnectedTo(stranger.key.nodeId())).isFalse();
        assertThat(sound.received).isEmpty();
        assertThat(stranger.received).isEmpty();
    }

    @Test
    void aCertificateOfAForeignAuthorityIsRefused() {
        assertStrangers(
                sound("n1"), node("n2", tls(foreign.issue("n2"))),
                RefusalReason.TLS_HANDSHAKE, "Received fatal alert", "unable to find valid certification path");
    }

    @Test
    void aCertificateThatIsOverIsRefused() {
        assertStrangers(
                sound("n1"), node("n2", tls(authority.issue(Duration.ofHours(-1), "n2"))),
                RefusalReason.TLS_HANDSHAKE, "Received fatal alert", "NotAfter");
    }

    /** H7: who holds one node's key must not speak as another. */
    @Test
    void theCertificateOfAnotherNodeIsRefused() {
        assertStrangers(
                sound("n1"), node("n2", tls(authority.issue("n3"))),
                RefusalReason.FOREIGN_CERTIFICATE, "FOREIGN_CERTIFICATE",
                "n2 was dialled, and there is the certificate of n3 (CN=node)");
    }

    @Test
    void aCertificateThatNamesNoNodeIsRefused() {
        assertStrangers(
                sound("n1"), node("n2", tls(authority.issueForUris("spiffe://example.net/n2"))),
                RefusalReason.TLS_HANDSHAKE, "Received fatal alert", "names no node");
    }

    @Test
    void aDiallerWithoutACertificateIsRefused() throws Exception {
        TestNode n1 = sound("n1");
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, TestAuthority.trustManagers(authority).toArray(TrustManager[]::new), null);
        try (Socket socket = context.getSocketFactory().createSocket(TestNode.LOOPBACK, n1.port())) {
            socket.getOutputStream().write(PREFACE);
            assertThatThrownBy(() -> socket.getInputStream().transferTo(OutputStream.nullOutputStream()))
                    .isInstanceOf(IOException.class);
        }
        await().until(() -> n1.refusals(RefusalReason.TLS_HANDSHAKE) == 1);
    }

    @Test
    void aPlainPeerIsRefusedWhereTlsIsRequiredAndBothSay() {
        assertStrangers(
                sound("n1"), node("n2", PeerSecurity.plain()),
                RefusalReason.PLAIN_CONNECTION, "This node takes TLS only from its peers", "the other end speaks no TLS");
    }

    @Test
    void aPlainNodeCountsPeersThatSpeakTls() {
        TestNode plain = node("n1", PeerSecurity.plain());
        sound("n2").dial(plain.member());
        await().until(() -> plain.refusals(RefusalReason.TLS_CONNECTION) > 0);
        assertThat(plain.refusals(RefusalReason.NOT_HTTP2)).isZero();
    }

    /** The order in which docs/tls.md has a running cluster come to TLS: at each step neighbours of two kinds meet. */
    @Test
    void neighboursInTheOrderOfARollAreConnected() {
        List<PeerSecurity> kinds = List.of(
                PeerSecurity.plain(),
                tls(Mode.ACCEPT, authority.issue("n2")),
                tls(Mode.DIAL, authority.issue("n3")),
                tls(Mode.REQUIRE, authority.issue("n4")));
        List<TestNode> nodes = new ArrayList<>();
        for (int i = 0; i < kinds.size(); i++) {
            nodes.add(node("n" + (i + 1), kinds.get(i)));
        }
        for (int i = 0; i + 1 < nodes.size(); i++) {
            TestNode one = nodes.get(i);
            TestNode other = nodes.get(i + 1);
            meet(one, other);
            one.awaitConnectedTo(other);
            other.awaitConnectedTo(one);
            one.dial();
            other.dial();
        }
    }

    /** Where plain connections are taken, one with TLS still speaks for its own node only. */
    @Test
    void aNodeThatTakesPlainConnectionsStillReadsCertificates() {
        TestNode n1 = node("n1", tls(Mode.ACCEPT, authority.issue("n1")));
        node("n2", tls(Mode.DIAL, authority.issue("n3"))).dial(n1.member());
        await().until(() -> n1.refusals(RefusalReason.FOREIGN_CERTIFICATE) > 0);
    }

    @Test
    void openConnectionsOutliveTheirCertificatesAndNewOnesUseTheNext() {
        PeerTls first = tls(authority.issue("n1"));
        PeerTls second = tls(authority.issue("n2"));
        TestNode n1 = node("n1", first);
        TestNode n2 = node("n2", second);
        meet(n1, n2);
        n1.awaitConnectedTo(n2);
        n2.awaitConnectedTo(n1);

        // From now on n1 trusts the next authority alone, and shows a certificate of it.
        first.update(TestAuthority.material(foreign.issue("n1"), foreign));
        n1.transport.send(n2.key, Lane.CONTROL, 1, Messages.heartbeat(n2.key));
        await().until(() -> n2.received.size() == 1);
        assertThat(n1.lost).isEmpty();
        assertThat(n2.lost).isEmpty();

        // Not resumed: a third node, with what n2 has, is refused.
        node("n3", tls(authority.issue("n3"))).dial(n1.member());
        await().until(() -> n1.refusals(RefusalReason.TLS_HANDSHAKE) > 0);
        TestNode n4 = node("n4", new PeerTls(Mode.REQUIRE, IDENTITY, TestAuthority.material(foreign.issue("n4"), foreign)));
        meet(n1, n4);
        n1.awaitConnectedTo(n4);
        n4.awaitConnectedTo(n1);
        assertThat(n2.lost).as("connections to n1").isEmpty();
    }

    @Test
    void garbageInsideTlsIsRefused() throws Exception {
        TestNode n1 = sound("n1");
        try (Socket socket = authenticated("n2").getSocketFactory().createSocket(TestNode.LOOPBACK, n1.port())) {
            socket.getOutputStream().write("PUT /v1/kv/a HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            awaitEnd(socket);
        }
        await().until(() -> n1.refusals(RefusalReason.NOT_HTTP2) == 1);
        reaches(n1);
    }

    @Test
    void garbageInsteadOfTlsIsRefused() throws Exception {
        TestNode n1 = sound("n1");
        try (Socket socket = new Socket(TestNode.LOOPBACK, n1.port())) {
            socket.getOutputStream().write(new byte[] {1, 2, 3});
            awaitEnd(socket);
        }
        await().until(() -> n1.refusals(RefusalReason.NOT_HTTP2) == 1);
        // The type of a TLS record, and nothing of TLS behind it.
        try (Socket socket = new Socket(TestNode.LOOPBACK, n1.port())) {
            socket.getOutputStream().write(new byte[] {0x16, 9, 9, 9, 9, 9, 9});
            awaitEnd(socket);
        }
        await().until(() -> n1.refusals(RefusalReason.TLS_HANDSHAKE) == 1);
        reaches(n1);
    }

    @Test
    void whoSaysNothingIsRefused() throws Exception {
        TestNode n1 = sound("n1");
        try (Socket socket = new Socket(TestNode.LOOPBACK, n1.port())) {
            awaitEnd(socket);
        }
        await().until(() -> n1.refusals(RefusalReason.SILENT_CONNECTION) == 1);
    }

    private SSLContext authenticated(String nodeId) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                TestAuthority.keyManagers(authority.issue(nodeId)).toArray(KeyManager[]::new),
                TestAuthority.trustManagers(authority).toArray(TrustManager[]::new),
                null);
        return context;
    }

    private void reaches(TestNode node) {
        TestNode other = sound("n9");
        other.dial(node.member());
        other.awaitConnectedTo(node);
    }

    private static void awaitEnd(Socket socket) throws IOException {
        socket.setSoTimeout(PATIENCE_MILLIS);
        try {
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (SocketException | SSLException e) {
            assertThat(e).hasMessageMatching(".*(reset|closed|close_notify|alert).*");
        }
    }
}
