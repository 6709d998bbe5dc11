package io.canvass.raft.transport;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

import io.canvass.proto.raft.v1.Frame;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.ReplicaKey;

/** Hands what one stream brings to the listener, asking the stream for more only as far as its credit goes. */
final class Deliveries {
    private final Transport.Listener listener;
    private final ReplicaKey from;
    private final Lane lane;
    private final Runnable requestOne;
    private final InboundCredit credit;

    /** @param requestOne asks the stream for one more message; from any thread */
    Deliveries(Transport.Listener listener, ReplicaKey from, Lane lane, Runnable requestOne) {
        this.listener = listener;
        this.from = from;
        this.lane = lane;
        this.requestOne = requestOne;
        this.credit = new InboundCredit(StreamBounds.unreleasedBytes(lane));
    }

    ReplicaKey from() {
        return from;
    }

    /** Whether such a message belongs on this stream's lane. */
    boolean carries(Message message) {
        return StreamBounds.carries(lane, message);
    }

    /** In the stream's order, from the stream's thread only. */
    void deliver(Frame frame, Message message) {
        int size = frame.getSerializedSize();
        boolean more = credit.hold(size);
        listener.received(new Delivery(frame.getCorrelation(), message, size));
        // Asked for here, on the stream's own thread, rather than at each release: that would wake it for each message.
        if (more) {
            requestOne.run();
        }
    }

    private void release(int size) {
        if (credit.release(size)) {
            try {
                requestOne.run();
            } catch (RejectedExecutionException e) {
                // The transport is closed and its threads are gone: there is nothing left to ask for.
            }
        }
    }

    private final class Delivery implements Transport.Inbound {
        private final long correlation;
        private final Message message;
        private final int size;
        private final AtomicBoolean released = new AtomicBoolean();

        Delivery(long correlation, Message message, int size) {
            this.correlation = correlation;
            this.message = message;
            this.size = size;
        }

        @Override
        public ReplicaKey from() {
            return from;
        }

        @Override
        public Lane lane() {
            return lane;
        }

        @Override
        public long correlation() {
            return correlation;
        }

        @Override
        public Message message() {
            return message;
        }

        @Override
        public void release() {
            if (released.getAndSet(true)) {
                throw new IllegalStateException("Released twice: message " + correlation + " from " + from);
            }
            Deliveries.this.release(size);
        }

        @Override
        public String toString() {
            return message + " from " + from + " on " + lane + ", correlation " + correlation;
        }
    }
}
