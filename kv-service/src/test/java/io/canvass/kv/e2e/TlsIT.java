package io.canvass.kv.e2e;

import java.net.Socket;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.transport.GrpcTransport;
import io.canvass.raft.transport.PeerIdentity;
import io.canvass.raft.transport.PeerSecurity;
import io.canvass.raft.transport.PeerTls;
import io.canvass.raft.transport.Ports;
import io.canvass.raft.transport.TestAuthority;
import io.canvass.raft.transport.TestAuthority.Issued;
import io.canvass.raft.transport.Transport;
import io.canvass.raft.transport.TransportConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Three nodes whose peer ports take TLS only: who comes in, and that nobody notices when all certificates are replaced. */
@Timeout(900)
class TlsIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String RELOADED = "New connections between nodes are made with the certificate";

    private final TestAuthority first = new TestAuthority("first");
    private final TestAuthority second = new TestAuthority("second");
    private final NodeCertificates certificates = new NodeCertificates(first);

    /** Two loaded cores must cause no election of their own: any would count as one of the rotation. */
    @RegisterExtension
    private final LocalCluster cluster =
            LocalCluster.in(certificates, 3, "--kv.peer.tls.bundle=peers", "--kv.raft.election-timeout=5s");

    @Test
    void allCertificatesAndTheirAuthorityAreReplacedUnderLoadWithoutAFailedRequestOrAnElection() throws Exception {
        long epoch = cluster.awaitLeader().health().epoch();
        LocalNode node = cluster.nodes().getFirst();
        assertThat(shownBy(node, first)).isEqualTo(first.certificate().getSubjectX500Principal().getName());
        try (Balancer balancer = new Balancer(cluster.urls());
                Workload workload = Workload.through(balancer)) {
            // The order of docs/tls.md: trust the next, show the next, trust the former no more.
            rotate(1, id -> certificates.trust(id, first, second));
            workload.awaitProgress();
            rotate(2, id -> certificates.issue(id, second.issue(id)));
            workload.awaitProgress();
            rotate(3, id -> certificates.trust(id, second));
            workload.awaitProgress();

            assertThat(cluster.awaitLeader().health().epoch()).as("epoch").isEqualTo(epoch);
            cluster.nodes().forEach(each -> assertThat(each.log()).doesNotContain("is disconnected"));
            assertThat(shownBy(node, second)).isEqualTo(second.certificate().getSubjectX500Principal().getName());

            // New connections among nodes: a follower comes back.
            LocalNode follower = cluster.others(cluster.awaitLeader()).findFirst().orElseThrow();
            follower.stop();
            follower.start();
            follower.awaitReady();
            workload.awaitProgress();
            assertThat(cluster.awaitLeader().health().epoch()).as("epoch").isEqualTo(epoch);
            workload.stop();
            System.out.printf("Rotation of the authority and all certificates: %d requests, %d writes acknowledged, failed: %s; longest"
                            + " pause between two writes %d ms%n",
                    balancer.requests(), workload.acknowledged(), balancer.failures(), workload.longestPause().toMillis());
            assertThat(balancer.failures()).as("requests that failed").isEmpty();
            cluster.nodes().forEach(workload::verify);
        }
    }

    private interface Step {
        void on(String id);
    }

    /** One node after the other, as by hand; each has taken it before the next is changed. */
    private void rotate(int times, Step step) {
        for (LocalNode node : cluster.nodes()) {
            step.on(node.id());
            await(node + " takes it").atMost(PATIENCE).until(() -> reloads(node) >= times);
        }
    }

    private static int reloads(LocalNode node) {
        return (int) node.log().lines().filter(line -> line.contains(RELOADED)).count();
    }

    /** Who signed what a node shows at its peer port to a peer with a certificate of that authority. */
    private static String shownBy(LocalNode node, TestAuthority authority) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                TestAuthority.keyManagers(authority.issue("kv-9")).toArray(KeyManager[]::new),
                TestAuthority.trustManagers(authority).toArray(TrustManager[]::new),
                null);
        try (Socket socket = context.getSocketFactory().createSocket("127.0.0.1", peerPort(node))) {
            SSLSocket tls = (SSLSocket) socket;
            tls.startHandshake();
            X509Certificate shown = (X509Certificate) tls.getSession().getPeerCertificates()[0];
            return shown.getIssuerX500Principal().getName();
        }
    }

    private static int peerPort(LocalNode node) {
        String address = node.settings().peerAddress();
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    @Test
    void onlyANodeWithItsOwnCertificateOfTheAuthorityComesInAtThePeerPort() {
        LocalNode node = cluster.awaitLeader();
        assertRefused(node, PeerSecurity.plain(), "plain_connection", "This node takes TLS only from its peers");
        assertRefused(node, tls(second.issue("kv-9")), "tls_handshake", "Received fatal alert");
        assertRefused(node, tls(first.issue(Duration.ofHours(-1), "kv-9")), "tls_handshake", "Received fatal alert");
        assertRefused(node, tls(first.issue("kv-8")), "foreign_certificate", "FOREIGN_CERTIFICATE");
        // Its own: the greeting is taken, so nobody of the above was refused for anything else.
        try (GrpcTransport own = dial(node, tls(first.issue("kv-9")))) {
            await().atMost(PATIENCE).until(() -> connection(own, node).connected());
        }
    }

    private PeerTls tls(Issued own) {
        return new PeerTls(
                PeerTls.Mode.REQUIRE,
                new PeerIdentity(List.of(PeerIdentity.DEFAULT_FORM)),
                TestAuthority.material(own, first));
    }

    private static void assertRefused(LocalNode node, PeerSecurity security, String reason, String told) {
        double before = refusals(node, reason);
        try (GrpcTransport stranger = dial(node, security)) {
            await(reason).atMost(PATIENCE).until(() -> refusals(node, reason) > before);
            await(told).atMost(PATIENCE).until(() -> connection(stranger, node).detail().matches("(?s).*(" + told + ").*"));
            System.out.printf("%s: the one that dials is told: %s%n", reason, connection(stranger, node).detail());
            assertThat(connection(stranger, node).connected()).isFalse();
        }
    }

    /** As a node kv-9 does it. */
    private static GrpcTransport dial(LocalNode node, PeerSecurity security) {
        UUID clusterId = UUID.fromString(node.http().get(node.url() + "/v1/cluster").json().path("clusterId").asString());
        GrpcTransport transport = GrpcTransport.open(
                TransportConfig.of(clusterId, new ReplicaKey("kv-9", UUID.randomUUID()), "127.0.0.1", Ports.next()),
                List.of(),
                security);
        transport.start(new Transport.Listener() {
            @Override
            public void received(Transport.Inbound inbound) {
                inbound.release();
            }

            @Override
            public void peerLost(ReplicaKey peer, Lane lane) {}
        });
        transport.connect(Configuration.ofVoters(
                List.of(new Member(ReplicaKey.ofNode(node.id()), node.settings().peerAddress()))));
        return transport;
    }

    private static Transport.PeerConnection connection(GrpcTransport transport, LocalNode node) {
        return Objects.requireNonNull(transport.peers().get(node.id()));
    }

    private static double refusals(LocalNode node, String reason) {
        return node.http().get(node.url() + "/actuator/prometheus").body().lines()
                .filter(line -> line.startsWith("kv_peer_refusals_total{") && line.contains("\"" + reason + "\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
