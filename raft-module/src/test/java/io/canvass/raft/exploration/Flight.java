package io.canvass.raft.exploration;

import io.canvass.raft.core.Lane;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.ReplicaKey;
import org.jspecify.annotations.Nullable;

/**
 * A message that has been said and not arrived.
 *
 * @param correlation that of the request, for its answer too
 * @param heldUntil the write of its sender that must be durable before it leaves; 0 once it has left
 * @param unanswerable a request whose sender has crashed since: the stream that an answer would go back on is gone
 */
record Flight(
        ReplicaKey from,
        ReplicaKey to,
        Lane lane,
        long correlation,
        Message message,
        long heldUntil,
        boolean unanswerable) {

    /** Whose names and whose clock the numbers in it come from: whoever made the request. */
    ReplicaKey owner() {
        return message instanceof Message.Request ? from : to;
    }

    boolean isHeld() {
        return heldUntil > 0;
    }

    Flight with(Message other, long otherCorrelation, long until) {
        return new Flight(from, to, lane, otherCorrelation, other, until, unanswerable);
    }

    Flight left() {
        return with(message, correlation, 0);
    }

    /**
     * What a crash of this node leaves of it: what it held back and what was on the way back to it is gone, its
     * requests find no way back.
     */
    @Nullable Flight afterCrashOf(String node) {
        boolean own = from.nodeId().equals(node);
        boolean answersIt = to.nodeId().equals(node) && message instanceof Message.Response;
        if ((own && isHeld()) || answersIt) {
            return null;
        }
        boolean orphaned = own && message instanceof Message.Request;
        return orphaned ? new Flight(from, to, lane, correlation, message, heldUntil, true) : this;
    }
}
