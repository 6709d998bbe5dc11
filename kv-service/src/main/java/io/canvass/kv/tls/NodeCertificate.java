package io.canvass.kv.tls;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslStoreBundle;

/**
 * The certificate that a bundle shows to others, with those behind it. Immutable.
 *
 * @param chain this node's own first; at least one
 */
record NodeCertificate(List<X509Certificate> chain) {
    private static final byte[] PROBE = {1, 2, 3, 4};

    NodeCertificate {
        chain = List.copyOf(chain);
    }

    /**
     * @throws IllegalArgumentException if the bundle shows none, or one that its key does not fit: a clause that says so
     * @throws RuntimeException if its files cannot be read; by Boot
     */
    static NodeCertificate of(SslBundle bundle) {
        SslStoreBundle stores = bundle.getStores();
        KeyStore store = stores.getKeyStore();
        if (store == null) {
            throw new IllegalArgumentException("it has no key store, so that there is no certificate to show");
        }
        try {
            return of(store, bundle.getKey().getAlias(), password(bundle));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("its key cannot be read (" + e.getMessage() + ")", e);
        }
    }

    private static char @Nullable [] password(SslBundle bundle) {
        String key = bundle.getKey().getPassword();
        String store = bundle.getStores().getKeyStorePassword();
        return key != null ? key.toCharArray() : store != null ? store.toCharArray() : null;
    }

    private static NodeCertificate of(KeyStore store, @Nullable String alias, char @Nullable [] password)
            throws GeneralSecurityException {
        for (String each : Collections.list(store.aliases())) {
            if ((alias == null || alias.equals(each)) && store.isKeyEntry(each)) {
                List<X509Certificate> chain = chain(store.getCertificateChain(each));
                requireFits(store.getKey(each, password), chain.getFirst());
                return new NodeCertificate(chain);
            }
        }
        throw new IllegalArgumentException("its key store holds no key" + (alias == null ? "" : " named " + alias));
    }

    private static List<X509Certificate> chain(Certificate @Nullable [] certificates) {
        List<X509Certificate> chain = new ArrayList<>();
        if (certificates != null) {
            for (Certificate each : certificates) {
                if (each instanceof X509Certificate certificate) {
                    chain.add(certificate);
                }
            }
        }
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("its key store holds a key without a certificate");
        }
        return chain;
    }

    /** Of two files, one may be new and the other still old: nobody could be reached with that. */
    private static void requireFits(Key key, X509Certificate certificate) throws GeneralSecurityException {
        if (!(key instanceof PrivateKey secret)) {
            return;
        }
        Optional<String> algorithm = switch (secret.getAlgorithm()) {
            case "RSA" -> Optional.of("SHA256withRSA");
            case "EC" -> Optional.of("SHA256withECDSA");
            case "Ed25519", "Ed448", "EdDSA" -> Optional.of("EdDSA");
            default -> Optional.empty();
        };
        if (algorithm.isEmpty()) {
            return;
        }
        Signature signature = Signature.getInstance(algorithm.get());
        signature.initSign(secret);
        signature.update(PROBE);
        byte[] signed = signature.sign();
        boolean fits;
        try {
            signature.initVerify(certificate.getPublicKey());
            signature.update(PROBE);
            fits = signature.verify(signed);
        } catch (GeneralSecurityException _) {
            fits = false;
        }
        if (!fits) {
            throw new IllegalArgumentException("its private key is not the one of its certificate ("
                    + certificate.getSubjectX500Principal().getName() + ")");
        }
    }

    X509Certificate own() {
        return chain.getFirst();
    }

    /** When the first of the chain ends. */
    Instant end() {
        return chain.stream()
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Comparator.naturalOrder())
                .orElseThrow();
    }
}
