package io.canvass.kv.tls;

import java.time.Instant;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;

/**
 * Bundles of which the HTTP port's is judged before it is taken anew: Tomcat would take a key that is not the certificate's, and refuse
 * every connection from then on. That of the peers is judged where it is used ({@link PeerBundle}).
 */
final class CheckedBundles extends DefaultSslBundleRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(CheckedBundles.class);

    private final String checked;

    /** @param checked the name of the HTTP port's; empty for none */
    CheckedBundles(String checked) {
        this.checked = checked;
    }

    /** Where it will not do, the last good one stays, and that is logged. */
    @Override
    public void updateBundle(String name, SslBundle next) {
        if (!name.equals(checked)) {
            super.updateBundle(name, next);
            return;
        }
        Instant end;
        try {
            end = NodeCertificate.of(next).end();
            // The other file of it: whose certificates count.
            next.getStores().getTrustStore();
        } catch (RuntimeException e) {
            LOG.error("The bundle {} was changed, and {}. This node goes on with what it was before; correct the files, which are read"
                    + " again then.", name, e instanceof IllegalArgumentException ? e.getMessage() : unreadable(e));
            return;
        }
        super.updateBundle(name, next);
        LOG.info("New connections of clients are shown the certificate that the bundle {} has now, which ends {}", name, end);
    }

    private static String unreadable(Throwable failure) {
        Throwable last = failure;
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            last = cause;
        }
        return "it cannot be read (" + last.getMessage() + ")";
    }
}
