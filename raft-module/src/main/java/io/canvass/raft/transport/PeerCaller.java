package io.canvass.raft.transport;

import java.util.Optional;
import java.util.function.Function;

import io.grpc.Context;

/** Who calls a service at the peer port, as far as the connection shows. Immutable. */
public final class PeerCaller {
    static final Context.Key<PeerCaller> KEY = Context.key("canvass-peer-caller");
    private static final PeerCaller ANYBODY = new PeerCaller(_ -> Optional.empty());

    private final Function<String, Optional<String>> objection;

    PeerCaller(Function<String, Optional<String>> objection) {
        this.objection = objection;
    }

    /** The one of the call under way on this thread. One that did not come over the network may be anybody. */
    public static PeerCaller current() {
        PeerCaller caller = KEY.get();
        return caller == null ? ANYBODY : caller;
    }

    /** Why it may not say that it is this node, for people; empty if it may. */
    public Optional<String> objection(String nodeId) {
        return objection.apply(nodeId);
    }
}
