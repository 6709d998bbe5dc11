package io.canvass.raft.transport;

import io.canvass.proto.raft.v1.HelloAck;

/** Why something that came in was refused. The lower-case name is what {@link Transport#refusals} counts under. */
enum RefusalReason {
    /** The greeting names another cluster. */
    INCONSISTENT_CLUSTER_ID,
    /** The greeting is meant for another replica. */
    INVALID_VOTER_KEY,
    /** The greeting's sender cannot be: no node, no directory, or this node itself. */
    INVALID_SENDER,
    /** No protocol version that both speak. */
    UNSUPPORTED_VERSION,
    /** Something other than a greeting came first. */
    HELLO_MISSING,
    /** No greeting came in time. */
    HELLO_OVERDUE,
    /** A second greeting on one stream. */
    HELLO_REPEATED,
    /** The answer to this replica's greeting does not fit it. */
    HELLO_ACK_INVALID,
    /** A response where requests belong, or a request where responses belong. */
    WRONG_DIRECTION,
    /** A message on a lane where such do not go. */
    WRONG_LANE,
    /** The peer refused this replica's own greeting. */
    REFUSED_BY_PEER,
    /** A response to nothing that was asked on this stream, or a second one (HAZARDS D9, H8). */
    UNEXPECTED_RESPONSE,
    /** Not of the wire format. */
    MALFORMED_FRAME,
    /** Larger than the largest message allowed. */
    OVERSIZED_MESSAGE,
    /** The certificate shown is not that of the node that the sender says it is, or of no member. */
    FOREIGN_CERTIFICATE,
    /** No TLS connection came about: no certificate, one of another CA, an expired one, no version in common. */
    TLS_HANDSHAKE,
    /** A plain connection where TLS is required. */
    PLAIN_CONNECTION,
    /** A TLS connection where there is none. */
    TLS_CONNECTION,
    /** A connection that does not speak HTTP/2. */
    NOT_HTTP2,
    /** A connection in HTTP/2 that ended without a call: broken or oversized frames, calls of what is not served. */
    NO_CALL,
    /** A connection that said nothing in time. */
    SILENT_CONNECTION,
    /** More connections than the port serves. */
    TOO_MANY_CONNECTIONS,
    /** More peer streams than the port serves. */
    TOO_MANY_STREAMS;

    /** What a greeting's sender is told. */
    HelloAck.Refusal onTheWire() {
        return switch (this) {
            case INCONSISTENT_CLUSTER_ID -> HelloAck.Refusal.INCONSISTENT_CLUSTER_ID;
            case INVALID_VOTER_KEY -> HelloAck.Refusal.INVALID_VOTER_KEY;
            case UNSUPPORTED_VERSION -> HelloAck.Refusal.UNSUPPORTED_VERSION;
            case FOREIGN_CERTIFICATE -> HelloAck.Refusal.FOREIGN_CERTIFICATE;
            case INVALID_SENDER,
                    HELLO_MISSING,
                    HELLO_OVERDUE,
                    HELLO_REPEATED,
                    HELLO_ACK_INVALID,
                    WRONG_DIRECTION,
                    WRONG_LANE,
                    REFUSED_BY_PEER,
                    UNEXPECTED_RESPONSE,
                    MALFORMED_FRAME,
                    OVERSIZED_MESSAGE,
                    TLS_HANDSHAKE,
                    PLAIN_CONNECTION,
                    TLS_CONNECTION,
                    NOT_HTTP2,
                    NO_CALL,
                    SILENT_CONNECTION,
                    TOO_MANY_CONNECTIONS,
                    TOO_MANY_STREAMS -> HelloAck.Refusal.INVALID_REQUEST;
        };
    }
}
