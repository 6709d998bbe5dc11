package io.canvass.kv.api.http;

import java.util.Base64;
import java.util.Optional;

import io.canvass.raft.core.Bytes;

/** Bytes in URLs (RFC 4648, section 5): without padding when written, with or without it when read. */
public final class Base64Url {
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private Base64Url() {}

    /** The canonical spelling, without padding. */
    public static String encode(Bytes bytes) {
        return ENCODER.encodeToString(bytes.array());
    }

    /** Empty if the text is of another form. Of several spellings of the same bytes only the canonical one is read. */
    public static Optional<Bytes> decode(String text) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        boolean canonical = text.equals(ENCODER.encodeToString(bytes))
                || text.equals(Base64.getUrlEncoder().encodeToString(bytes));
        return canonical ? Optional.of(Bytes.wrap(bytes)) : Optional.empty();
    }
}
