package io.canvass.raft.transport;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * How a certificate names the nodes that it stands for: by alternative names (RFC 5280, section 4.2.1.6) of these forms. Names are
 * compared letter by letter, and a wildcard in a certificate stands for nothing. Immutable.
 *
 * @param forms each {@code dns:} or {@code uri:} and a text with {@code {id}} once, as {@code dns:{id}.kv.example.net}; at least one
 */
public record PeerIdentity(List<String> forms) {
    /** The node id is a DNS name of the certificate. */
    public static final String DEFAULT_FORM = "dns:{id}";

    private static final String ID = "{id}";
    private static final String DNS = "dns:";
    private static final String URI = "uri:";
    /** Of an alternative name, RFC 5280. */
    private static final int DNS_TYPE = 2;
    private static final int URI_TYPE = 6;

    /** @throws IllegalArgumentException if a form is not one; the message says which and why */
    public PeerIdentity {
        forms = List.copyOf(forms);
        if (forms.isEmpty()) {
            throw new IllegalArgumentException("no form is given; " + DEFAULT_FORM + " is the usual one");
        }
        forms.forEach(PeerIdentity::requireForm);
    }

    private static void requireForm(String form) {
        int id = form.indexOf(ID);
        boolean typed = form.startsWith(DNS) || form.startsWith(URI);
        if (!typed || id < 0 || form.indexOf(ID, id + 1) >= 0) {
            throw new IllegalArgumentException("\"" + form + "\" is not dns: or uri: and a text with {id} once");
        }
    }

    /** The ids of the nodes that it stands for; none where it has no name of these forms. */
    public Set<String> nodeIds(X509Certificate certificate) {
        Set<String> ids = new TreeSet<>();
        for (List<?> name : alternativeNames(certificate)) {
            for (String form : forms) {
                nodeId(form, name).ifPresent(ids::add);
            }
        }
        return ids;
    }

    private static Collection<List<?>> alternativeNames(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names == null ? List.of() : names;
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }

    private static Optional<String> nodeId(String form, List<?> name) {
        int type = form.startsWith(DNS) ? DNS_TYPE : URI_TYPE;
        if (!name.getFirst().equals(type) || !(name.get(1) instanceof String text)) {
            return Optional.empty();
        }
        int id = form.indexOf(ID);
        String before = form.substring(DNS.length(), id);
        String after = form.substring(id + ID.length());
        int length = text.length() - before.length() - after.length();
        boolean fits = text.startsWith(before) && text.endsWith(after) && length > 0
                && length <= TransportConfig.MAX_NODE_ID_LENGTH;
        return fits ? Optional.of(text.substring(before.length(), before.length() + length)) : Optional.empty();
    }

    @Override
    public String toString() {
        return String.join(", ", forms);
    }
}
