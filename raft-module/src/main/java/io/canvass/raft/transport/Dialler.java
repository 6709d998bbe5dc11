package io.canvass.raft.transport;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.Message;
import io.grpc.Channel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whom this replica dials: all members of the configuration but itself. Safe for any thread. */
final class Dialler {
    private static final Logger LOG = LoggerFactory.getLogger(Dialler.class);

    private final PeerContext context;
    private final ConcurrentMap<String, PeerLink> links = new ConcurrentHashMap<>();

    /** Members whose address cannot be dialled at all, with the reason; they have no link. */
    private final ConcurrentMap<String, Transport.PeerConnection> undialled = new ConcurrentHashMap<>();

    Dialler(PeerContext context) {
        this.context = context;
    }

    synchronized void connect(Configuration configuration) {
        undialled.clear();
        Map<String, Member> members = new TreeMap<>();
        for (Member member : configuration.members()) {
            if (!member.key().nodeId().equals(context.config().self().nodeId())) {
                members.put(member.key().nodeId(), member);
            }
        }
        for (String nodeId : links.keySet()) {
            if (!members.containsKey(nodeId)) {
                drop(nodeId, "It is no member any more");
            }
        }
        members.values().forEach(this::link);
    }

    private void link(Member member) {
        String nodeId = member.key().nodeId();
        PeerAddress address;
        try {
            address = PeerAddress.parse(member.address());
        } catch (IllegalArgumentException e) {
            drop(nodeId, "Its address changed");
            String why = "Its address " + e.getMessage();
            undialled.put(
                    nodeId,
                    new Transport.PeerConnection(member.key(), member.address(), false, System.nanoTime(), why, Optional.empty()));
            LOG.warn("{} is not dialled: {}. Correct the member's address.", nodeId, why);
            return;
        }
        PeerLink existing = links.get(nodeId);
        if (existing != null && existing.takesOver(member.key(), address)) {
            return;
        }
        drop(nodeId, "Its address or directory changed");
        PeerLink link = new PeerLink(context, member.key(), address);
        links.put(nodeId, link);
        link.open();
    }

    private void drop(String nodeId, String why) {
        PeerLink link = links.remove(nodeId);
        if (link != null) {
            link.close(why);
        }
    }

    /** From the core's thread. */
    void send(String nodeId, Lane lane, long correlation, Message.Request request) {
        PeerLink link = links.get(nodeId);
        if (link == null) {
            context.drops().count(DropReason.NOT_CONNECTED);
        } else {
            link.send(lane, correlation, request);
        }
    }

    /** From any thread. */
    boolean prepare(String nodeId, Lane lane) {
        PeerLink link = links.get(nodeId);
        return link != null && link.prepare(lane);
    }

    /** @throws TransportException if no such member is dialled */
    Channel channelTo(String nodeId) {
        PeerLink link = links.get(nodeId);
        if (link == null) {
            throw new TransportException("No member " + nodeId + " is dialled by " + context.config().self().nodeId()
                    + "; nothing was sent. The members are " + links.keySet() + ".");
        }
        return link.serviceChannel();
    }

    Map<String, Transport.PeerConnection> peers() {
        Map<String, Transport.PeerConnection> peers = new TreeMap<>(undialled);
        links.forEach((nodeId, link) -> peers.put(nodeId, link.status()));
        return peers;
    }

    /** On the dial loop. */
    void closeNow() {
        links.values().forEach(link -> link.closeNow("This replica closes its transport"));
        links.clear();
    }
}
