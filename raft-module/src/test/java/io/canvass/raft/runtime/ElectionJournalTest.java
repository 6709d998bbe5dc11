package io.canvass.raft.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.Input;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.ResignReason;
import io.canvass.raft.core.RoleName;
import io.canvass.raft.core.RoundId;
import io.canvass.raft.core.RoundSummary;
import io.canvass.raft.core.Token;
import io.canvass.raft.core.VoteError;
import io.canvass.raft.core.VoteRefusal;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What the journal makes of the core's inputs and effects, in words. Times are milliseconds. */
class ElectionJournalTest {
    private static final UUID CLUSTER = new UUID(1, 1);
    private static final ReplicaKey KV_1 = ReplicaKey.ofNode("kv-1");
    private static final ReplicaKey KV_2 = ReplicaKey.ofNode("kv-2");
    private static final ReplicaKey KV_3 = ReplicaKey.ofNode("kv-3");

    private final List<Election> begun = new ArrayList<>();
    private final List<Election> ended = new ArrayList<>();
    private final ElectionJournal journal = new ElectionJournal(
            "kv-2",
            new HardState(7, KV_1, ReplicaKey.NONE),
            0,
            new RaftListener() {
                @Override
                public void electionBegan(Election election) {
                    begun.add(election);
                }

                @Override
                public void electionEnded(Election election) {
                    ended.add(election);
                }
            });

    @Test
    void aNodeThatStartsAndHearsItsLeader() {
        assertThat(journal.elections().getLast().story())
                .isEqualTo("Election 1 as kv-2 saw it: kv-2 started, in epoch 7. No leader yet, in epoch 7.");
        follow(40, KV_1, 7);
        assertThat(journal.elections().getLast().story())
                .isEqualTo("Election 1 as kv-2 saw it: kv-2 started, in epoch 7."
                        + " After 40 ms, kv-2 follows kv-1, the leader of epoch 7.");
    }

    @Test
    void aLeaderFallsSilentAndThisNodeIsElected() {
        follow(40, KV_1, 7);
        step(1300, new Input.TimeReached(ms(1300)), 100, role(RoleName.PROSPECTIVE, 7), asks(3, KV_1, true), asks(3, KV_3, true));
        step(1310, answer(1310, KV_3, 3, true, true), 100,
                ended(3, RoundSummary.Phase.PRE_VOTE, 7, RoundSummary.Ending.WON, 2, Map.of()), role(RoleName.CANDIDATE, 8),
                asks(4, KV_1, false), asks(4, KV_3, false));
        step(1330, answer(1330, KV_3, 4, true, false), -1,
                ended(4, RoundSummary.Phase.VOTE, 8, RoundSummary.Ending.WON, 2, Map.of()), leads(8));
        assertThat(ended).hasSize(2);
        assertThat(ended.getLast().story())
                .isEqualTo("Election 2 as kv-2 saw it: kv-1, leader of epoch 7, was not heard for 1200 ms."
                        + " After 10 ms, pre-vote round 3 won: 2 of 2 needed (yes of kv-2, kv-3; no answer of kv-1)."
                        + " After 30 ms, vote round 4 won: 2 of 2 needed (epoch 8; yes of kv-2, kv-3; no answer of kv-1)."
                        + " After 30 ms, kv-2 leads epoch 8.");
        assertThat(ended.getLast().cause()).isEqualTo(Election.Cause.LEADER_SILENT);
        assertThat(ended.getLast().tookMillis()).isEqualTo(30);
    }

    @Test
    void aVoterRefusesBecauseItsLeaderIsAliveAndTheSameLeaderIsHeardAgain() {
        follow(40, KV_1, 7);
        step(1300, new Input.TimeReached(ms(1300)), 40, role(RoleName.PROSPECTIVE, 7), asks(3, KV_1, true), asks(3, KV_3, true));
        step(1310, answer(1310, KV_3, 3, false, true), 40,
                ended(3, RoundSummary.Phase.PRE_VOTE, 7, RoundSummary.Ending.LOST, 1, Map.of("kv-3", VoteRefusal.LEADER_ALIVE)));
        follow(1400, KV_1, 7);
        assertThat(ended.getLast().story())
                .isEqualTo("Election 2 as kv-2 saw it: kv-1, leader of epoch 7, was not heard for 1260 ms."
                        + " After 10 ms, pre-vote round 3 lost: 1 of 2 needed"
                        + " (yes of kv-2; no of kv-3 (its leader is alive); no answer of kv-1)."
                        + " After 100 ms, kv-2 hears kv-1 again, which leads epoch 7 as before.");
    }

    @Test
    void anotherNodeIsVotedForAndFollowed() {
        follow(40, KV_1, 7);
        Message asked = new Message.VoteRequest(CLUSTER, KV_2, 8, LogPosition.ZERO, false, new RoundId(1, 9), false);
        step(900, received(900, KV_3, asked), 200, role(RoleName.UNATTACHED, 8), votes(8, KV_3));
        follow(950, KV_3, 8);
        assertThat(ended.getLast().story())
                .isEqualTo("Election 2 as kv-2 saw it: kv-3 asked for votes in a higher epoch than 7, that of kv-1,"
                        + " last heard 700 ms ago. After 0 ms, kv-2 voted for kv-3 in epoch 8."
                        + " After 50 ms, kv-2 follows kv-3, the leader of epoch 8.");
    }

    @Test
    void eachReasonForWhichALeaderIsLostIsNamed() {
        assertThat(lost(new Input.Resign(ms(900), ResignReason.DISK_STALLED), RoleName.RESIGNED, 7, true))
                .isEqualTo(Election.Cause.DISK_STALLED);
        assertThat(lost(new Input.Resign(ms(900), ResignReason.REQUESTED), RoleName.RESIGNED, 7, true))
                .isEqualTo(Election.Cause.RESIGNED);
        assertThat(lost(new Input.TimeReached(ms(900)), RoleName.RESIGNED, 7, true)).isEqualTo(Election.Cause.QUORUM_LOST);
        assertThat(lost(new Input.StorageFailed(ms(900), "gone"), RoleName.RESIGNED, 7, true))
                .isEqualTo(Election.Cause.STORAGE_FAILED);
        Message matched = new Message.AppendResponse(7, KV_2, 1, 0, 0, new Message.AppendResult.Matched(4));
        assertThat(lost(received(900, KV_3, matched), RoleName.RESIGNED, 7, true)).isEqualTo(Election.Cause.REMOVED);
        Message fenced = new Message.AppendResponse(8, KV_3, 1, 0, 0, new Message.AppendResult.Fenced());
        assertThat(lost(received(900, KV_3, fenced), RoleName.UNATTACHED, 8, true)).isEqualTo(Election.Cause.HIGHER_EPOCH);
        Message resigns = new Message.ResigningRequest(CLUSTER, KV_2, 7, List.of(KV_3));
        assertThat(lost(received(900, KV_1, resigns), RoleName.FOLLOWER, 7, false)).isEqualTo(Election.Cause.LEADER_RESIGNED);
        Message order = new Message.TransferRequest(CLUSTER, KV_2, 7, 4);
        assertThat(lost(received(900, KV_1, order), RoleName.CANDIDATE, 8, false)).isEqualTo(Election.Cause.TRANSFER_ORDERED);
        Message taken = new Message.VoteRequest(CLUSTER, KV_2, 8, LogPosition.ZERO, false, new RoundId(1, 9), true);
        assertThat(lost(received(900, KV_3, taken), RoleName.UNATTACHED, 8, false)).isEqualTo(Election.Cause.OTHER_TAKES_OVER);
    }

    @Test
    void aLeaderOfAHigherEpochIsAnElectionOfOneMoment() {
        follow(40, KV_1, 7);
        follow(900, KV_3, 9);
        assertThat(ended.getLast().story())
                .isEqualTo("Election 2 as kv-2 saw it: the word of kv-3 came, which leads since kv-1, leader of epoch 7,"
                        + " last heard 860 ms ago. After 0 ms, kv-2 follows kv-3, the leader of epoch 9.");
    }

    @Test
    void whatDoesNotEndKeepsItsFirstStepsAndItsLast() {
        follow(40, KV_1, 7);
        step(1300, new Input.TimeReached(ms(1300)), 40, role(RoleName.PROSPECTIVE, 7));
        int rounds = 10_000;
        for (int round = 1; round <= rounds; round++) {
            step(1300 + round, new Input.TimeReached(ms(1300 + round)), 40,
                    ended(round, RoundSummary.Phase.PRE_VOTE, 7, RoundSummary.Ending.TIMED_OUT, 1, Map.of()),
                    asks(round + 1, KV_1, true), asks(round + 1, KV_3, true));
        }
        Election endless = journal.elections().getLast();
        assertThat(endless.isOver()).isFalse();
        assertThat(endless.steps()).hasSize(ElectionJournal.MAX_FIRST_STEPS + ElectionJournal.MAX_LAST_STEPS);
        assertThat(endless.omittedSteps()).isEqualTo(rounds - endless.steps().size());
        assertThat(endless.steps().getLast())
                .isInstanceOfSatisfying(Election.Step.Asked.class, asked -> {
                    assertThat(asked.round().id().sequence()).isEqualTo(rounds);
                    assertThat(asked.unanswered()).containsExactly("kv-1", "kv-3");
                });
        assertThat(endless.story()).contains("(9988 rounds in between left out.) No leader yet, in epoch 7.");
    }

    @Test
    void onlyTheLastElectionsAreKept() {
        for (int epoch = 8; epoch < 108; epoch++) {
            follow(100L * epoch, epoch % 2 == 0 ? KV_1 : KV_3, epoch);
        }
        assertThat(journal.elections()).hasSize(ElectionJournal.MAX_ELECTIONS);
        assertThat(journal.elections().getLast().epoch()).isEqualTo(107);
        assertThat(journal.elections().getFirst().number()).isEqualTo(100 - ElectionJournal.MAX_ELECTIONS + 1);
        assertThat(begun).hasSize(100);
    }

    @Test
    void aChangeOfTheRoleAloneIsNoElection() {
        follow(40, KV_1, 7);
        follow(50, KV_1, 7);
        assertThat(journal.elections()).hasSize(1);
    }

    // ---- what the core is given and says

    private Election.Cause lost(Input input, RoleName next, long epoch, boolean led) {
        ElectionJournal other =
                new ElectionJournal("kv-2", new HardState(7, ReplicaKey.NONE, ReplicaKey.NONE), 0, RaftListener.NONE);
        Effect settled = led ? leads(7) : new Effect.RoleChanged(RoleName.FOLLOWER, 7, KV_1);
        other.stepped(new Input.TimeReached(ms(40)), List.of(settled), ms(40), -1);
        other.stepped(input, List.of(role(next, epoch)), ms(900), ms(40));
        assertThat(other.elections().getLast().isOver()).isFalse();
        return other.elections().getLast().cause();
    }

    private void follow(long at, ReplicaKey leader, long epoch) {
        Message heartbeat = new Message.AppendRequest(CLUSTER, KV_2, epoch, 1, LogPosition.ZERO, List.of(), 0, 0, 0);
        step(at, received(at, leader, heartbeat), 40, new Effect.RoleChanged(RoleName.FOLLOWER, epoch, leader));
    }

    private void step(long at, Input input, long contact, Effect... effects) {
        journal.stepped(input, List.of(effects), ms(at), contact < 0 ? -1 : ms(contact));
    }

    private static long ms(long millis) {
        return millis * 1_000_000;
    }

    private static Input received(long at, ReplicaKey from, Message message) {
        return new Input.Received(ms(at), from, Lane.CONTROL, 1, message);
    }

    private static Input answer(long at, ReplicaKey from, long round, boolean granted, boolean preVote) {
        VoteRefusal refusal = granted ? VoteRefusal.NONE : VoteRefusal.LEADER_ALIVE;
        return received(at, from, new Message.VoteResponse(
                7, ReplicaKey.NONE, granted, preVote, new RoundId(1, round), VoteError.NONE, refusal));
    }

    private static Effect role(RoleName role, long epoch) {
        return new Effect.RoleChanged(role, epoch, ReplicaKey.NONE);
    }

    private static Effect leads(long epoch) {
        return new Effect.RoleChanged(RoleName.LEADER, epoch, KV_2);
    }

    private static Effect asks(long round, ReplicaKey voter, boolean preVote) {
        Message request =
                new Message.VoteRequest(CLUSTER, voter, 7, LogPosition.ZERO, preVote, new RoundId(1, round), false);
        return new Effect.Send(voter, Lane.CONTROL, round, request, 0);
    }

    private static Effect votes(long epoch, ReplicaKey candidate) {
        return new Effect.Persist(new Token(1, 0), new HardState(epoch, candidate, ReplicaKey.NONE), Effect.LogWrite.NONE);
    }

    private static Effect ended(
            long round, RoundSummary.Phase phase, long epoch, RoundSummary.Ending ending, int granted,
            Map<String, VoteRefusal> refused) {
        return new Effect.RoundEnded(
                new RoundSummary(new RoundId(1, round), phase, epoch, ending, granted, 2, new TreeMap<>(refused)));
    }
}
