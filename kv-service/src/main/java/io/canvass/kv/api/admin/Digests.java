package io.canvass.kv.api.admin;

import java.security.MessageDigest;
import java.util.Base64;
import java.util.Collections;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.problem.Excerpt;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.raft.core.Bytes;
import jakarta.servlet.http.HttpServletRequest;

/**
 * {@code Repr-Digest} (RFC 9530): a dictionary of algorithms and byte sequences. Of the algorithms, sha-256 is looked
 * at.
 */
final class Digests {
    static final String HEADER = "Repr-Digest";

    private static final Pattern SHA_256 = Pattern.compile("(?:^|,)[ \t]*sha-256=:([A-Za-z0-9+/=]*):["
            + " \t]*(?:;[^,]*)?(?=,|$)");

    private Digests() {}

    static String format(Bytes sha256) {
        return "sha-256=:" + Base64.getEncoder().encodeToString(sha256.array()) + ":";
    }

    /**
     * Whether the digest that the request announces, if any, is this one. Others than sha-256 are ignored, as the RFC
     * asks.
     *
     * @throws ProblemException 400 {@code invalid-request} if it is malformed
     */
    static boolean matches(HttpServletRequest request, Bytes sha256) {
        String announced = String.join(",", Collections.list(request.getHeaders(HEADER)));
        Matcher found = SHA_256.matcher(announced);
        if (!found.find()) {
            if (announced.contains("sha-256")) {
                throw malformed(announced);
            }
            return true;
        }
        try {
            return MessageDigest.isEqual(Base64.getDecoder().decode(found.group(1)), sha256.array());
        } catch (IllegalArgumentException e) {
            throw malformed(announced);
        }
    }

    private static ProblemException malformed(String announced) {
        return QueryParameters.invalid("The header " + HEADER + " is '" + Excerpt.of(announced)
                + "'; write it as sha-256=:base64:.");
    }
}
