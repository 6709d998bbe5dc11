package io.canvass.raft.transport;

import io.canvass.proto.raft.v1.AppendRequest;
import io.canvass.proto.raft.v1.AppendResponse;
import io.canvass.proto.raft.v1.Entry;
import io.canvass.proto.raft.v1.Frame;
import io.canvass.proto.raft.v1.ReadIndexRequest;
import io.canvass.proto.raft.v1.ReadIndexResponse;
import io.canvass.proto.raft.v1.ResigningRequest;
import io.canvass.proto.raft.v1.ResigningResponse;
import io.canvass.proto.raft.v1.SnapshotRequest;
import io.canvass.proto.raft.v1.SnapshotResponse;
import io.canvass.proto.raft.v1.TransferRequest;
import io.canvass.proto.raft.v1.TransferResponse;
import io.canvass.proto.raft.v1.VoteRequest;
import io.canvass.proto.raft.v1.VoteResponse;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.Message.AppendResult;

/** Core to wire. The data of entries and of snapshots is not copied here. */
final class MessageEncoder {
    private MessageEncoder() {}

    static void put(Frame.Builder frame, Message message) {
        switch (message) {
            case Message.VoteRequest m -> frame.setVoteRequest(voteRequest(m));
            case Message.VoteResponse m -> frame.setVoteResponse(voteResponse(m));
            case Message.AppendRequest m -> frame.setAppendRequest(appendRequest(m));
            case Message.AppendResponse m -> frame.setAppendResponse(appendResponse(m));
            case Message.ResigningRequest m -> frame.setResigningRequest(resigningRequest(m));
            case Message.ResigningResponse m -> frame.setResigningResponse(ResigningResponse.newBuilder()
                    .setEpoch(m.epoch())
                    .setLeader(WireValues.key(m.leader())));
            case Message.TransferRequest m -> frame.setTransferRequest(TransferRequest.newBuilder()
                    .setClusterId(WireValues.uuid(m.clusterId()))
                    .setTo(WireValues.key(m.to()))
                    .setEpoch(m.epoch())
                    .setLastIndex(m.lastIndex()));
            case Message.TransferResponse m -> frame.setTransferResponse(TransferResponse.newBuilder()
                    .setEpoch(m.epoch())
                    .setLeader(WireValues.key(m.leader()))
                    .setAccepted(m.accepted()));
            case Message.SnapshotRequest m -> frame.setSnapshotRequest(snapshotRequest(m));
            case Message.SnapshotResponse m -> frame.setSnapshotResponse(snapshotResponse(m));
            case Message.ReadIndexRequest m -> frame.setReadIndexRequest(ReadIndexRequest.newBuilder()
                    .setClusterId(WireValues.uuid(m.clusterId()))
                    .setTo(WireValues.key(m.to()))
                    .setEpoch(m.epoch())
                    .setReadId(m.readId()));
            case Message.ReadIndexResponse m -> frame.setReadIndexResponse(ReadIndexResponse.newBuilder()
                    .setEpoch(m.epoch())
                    .setLeader(WireValues.key(m.leader()))
                    .setReadId(m.readId())
                    .setConfirmed(m.confirmed())
                    .setReadIndex(m.readIndex()));
        }
    }

    private static VoteRequest.Builder voteRequest(Message.VoteRequest m) {
        return VoteRequest.newBuilder()
                .setClusterId(WireValues.uuid(m.clusterId()))
                .setTo(WireValues.key(m.to()))
                .setEpoch(m.epoch())
                .setLastEpoch(m.lastLog().epoch())
                .setLastIndex(m.lastLog().index())
                .setPreVote(m.preVote())
                .setRound(WireValues.round(m.round()))
                .setTransfer(m.transfer());
    }

    private static VoteResponse.Builder voteResponse(Message.VoteResponse m) {
        return VoteResponse.newBuilder()
                .setEpoch(m.epoch())
                .setLeader(WireValues.key(m.leader()))
                .setGranted(m.granted())
                .setPreVote(m.preVote())
                .setRound(WireValues.round(m.round()))
                .setError(WireEnums.voteError(m.error()))
                .setRefusal(WireEnums.voteRefusal(m.refusal()));
    }

    private static AppendRequest.Builder appendRequest(Message.AppendRequest m) {
        AppendRequest.Builder wire = AppendRequest.newBuilder()
                .setClusterId(WireValues.uuid(m.clusterId()))
                .setTo(WireValues.key(m.to()))
                .setEpoch(m.epoch())
                .setSession(m.session())
                .setPrevIndex(m.prev().index())
                .setPrevEpoch(m.prev().epoch())
                .setCommitIndex(m.commitIndex())
                .setReadSequence(m.readSequence())
                .setSentAtNanos(m.sentAtNanos())
                .setLeaderCommitIndex(m.leaderCommitIndex());
        long index = m.prev().index();
        for (io.canvass.raft.core.Entry entry : m.entries()) {
            index++;
            // The wire does not name each entry's index: a gap here would silently move entries.
            if (entry.index() != index) {
                throw new IllegalArgumentException("Entry " + entry.index() + " stands where " + index + " belongs");
            }
            wire.addEntries(entry(entry));
        }
        return wire;
    }

    private static Entry entry(io.canvass.raft.core.Entry entry) {
        return Entry.newBuilder()
                .setEpoch(entry.epoch())
                .setKind(WireEnums.entryKind(entry.kind()))
                .setTimestampMillis(entry.timestampMillis())
                .setData(WireValues.data(entry.data()))
                .build();
    }

    private static AppendResponse.Builder appendResponse(Message.AppendResponse m) {
        AppendResponse.Builder wire = AppendResponse.newBuilder()
                .setEpoch(m.epoch())
                .setLeader(WireValues.key(m.leader()))
                .setSession(m.session())
                .setReadSequence(m.readSequence())
                .setSentAtNanos(m.sentAtNanos())
                .setPromiseNanos(m.promiseNanos());
        return switch (m.result()) {
            case AppendResult.Matched(long index) ->
                wire.setOutcome(AppendResponse.Outcome.MATCHED).setMatchIndex(index);
            case AppendResult.Mismatched(LogPosition hint) ->
                wire.setOutcome(AppendResponse.Outcome.MISMATCHED)
                        .setHintIndex(hint.index())
                        .setHintEpoch(hint.epoch());
            case AppendResult.Fenced() -> wire.setOutcome(AppendResponse.Outcome.FENCED);
            case AppendResult.Refused() -> wire.setOutcome(AppendResponse.Outcome.REFUSED);
        };
    }

    private static SnapshotRequest.Builder snapshotRequest(Message.SnapshotRequest m) {
        LogBase base = m.base();
        return SnapshotRequest.newBuilder()
                .setClusterId(WireValues.uuid(m.clusterId()))
                .setTo(WireValues.key(m.to()))
                .setEpoch(m.epoch())
                .setSession(m.session())
                .setBase(io.canvass.proto.raft.v1.LogBase.newBuilder()
                        .setEpoch(base.position().epoch())
                        .setIndex(base.position().index())
                        .setConfiguration(WireValues.data(base.configuration().encode())))
                .setData(WireValues.data(m.data()))
                .setLast(m.last())
                .setSentAtNanos(m.sentAtNanos());
    }

    private static SnapshotResponse.Builder snapshotResponse(Message.SnapshotResponse m) {
        return SnapshotResponse.newBuilder()
                .setEpoch(m.epoch())
                .setLeader(WireValues.key(m.leader()))
                .setSession(m.session())
                .setSentAtNanos(m.sentAtNanos())
                .setResult(WireEnums.snapshotResult(m.result()))
                .setReceived(m.received());
    }

    private static ResigningRequest.Builder resigningRequest(Message.ResigningRequest m) {
        ResigningRequest.Builder wire = ResigningRequest.newBuilder()
                .setClusterId(WireValues.uuid(m.clusterId()))
                .setTo(WireValues.key(m.to()))
                .setEpoch(m.epoch());
        m.successors().forEach(successor -> wire.addSuccessors(WireValues.key(successor)));
        return wire;
    }
}
