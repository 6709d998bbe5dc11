package io.canvass.kv.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A request before it is bytes, to be spoiled in its parts. Texts stand for bytes one to one (ISO 8859-1). */
final class Draft {
    String method;
    String path;
    final List<String> query = new ArrayList<>();
    /** Whole lines, without their ends. */
    final List<String> headers = new ArrayList<>();
    byte[] body = new byte[0];
    String version = "HTTP/1.1";
    Framing framing = Framing.LENGTH;

    Draft(String method, String path) {
        this.method = method;
        this.path = path;
    }

    /** How the body says where it ends. */
    enum Framing {
        LENGTH,
        CHUNKED,
        /** Said by nothing: a header that is in the list already, or none at all. */
        UNSAID
    }

    Draft with(String parameter) {
        query.add(parameter);
        return this;
    }

    Draft header(String line) {
        headers.add(line);
        return this;
    }

    Draft body(String text) {
        body = text.getBytes(StandardCharsets.UTF_8);
        return this;
    }

    String target() {
        return query.isEmpty() ? path : path + "?" + String.join("&", query);
    }

    /** @param last whether the connection is to end with the answer */
    byte[] bytes(boolean last) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringBuilder head = new StringBuilder(method).append(' ').append(target()).append(' ').append(version)
                .append("\r\n");
        if (headers.stream().noneMatch(line -> line.regionMatches(true, 0, "host", 0, 4))) {
            head.append("Host: fuzz\r\n");
        }
        headers.forEach(line -> head.append(line).append("\r\n"));
        if (last) {
            head.append("Connection: close\r\n");
        }
        boolean hasBody = body.length > 0 || !List.of("GET", "HEAD", "DELETE").contains(method);
        if (framing == Framing.LENGTH && hasBody) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        } else if (framing == Framing.CHUNKED) {
            head.append("Transfer-Encoding: chunked\r\n");
        }
        out.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        if (framing == Framing.CHUNKED) {
            writeChunks(out);
        } else {
            out.writeBytes(body);
        }
        return out.toByteArray();
    }

    private void writeChunks(ByteArrayOutputStream out) {
        int size = Math.max(1, body.length / 3);
        for (int at = 0; at < body.length; at += size) {
            int length = Math.min(size, body.length - at);
            out.writeBytes((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(body, at, length);
            out.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        out.writeBytes("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }
}
