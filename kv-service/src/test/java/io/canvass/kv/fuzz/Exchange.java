package io.canvass.kv.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * What goes over one connection.
 *
 * @param number what it was made of, {@link HttpRequests#exchange}
 * @param pieces sent one by one, flushed each
 * @param methods of the requests in it, as far as they were meant
 * @param isRight whether nothing was spoiled
 * @param isWhole whether an answer must come: nothing was spoiled that says where a request ends
 * @param mayStream whether it may ask for an answer that does not end, or comes late; it is cut then
 * @param ending what follows the last piece
 */
record Exchange(
        long number,
        List<byte[]> pieces,
        List<String> methods,
        boolean isRight,
        boolean isWhole,
        boolean mayStream,
        Ending ending) {
    private static final int SHOWN_BYTES = 2000;

    /** How the sender ends. */
    enum Ending {
        /** Says that nothing more comes, and reads. */
        HALF_CLOSE,
        /** Says nothing, and reads. */
        WAIT,
        /** Hangs up without reading an answer. */
        HANG_UP
    }

    /** ISO 8859-1, so that each byte is seen. */
    String text() {
        StringBuilder text = new StringBuilder();
        pieces.forEach(piece -> text.append(new String(piece, StandardCharsets.ISO_8859_1)));
        return text.toString();
    }

    /** For a person: what is not ASCII or does not print is escaped, and the end is cut off. */
    String shown() {
        StringBuilder shown = new StringBuilder();
        int length = pieces.stream().mapToInt(piece -> piece.length).sum();
        for (char c : text().substring(0, Math.min(length, SHOWN_BYTES)).toCharArray()) {
            switch (c) {
                case '\r' -> shown.append("\\r");
                case '\n' -> shown.append("\\n\n");
                default -> shown.append(c >= ' ' && c < 0x7f ? String.valueOf(c) : "\\x%02x".formatted((int) c));
            }
        }
        return shown + (length > SHOWN_BYTES ? " … " + length + " bytes" : "");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Exchange that && number == that.number && Arrays.equals(bytes(), that.bytes());
    }

    @Override
    public int hashCode() {
        return Long.hashCode(number);
    }

    private byte[] bytes() {
        return text().getBytes(StandardCharsets.ISO_8859_1);
    }
}
