package io.canvass.kv.security;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What a client's certificate says of who holds it. That it is valid, and trusted, was judged when the connection was made. */
final class Certificates {
    private static final int RFC822_NAME = 1;
    private static final int DNS_NAME = 2;
    private static final int URI_NAME = 6;

    private Certificates() {}

    /** With its kind in front, as principals name it; the subject as in RFC 2253. Exactly as written: no wildcards. */
    static List<String> identities(X509Certificate certificate) {
        List<String> identities = new ArrayList<>();
        String subject = certificate.getSubjectX500Principal().getName();
        if (!subject.isEmpty()) {
            identities.add("subject:" + subject);
        }
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names != null) {
                names.forEach(name -> add(identities, name));
            }
        } catch (CertificateParsingException e) {
            throw new DeniedException(
                    DeniedException.Why.UNAUTHENTICATED,
                    "The client certificate's alternative names cannot be read. Nothing was done. Show another one.");
        }
        return identities;
    }

    private static void add(List<String> identities, List<?> name) {
        if (name.size() >= 2 && name.get(0) instanceof Integer kind && name.get(1) instanceof String text) {
            switch (kind) {
                case DNS_NAME -> identities.add("dns:" + text);
                case URI_NAME -> identities.add("uri:" + text);
                case RFC822_NAME -> identities.add("email:" + text);
                default -> {
                    // Addresses and the like name no principal.
                }
            }
        }
    }
}
