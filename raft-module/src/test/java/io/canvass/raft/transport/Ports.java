package io.canvass.raft.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports to listen on, for who must tell others his port before he listens. They lie below those that systems give to
 * outgoing connections: a node that was killed must find its port free when it starts again, and a client's connection
 * might have taken one of the others meanwhile.
 */
public final class Ports {
    private static final int FIRST = 20_000;
    private static final int OF_A_PROCESS = 6_000;
    /** Which of the processes that run tests at the same time this is, from 1 on: each has ports of its own. */
    private static final int PROCESS = Integer.getInteger("test.process", 1);
    private static final int PROCESSES = 2;

    private static final int ATTEMPTS = 1_000;
    private static final Set<Integer> TAKEN = ConcurrentHashMap.newKeySet();

    private Ports() {}

    /** A port that is free now, and that this process gets only once. */
    public static int next() {
        int first = FIRST + (PROCESS - 1) % PROCESSES * OF_A_PROCESS;
        for (int i = 0; i < ATTEMPTS; i++) {
            int port = first + ThreadLocalRandom.current().nextInt(OF_A_PROCESS);
            if (isFree(port) && TAKEN.add(port)) {
                return port;
            }
        }
        throw new IllegalStateException("No free port in the " + OF_A_PROCESS + " from " + first + " on");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
