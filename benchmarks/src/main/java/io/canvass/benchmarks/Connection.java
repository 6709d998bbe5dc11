package io.canvass.benchmarks;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.function.IntSupplier;

import org.jspecify.annotations.Nullable;

/** One kept-alive connection to one server, with at most one request under way. Belongs to one event loop. */
final class Connection {
    /** No key: nothing is under way or to be repeated. */
    static final int NO_KEY = -1;

    private final URI target;
    private final RequestTemplate template;
    private final ByteBuffer request;
    private final ResponseParser response = new ResponseParser();
    private @Nullable SocketChannel channel;
    private @Nullable SelectionKey selection;
    private Phase phase = Phase.CLOSED;
    private int key = NO_KEY;
    private long sinceNanos;

    Connection(URI target, RequestTemplate template) {
        this.target = target;
        this.template = template;
        this.request = template.newBuffer();
    }

    /** Begins to connect; the selector says when that is decided. */
    void connect(Selector selector, long nowNanos) throws IOException {
        close();
        phase = Phase.CONNECTING;
        sinceNanos = nowNanos;
        SocketChannel opened = SocketChannel.open();
        channel = opened;
        opened.configureBlocking(false);
        opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
        selection = opened.register(selector, SelectionKey.OP_CONNECT, this);
        int port = target.getPort() < 0 ? 80 : target.getPort();
        opened.connect(new InetSocketAddress(target.getHost(), port));
    }

    void finishConnect() throws IOException {
        channel().finishConnect();
        phase = Phase.IDLE;
        selection().interestOps(SelectionKey.OP_READ);
    }

    /**
     * Sends the request for a key, as far as the socket takes it now.
     *
     * @param others gives the other keys of a batch
     */
    void send(int newKey, IntSupplier others, long nowNanos) throws IOException {
        key = newKey;
        template.prepare(request, newKey, others);
        response.reset();
        phase = Phase.WAITING;
        sinceNanos = nowNanos;
        write();
    }

    /** Goes on with a request that the socket did not take at once. */
    void write() throws IOException {
        channel().write(request);
        int interest = request.hasRemaining() ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ;
        if (selection().interestOps() != interest) {
            selection().interestOps(interest);
        }
    }

    /**
     * Reads what has come.
     *
     * @return whether the response is complete
     */
    boolean read(ByteBuffer scratch) throws IOException {
        scratch.clear();
        if (channel().read(scratch) < 0) {
            if (phase == Phase.WAITING && response.endOfStream()) {
                return true;
            }
            throw new EOFException("The server closed the connection");
        }
        scratch.flip();
        if (phase != Phase.WAITING) {
            throw new MalformedResponseException("Bytes that nobody asked for");
        }
        boolean complete = response.consume(scratch);
        if (scratch.hasRemaining()) {
            throw new MalformedResponseException("Bytes behind the end of the response");
        }
        return complete;
    }

    /** What is under way is over, one way or the other; the connection stays open if both sides are done with it. */
    void settle() {
        if (phase == Phase.WAITING && !request.hasRemaining() && response.keepAlive()) {
            phase = Phase.IDLE;
        } else {
            close();
        }
    }

    void close() {
        phase = Phase.CLOSED;
        SocketChannel open = channel;
        channel = null;
        selection = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // The connection is given up: there is nothing that its closing could still spoil.
            }
        }
    }

    boolean isOpen() {
        return phase != Phase.CLOSED;
    }

    boolean isConnecting() {
        return phase == Phase.CONNECTING;
    }

    /** Whether it waits for the server: for a connection or an answer. */
    boolean isUnderWay() {
        return phase == Phase.CONNECTING || phase == Phase.WAITING;
    }

    /** When that began. */
    long sinceNanos() {
        return sinceNanos;
    }

    ResponseParser response() {
        return response;
    }

    int key() {
        return key;
    }

    void forgetKey() {
        key = NO_KEY;
    }

    private SocketChannel channel() throws IOException {
        if (channel == null) {
            throw new EOFException("The connection is closed");
        }
        return channel;
    }

    private SelectionKey selection() throws IOException {
        if (selection == null) {
            throw new EOFException("The connection is closed");
        }
        return selection;
    }

    private enum Phase {
        CLOSED,
        CONNECTING,
        IDLE,
        WAITING
    }
}
