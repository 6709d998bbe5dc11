package io.canvass.raft.transport;

import java.util.Arrays;
import java.util.List;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.RoundId;
import io.canvass.raft.core.VoteError;
import io.canvass.raft.core.VoteRefusal;

/** One message of each kind, with each field told from its neighbours. */
final class Messages {
    private Messages() {}

    static Message.VoteRequest voteRequest(ReplicaKey to) {
        return new Message.VoteRequest(TestNode.CLUSTER, to, 7, new LogPosition(6, 41), true, new RoundId(3, 9), false);
    }

    static Message.VoteResponse voteResponse(ReplicaKey leader) {
        return new Message.VoteResponse(
                7, leader, false, true, new RoundId(3, 9), VoteError.NONE, VoteRefusal.LEADER_ALIVE);
    }

    static Message.AppendRequest heartbeat(ReplicaKey to) {
        return append(to, List.of());
    }

    static Message.AppendRequest append(ReplicaKey to, List<Entry> entries) {
        return new Message.AppendRequest(TestNode.CLUSTER, to, 7, 2, new LogPosition(6, 41), entries, 40, 11, -5);
    }

    /** An append of one command of so many bytes. */
    static Message.AppendRequest append(ReplicaKey to, int dataBytes) {
        return append(to, List.of(new Entry(42, 7, EntryKind.COMMAND, 1, Bytes.wrap(new byte[dataBytes]))));
    }

    static Message.AppendResponse appendResponse(Message.AppendResult result) {
        return new Message.AppendResponse(7, TestNode.key("n9"), 2, 11, -5, result, 1_000_000_000);
    }

    /** One part of a snapshot, with so many bytes of data. */
    static Message.SnapshotRequest snapshot(ReplicaKey to, int dataBytes) {
        Configuration.Member voter = new Configuration.Member(TestNode.key("n3"), "n3:7000");
        Configuration.Member observer = new Configuration.Member(ReplicaKey.ofNode("n4"), "n4:7000");
        LogBase base =
                new LogBase(new LogPosition(6, 41), new Configuration(List.of(voter), List.of(observer)));
        return new Message.SnapshotRequest(
                TestNode.CLUSTER, to, 7, 2, base, Bytes.wrap(new byte[dataBytes]), true, -5);
    }

    static Message.SnapshotResponse snapshotResponse(Message.SnapshotResult result) {
        return new Message.SnapshotResponse(7, TestNode.key("n9"), 2, -5, result, 1L << 40);
    }

    /** Requests of all kinds that go on this lane. */
    static List<Message.Request> requests(ReplicaKey to, Lane lane) {
        return lane == Lane.SNAPSHOT ? List.of(snapshot(to, 0), snapshot(to, 3)) : requests(to);
    }

    static List<Message.Response> responses(Lane lane) {
        return lane == Lane.SNAPSHOT
                ? Arrays.stream(Message.SnapshotResult.values())
                        .<Message.Response>map(Messages::snapshotResponse)
                        .toList()
                : responses();
    }

    private static List<Message.Request> requests(ReplicaKey to) {
        Entry first = new Entry(42, 6, EntryKind.CONFIGURATION, -1, Bytes.ofUtf8("voters"));
        Entry second = new Entry(43, 7, EntryKind.LEADER_CHANGE, Long.MAX_VALUE, Bytes.EMPTY);
        return List.of(
                voteRequest(to),
                heartbeat(to),
                append(to, List.of(first, second)),
                new Message.ResigningRequest(
                        TestNode.CLUSTER, to, 7, List.of(TestNode.key("n3"), ReplicaKey.ofNode("n4"))),
                new Message.TransferRequest(TestNode.CLUSTER, to, 7, 43),
                new Message.ReadIndexRequest(TestNode.CLUSTER, to, 7, 17));
    }

    private static List<Message.Response> responses() {
        ReplicaKey leader = TestNode.key("n9");
        return List.of(
                voteResponse(leader),
                voteResponse(ReplicaKey.NONE),
                appendResponse(new Message.AppendResult.Matched(43)),
                appendResponse(new Message.AppendResult.Mismatched(new LogPosition(5, 40))),
                appendResponse(new Message.AppendResult.Fenced()),
                appendResponse(new Message.AppendResult.Refused()),
                new Message.ResigningResponse(8, leader),
                new Message.TransferResponse(7, leader, true),
                new Message.ReadIndexResponse(7, leader, 17, true, 43));
    }
}
