package io.canvass.kv.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Connects to one node's peer port as a stranger, and looks by HTTP what became of the node. */
public final class PeerFuzz {
    private static final Pattern REFUSED = Pattern.compile("(?m)^kv_peer_refusals_total(?:\\{[^}]*})? ([0-9.E]+)$");
    private static final int BETWEEN_LOOKS = 20;
    private static final int LISTEN_MILLIS = 30;

    private final int peerPort;
    private final int httpPort;
    private final String epoch;
    private final long revision;
    private final double refusalsBefore;
    private long sent;

    /** @param httpPort of the same node */
    public PeerFuzz(int peerPort, int httpPort) throws IOException {
        this.peerPort = peerPort;
        this.httpPort = httpPort;
        this.epoch = epoch();
        this.revision = Plain.revision(httpPort);
        this.refusalsBefore = refusals();
    }

    /** One connection. What is wrong with the node, empty if nothing is; looked for at some only. Nobody may write meanwhile. */
    public Optional<String> next(long number) throws IOException {
        send(number);
        sent++;
        return sent % BETWEEN_LOOKS == 0 ? look() : Optional.empty();
    }

    /** Whether the node is as it was when this was made, but for what it counts. */
    public Optional<String> look() throws IOException {
        String now = epoch();
        if (!now.equals(epoch)) {
            return Optional.of("The epoch was " + epoch + " and is " + now);
        }
        long revisionNow = Plain.revision(httpPort);
        return revisionNow == revision
                ? Optional.empty()
                : Optional.of("The revision was " + revision + " and is " + revisionNow);
    }

    /** What the node has refused at its peer port since this was made. */
    public double refused() throws IOException {
        return refusals() - refusalsBefore;
    }

    private void send(long number) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), peerPort)) {
            socket.setSoTimeout(LISTEN_MILLIS);
            socket.getOutputStream().write(PeerConnections.bytes(number));
            listen(socket.getInputStream());
        } catch (SocketTimeoutException | SocketException e) {
            // It waits for more, or has hung up; both are its right.
        }
    }

    private static void listen(InputStream in) throws IOException {
        byte[] scratch = new byte[8 * 1024];
        long deadline = System.nanoTime() + LISTEN_MILLIS * 4_000_000L;
        while (in.read(scratch) >= 0 && System.nanoTime() < deadline) {
            // What it says to a stranger does not matter, as long as it says it in bounds.
        }
    }

    private String epoch() throws IOException {
        return Plain.get(httpPort, "/v1/kv/fuzz-probe")
                .flatMap(answer -> answer.header("Kv-Epoch"))
                .orElseThrow(() -> new IOException("A plain GET told no epoch"));
    }

    private double refusals() throws IOException {
        String metrics = Plain.get(httpPort, "/actuator/prometheus").map(Answer::body).orElse("");
        Matcher matcher = REFUSED.matcher(metrics);
        double sum = 0;
        while (matcher.find()) {
            sum += Double.parseDouble(matcher.group(1));
        }
        return sum;
    }
}
