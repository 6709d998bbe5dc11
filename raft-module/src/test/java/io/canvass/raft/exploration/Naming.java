package io.canvass.raft.exploration;

import java.util.HashMap;
import java.util.Map;

import io.canvass.raft.core.Message;
import io.canvass.raft.core.Role;
import io.canvass.raft.core.Round;
import io.canvass.raft.core.RoundId;
import org.jspecify.annotations.Nullable;

/**
 * How the numbers that one replica made up are called in a canonical state: in its own core, and in messages under
 * way that bear them.
 *
 * <p>Times are told from its present; the past ends T ago, and what is overdue is due now, since the core asks no
 * more of them. Of rounds, sessions and correlations the core asks only whether they are those that it holds now, and
 * new ones are never old ones again: so there is one name for what it holds and one for all else. Tokens are told
 * from the last that is durable.
 *
 * @param round the round in its role, if there is one
 * @param contacts how many leader contacts its core has counted; -1 for a Candidate, of which that is not asked
 * @param correlations of that round, by node
 * @param sessions as a leader, by node
 * @param leads the epoch that it leads, or -1: only there do sessions and times in its messages still mean anything
 */
record Naming(
        String self,
        long clock,
        long durableToken,
        long contacts,
        @Nullable RoundId round,
        Map<String, Long> correlations,
        Map<String, Long> sessions,
        long leads) {
    static final RoundId CURRENT_ROUND = new RoundId(1, 1_000);
    static final RoundId STALE_ROUND = new RoundId(1, 500);
    static final long CURRENT_CORRELATION = 1_000;
    static final long CURRENT_SESSION = 1_000;
    private static final long STALE = 1;
    /** Of a replica that holds nothing any more. */
    private static final Naming ORPHANED = new Naming("", 0, 0, 0, null, Map.of(), Map.of(), -1);

    static Naming of(Replica replica) {
        Round round =
                switch (replica.role()) {
                    case Role.Prospective p -> p.round();
                    case Role.Candidate c -> c.round();
                    case Role.Unattached u -> null;
                    case Role.Follower f -> null;
                    case Role.Leader l -> null;
                    case Role.Resigned r -> null;
                };
        return new Naming(
                replica.key().nodeId(),
                replica.clock(),
                replica.durableToken(),
                replica.role() instanceof Role.Candidate ? -1 : contactsOf(replica),
                round == null ? null : round.id(),
                round == null ? Map.of() : round.requests(),
                sessionsOf(replica),
                replica.leads() ? replica.epoch() : -1);
    }

    private static long contactsOf(Replica replica) {
        Object memory = Shape.read(Shape.read(replica.core(), "state"), "memory");
        return (Long) Shape.read(memory, "contacts");
    }

    private static Map<String, Long> sessionsOf(Replica replica) {
        Map<String, Long> sessions = new HashMap<>();
        if (replica.role() instanceof Role.Leader leader) {
            Map<?, ?> peers = (Map<?, ?>) Shape.read(leader.replication(), "peers");
            peers.forEach((node, progress) -> sessions.put((String) node, (Long) Shape.read(progress, "session")));
        }
        return sessions;
    }

    // ---- times, tokens

    /** A time of which no more is asked than how long ago it was, up to T. */
    long past(long nanos) {
        return Cluster.NOW + Math.max(nanos - clock, -Cluster.TIMEOUT);
    }

    /** A time of which no more is asked than when it comes. */
    long due(long nanos) {
        return Cluster.NOW + Math.max(nanos - clock, 0);
    }

    long token(long sequence) {
        return Math.max(sequence - durableToken, 0);
    }

    long correlation(String peer, long value) {
        Long current = correlations.get(peer);
        return current != null && current == value ? CURRENT_CORRELATION : STALE;
    }

    RoundId round(RoundId id) {
        return id.equals(RoundId.NONE) ? id : id.equals(round) ? CURRENT_ROUND : STALE_ROUND;
    }

    // ---- messages

    /** A message after this replica took a step: its own numbers anew, those of others as they are. */
    Flight rename(Flight flight) {
        Flight renamed = flight;
        if (flight.isHeld() && flight.from().nodeId().equals(self)) {
            renamed = flight.with(flight.message(), flight.correlation(), token(flight.heldUntil()));
        }
        if (flight.owner().nodeId().equals(self)) {
            return renameContent(renamed);
        }
        return renamed.message() instanceof Message.AppendResponse answer && isIndifferent(answer)
                ? renamed.with(renamed(self, answer), 0, renamed.heldUntil())
                : renamed;
    }

    /** Of a fenced request nobody asks in which session and when it was sent. */
    private static boolean isIndifferent(Message.AppendResponse answer) {
        return answer.result() instanceof Message.AppendResult.Fenced;
    }

    /** The numbers in it, which this replica made up. */
    Flight renameContent(Flight flight) {
        if (flight.unanswerable()) {
            // Numbers begin anew at a start, and may be the same by chance; but nothing comes back that bears them.
            return ORPHANED.renamed(flight);
        }
        return renamed(flight);
    }

    private Flight renamed(Flight flight) {
        String peer = (flight.message() instanceof Message.Request ? flight.to() : flight.from()).nodeId();
        long until = flight.heldUntil();
        return switch (flight.message()) {
            case Message.VoteRequest m ->
                flight.with(
                        new Message.VoteRequest(
                                m.clusterId(),
                                m.to(),
                                m.epoch(),
                                m.lastLog(),
                                m.preVote(),
                                round(m.round()),
                                m.transfer()),
                        correlation(peer, flight.correlation()),
                        until);
            case Message.VoteResponse m ->
                flight.with(
                        new Message.VoteResponse(
                                m.epoch(),
                                m.leader(),
                                m.granted(),
                                m.preVote(),
                                round(m.round()),
                                m.error(),
                                m.refusal()),
                        correlation(peer, flight.correlation()),
                        until);
            case Message.AppendRequest m ->
                flight.with(
                        new Message.AppendRequest(
                                m.clusterId(),
                                m.to(),
                                m.epoch(),
                                session(peer, m.epoch(), m.session()),
                                m.prev(),
                                m.entries(),
                                m.commitIndex(),
                                m.readSequence(),
                                sentAt(m.epoch(), m.sentAtNanos()),
                                m.leaderCommitIndex()),
                        0,
                        until);
            case Message.AppendResponse m -> flight.with(renamed(peer, m), 0, until);
            case Message.ResigningRequest m -> flight.with(m, 0, until);
            case Message.ResigningResponse m -> flight.with(m, 0, until);
            case Message.TransferRequest m -> flight.with(m, 0, until);
            case Message.TransferResponse m -> flight.with(m, 0, until);
            case Message.SnapshotRequest m -> throw new IllegalStateException("Nothing is compacted in this world: " + m);
            case Message.SnapshotResponse m -> throw new IllegalStateException("Nothing is compacted in this world: " + m);
            case Message.ReadIndexRequest m -> throw new IllegalStateException("Nobody reads in this world: " + m);
            case Message.ReadIndexResponse m -> throw new IllegalStateException("Nobody reads in this world: " + m);
        };
    }

    /** An answer of another epoch than that which its owner leads is not looked at but for its epoch. */
    private Message renamed(String peer, Message.AppendResponse m) {
        if (isIndifferent(m)) {
            return new Message.AppendResponse(
                    m.epoch(), m.leader(), STALE, m.readSequence(), Cluster.NOW - Cluster.TIMEOUT, m.result(),
                    m.promiseNanos());
        }
        return new Message.AppendResponse(
                m.epoch(),
                m.leader(),
                session(peer, m.epoch(), m.session()),
                m.readSequence(),
                sentAt(m.epoch(), m.sentAtNanos()),
                m.result(),
                m.promiseNanos());
    }

    private long session(String peer, long epoch, long value) {
        Long current = sessions.get(peer);
        return epoch == leads && current != null && current == value ? CURRENT_SESSION : STALE;
    }

    private long sentAt(long epoch, long nanos) {
        return epoch == leads ? past(nanos) : Cluster.NOW - Cluster.TIMEOUT;
    }
}
