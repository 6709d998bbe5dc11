package io.canvass.raft.core;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

import static io.canvass.raft.core.CoreFixture.ASKED;

/** The effects that tests expect. */
final class Effects {
    private Effects() {}

    /** A write of the hard state alone, in a log that was never truncated. */
    static Effect.Persist persist(long sequence, HardState state) {
        return new Effect.Persist(new Token(sequence, 0), state, Effect.LogWrite.NONE);
    }

    static Effect.Persist persist(long sequence, HardState state, Entry... entries) {
        return new Effect.Persist(new Token(sequence, 0), state, new Effect.LogWrite(0, List.of(entries)));
    }

    /** A write that truncates first. */
    static Effect.Persist rewrite(long sequence, long generation, HardState state, long from, Entry... entries) {
        return new Effect.Persist(
                new Token(sequence, generation), state, new Effect.LogWrite(from, List.of(entries)));
    }

    /** A write that lets the log begin later. */
    static Effect.Persist compacted(long sequence, HardState state, LogBase base) {
        return new Effect.Persist(new Token(sequence, 0), state, new Effect.LogWrite(0, List.of(), base));
    }

    static Effect.Send send(ReplicaKey to, long correlation, Message message, long after) {
        return new Effect.Send(to, Lane.CONTROL, correlation, message, after);
    }

    static Effect.Send sendData(ReplicaKey to, long correlation, Message message) {
        return new Effect.Send(to, Lane.DATA, correlation, message, 0);
    }

    /** The answer to a request of {@link CoreFixture#request}. */
    static Effect.Send reply(ReplicaKey to, Message.Response response, long after) {
        return send(to, ASKED, response, after);
    }

    static Effect.RoleChanged became(RoleName role, long epoch, ReplicaKey leader) {
        return new Effect.RoleChanged(role, epoch, leader);
    }

    static Effect.RoundEnded preVoteEnded(
            RoundId round, long epoch, RoundSummary.Ending ending, int granted, int needed, Refusal... refused) {
        return ended(round, RoundSummary.Phase.PRE_VOTE, epoch, ending, granted, needed, refused);
    }

    static Effect.RoundEnded voteEnded(
            RoundId round, long epoch, RoundSummary.Ending ending, int granted, int needed, Refusal... refused) {
        return ended(round, RoundSummary.Phase.VOTE, epoch, ending, granted, needed, refused);
    }

    private static Effect.RoundEnded ended(
            RoundId round,
            RoundSummary.Phase phase,
            long epoch,
            RoundSummary.Ending ending,
            int granted,
            int needed,
            Refusal... refused) {
        SortedMap<String, VoteRefusal> by = new TreeMap<>();
        for (Refusal refusal : refused) {
            by.put(refusal.voter().nodeId(), refusal.why());
        }
        return new Effect.RoundEnded(new RoundSummary(round, phase, epoch, ending, granted, needed, by));
    }

    record Refusal(ReplicaKey voter, VoteRefusal why) {}

    static Refusal refused(ReplicaKey voter, VoteRefusal why) {
        return new Refusal(voter, why);
    }

    static Effect.Complete complete(long requestId, Effect.Result result) {
        return new Effect.Complete(requestId, result);
    }

    static Effect.Complete notLeader(long requestId, ReplicaKey leader, long epoch) {
        return complete(requestId, new Effect.Result.NotLeader(leader, epoch));
    }

    /** The messages sent to this replica, of this kind, in order. */
    static <M extends Message> List<M> sentTo(ReplicaKey to, Class<M> kind, List<Effect> effects) {
        return effects.stream()
                .filter(Effect.Send.class::isInstance)
                .map(Effect.Send.class::cast)
                .filter(send -> send.to().equals(to))
                .map(Effect.Send::message)
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }
}
