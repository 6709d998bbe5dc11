package io.canvass.kv.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One answer, read by the letter of RFC 9112.
 *
 * @param headers whole lines
 * @param body its first megabyte; all that came before it was cut
 */
record Answer(int status, List<String> headers, String body, boolean wasCut) {
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.1 ([1-5][0-9][0-9]) ?[\\x20-\\x7e]*");
    private static final Pattern HEADER = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\\t\\x20-\\x7e\\x80-\\xff]*");
    private static final int MAX_LINE = 64 * 1024;
    private static final int KEPT_BYTES = 1 << 20;

    /** What came is no answer of HTTP/1.1. */
    static final class UnsoundException extends IOException {
        private static final long serialVersionUID = 1;

        UnsoundException(String message) {
            super(message);
        }
    }

    /** Thrown by a stream whose reader has waited for long enough. */
    static final class CutException extends IOException {
        private static final long serialVersionUID = 1;
    }

    /**
     * The next answer; empty where the connection ended before one began.
     *
     * @throws CutException where time was up before its headers were there
     */
    static Optional<Answer> read(InputStream in, String method) throws IOException {
        int first = in.read();
        if (first < 0) {
            return Optional.empty();
        }
        String line = (char) first + line(in);
        Matcher matcher = STATUS_LINE.matcher(line);
        if (!matcher.matches()) {
            throw new UnsoundException("This is no status line: " + line);
        }
        int status = Integer.parseInt(matcher.group(1));
        List<String> headers = new ArrayList<>();
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            if (!HEADER.matcher(header).matches()) {
                throw new UnsoundException("This is no header: " + header);
            }
            headers.add(header);
        }
        Answer head = new Answer(status, headers, "", false);
        if (status / 100 == 1) {
            return read(in, method);
        }
        return Optional.of(method.equals("HEAD") || status == 204 || status == 304 ? head : head.withBody(in));
    }

    Optional<String> header(String name) {
        String start = name.toLowerCase(Locale.ROOT) + ":";
        return headers.stream()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
                .map(line -> line.substring(start.length()).strip())
                .findFirst();
    }

    boolean endsConnection() {
        return wasCut || header("Connection").filter(value -> value.equalsIgnoreCase("close")).isPresent();
    }

    private Answer withBody(InputStream in) throws IOException {
        long lengths = headers.stream().filter(line -> line.regionMatches(true, 0, "content-length:", 0, 15)).count();
        Optional<String> coding = header("Transfer-Encoding");
        if (lengths > 1 || (lengths == 1 && coding.isPresent())) {
            throw new UnsoundException("The length is said twice: " + headers);
        }
        Body read = new Body();
        boolean cut = false;
        try {
            if (coding.isPresent()) {
                readChunks(in, read);
            } else if (lengths == 1) {
                read.take(in, Long.parseLong(header("Content-Length").orElseThrow()));
            } else {
                read.takeAll(in);
            }
        } catch (CutException e) {
            cut = true;
        }
        return new Answer(status, headers, read.text(), cut);
    }

    private static void readChunks(InputStream in, Body body) throws IOException {
        for (long size = chunkSize(in); size > 0; size = chunkSize(in)) {
            body.take(in, size);
            if (!line(in).isEmpty()) {
                throw new UnsoundException("A chunk is longer than it says");
            }
        }
        if (!line(in).isEmpty()) {
            throw new UnsoundException("An answer with trailers");
        }
    }

    private static long chunkSize(InputStream in) throws IOException {
        String line = line(in);
        if (!line.matches("[0-9a-fA-F]{1,8}")) {
            throw new UnsoundException("This is no size of a chunk: " + line);
        }
        return Long.parseLong(line, 16);
    }

    /** Without its end, which must be CR LF. */
    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("The connection ended within an answer, after: " + line);
            }
            if (line.length() > MAX_LINE) {
                throw new UnsoundException("A line without an end: " + line.substring(0, 100));
            }
            line.append((char) c);
        }
        if (line.isEmpty() || line.charAt(line.length() - 1) != '\r') {
            throw new UnsoundException("A line without CR: " + line);
        }
        return line.substring(0, line.length() - 1);
    }

    /** Keeps the beginning. */
    private static final class Body {
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

        void take(InputStream in, long length) throws IOException {
            for (long i = 0; i < length; i++) {
                int b = in.read();
                if (b < 0) {
                    throw new EOFException("The body ended after " + i + " of " + length + " bytes");
                }
                keep(b);
            }
        }

        void takeAll(InputStream in) throws IOException {
            for (int b = in.read(); b >= 0; b = in.read()) {
                keep(b);
            }
        }

        private void keep(int b) {
            if (kept.size() < KEPT_BYTES) {
                kept.write(b);
            }
        }

        String text() {
            return kept.toString(StandardCharsets.UTF_8);
        }
    }
}
