package io.canvass.kv.fuzz;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What came of an exchange.
 *
 * @param answers those that came, in order
 * @param unsound why what came is no HTTP; empty if it is
 * @param end how it ended
 */
record Conversation(List<Answer> answers, Optional<String> unsound, End end) {
    /** How long a stream, or an answer that may come late, is waited for. */
    private static final Duration CUT_AFTER = Duration.ofMillis(150);

    /** How long an answer may take. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** How a connection ended. */
    enum End {
        /** By the node, or when all answers were there. */
        ORDERLY,
        /** By a reset. */
        RESET,
        /** By us: time was up. */
        CUT
    }

    static Conversation hold(int port, Exchange exchange) throws IOException {
        Duration limit = exchange.mayStream() || (exchange.ending() == Exchange.Ending.WAIT && !exchange.isWhole())
                ? CUT_AFTER
                : PATIENCE;
        List<Answer> answers = new ArrayList<>();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            if (!send(socket, exchange) || exchange.ending() == Exchange.Ending.HANG_UP) {
                socket.setSoLinger(true, 0);
                return new Conversation(answers, Optional.empty(), End.RESET);
            }
            long deadline = System.nanoTime() + limit.toNanos();
            InputStream in = new BufferedInputStream(new Bounded(socket, deadline));
            while (exchange.ending() == Exchange.Ending.HALF_CLOSE
                    || answers.size() < Math.max(1, exchange.methods().size())) {
                int at = answers.size();
                Optional<Answer> next =
                        Answer.read(in, at < exchange.methods().size() ? exchange.methods().get(at) : "GET");
                next.ifPresent(answers::add);
                if (next.isEmpty() || next.get().endsConnection()) {
                    break;
                }
            }
            return new Conversation(answers, Optional.empty(), End.ORDERLY);
        } catch (Answer.CutException e) {
            return new Conversation(answers, Optional.empty(), End.CUT);
        } catch (Answer.UnsoundException e) {
            return new Conversation(answers, Optional.of(String.valueOf(e.getMessage())), End.ORDERLY);
        } catch (EOFException e) {
            // A batch is answered line by line, as far as it came.
            Optional<String> unsound =
                    exchange.isWhole() ? Optional.of(String.valueOf(e.getMessage())) : Optional.empty();
            return new Conversation(answers, unsound, End.ORDERLY);
        } catch (SocketException e) {
            return new Conversation(answers, Optional.empty(), End.RESET);
        }
    }

    /** False where the other side has hung up before all was sent. */
    private static boolean send(Socket socket, Exchange exchange) {
        try {
            OutputStream out = socket.getOutputStream();
            for (byte[] piece : exchange.pieces()) {
                out.write(piece);
                out.flush();
            }
            if (exchange.ending() == Exchange.Ending.HALF_CLOSE) {
                socket.shutdownOutput();
            }
            return true;
        } catch (IOException e) {
            // An answer may be there all the same, but the reset that follows may take it away.
            return false;
        }
    }

    /** Ends by a {@link Answer.CutException} when time is up. */
    private static final class Bounded extends FilterInputStream {
        private final Socket socket;
        private final long deadlineNanos;

        Bounded(Socket socket, long deadlineNanos) throws IOException {
            super(socket.getInputStream());
            this.socket = socket;
            this.deadlineNanos = deadlineNanos;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            long left = deadlineNanos - System.nanoTime();
            if (left <= 0) {
                throw new Answer.CutException();
            }
            socket.setSoTimeout((int) Math.max(1, left / 1_000_000));
            try {
                return super.read(target, offset, length);
            } catch (SocketTimeoutException e) {
                throw new Answer.CutException();
            }
        }
    }
}
