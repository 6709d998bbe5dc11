package io.canvass.benchmarks;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Finds the end of HTTP/1.1 responses (RFC 9112, section 6) in whatever pieces they arrive, and counts the bytes of the
 * body, and the lines of a batch that say a status of success. It keeps no body and, in the usual case, allocates nothing. Responses to HEAD are not for it. One thread.
 */
final class ResponseParser {
    private static final int MAX_LINE_BYTES = 16 * 1024;
    private static final byte[] CONTENT_LENGTH = ascii("content-length:");
    private static final byte[] TRANSFER_ENCODING = ascii("transfer-encoding:");
    private static final byte[] CONNECTION = ascii("connection:");
    private static final byte[] CHUNKED = ascii("chunked");
    private static final byte[] CLOSE = ascii("close");
    private static final byte[] KEEP_ALIVE = ascii("keep-alive");
    /** In the answer to a batch: a line's status, 200 to 299. Its first character does not come again in it but once. */
    private static final byte[] LINE_DONE = ascii("\"status\":2");
    private static final long UNKNOWN_LENGTH = -1;

    private final byte[] line = new byte[MAX_LINE_BYTES];
    private int lineLength;
    private State state = State.STATUS_LINE;
    private int status;
    private boolean keepAlive;
    private boolean chunked;
    private long contentLength;
    private long remaining;
    private long bodyBytes;
    private int matched;
    private int linesDone;

    /** Forgets the response before and expects the first byte of the next. */
    void reset() {
        lineLength = 0;
        bodyBytes = 0;
        matched = 0;
        linesDone = 0;
        state = State.STATUS_LINE;
    }

    /**
     * Takes bytes up to the end of one response; what follows it stays in the buffer.
     *
     * @return whether the response is complete
     */
    boolean consume(ByteBuffer bytes) throws MalformedResponseException {
        while (state != State.COMPLETE && bytes.hasRemaining()) {
            switch (state) {
                case FIXED_BODY, CHUNK_DATA -> skipBody(bytes);
                case BODY_UNTIL_CLOSE -> {
                    bodyBytes += bytes.remaining();
                    bytes.position(bytes.limit());
                }
                case STATUS_LINE, HEADER, CHUNK_SIZE, CHUNK_END, TRAILER -> {
                    if (readLine(bytes)) {
                        endOfLine();
                        lineLength = 0;
                    }
                }
                case COMPLETE -> throw new IllegalStateException("The loop ends when a response is complete");
            }
        }
        return state == State.COMPLETE;
    }

    /**
     * The server closed the connection.
     *
     * @return whether that was the end of a response; false: it had not begun, or was cut off
     */
    boolean endOfStream() {
        if (state == State.BODY_UNTIL_CLOSE) {
            state = State.COMPLETE;
        }
        return state == State.COMPLETE;
    }

    /** The status of the response that is complete. */
    int status() {
        return status;
    }

    /** Whether the server keeps the connection open for another request. */
    boolean keepAlive() {
        return keepAlive;
    }

    /** The length of the body so far, without the marks of chunks. */
    long bodyBytes() {
        return bodyBytes;
    }

    /** How many members {@code "status"} of the body so far are of success. */
    int linesDone() {
        return linesDone;
    }

    private void skipBody(ByteBuffer bytes) {
        int taken = (int) Math.min(remaining, bytes.remaining());
        int end = bytes.position() + taken;
        for (int i = bytes.position(); i < end; i++) {
            match(bytes.get(i));
        }
        bytes.position(end);
        remaining -= taken;
        bodyBytes += taken;
        if (remaining == 0) {
            state = state == State.CHUNK_DATA ? State.CHUNK_END : State.COMPLETE;
        }
    }

    /** Where a character does not fit, only a quote can begin anew: {@code LINE_DONE} has one at its start and one behind a letter. */
    private void match(byte b) {
        if (b != LINE_DONE[matched]) {
            matched = b == LINE_DONE[0] ? 1 : 0;
            return;
        }
        matched++;
        if (matched == LINE_DONE.length) {
            linesDone++;
            matched = 0;
        }
    }

    /** Gathers a line without its CR LF (a lone LF ends it too, RFC 9112, section 2.2). */
    private boolean readLine(ByteBuffer bytes) throws MalformedResponseException {
        while (bytes.hasRemaining()) {
            byte b = bytes.get();
            if (b == '\n') {
                if (lineLength > 0 && line[lineLength - 1] == '\r') {
                    lineLength--;
                }
                return true;
            }
            if (lineLength == line.length) {
                throw new MalformedResponseException("A line of more than " + MAX_LINE_BYTES + " bytes");
            }
            line[lineLength++] = b;
        }
        return false;
    }

    private void endOfLine() throws MalformedResponseException {
        switch (state) {
            case STATUS_LINE -> statusLine();
            case HEADER -> {
                if (lineLength == 0) {
                    endOfHeaders();
                } else {
                    header();
                }
            }
            case CHUNK_SIZE -> {
                remaining = number(0, 16);
                state = remaining == 0 ? State.TRAILER : State.CHUNK_DATA;
            }
            case CHUNK_END -> {
                if (lineLength != 0) {
                    throw new MalformedResponseException("A chunk is longer than it said");
                }
                state = State.CHUNK_SIZE;
            }
            case TRAILER -> state = lineLength == 0 ? State.COMPLETE : State.TRAILER;
            case FIXED_BODY, CHUNK_DATA, BODY_UNTIL_CLOSE, COMPLETE ->
                throw new IllegalStateException("No lines in state " + state);
        }
    }

    private void statusLine() throws MalformedResponseException {
        boolean shaped = lineLength >= 12
                && line[0] == 'H'
                && line[1] == 'T'
                && line[2] == 'T'
                && line[3] == 'P'
                && line[4] == '/'
                && line[5] == '1'
                && line[6] == '.'
                && line[8] == ' ';
        if (!shaped) {
            throw new MalformedResponseException("Not a status line: " + text());
        }
        status = 0;
        for (int i = 9; i < 12; i++) {
            if (line[i] < '0' || line[i] > '9') {
                throw new MalformedResponseException("Not a status line: " + text());
            }
            status = status * 10 + line[i] - '0';
        }
        keepAlive = line[7] != '0';
        chunked = false;
        contentLength = UNKNOWN_LENGTH;
        state = State.HEADER;
    }

    private void header() throws MalformedResponseException {
        if (startsWith(CONTENT_LENGTH)) {
            contentLength = number(CONTENT_LENGTH.length, 10);
        } else if (startsWith(TRANSFER_ENCODING)) {
            chunked = contains(CHUNKED, TRANSFER_ENCODING.length);
        } else if (startsWith(CONNECTION)) {
            if (contains(CLOSE, CONNECTION.length)) {
                keepAlive = false;
            } else if (contains(KEEP_ALIVE, CONNECTION.length)) {
                keepAlive = true;
            }
        }
    }

    private void endOfHeaders() {
        if (status < 200) {
            state = State.STATUS_LINE;
        } else if (status == 204 || status == 304) {
            state = State.COMPLETE;
        } else if (chunked) {
            // Chunks win over a Content-Length that stands beside them (RFC 9112, section 6.3).
            state = State.CHUNK_SIZE;
        } else if (contentLength == UNKNOWN_LENGTH) {
            keepAlive = false;
            state = State.BODY_UNTIL_CLOSE;
        } else {
            remaining = contentLength;
            state = remaining == 0 ? State.COMPLETE : State.FIXED_BODY;
        }
    }

    /** The digits from an offset on, behind blanks and up to the end, a blank or the semicolon of an extension. */
    private long number(int from, int radix) throws MalformedResponseException {
        int i = from;
        while (i < lineLength && line[i] == ' ') {
            i++;
        }
        int first = i;
        long value = 0;
        while (i < lineLength && line[i] != ' ' && line[i] != ';') {
            int digit = Character.digit(line[i], radix);
            if (digit < 0 || value > Long.MAX_VALUE / radix - 1) {
                throw new MalformedResponseException("Not a length: " + text());
            }
            value = value * radix + digit;
            i++;
        }
        if (i == first) {
            throw new MalformedResponseException("A length is missing: " + text());
        }
        return value;
    }

    private boolean startsWith(byte[] lowerCase) {
        return matchesAt(lowerCase, 0);
    }

    private boolean contains(byte[] lowerCase, int from) {
        for (int i = from; i <= lineLength - lowerCase.length; i++) {
            if (matchesAt(lowerCase, i)) {
                return true;
            }
        }
        return false;
    }

    private boolean matchesAt(byte[] lowerCase, int offset) {
        if (lineLength - offset < lowerCase.length) {
            return false;
        }
        for (int i = 0; i < lowerCase.length; i++) {
            byte b = line[offset + i];
            byte lower = b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
            if (lower != lowerCase[i]) {
                return false;
            }
        }
        return true;
    }

    private String text() {
        return new String(line, 0, Math.min(lineLength, 120), StandardCharsets.ISO_8859_1);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private enum State {
        STATUS_LINE,
        HEADER,
        FIXED_BODY,
        BODY_UNTIL_CLOSE,
        CHUNK_SIZE,
        CHUNK_DATA,
        CHUNK_END,
        TRAILER,
        COMPLETE
    }
}
