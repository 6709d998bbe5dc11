package io.canvass.raft.transport;

import io.grpc.Attributes;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;

/** How connections between nodes are secured. Thread-safe. */
public sealed interface PeerSecurity permits PeerSecurity.Plain, PeerTls {
    /** Not at all: whoever reaches the port is believed. */
    static PeerSecurity plain() {
        return new Plain();
    }

    /** For a channel to this node, and to no other. */
    ChannelCredentials towards(String nodeId);

    /** For a channel to a node that is asked who it is. What it answers is to be compared by {@link #speaksFor}. */
    ChannelCredentials towardsAnyNode();

    /** @param call the attributes of a call on a channel made with these credentials, once it was answered */
    boolean speaksFor(Attributes call, String nodeId);

    /** Without TLS. */
    record Plain() implements PeerSecurity {
        @Override
        public ChannelCredentials towards(String nodeId) {
            return InsecureChannelCredentials.create();
        }

        @Override
        public ChannelCredentials towardsAnyNode() {
            return InsecureChannelCredentials.create();
        }

        @Override
        public boolean speaksFor(Attributes call, String nodeId) {
            return true;
        }
    }
}
