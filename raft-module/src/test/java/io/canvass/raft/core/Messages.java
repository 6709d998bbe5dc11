package io.canvass.raft.core;

import java.util.List;

import static io.canvass.raft.core.CoreFixture.CLUSTER;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.NONE;

/** The messages of the tests: those n1 receives from others, and those it is expected to send. */
final class Messages {
    /** The round in which others ask n1. */
    static final RoundId THEIR_ROUND = new RoundId(9, 9);
    /** The session in which another leader speaks to n1. */
    static final long THEIR_SESSION = 40;

    static final long THEIR_CLOCK = 123_456;

    private Messages() {}

    // ---- votes asked of n1

    static Message.VoteRequest preVote(long epoch, LogPosition last) {
        return new Message.VoteRequest(CLUSTER, N1, epoch, last, true, THEIR_ROUND, false);
    }

    static Message.VoteRequest vote(long epoch, LogPosition last) {
        return new Message.VoteRequest(CLUSTER, N1, epoch, last, false, THEIR_ROUND, false);
    }

    static Message.VoteRequest transferVote(long epoch, LogPosition last) {
        return new Message.VoteRequest(CLUSTER, N1, epoch, last, false, THEIR_ROUND, true);
    }

    // ---- n1's answers

    static Message.VoteResponse yes(Message.VoteRequest request, long epoch, ReplicaKey leader) {
        return new Message.VoteResponse(
                epoch, leader, true, request.preVote(), request.round(), VoteError.NONE, VoteRefusal.NONE);
    }

    static Message.VoteResponse no(Message.VoteRequest request, long epoch, ReplicaKey leader, VoteRefusal why) {
        return new Message.VoteResponse(epoch, leader, false, request.preVote(), request.round(), VoteError.NONE, why);
    }

    static Message.VoteResponse error(Message.VoteRequest request, long epoch, ReplicaKey leader, VoteError error) {
        VoteRefusal why = error == VoteError.FENCED_EPOCH ? VoteRefusal.EPOCH_STALE : VoteRefusal.INVALID;
        return new Message.VoteResponse(epoch, leader, false, request.preVote(), request.round(), error, why);
    }

    // ---- what n1 asks

    static Message.VoteRequest askPreVote(ReplicaKey to, long epoch, LogPosition last, RoundId round) {
        return new Message.VoteRequest(CLUSTER, to, epoch, last, true, round, false);
    }

    static Message.VoteRequest askVote(ReplicaKey to, long epoch, LogPosition last, RoundId round) {
        return new Message.VoteRequest(CLUSTER, to, epoch, last, false, round, false);
    }

    static Message.VoteRequest askTransferVote(ReplicaKey to, long epoch, LogPosition last, RoundId round) {
        return new Message.VoteRequest(CLUSTER, to, epoch, last, false, round, true);
    }

    // ---- answers to n1

    static Message.VoteResponse preVoteGranted(long epoch, ReplicaKey leader, RoundId round) {
        return new Message.VoteResponse(epoch, leader, true, true, round, VoteError.NONE, VoteRefusal.NONE);
    }

    static Message.VoteResponse preVoteRefused(long epoch, ReplicaKey leader, RoundId round) {
        return new Message.VoteResponse(epoch, leader, false, true, round, VoteError.NONE, VoteRefusal.LEADER_ALIVE);
    }

    static Message.VoteResponse voteGranted(long epoch, RoundId round) {
        return new Message.VoteResponse(epoch, NONE, true, false, round, VoteError.NONE, VoteRefusal.NONE);
    }

    static Message.VoteResponse voteRefused(long epoch, ReplicaKey leader, RoundId round) {
        return new Message.VoteResponse(epoch, leader, false, false, round, VoteError.NONE, VoteRefusal.ALREADY_VOTED);
    }

    static Message.VoteResponse fenced(long epoch, ReplicaKey leader, RoundId round) {
        return new Message.VoteResponse(
                epoch, leader, false, true, round, VoteError.FENCED_EPOCH, VoteRefusal.EPOCH_STALE);
    }

    static Message.VoteResponse unsupported(long epoch) {
        return new Message.VoteResponse(
                epoch, NONE, false, true, RoundId.NONE, VoteError.UNSUPPORTED_VERSION, VoteRefusal.INVALID);
    }

    // ---- a leader's word to n1

    static Message.AppendRequest append(long epoch, LogPosition prev, long commit, Entry... entries) {
        return new Message.AppendRequest(
                CLUSTER, N1, epoch, THEIR_SESSION, prev, List.of(entries), commit, 0, THEIR_CLOCK);
    }

    static Message.AppendRequest heartbeat(long epoch) {
        return append(epoch, LogPosition.ZERO, 0);
    }

    static Message.AppendResponse matched(long epoch, ReplicaKey leader, long index) {
        return answer(epoch, leader, new Message.AppendResult.Matched(index));
    }

    /** The same of one that gives nobody else its vote for T. */
    static Message.AppendResponse promising(Message.AppendResponse answer) {
        return new Message.AppendResponse(
                answer.epoch(), answer.leader(), answer.session(), answer.readSequence(), answer.sentAtNanos(),
                answer.result(), CoreFixture.T);
    }

    static Message.AppendResponse mismatched(long epoch, ReplicaKey leader, LogPosition hint) {
        return answer(epoch, leader, new Message.AppendResult.Mismatched(hint));
    }

    static Message.AppendResponse answer(long epoch, ReplicaKey leader, Message.AppendResult result) {
        return new Message.AppendResponse(epoch, leader, THEIR_SESSION, 0, THEIR_CLOCK, result);
    }

    static Message.ResigningRequest resigning(long epoch, ReplicaKey... successors) {
        return new Message.ResigningRequest(CLUSTER, N1, epoch, List.of(successors));
    }

    static Message.TransferRequest transfer(long epoch, long lastIndex) {
        return new Message.TransferRequest(CLUSTER, N1, epoch, lastIndex);
    }

    // ---- snapshots sent to n1, and what it says to them

    static Message.SnapshotRequest part(long epoch, LogBase base) {
        return new Message.SnapshotRequest(
                CLUSTER, N1, epoch, THEIR_SESSION, base, Bytes.ofUtf8("part"), false, THEIR_CLOCK);
    }

    static Message.SnapshotRequest lastPart(long epoch, LogBase base) {
        return new Message.SnapshotRequest(
                CLUSTER, N1, epoch, THEIR_SESSION, base, Bytes.ofUtf8("last"), true, THEIR_CLOCK);
    }

    static Message.SnapshotResponse snapshot(long epoch, ReplicaKey leader, Message.SnapshotResult result) {
        return new Message.SnapshotResponse(epoch, leader, THEIR_SESSION, THEIR_CLOCK, result);
    }

    /** A follower's answer to a part of a snapshot that n1, the leader of epoch 5, sent. */
    static Message.SnapshotResponse takes(long session, long sentAt, Message.SnapshotResult result) {
        return new Message.SnapshotResponse(5, N1, session, sentAt, result);
    }

    // ---- n1's word as a leader

    /** An append, heartbeat or probe of n1 while it leads epoch 5, before any read. */
    static Message.AppendRequest leads(
            ReplicaKey to, long session, LogPosition prev, long commit, long sentAt, Entry... entries) {
        return leads(to, session, prev, commit, 0, sentAt, List.of(entries));
    }

    static Message.AppendRequest leads(
            ReplicaKey to,
            long session,
            LogPosition prev,
            long commit,
            long readSequence,
            long sentAt,
            List<Entry> entries) {
        return new Message.AppendRequest(
                CLUSTER, to, 5, session, prev, entries, commit, readSequence, sentAt);
    }

    /** The same of a leader that has committed more than the receiver is told to commit. */
    static Message.AppendRequest knows(long committed, Message.AppendRequest word) {
        return new Message.AppendRequest(
                word.clusterId(), word.to(), word.epoch(), word.session(), word.prev(), word.entries(), word.commitIndex(),
                word.readSequence(), word.sentAtNanos(), committed);
    }

    /** A follower's answer to n1, the leader of epoch 5. */
    static Message.AppendResponse follows(long session, long sentAt, long matched) {
        return follows(session, 0, sentAt, new Message.AppendResult.Matched(matched));
    }

    /** The same of one that gives nobody else its vote for T. */
    static Message.AppendResponse promises(long session, long sentAt, long matched) {
        return promises(session, sentAt, matched, CoreFixture.T);
    }

    static Message.AppendResponse promises(long session, long sentAt, long matched, long promiseNanos) {
        return new Message.AppendResponse(
                5, N1, session, 0, sentAt, new Message.AppendResult.Matched(matched), promiseNanos);
    }

    static Message.AppendResponse follows(
            long session, long readSequence, long sentAt, Message.AppendResult result) {
        return new Message.AppendResponse(5, N1, session, readSequence, sentAt, result);
    }
}
