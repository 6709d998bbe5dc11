package io.canvass.raft.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.MemberChange;
import io.canvass.raft.core.RaftConfig;
import io.canvass.raft.core.RaftCore;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.transport.Transport;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the transport dialling whom the core may have to reach: all members in force, and on a leader those whom it still has to tell
 * that they are none any more. For the core's thread, once the node runs.
 */
final class Connections {
    private final Transport transport;
    private final RaftListener listener;
    private final Map<String, String> overriding;
    private @Nullable Configuration connected;
    private List<Member> leaving = List.of();

    /**
     * @param bootstrap what the directory was formatted with
     * @param configured node id to {@code host:port}, as this node's settings say. That counts for a node whose address there differs
     *     from the one in {@code bootstrap}: it has moved, and this was said here first. For any other the log's counts
     */
    Connections(
            Transport transport, Configuration bootstrap, Map<String, String> configured, RaftListener listener) {
        this.transport = transport;
        this.listener = listener;
        this.overriding = new HashMap<>();
        for (Member member : bootstrap.members()) {
            String address = configured.get(member.key().nodeId());
            if (address != null && !address.equals(member.address())) {
                overriding.put(member.key().nodeId(), address);
            }
        }
    }

    /** Connects anew where the members changed; cheap where they did not. */
    void review(RaftCore core) {
        Configuration now = core.configuration();
        List<Member> nowLeaving = core.leaving();
        if (now.equals(connected) && nowLeaving.equals(leaving)) {
            return;
        }
        if (!now.equals(connected)) {
            listener.membersChanged(now);
        }
        connected = now;
        leaving = nowLeaving;
        List<Member> observers = new ArrayList<>(now.observers());
        observers.addAll(leaving);
        transport.connect(new Configuration(readdressed(now.voters()), readdressed(observers)));
    }

    private List<Member> readdressed(List<Member> members) {
        return members.stream()
                .map(member -> member.at(overriding.getOrDefault(member.key().nodeId(), member.address())))
                .toList();
    }

    /**
     * The highest format of a configuration that all members read who go on being members after this change; of who comes with it, what
     * it says of itself is believed.
     */
    int readableFormat(MemberChange change, Configuration current, RaftConfig self) {
        if (self.protocolVersion() < RaftConfig.MEMBERS_VERSION) {
            return Configuration.OLDEST_FORMAT;
        }
        Map<String, Transport.PeerConnection> peers = transport.peers();
        ReplicaKey gone =
                switch (change) {
                    case MemberChange.Remove remove -> remove.member();
                    case MemberChange.Replace replace -> replace.lost();
                    case MemberChange.Add a -> ReplicaKey.NONE;
                    case MemberChange.Promote p -> ReplicaKey.NONE;
                    case MemberChange.Demote d -> ReplicaKey.NONE;
                    case MemberChange.Update u -> ReplicaKey.NONE;
                };
        for (Member member : current.members()) {
            boolean counts = !member.key().matches(self.self()) && !member.key().matches(gone);
            if (counts && !readsNewest(member, Optional.ofNullable(peers.get(member.key().nodeId())))) {
                return Configuration.OLDEST_FORMAT;
            }
        }
        return Configuration.NEWEST_FORMAT;
    }

    private static boolean readsNewest(Member member, Optional<Transport.PeerConnection> connection) {
        if (member.maxVersion() >= RaftConfig.MEMBERS_VERSION) {
            return true;
        }
        return connection
                .flatMap(Transport.PeerConnection::seen)
                .filter(seen -> seen.replica().matches(member.key()))
                .filter(seen -> seen.maxVersion() >= RaftConfig.MEMBERS_VERSION)
                .isPresent();
    }
}
