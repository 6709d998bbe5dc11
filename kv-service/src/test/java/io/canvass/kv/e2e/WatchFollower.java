package io.canvass.kv.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client of one stream from revision 1 on, which goes on at some node whenever it is cut off. */
final class WatchFollower implements AutoCloseable {
    private static final int SILENCE_MILLIS = 60_000;
    private static final int PAUSE_MILLIS = 200;
    /** Small, so that the system takes in little for a client that does not read. */
    private static final int RECEIVE_BUFFER_BYTES = 4096;

    private final List<String> urls;
    private final String range;
    private final Random random;
    private final List<String> seen = new ArrayList<>();
    private final List<Long> revisions = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private final Thread thread = Thread.ofVirtual().unstarted(this::run);
    private long lastId;
    private long interruptions;
    private long lagging;
    private volatile boolean closed;
    private volatile CountDownLatch reading = new CountDownLatch(0);

    /** @param range the query that names it */
    WatchFollower(List<String> urls, String range, Random random) {
        this.urls = List.copyOf(urls);
        this.range = range;
        this.random = random;
    }

    String range() {
        return range;
    }

    void start() {
        thread.start();
    }

    /** Keeps the connection and reads nothing of it. */
    void stopReading() {
        reading = new CountDownLatch(1);
    }

    void readOn() {
        reading.countDown();
    }

    /** Whether everything up to that revision was shown. */
    synchronized boolean has(long revision) {
        return lastId >= revision;
    }

    synchronized long interruptions() {
        return interruptions;
    }

    /** How often a node said that it cut this client off because it did not read. */
    synchronized long lagging() {
        return lagging;
    }

    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    /** What came up to that revision. */
    synchronized List<String> seen(long through) {
        int count = 0;
        while (count < revisions.size() && revisions.get(count) <= through) {
            count++;
        }
        return List.copyOf(seen.subList(0, count));
    }

    /** What a stream that begins now shows of the past. */
    static List<String> history(List<String> urls, String range, long through) {
        try (WatchFollower follower = new WatchFollower(urls, range, new Random(through))) {
            while (!follower.has(through)) {
                follower.follow(through);
            }
            return follower.seen(through);
        }
    }

    private void run() {
        while (!closed) {
            follow(Long.MAX_VALUE);
            synchronized (this) {
                interruptions++;
            }
            pause();
        }
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(random.nextInt(PAUSE_MILLIS) + 1);
        } catch (InterruptedException e) {
            closed = true;
        }
    }

    /** One connection, until it ends or shows that revision. */
    private void follow(long through) {
        URI url = URI.create(urls.get(random.nextInt(urls.size())));
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(RECEIVE_BUFFER_BYTES);
            socket.connect(new InetSocketAddress(url.getHost(), url.getPort()), SILENCE_MILLIS);
            socket.setSoTimeout(SILENCE_MILLIS);
            String request = "GET /v1/watch?" + range + "&from-revision=1 HTTP/1.0\r\nHost: t\r\n"
                    + "Accept: text/event-stream\r\nLast-Event-ID: " + lastId() + "\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            BufferedReader in = new BufferedReader(
                    new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String status = in.readLine();
            if (status == null || !status.contains(" 200")) {
                refused(status);
                return;
            }
            skipBlock(in);
            while (!closed && !has(through) && event(in)) {
                reading.await();
            }
        } catch (IOException e) {
            // The node was killed, or cut this client off.
        } catch (InterruptedException e) {
            closed = true;
        }
    }

    private synchronized long lastId() {
        return lastId;
    }

    /** A node that starts or stops may refuse; that a revision is unknown or gone may none say. */
    private synchronized void refused(String status) {
        if (status != null && !status.contains(" 503")) {
            violations.add("After " + lastId + " the stream was refused: " + status);
        }
    }

    private static void skipBlock(BufferedReader in) throws IOException {
        String line = in.readLine();
        while (line != null && !line.isEmpty()) {
            line = in.readLine();
        }
    }

    /** @return whether there was a whole one */
    private boolean event(BufferedReader in) throws IOException {
        String name = "";
        String data = "";
        long id = -1;
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.isEmpty()) {
                taken(name, id, data);
                return true;
            }
            if (line.startsWith("event: ")) {
                name = line.substring("event: ".length());
            } else if (line.startsWith("id: ")) {
                id = Long.parseLong(line.substring("id: ".length()));
            } else if (line.startsWith("data: ")) {
                data = line.substring("data: ".length());
            }
        }
        return false;
    }

    private synchronized void taken(String name, long id, String data) {
        switch (name) {
            case "change" -> {
                JsonNode json = JsonMapper.shared().readTree(data);
                if (id != json.path("revision").asLong() || id <= lastId) {
                    violations.add("After " + lastId + " came " + id + ": " + data);
                }
                revisions.add(id);
                seen.add(data);
                lastId = id;
            }
            case "progress" -> {
                if (id < lastId) {
                    violations.add("After " + lastId + " came progress " + id);
                }
                lastId = Math.max(lastId, id);
            }
            case "compacted" -> violations.add("After " + lastId + " came compacted: " + data);
            case "lagging" -> lagging++;
            // The rest ends the stream, or begins it.
            default -> {}
        }
    }

    @Override
    public void close() {
        closed = true;
        readOn();
        thread.interrupt();
    }
}
