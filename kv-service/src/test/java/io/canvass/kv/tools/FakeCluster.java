package io.canvass.kv.tools;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/** A node that answers what it was told to answer, and remembers what it was asked. */
final class FakeCluster implements AutoCloseable {
    private final HttpServer server;
    private final List<String> asked = new ArrayList<>();
    private int status = 200;
    private String body = "{}";

    FakeCluster() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    synchronized FakeCluster answers(int nextStatus, String nextBody) {
        status = nextStatus;
        body = nextBody;
        return this;
    }

    /** Breaks the connection once it was asked. */
    synchronized FakeCluster hangsUp() {
        status = 0;
        return this;
    }

    /** Method, path with its query, and body. */
    synchronized List<String> asked() {
        return List.copyOf(asked);
    }

    private synchronized void answer(HttpExchange exchange) throws IOException {
        String content = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        asked.add((exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + content).strip());
        if (status > 0) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
