package io.canvass.raft.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.CoreStatus;
import io.canvass.raft.core.RaftConfig;
import io.canvass.raft.core.RaftCore;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.RoleName;
import io.canvass.raft.core.RoundSummary;
import io.canvass.raft.transport.Transport;
import org.jspecify.annotations.Nullable;

/** What the core's thread last said of itself, for whoever asks, without asking it. Times are the core's. */
final class StatusBoard {
    private static final long PUBLISH_EVERY_NANOS = 10_000_000;
    private static final long NEVER = -1;

    private record Snapshot(CoreStatus core, List<Configuration> configurations, Leadership leadership, long atNanos) {}

    private record Halt(String reason, boolean damaged) {}

    private record Ended(RoundSummary round, long atNanos) {}

    private final RaftConfig config;
    private final Map<String, AtomicLong> heard = new ConcurrentHashMap<>();
    private final Map<RoundOutcome, AtomicLong> rounds = new ConcurrentHashMap<>();
    private final AtomicLong refused = new AtomicLong();
    private volatile @Nullable Snapshot snapshot;
    private volatile @Nullable Ended lastPreVote;
    private volatile @Nullable Halt halted;
    private volatile boolean caughtUp;
    private volatile boolean removed;
    /** Outlives epochs: a voter that campaigns still says how long ago it heard a leader. */
    private volatile long lastContactNanos = NEVER;
    private volatile long loopNanos;

    StatusBoard(RaftConfig config) {
        this.config = config;
    }

    // ---- the core's thread

    void publishIfDue(RaftCore core, long now) {
        loopNanos = now;
        Snapshot last = snapshot;
        if (last == null
                || now - last.atNanos() >= PUBLISH_EVERY_NANOS
                || last.core().role() != core.role().name()
                || !last.core().configuration().equals(core.configuration())
                || last.core().hardState().epoch() != core.hardState().epoch()) {
            publish(core, now);
        }
    }

    void publish(RaftCore core, long now) {
        loopNanos = now;
        CoreStatus status = core.status();
        if (status.leaderContactNanos() != NEVER) {
            lastContactNanos = status.leaderContactNanos();
        }
        Leadership leadership = new Leadership(
                status.leader(), status.hardState().epoch(), status.role() == RoleName.LEADER);
        snapshot = new Snapshot(status, core.configurations(), leadership, now);
    }

    /** When the leader (on the leader: a quorum) was last heard, as of the last status; -1 if never. */
    long lastContactNanos() {
        return lastContactNanos;
    }

    void heard(ReplicaKey from, long now) {
        AtomicLong at = heard.get(from.nodeId());
        if (at == null) {
            at = heard.computeIfAbsent(from.nodeId(), id -> new AtomicLong(NEVER));
        }
        at.lazySet(now);
    }

    void roundEnded(RoundSummary round, long now) {
        rounds.computeIfAbsent(new RoundOutcome(round.phase(), round.ending()), o -> new AtomicLong())
                .incrementAndGet();
        if (round.phase() == RoundSummary.Phase.PRE_VOTE) {
            lastPreVote = new Ended(round, now);
        }
    }

    void refused() {
        refused.incrementAndGet();
    }

    void removed() {
        removed = true;
    }

    void halted(String reason, boolean damaged) {
        halted = new Halt(reason, damaged);
    }

    // ---- anyone

    Configuration configuration() {
        return latest().core().configuration();
    }

    Leadership leadership() {
        return latest().leadership();
    }

    private Snapshot latest() {
        Snapshot last = snapshot;
        if (last == null) {
            throw new IllegalStateException("A status is asked for before the replica was started");
        }
        return last;
    }

    Map<RoundOutcome, Long> rounds() {
        Map<RoundOutcome, Long> copy = new ConcurrentHashMap<>();
        rounds.forEach((outcome, count) -> copy.put(outcome, count.get()));
        return Map.copyOf(copy);
    }

    RaftStatus status(long now, long appliedIndex, long stalledNanos, Map<String, Transport.PeerConnection> connections) {
        Snapshot last = latest();
        CoreStatus core = last.core();
        boolean done = caughtUp || (core.catchUpTarget() >= 0 && appliedIndex >= core.catchUpTarget());
        caughtUp = done;
        List<RaftStatus.Peer> peers = peers(core, now, connections);
        Halt halt = halted;
        return new RaftStatus(
                config.clusterId(),
                config.self(),
                core.voter(),
                core.role(),
                core.hardState().epoch(),
                core.hardState().vote().isKnown(),
                core.leader(),
                ageMillis(now, lastContactNanos),
                preVote(core, now),
                new RaftStatus.Log(
                        core.logBase() + 1,
                        core.end().index(),
                        core.durableIndex(),
                        core.commitIndex(),
                        appliedIndex,
                        core.logBase()),
                quorum(core, peers),
                peers,
                done,
                ageMillis(now, loopNanos),
                stalledNanos / 1_000_000,
                Optional.ofNullable(halt).map(Halt::reason),
                refused.get(),
                core.configuration(),
                core.configurationIndex(),
                core.configurationIndex() <= core.commitIndex(),
                last.configurations(),
                removed && core.removed(),
                halt != null && halt.damaged());
    }

    private static long ageMillis(long now, long at) {
        return at == NEVER ? NEVER : Math.max(0, now - at) / 1_000_000;
    }

    private RaftStatus.PreVote preVote(CoreStatus core, long now) {
        Ended ended = lastPreVote;
        return new RaftStatus.PreVote(
                config.protocolVersion() >= RaftConfig.PRE_VOTE_VERSION,
                core.role() == RoleName.PROSPECTIVE || core.role() == RoleName.CANDIDATE,
                core.preVoteRounds(),
                Optional.ofNullable(ended).map(e -> new RaftStatus.LastRound(e.round(), ageMillis(now, e.atNanos()))));
    }

    private List<RaftStatus.Peer> peers(
            CoreStatus core, long now, Map<String, Transport.PeerConnection> connections) {
        List<RaftStatus.Peer> peers = new ArrayList<>();
        for (Configuration.Member member : core.configuration().members()) {
            if (member.key().matches(config.self())) {
                continue;
            }
            String id = member.key().nodeId();
            AtomicLong at = heard.get(id);
            Transport.PeerConnection connection = connections.get(id);
            Optional<Transport.Seen> seen = Optional.ofNullable(connection).flatMap(Transport.PeerConnection::seen);
            peers.add(new RaftStatus.Peer(
                    connection == null ? member.key() : connection.peer(),
                    connection == null ? member.address() : connection.address(),
                    core.configuration().isVoter(member.key()),
                    matchIndex(core, id),
                    at == null ? NEVER : ageMillis(now, at.get()),
                    connection != null && connection.connected(),
                    connection == null ? 0 : Math.max(0, System.nanoTime() - connection.sinceNanos()) / 1_000_000,
                    connection == null ? "not dialled yet" : connection.detail(),
                    seen.map(Transport.Seen::replica).orElse(ReplicaKey.ofNode(id)),
                    seen.map(Transport.Seen::minVersion).orElse(0),
                    seen.map(Transport.Seen::maxVersion).orElse(0)));
        }
        return peers;
    }

    private static long matchIndex(CoreStatus core, String nodeId) {
        for (CoreStatus.Peer peer : core.peers()) {
            if (peer.key().nodeId().equals(nodeId)) {
                return peer.matchIndex();
            }
        }
        return -1;
    }

    /** A leader counts whom it heard within the election timeout; others only know who is connected. */
    private RaftStatus.Quorum quorum(CoreStatus core, List<RaftStatus.Peer> peers) {
        int reachable = core.voter() ? 1 : 0;
        for (RaftStatus.Peer peer : peers) {
            boolean heardLately = peer.contactAgeMillis() >= 0
                    && peer.contactAgeMillis() < config.electionTimeoutNanos() / 1_000_000;
            boolean counts = core.role() == RoleName.LEADER ? heardLately : peer.connected();
            if (peer.voter() && counts) {
                reachable++;
            }
        }
        int voters = core.configuration().voters().size();
        int needed = core.configuration().majority();
        return new RaftStatus.Quorum(
                voters, core.configuration().observers().size(), needed, reachable, reachable - needed);
    }
}
