package io.canvass.raft.exploration;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.ElectionTimer;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.Input;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.Role;
import io.canvass.raft.core.Round;
import io.canvass.raft.core.RoundId;
import io.canvass.raft.core.VoteError;
import io.canvass.raft.simulation.Words;
import org.jspecify.annotations.Nullable;

/**
 * What must hold of a step, told from the replica that steps: the invariants of the simulator that need no look at
 * others. Those that do are in {@link History}.
 */
final class Judge {
    /**
     * A step of the core.
     *
     * @param logBefore the log as the core knew it
     */
    record Step(
            String node,
            boolean capped,
            boolean justStarted,
            long clock,
            Input input,
            Role before,
            HardState stateBefore,
            LogPosition logBefore,
            long commitBefore,
            Role after,
            HardState stateAfter,
            long commitAfter,
            List<Effect> effects) {}

    /** What the judge remembers of a replica between its steps, see {@link Replica}. */
    record Memory(SortedSet<String> granted, boolean contact, long resignedEpoch) {}

    private Judge() {}

    /** @throws Broken if the step may not be; answers what is to be remembered */
    static Memory judge(Step step, Memory memory) {
        if (step.stateAfter().epoch() < step.stateBefore().epoch()) {
            throw new Broken("MonotonicEpoch", step.node() + " went from " + step.stateBefore() + " to "
                    + step.stateAfter());
        }
        if (step.commitAfter() < step.commitBefore()) {
            throw new Broken("MonotonicCommit", step.node() + " fell from " + step.commitBefore() + " to "
                    + step.commitAfter());
        }
        Memory now = step.input() instanceof Input.Received received ? arrived(step, received, memory) : memory;
        if (isPromotion(step)) {
            judgePromotion(step, now);
        }
        if (step.input() instanceof Input.Received received
                && received.message() instanceof Message.VoteRequest request) {
            judgeAnswer(step, received, request);
        }
        judgeTimers(step);
        boolean sameRound = roundOf(step.after()) != null && roundIdOf(step.before()).equals(roundIdOf(step.after()));
        return sameRound ? now : new Memory(new TreeSet<>(), false, now.resignedEpoch());
    }

    /** A round begins when a timer has run out, and in no other way; and that of a round is never made shorter. */
    private static void judgeTimers(Step step) {
        Round round = roundOf(step.after());
        if (round == null) {
            return;
        }
        if (!round.id().equals(roundIdOf(step.before()))) {
            if (!(step.input() instanceof Input.TimeReached)
                    || !step.before().electionTimer().hasRunOut(step.clock())) {
                throw new Broken("RoundsBeginByTimer", step.node() + " begins round " + round.id()
                        + " before its timer ran out");
            }
        } else if (step.before().electionTimer() instanceof ElectionTimer.At before
                && !(step.after().electionTimer() instanceof ElectionTimer.At after
                        && after.deadlineNanos() >= before.deadlineNanos())) {
            throw new Broken("RoundsBeginByTimer", step.node() + " shortens the timer of round " + round.id());
        }
    }

    private static @Nullable Round roundOf(Role role) {
        return role instanceof Role.Prospective prospective ? prospective.round() : null;
    }

    private static RoundId roundIdOf(Role role) {
        Round round = roundOf(role);
        return round == null ? RoundId.NONE : round.id();
    }

    private static Memory arrived(Step step, Input.Received received, Memory memory) {
        return switch (received.message()) {
            case Message.AppendRequest append -> {
                boolean contact = append.epoch() >= step.stateBefore().epoch()
                        && append.epoch() != memory.resignedEpoch();
                yield new Memory(memory.granted(), memory.contact() || contact, memory.resignedEpoch());
            }
            case Message.ResigningRequest notice -> new Memory(memory.granted(), memory.contact(), notice.epoch());
            case Message.VoteResponse answer -> {
                boolean counts = answer.preVote() && answer.granted()
                        && answer.round().equals(roundIdOf(step.before()));
                SortedSet<String> granted = new TreeSet<>(memory.granted());
                if (counts) {
                    granted.add(received.from().nodeId());
                }
                yield new Memory(granted, memory.contact(), memory.resignedEpoch());
            }
            default -> memory;
        };
    }

    // ---- promotions

    static boolean isPromotion(Step step) {
        return step.after() instanceof Role.Candidate
                && (!(step.before() instanceof Role.Candidate)
                        || step.stateAfter().epoch() > step.stateBefore().epoch());
    }

    private static void judgePromotion(Step step, Memory memory) {
        if (step.stateAfter().epoch() != step.stateBefore().epoch() + 1) {
            throw promotion(step, "it raises its epoch by other than one");
        }
        if (step.capped()) {
            return;
        }
        if (!(step.before() instanceof Role.Prospective prospective)) {
            throw promotion(step, "it has no pre-vote round");
        }
        if (memory.contact()) {
            throw promotion(step, "it heard a leader since its round began");
        }
        if (prospective.timer().hasRunOut(step.clock())) {
            throw promotion(step, "the timer of its round has run out");
        }
        boolean oldPeer = step.input() instanceof Input.Received received
                && received.message() instanceof Message.VoteResponse answer
                && answer.error() == VoteError.UNSUPPORTED_VERSION;
        if (!oldPeer && memory.granted().size() + 1 < Cluster.MAJORITY) {
            throw promotion(step, "nobody granted this round of it; what came in answered another");
        }
    }

    private static Broken promotion(Step step, String what) {
        return new Broken(
                "NoCandidateWithoutGrantsOfItsRound",
                step.node() + " becomes Candidate of epoch " + step.stateAfter().epoch() + ", but " + what);
    }

    // ---- answers to votes

    private static void judgeAnswer(Step step, Input.Received received, Message.VoteRequest request) {
        for (Effect effect : step.effects()) {
            if (request.preVote() && effect instanceof Effect.Persist) {
                throw new Broken("PreVoteIsPure", "a pre-vote makes " + step.node() + " write " + effect);
            }
            if (effect instanceof Effect.Send send
                    && send.message() instanceof Message.VoteResponse answer
                    && answer.granted()) {
                judgeGrant(step, received, request);
            }
        }
    }

    private static void judgeGrant(Step step, Input.Received received, Message.VoteRequest request) {
        // Whom it voted for already it tells so again, whatever it has appended since.
        boolean again = !request.preVote() && step.stateBefore().vote().isKnown();
        if (!request.lastLog().isUpToDateWith(step.logBefore()) && !again) {
            throw new Broken("LogsAreCompared", step.node() + " ends with " + step.logBefore() + " and grants "
                    + Words.of(request));
        }
        if (!request.preVote()) {
            return;
        }
        boolean hears = step.before() instanceof Role.Follower follower
                && follower.heardFromLeader()
                && !follower.leader().equals(received.from());
        // A leader that slept notices in this very step that it leads no more, and may grant.
        if (hears || step.after() instanceof Role.Leader || step.justStarted()) {
            throw new Broken("NoGrantWhileALeaderIsHeard", step.node() + " grants " + Words.of(request));
        }
    }

    // ---- what is said

    /**
     * Nothing is said before it is durable.
     *
     * @throws Broken if this message may not leave
     */
    static void judgeSaid(Flight flight, Replica.Disk disk) {
        Message message = flight.message();
        boolean known =
                switch (message) {
                    case Message.VoteResponse answer ->
                        answer.preVote() || !answer.granted() || mayVote(disk, answer, flight.to().nodeId());
                    case Message.VoteRequest request ->
                        isOffered(disk, request) && (request.preVote()
                                || mayVote(disk, request, flight.from().nodeId()));
                    case Message.AppendResponse answer -> isMatched(disk, answer);
                    default -> true;
                };
        if (!known || message.epoch() > disk.state().epoch()) {
            throw new Broken("SaidIsDurable", flight.from().nodeId() + " says " + Words.of(message) + "; durable is "
                    + disk.state() + " and a log of " + disk.log().size());
        }
    }

    private static boolean mayVote(Replica.Disk disk, Message message, String candidate) {
        return disk.state().epoch() != message.epoch() || disk.state().vote().nodeId().equals(candidate);
    }

    private static boolean isOffered(Replica.Disk disk, Message.VoteRequest request) {
        LogPosition offered = request.lastLog();
        return disk.state().epoch() != request.epoch()
                || (offered.index() <= disk.log().size()
                        && disk.log().get((int) offered.index() - 1).epoch() == offered.epoch());
    }

    /** Within one epoch nothing is cut off that its leader has matched. */
    private static boolean isMatched(Replica.Disk disk, Message.AppendResponse answer) {
        return !(answer.result() instanceof Message.AppendResult.Matched matched)
                || disk.state().epoch() != answer.epoch()
                || matched.index() <= disk.log().size();
    }
}
