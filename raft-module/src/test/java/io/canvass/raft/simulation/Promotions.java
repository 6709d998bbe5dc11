package io.canvass.raft.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Input;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.Role;
import io.canvass.raft.core.RoundId;
import io.canvass.raft.core.VoteError;

/**
 * Nobody becomes Candidate but out of a pre-vote round that is still open and was won by grants that were really given in that very
 * round and really arrived, without leader contact meanwhile; or by one of the named exceptions. Told from messages alone.
 */
final class Promotions implements Observer {
    static final String INVARIANT = "NoCandidateWithoutGrantsOfItsRound";

    enum Cause {
        ROUND_WON,
        OLD_PEER,
        TRANSFER,
        CAPPED,
        ALONE
    }

    private record RoundKey(ReplicaKey asker, RoundId id) {}

    private record RoundUse(long life, boolean preVote, long epoch) {}

    private record RoundStart(RoundId id, long atClock, long contacts, int majority) {}

    /** In this life, a replica was told by the leader of this epoch that it resigns. */
    private record Notice(int replica, long life, long epoch) {}

    private final Simulation simulation;
    private final Map<RoundKey, Set<Integer>> given = new HashMap<>();
    private final Map<RoundKey, Set<Integer>> arrived = new HashMap<>();
    private final Map<RoundKey, RoundUse> used = new HashMap<>();
    private final Map<Integer, RoundStart> open = new HashMap<>();
    private final Map<Integer, Long> contacts = new HashMap<>();
    private final Set<Notice> notices = new HashSet<>();
    /** When a leader was last heard, or said that it resigns; by the replica's own clock. */
    private final Map<Integer, Long> lastWord = new HashMap<>();
    private final Set<Integer> installing = new HashSet<>();

    Promotions(Simulation simulation) {
        this.simulation = simulation;
    }

    static boolean isPromotion(Step step) {
        return step.after() instanceof Role.Candidate
                && (!(step.before() instanceof Role.Candidate) || step.stateAfter().epoch() > step.stateBefore().epoch());
    }

    /** What this promotion must be by; whether it holds is another question. */
    static Cause causeOf(Step step) {
        if (step.replica().config().protocolVersion() == 0) {
            return Cause.CAPPED;
        }
        if (step.replica().core().configuration().voters().size() == 1) {
            return Cause.ALONE;
        }
        if (step.input() instanceof Input.Received received) {
            if (received.message() instanceof Message.TransferRequest) {
                return Cause.TRANSFER;
            }
            if (received.message() instanceof Message.VoteResponse answer
                    && answer.error() == VoteError.UNSUPPORTED_VERSION) {
                return Cause.OLD_PEER;
            }
        }
        return Cause.ROUND_WON;
    }

    @Override
    public void sent(SimulatedReplica from, Effect.Send send) {
        switch (send.message()) {
            case Message.VoteRequest request -> {
                RoundUse use = new RoundUse(from.life(), request.preVote(), request.epoch());
                RoundUse before = used.putIfAbsent(new RoundKey(from.key(), request.round()), use);
                if (before != null && !before.equals(use)) {
                    throw new InvariantViolation(
                            "RoundIdsAreUnique", from.key() + " uses " + request.round() + " as " + use + ", was " + before);
                }
            }
            case Message.VoteResponse answer -> {
                if (answer.preVote() && answer.granted() && countsFor(from, send.to())) {
                    RoundKey key = new RoundKey(send.to(), answer.round());
                    given.computeIfAbsent(key, k -> new HashSet<>()).add(from.number());
                }
            }
            default -> {}
        }
    }

    /** With another disk its rounds are numbered anew. */
    @Override
    public void started(SimulatedReplica replica) {
        open.remove(replica.number());
        lastWord.remove(replica.number());
        installing.remove(replica.number());
    }

    /** A replica of another disk, and one that is no voter, may say what it likes. */
    private boolean countsFor(SimulatedReplica from, ReplicaKey asker) {
        SimulatedReplica asking = simulation.replica(asker.nodeId());
        return asking.isUp() && asking.core().configuration().isVoter(from.key());
    }

    @Override
    public void stepped(Step step) {
        if (step.input() instanceof Input.Received received) {
            noteArrival(step, received);
        }
        int number = step.replica().number();
        if (step.input() instanceof Input.SnapshotInstalled) {
            installing.remove(number);
        }
        if (isPromotion(step)) {
            judge(step);
        }
        if (step.outcome().effects().stream().anyMatch(effect -> effect instanceof Effect.InstallSnapshot)) {
            installing.add(number);
        }
        if (step.after() instanceof Role.Prospective prospective) {
            RoundStart known = open.get(number);
            if (known == null || !known.id().equals(prospective.round().id())) {
                open.put(number, new RoundStart(
                        prospective.round().id(),
                        step.replica().clock(),
                        contacts.getOrDefault(number, 0L),
                        step.replica().core().configuration().majority()));
            }
        }
    }

    private void noteArrival(Step step, Input.Received received) {
        int number = step.replica().number();
        long life = step.replica().life();
        switch (received.message()) {
            case Message.SnapshotRequest part -> {
                if (part.epoch() >= step.stateBefore().epoch()
                        && !notices.contains(new Notice(number, life, part.epoch()))) {
                    contact(step);
                }
            }
            case Message.AppendRequest append -> {
                boolean resigned = notices.contains(new Notice(number, life, append.epoch()));
                if (append.epoch() >= step.stateBefore().epoch() && !resigned) {
                    contact(step);
                }
            }
            case Message.ResigningRequest notice -> {
                notices.add(new Notice(number, life, notice.epoch()));
                lastWord.put(number, step.replica().clock());
            }
            case Message.VoteResponse answer -> {
                if (answer.preVote()
                        && answer.granted()
                        && step.before() instanceof Role.Prospective prospective
                        && prospective.round().id().equals(answer.round())) {
                    RoundKey key = new RoundKey(step.replica().key(), answer.round());
                    arrived.computeIfAbsent(key, k -> new HashSet<>())
                            .add(simulation.replica(received.from().nodeId()).number());
                }
            }
            default -> {}
        }
    }

    private void contact(Step step) {
        contacts.merge(step.replica().number(), 1L, Long::sum);
        lastWord.put(step.replica().number(), step.replica().clock());
    }

    private void judge(Step step) {
        if (step.stateAfter().epoch() != step.stateBefore().epoch() + 1) {
            throw violation(step, "raises its epoch by other than one");
        }
        Cause cause = causeOf(step);
        if (installing.contains(step.replica().number()) && cause != Cause.ALONE) {
            throw violation(step, "installs a snapshot");
        }
        switch (cause) {
            case CAPPED, ALONE -> {}
            case TRANSFER -> judgeTransfer(step);
            case OLD_PEER -> judgeOldPeer(step);
            case ROUND_WON -> judgeRound(step);
        }
    }

    private void judgeTransfer(Step step) {
        if (!(step.before() instanceof Role.Follower || step.before() instanceof Role.Prospective)) {
            throw violation(step, "takes an order that it may not take");
        }
        Long word = lastWord.get(step.replica().number());
        if (word == null || step.replica().clock() - word >= RunOptions.TIMEOUT_NANOS) {
            throw violation(step, "takes an order of a leader that it has not heard for T");
        }
    }

    private void judgeOldPeer(Step step) {
        requireOpenRound(step);
        if (step.input() instanceof Input.Received received
                && simulation.replica(received.from().nodeId()).config().protocolVersion() > 0) {
            throw violation(step, "takes " + received.from() + " for an old peer");
        }
    }

    private void judgeRound(Step step) {
        RoundStart start = requireOpenRound(step);
        RoundKey key = new RoundKey(step.replica().key(), start.id());
        Set<Integer> grants = new HashSet<>(arrived.getOrDefault(key, Set.of()));
        grants.retainAll(given.getOrDefault(key, Set.of()));
        if (step.replica().isVoterIn(step.replica().core().configuration())) {
            grants.add(step.replica().number());
        }
        if (grants.size() < start.majority()) {
            throw violation(step, "was granted round " + start.id() + " only by " + grants);
        }
    }

    private RoundStart requireOpenRound(Step step) {
        int number = step.replica().number();
        RoundStart start = open.get(number);
        if (!(step.before() instanceof Role.Prospective before)
                || start == null
                || !start.id().equals(before.round().id())) {
            throw violation(step, "has no pre-vote round");
        }
        if (contacts.getOrDefault(number, 0L) != start.contacts()) {
            throw violation(step, "heard a leader since round " + start.id() + " began");
        }
        if (before.timer().hasRunOut(step.replica().clock())
                || step.replica().clock() - start.atClock() > 2 * RunOptions.TIMEOUT_NANOS) {
            throw violation(step, "is past the timer of round " + start.id());
        }
        return start;
    }

    private static InvariantViolation violation(Step step, String what) {
        return new InvariantViolation(
                INVARIANT,
                step.replica().key().nodeId() + " becomes Candidate of epoch " + step.stateAfter().epoch() + " on "
                        + step.input().getClass().getSimpleName() + ", but " + what);
    }
}
