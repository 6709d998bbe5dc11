package io.canvass.kv.tls;

import java.time.Instant;
import java.util.List;
import java.util.Set;

import io.canvass.kv.config.InvalidSettingException;
import io.canvass.kv.config.KvProperties;
import io.canvass.raft.transport.PeerIdentity;
import io.canvass.raft.transport.PeerTls;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslOptions;

/**
 * TLS between nodes as a bundle of Spring's has it, and as it has it next: what is reloaded is judged as at the start, and where it
 * will not do, the last good one stays.
 */
final class PeerBundle {
    static final String BUNDLE = "kv.peer.tls.bundle";
    static final String IDENTITY = "kv.peer.tls.identity";
    private static final Logger LOG = LoggerFactory.getLogger(PeerBundle.class);

    private final String nodeId;
    private final String name;
    private final PeerIdentity identity;

    private PeerBundle(String nodeId, String name, PeerIdentity identity) {
        this.nodeId = nodeId;
        this.name = name;
        this.identity = identity;
    }

    /** @throws InvalidSettingException if nothing can be made of it */
    static PeerTls open(String nodeId, KvProperties.Tls settings, SslBundles bundles) {
        PeerBundle bundle = new PeerBundle(nodeId, settings.bundle(), identity(settings.identity()));
        PeerTls tls = new PeerTls(settings.mode(), bundle.identity, bundle.first(bundles));
        bundles.addBundleUpdateHandler(settings.bundle(), next -> bundle.reload(tls, next));
        return tls;
    }

    private static PeerIdentity identity(List<String> forms) {
        try {
            return new PeerIdentity(forms);
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException(
                    IDENTITY, String.join(",", forms), String.valueOf(e.getMessage()),
                    "write for example " + PeerIdentity.DEFAULT_FORM + " or dns:{id}.kv.example.net");
        }
    }

    private PeerTls.Material first(SslBundles bundles) {
        try {
            return material(bundles.getBundle(name));
        } catch (NoSuchSslBundleException e) {
            throw refused("there is no such bundle: name one of spring.ssl.bundle.pem or .jks", e);
        } catch (IllegalArgumentException e) {
            throw refused(String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) {
            throw refused("it cannot be read (" + innermost(e) + ")", e);
        }
    }

    private InvalidSettingException refused(String problem, RuntimeException cause) {
        InvalidSettingException refused = new InvalidSettingException(
                BUNDLE, name, problem, "correct spring.ssl.bundle, or what its files hold (docs/tls.md); the node was not started");
        refused.addSuppressed(cause);
        return refused;
    }

    private void reload(PeerTls tls, SslBundle next) {
        try {
            tls.update(material(next));
            LOG.info("New connections between nodes are made with the certificate that the bundle {} has now, which ends {}",
                    name, NodeCertificate.of(next).end());
        } catch (RuntimeException e) {
            LOG.error("The bundle {} was changed, and {}. This node goes on with what it was before; correct the files, which are read"
                    + " again then.", name, e instanceof IllegalArgumentException ? e.getMessage() : innermost(e));
        }
    }

    /** @throws IllegalArgumentException if it will not do: a clause that says so */
    private PeerTls.Material material(SslBundle bundle) {
        NodeCertificate certificate = NodeCertificate.of(bundle);
        Set<String> ids = identity.nodeIds(certificate.own());
        if (!ids.contains(nodeId)) {
            throw new IllegalArgumentException("its certificate (" + certificate.own().getSubjectX500Principal().getName()
                    + ") names " + (ids.isEmpty() ? "no node" : String.join(", ", ids)) + " by the form " + identity
                    + ", and this node is " + nodeId);
        }
        if (bundle.getStores().getTrustStore() == null) {
            // The JVM's own would be taken: whoever has a certificate of any public CA would be a peer.
            throw new IllegalArgumentException("it has no trust store, so that nothing says whose certificates count");
        }
        if (certificate.end().isBefore(Instant.now())) {
            LOG.error("The certificate for peers ended {}: no other node takes this one until its files are replaced",
                    certificate.end());
        }
        SslOptions options = bundle.getOptions();
        return new PeerTls.Material(
                List.of(bundle.getManagers().getKeyManagers()),
                List.of(bundle.getManagers().getTrustManagers()),
                listed(options.getEnabledProtocols()),
                listed(options.getCiphers()));
    }

    private static List<String> listed(String @Nullable [] values) {
        return values == null ? List.of() : List.of(values);
    }

    private static String innermost(Throwable failure) {
        Throwable last = failure;
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            last = cause;
        }
        return String.valueOf(last.getMessage());
    }
}
