package io.canvass.kv.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One stream of changes at one node, read to its end on a thread of its own. */
final class GoodbyeStream implements AutoCloseable {
    private static final int SILENCE_MILLIS = 120_000;

    private final Socket socket;
    private final Thread thread;
    private final CountDownLatch open = new CountDownLatch(1);
    private volatile String lastEvent = "";
    private volatile String lastData = "";
    private volatile String end = "not ended";
    private volatile long endedAtNanos;

    /** Opens it. */
    GoodbyeStream(String url, String prefix) throws IOException {
        URI node = URI.create(url);
        socket = new Socket(node.getHost(), node.getPort());
        socket.setSoTimeout(SILENCE_MILLIS);
        socket.getOutputStream().write(("GET /v1/watch?prefix=" + prefix + " HTTP/1.0\r\nHost: t\r\n"
                + "Accept: text/event-stream\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        thread = Thread.ofVirtual().start(this::read);
    }

    private void read() {
        try (BufferedReader in = new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("event: ")) {
                    lastEvent = line.substring("event: ".length());
                    open.countDown();
                } else if (line.startsWith("data: ")) {
                    lastData = line.substring("data: ".length());
                }
            }
            end = "ended by the node";
        } catch (IOException e) {
            end = e.toString();
        }
        endedAtNanos = System.nanoTime();
    }

    /** Returns when its first event has come, and fails if none does. */
    void awaitOpen() throws InterruptedException {
        if (!open.await(SILENCE_MILLIS, TimeUnit.MILLISECONDS)) {
            throw new AssertionError("A stream shows nothing: " + end);
        }
    }

    /** Returns when nothing more can come. */
    void awaitEnd() throws InterruptedException {
        thread.join();
    }

    /** The name of the last event and its data, and how the connection ended. */
    String last() {
        return lastEvent + " " + lastData + ", " + end;
    }

    long endedAtNanos() {
        return endedAtNanos;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
