package io.canvass.raft.transport;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Optional;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Trusts certificates that the operator's trust manager trusts and that name a node. A node's address is not looked for in its
 * certificate: who it is counts, not where. Immutable.
 */
final class PeerTrust extends X509ExtendedTrustManager {
    private final X509TrustManager chains;
    private final PeerIdentity identity;
    private final Optional<String> expected;

    /** @param expected the only node that the other end may be; empty: any */
    PeerTrust(X509TrustManager chains, PeerIdentity identity, Optional<String> expected) {
        this.chains = chains;
        this.identity = identity;
        this.expected = expected;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        chains.checkClientTrusted(chain, type);
        requireNode(chain[0]);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        chains.checkServerTrusted(chain, type);
        requireNode(chain[0]);
    }

    private void requireNode(X509Certificate own) throws CertificateException {
        PeerCertificate shown = PeerCertificate.of(own, identity);
        if (shown.nodeIds().isEmpty()) {
            throw new CertificateException(shown + " names no node: none of its alternative names is of the form " + identity);
        }
        if (expected.isPresent() && !shown.speaksFor(expected.get())) {
            throw new CertificateException(expected.get() + " was dialled, and there is " + shown);
        }
    }

    // With an engine, the usual manager would compare the certificate with the address: gRPC asks for that.

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        checkClientTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        checkServerTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        checkClientTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        checkServerTrusted(chain, type);
    }

    /** None: a dialler whose CA is not known here shows its certificate all the same, and is refused for what it is. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
