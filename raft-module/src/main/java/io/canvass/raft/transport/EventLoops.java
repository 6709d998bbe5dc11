package io.canvass.raft.transport;

import java.util.concurrent.TimeUnit;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.IoHandlerFactory;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import io.grpc.netty.shaded.io.netty.util.concurrent.Future;

/** The threads that do the transport's input and output, its own, so that closing it ends them. */
final class EventLoops {
    private static final int MIN_WORKERS = 2;
    private static final int MAX_WORKERS = 4;

    private final boolean epoll = Epoll.isAvailable();
    private final EventLoopGroup acceptor;
    private final EventLoopGroup workers;

    /** @param name begins the threads' names */
    EventLoops(String name) {
        int count = Math.clamp(Runtime.getRuntime().availableProcessors(), MIN_WORKERS, MAX_WORKERS);
        acceptor = group(1, name + "-accept");
        workers = group(count, name + "-io");
    }

    private EventLoopGroup group(int threads, String name) {
        IoHandlerFactory handler = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        return new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), handler);
    }

    /** Whether this is Linux with epoll, whose sockets know TCP_USER_TIMEOUT. */
    boolean isEpoll() {
        return epoll;
    }

    EventLoopGroup acceptor() {
        return acceptor;
    }

    EventLoopGroup workers() {
        return workers;
    }

    ServerChannel newServerChannel() {
        return epoll ? new EpollServerSocketChannel() : new NioServerSocketChannel();
    }

    Class<? extends Channel> clientChannelType() {
        return epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    /** Closes what is still open and waits for the threads to end, but no longer than this. */
    void close(long timeoutNanos) {
        Future<?> acceptorEnd = acceptor.shutdownGracefully(0, timeoutNanos, TimeUnit.NANOSECONDS);
        Future<?> workersEnd = workers.shutdownGracefully(0, timeoutNanos, TimeUnit.NANOSECONDS);
        acceptorEnd.awaitUninterruptibly(timeoutNanos, TimeUnit.NANOSECONDS);
        workersEnd.awaitUninterruptibly(timeoutNanos, TimeUnit.NANOSECONDS);
    }
}
