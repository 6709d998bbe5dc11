package io.canvass.raft.transport;

import java.util.Optional;

import io.canvass.proto.raft.v1.Frame;
import io.canvass.proto.raft.v1.Hello;
import io.canvass.proto.raft.v1.HelloAck;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.ReplicaKey;

/** Makes and judges greetings: who is there, meant for whom, of which cluster, speaking what (HAZARDS H7). No state. */
final class Greeter {
    private final TransportConfig config;

    Greeter(TransportConfig config) {
        this.config = config;
    }

    /** What becomes of a greeting that came in. */
    sealed interface HelloVerdict {
        record Accepted(ReplicaKey from, Lane lane, long session) implements HelloVerdict {}

        record Refused(RefusalReason reason, String why) implements HelloVerdict {}
    }

    /** What the answer to this replica's own greeting means. */
    sealed interface AckVerdict {
        /** @param seen the peer, its directory id known */
        record Accepted(Transport.Seen seen) implements AckVerdict {}

        /** @param seen the peer that refused this replica, if it said who it is */
        record RefusedByPeer(String why, Optional<Transport.Seen> seen) implements AckVerdict {}

        /** The answer is not one to this greeting. */
        record Invalid(String why) implements AckVerdict {}
    }

    /** @param to its directory id may be unassigned */
    Frame hello(ReplicaKey to, Lane lane, long session) {
        return Frame.newBuilder()
                .setHello(Hello.newBuilder()
                        .setClusterId(WireValues.uuid(config.clusterId()))
                        .setFrom(WireValues.key(config.self()))
                        .setTo(WireValues.key(to))
                        .setLane(WireEnums.lane(lane))
                        .setSession(session)
                        .setMinVersion(TransportConfig.OLDEST_PROTOCOL_VERSION)
                        .setMaxVersion(config.protocolVersion()))
                .build();
    }

    Frame ack(long session) {
        return ack(session, HelloAck.Refusal.NONE);
    }

    /** @param session that of the greeting, 0 where it could not be read */
    Frame ack(long session, HelloAck.Refusal refusal) {
        return Frame.newBuilder()
                .setHelloAck(HelloAck.newBuilder()
                        .setRefusal(refusal)
                        .setFrom(WireValues.key(config.self()))
                        .setSession(session)
                        .setMinVersion(TransportConfig.OLDEST_PROTOCOL_VERSION)
                        .setMaxVersion(config.protocolVersion()))
                .build();
    }

    HelloVerdict judge(Frame first) {
        if (!first.hasHello()) {
            return first.getBodyCase() == Frame.BodyCase.BODY_NOT_SET
                    ? new HelloVerdict.Refused(RefusalReason.MALFORMED_FRAME, "The first frame cannot be read")
                    : new HelloVerdict.Refused(
                            RefusalReason.HELLO_MISSING, "The first frame is " + first.getBodyCase() + ", not HELLO");
        }
        try {
            return judge(first.getHello());
        } catch (MalformedFrameException e) {
            return new HelloVerdict.Refused(RefusalReason.MALFORMED_FRAME, e.getMessage() + ", in HELLO");
        }
    }

    private HelloVerdict judge(Hello hello) throws MalformedFrameException {
        if (!WireValues.uuid(hello.getClusterId(), "The cluster id").equals(config.clusterId())) {
            return new HelloVerdict.Refused(
                    RefusalReason.INCONSISTENT_CLUSTER_ID, "This replica belongs to cluster " + config.clusterId());
        }
        ReplicaKey to = WireValues.key(hello.getTo(), "to");
        if (!to.matches(config.self())) {
            return new HelloVerdict.Refused(
                    RefusalReason.INVALID_VOTER_KEY, "This replica is " + config.self() + ", not " + to);
        }
        ReplicaKey from = WireValues.keyOrNone(hello.getFrom(), "from");
        if (!isSane(from)) {
            return new HelloVerdict.Refused(
                    RefusalReason.INVALID_SENDER, "A greeting from " + from + " is not one of a peer");
        }
        if (!overlaps(hello.getMinVersion(), hello.getMaxVersion())) {
            return new HelloVerdict.Refused(
                    RefusalReason.UNSUPPORTED_VERSION,
                    "This replica speaks the versions " + TransportConfig.OLDEST_PROTOCOL_VERSION + " to "
                            + config.protocolVersion());
        }
        return new HelloVerdict.Accepted(
                from, WireEnums.lane(hello.getLane()), WireValues.natural(hello.getSession(), "session"));
    }

    /** A peer has a node and a directory of its own: this replica's own directory in other hands is a copied disk. */
    private boolean isSane(ReplicaKey from) {
        return from.isKnown()
                && from.nodeId().length() <= TransportConfig.MAX_NODE_ID_LENGTH
                && !from.directoryId().equals(ReplicaKey.UNASSIGNED)
                && !from.directoryId().equals(config.self().directoryId())
                && !from.nodeId().equals(config.self().nodeId());
    }

    /** @param to whom the greeting named */
    AckVerdict judge(Frame answer, ReplicaKey to, long session) {
        if (!answer.hasHelloAck()) {
            return new AckVerdict.Invalid("The first answer is " + answer.getBodyCase() + ", not HELLO_ACK");
        }
        HelloAck ack = answer.getHelloAck();
        if (ack.getRefusal() != HelloAck.Refusal.NONE) {
            return refusedBy(ack, to);
        }
        try {
            ReplicaKey from = WireValues.key(ack.getFrom(), "from");
            if (!from.matches(to) || from.directoryId().equals(ReplicaKey.UNASSIGNED)) {
                return new AckVerdict.Invalid("There is " + from + ", not " + to);
            }
            if (ack.getSession() != session || !overlaps(ack.getMinVersion(), ack.getMaxVersion())) {
                return new AckVerdict.Invalid("The answer to the greeting is of another session or version");
            }
            return new AckVerdict.Accepted(seen(ack, from));
        } catch (MalformedFrameException e) {
            return new AckVerdict.Invalid(e.getMessage() + ", in HELLO_ACK");
        }
    }

    /** Another replica of the node that was meant says so itself: its disk is another than the one that was expected. */
    private static AckVerdict refusedBy(HelloAck ack, ReplicaKey to) {
        String why = "It refused this replica: " + ack.getRefusal();
        if (ack.getRefusal() != HelloAck.Refusal.INVALID_VOTER_KEY) {
            return new AckVerdict.RefusedByPeer(why, Optional.empty());
        }
        try {
            ReplicaKey from = WireValues.key(ack.getFrom(), "from");
            boolean otherDisk = from.nodeId().equals(to.nodeId())
                    && !from.directoryId().equals(ReplicaKey.UNASSIGNED)
                    && !from.matches(to);
            return otherDisk
                    ? new AckVerdict.RefusedByPeer(
                            "It has another disk: it is " + from + ", and " + to + " is the member",
                            Optional.of(seen(ack, from)))
                    : new AckVerdict.RefusedByPeer(why, Optional.empty());
        } catch (MalformedFrameException e) {
            return new AckVerdict.RefusedByPeer(why, Optional.empty());
        }
    }

    private static Transport.Seen seen(HelloAck ack, ReplicaKey from) {
        return new Transport.Seen(from, ack.getMinVersion(), ack.getMaxVersion());
    }

    /** Both are unsigned on the wire: one beyond an int is negative here and fits nothing. */
    private boolean overlaps(int min, int max) {
        return 0 <= min
                && min <= max
                && min <= config.protocolVersion()
                && max >= TransportConfig.OLDEST_PROTOCOL_VERSION;
    }
}
