package io.canvass.kv.api.read;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;

import io.canvass.kv.api.http.Base64Url;
import io.canvass.kv.api.http.QueryParameters;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.raft.core.Bytes;

/**
 * Where a page ended: the revision that all pages show, and the last key or folder. Clients hold it as base64url and
 * hand it back to any node. It begins with a check of itself and of the range that it belongs to: no protection against
 * forgery, which would gain nothing, but against mistakes. Immutable.
 */
record PageCursor(long revision, Bytes last) {
    static final String PARAMETER = "cursor";

    private static final byte FORM = 1;
    private static final int CHECK_BYTES = 8;
    private static final int HEAD_BYTES = 1 + CHECK_BYTES + Long.BYTES;

    String encode(RangeRequest range) {
        return Base64Url.encode(Bytes.wrap(ByteBuffer.allocate(HEAD_BYTES + last.size())
                .put(FORM)
                .put(check(range))
                .putLong(revision)
                .put(last.array())
                .array()));
    }

    /** @throws ProblemException 400 {@code invalid-request} if it is none, or one of another range */
    static PageCursor parse(String text, RangeRequest range) {
        return Base64Url.decode(text)
                .filter(bytes -> bytes.size() > HEAD_BYTES)
                .flatMap(bytes -> decode(bytes.array(), range))
                .orElseThrow(() -> QueryParameters.invalid("The query parameter '" + PARAMETER + "' is not one that a"
                        + " page of this range gave: it is damaged, or the prefix, start, end, order or separator is another"
                        + " one. Repeat the request that gave it with nothing but the cursor added, or follow the"
                        + " header Link."));
    }

    private static Optional<PageCursor> decode(byte[] bytes, RangeRequest range) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        byte form = in.get();
        byte[] check = new byte[CHECK_BYTES];
        in.get(check);
        PageCursor cursor = new PageCursor(
                in.getLong(), Bytes.wrap(Arrays.copyOfRange(bytes, HEAD_BYTES, bytes.length)));
        return form == FORM && cursor.revision > 0 && Arrays.equals(check, cursor.check(range))
                ? Optional.of(cursor)
                : Optional.empty();
    }

    private byte[] check(RangeRequest range) {
        MessageDigest digest = sha256();
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(revision).flip());
        add(digest, last);
        add(digest, range.span().start());
        add(digest, range.span().end().orElse(Bytes.EMPTY));
        add(digest, range.separator().orElse(Bytes.EMPTY));
        digest.update((byte) (range.span().end().isPresent() ? 1 : 0));
        digest.update(range.order().name().getBytes(StandardCharsets.US_ASCII));
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(range.span().prefixBytes()).flip());
        return Arrays.copyOf(digest.digest(), CHECK_BYTES);
    }

    private static void add(MessageDigest digest, Bytes bytes) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.size()).flip());
        digest.update(bytes.array());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
