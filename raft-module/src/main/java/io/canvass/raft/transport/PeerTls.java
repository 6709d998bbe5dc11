package io.canvass.raft.transport;

import java.security.GeneralSecurityException;
import java.security.KeyManagementException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

import io.grpc.Attributes;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettySslContextChannelCredentials;
import io.grpc.netty.shaded.io.netty.handler.ssl.ApplicationProtocolConfig;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.grpc.netty.shaded.io.netty.handler.ssl.JdkSslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;

/**
 * Mutual TLS between nodes: each shows a certificate, and speaks only for the nodes that it names ({@link PeerIdentity}). What
 * connections are made with may be replaced at any time; those that are open go on with what they were made with. Nothing of one
 * connection's handshake is used for the next, so that what is trusted no more is not resumed. Thread-safe.
 */
public final class PeerTls implements PeerSecurity {
    /** RFC 9113, section 3.2. */
    static final String HTTP2 = "h2";

    private static final List<String> DEFAULT_PROTOCOLS = List.of("TLSv1.3");

    private final Mode mode;
    private final PeerIdentity identity;
    private final AtomicReference<Material> material;

    /** What is taken and what is dialled: how a running cluster comes to TLS, one node after the other. */
    public enum Mode {
        /** Takes TLS and plain connections, and makes plain ones. */
        ACCEPT,
        /** Takes TLS and plain connections, and makes TLS ones. */
        DIAL,
        /** Takes and makes TLS connections only. */
        REQUIRE
    }

    /**
     * What connections are made with.
     *
     * @param trust decides whose certificates count; exactly one of them is an {@link X509TrustManager}
     * @param protocols TLS versions; empty for 1.3 alone
     * @param ciphers empty for the JVM's
     */
    public record Material(
            List<KeyManager> keys, List<TrustManager> trust, List<String> protocols, List<String> ciphers) {
        /** @throws IllegalArgumentException if there is no key manager, or nothing that says whom to trust */
        public Material {
            keys = List.copyOf(keys);
            trust = List.copyOf(trust);
            protocols = protocols.isEmpty() ? DEFAULT_PROTOCOLS : List.copyOf(protocols);
            ciphers = List.copyOf(ciphers);
            if (keys.isEmpty()) {
                throw new IllegalArgumentException("there is no key manager");
            }
            X509TrustManager _ = x509(trust);
        }

        private static X509TrustManager x509(List<TrustManager> trust) {
            return trust.stream()
                    .filter(X509TrustManager.class::isInstance)
                    .map(X509TrustManager.class::cast)
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("there is no X.509 trust manager"));
        }

        /** @param expected the only node that the other end may be; empty: any */
        private SSLContext context(PeerIdentity identity, Optional<String> expected) {
            TrustManager[] trusted = {new PeerTrust(x509(trust), identity, expected)};
            try {
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(keys.toArray(KeyManager[]::new), trusted, null);
                return context;
            } catch (KeyManagementException e) {
                throw new IllegalStateException("The key for peers cannot be used: " + e.getMessage(), e);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("This JVM knows no TLS", e);
            }
        }

        private SSLEngine prepared(SSLEngine engine) {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setProtocols(protocols.toArray(String[]::new));
            if (!ciphers.isEmpty()) {
                parameters.setCipherSuites(ciphers.toArray(String[]::new));
            }
            parameters.setApplicationProtocols(new String[] {HTTP2});
            engine.setSSLParameters(parameters);
            return engine;
        }
    }

    public PeerTls(Mode mode, PeerIdentity identity, Material material) {
        this.mode = mode;
        this.identity = identity;
        this.material = new AtomicReference<>(material);
    }

    /** From now on new connections are made with this. */
    public void update(Material next) {
        material.set(next);
    }

    Mode mode() {
        return mode;
    }

    /** For one connection that was accepted. */
    SSLEngine serverEngine() {
        Material current = material.get();
        SSLEngine engine = current.prepared(current.context(identity, Optional.empty()).createSSLEngine());
        engine.setUseClientMode(false);
        engine.setNeedClientAuth(true);
        return engine;
    }

    /** For one connection that is dialled. */
    SslContext dialling(Optional<String> expected, ApplicationProtocolConfig protocol) {
        Material current = material.get();
        return new JdkSslContext(
                current.context(identity, expected),
                true,
                current.ciphers().isEmpty() ? null : current.ciphers(),
                IdentityCipherSuiteFilter.INSTANCE,
                protocol,
                ClientAuth.NONE,
                current.protocols().toArray(String[]::new),
                false);
    }

    Optional<PeerCertificate> certificate(SSLSession session) {
        return PeerCertificate.of(session, identity);
    }

    @Override
    public ChannelCredentials towards(String nodeId) {
        return credentials(Optional.of(nodeId));
    }

    @Override
    public ChannelCredentials towardsAnyNode() {
        return credentials(Optional.empty());
    }

    private ChannelCredentials credentials(Optional<String> expected) {
        return mode == Mode.ACCEPT
                ? InsecureChannelCredentials.create()
                : NettySslContextChannelCredentials.create(new DialledTls(this, expected));
    }

    @Override
    public boolean speaksFor(Attributes call, String nodeId) {
        SSLSession session = call.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        if (session == null) {
            return mode == Mode.ACCEPT;
        }
        return certificate(session).filter(shown -> shown.speaksFor(nodeId)).isPresent();
    }
}
