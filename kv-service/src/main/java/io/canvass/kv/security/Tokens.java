package io.canvass.kv.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;

import io.canvass.raft.core.Bytes;

/**
 * How tokens look: {@code cvt_}, the principal's name, a dot, and 256 random bits in base64url. The name is no secret: it says
 * which hash to compare with. The bits are as good as a key, so that one round of SHA-256 hides them (no password is ever
 * hashed here).
 */
public final class Tokens {
    /** Known to scanners that look for secrets in the wrong places. */
    public static final String PREFIX = "cvt_";

    static final int SECRET_BYTES = 32;
    private static final int SECRET_CHARACTERS = 43;

    private Tokens() {}

    /**
     * @param text whole, to be shown once and kept nowhere
     * @param sha256 of the secret, to be stored
     */
    public record Minted(String text, Bytes sha256) {
        @Override
        public String toString() {
            return "Minted[a secret]";
        }
    }

    /** A new one. */
    public static Minted mint(String principal, SecureRandom random) {
        byte[] bits = new byte[SECRET_BYTES];
        random.nextBytes(bits);
        String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
        return new Minted(PREFIX + principal + "." + secret, sha256(secret));
    }

    /** @param secret never told in an error or a log */
    record Presented(String principal, String secret) {
        @Override
        public String toString() {
            return "Presented[" + principal + "]";
        }

        boolean is(Bytes sha256) {
            return MessageDigest.isEqual(sha256(secret).array(), sha256.array());
        }
    }

    /** What a text of the right form says; empty for any other. */
    static Optional<Presented> parse(String text) {
        int dot = text.length() - SECRET_CHARACTERS - 1;
        if (!text.startsWith(PREFIX) || dot <= PREFIX.length() || text.charAt(dot) != '.') {
            return Optional.empty();
        }
        return Optional.of(new Presented(text.substring(PREFIX.length(), dot), text.substring(dot + 1)));
    }

    static Bytes sha256(String text) {
        try {
            return Bytes.wrap(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
