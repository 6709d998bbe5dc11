package io.canvass.raft.transport;

import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.Set;

import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * What the certificate of the other end of a connection says, which a CA of ours has signed. Immutable.
 *
 * @param nodeIds of the nodes for which the other end may speak
 */
record PeerCertificate(Set<String> nodeIds, String subject) {
    PeerCertificate {
        nodeIds = Set.copyOf(nodeIds);
    }

    static PeerCertificate of(X509Certificate certificate, PeerIdentity identity) {
        return new PeerCertificate(
                identity.nodeIds(certificate), certificate.getSubjectX500Principal().getName());
    }

    /** Of the session's other end; empty if that showed none. */
    static Optional<PeerCertificate> of(SSLSession session, PeerIdentity identity) {
        try {
            Certificate[] chain = session.getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate own
                    ? Optional.of(of(own, identity))
                    : Optional.empty();
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }

    boolean speaksFor(String nodeId) {
        return nodeIds.contains(nodeId);
    }

    @Override
    public String toString() {
        return "the certificate of " + (nodeIds.isEmpty() ? "no node" : String.join(", ", nodeIds)) + " (" + subject + ")";
    }
}
