package io.canvass.raft.transport;

import java.util.ArrayList;
import java.util.List;

import io.canvass.proto.raft.v1.AppendRequest;
import io.canvass.proto.raft.v1.AppendResponse;
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
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.Message.AppendResult;

import static io.canvass.raft.transport.WireValues.natural;

/** Wire to core. Judges form only: what fits no type of the core. What a message means is for the core to judge. */
final class MessageDecoder {
    private static final String LEADER = "leader";
    private static final String TO = "to";
    private static final String EPOCH = "epoch";
    private static final String SESSION = "session";
    private static final String CLUSTER_ID = "The cluster id";

    private MessageDecoder() {}

    static Message message(Frame frame) throws MalformedFrameException {
        return switch (frame.getBodyCase()) {
            case VOTE_REQUEST -> voteRequest(frame.getVoteRequest());
            case VOTE_RESPONSE -> voteResponse(frame.getVoteResponse());
            case APPEND_REQUEST -> appendRequest(frame.getAppendRequest());
            case APPEND_RESPONSE -> appendResponse(frame.getAppendResponse());
            case RESIGNING_REQUEST -> resigningRequest(frame.getResigningRequest());
            case RESIGNING_RESPONSE -> resigningResponse(frame.getResigningResponse());
            case TRANSFER_REQUEST -> transferRequest(frame.getTransferRequest());
            case TRANSFER_RESPONSE -> transferResponse(frame.getTransferResponse());
            case READ_INDEX_REQUEST -> readIndexRequest(frame.getReadIndexRequest());
            case READ_INDEX_RESPONSE -> readIndexResponse(frame.getReadIndexResponse());
            case SNAPSHOT_REQUEST -> snapshotRequest(frame.getSnapshotRequest());
            case SNAPSHOT_RESPONSE -> snapshotResponse(frame.getSnapshotResponse());
            case HELLO, HELLO_ACK -> throw new MalformedFrameException("A greeting in place of a message");
            case BODY_NOT_SET -> throw new MalformedFrameException("A frame without a body that this version knows");
        };
    }

    private static Message voteRequest(VoteRequest m) throws MalformedFrameException {
        return new Message.VoteRequest(
                WireValues.uuid(m.getClusterId(), CLUSTER_ID),
                WireValues.key(m.getTo(), TO),
                natural(m.getEpoch(), EPOCH),
                new LogPosition(natural(m.getLastEpoch(), "last epoch"), natural(m.getLastIndex(), "last index")),
                m.getPreVote(),
                WireValues.round(m.getRound()),
                m.getTransfer());
    }

    private static Message voteResponse(VoteResponse m) throws MalformedFrameException {
        return new Message.VoteResponse(
                natural(m.getEpoch(), EPOCH),
                WireValues.keyOrNone(m.getLeader(), LEADER),
                m.getGranted(),
                m.getPreVote(),
                WireValues.round(m.getRound()),
                WireEnums.voteError(m.getError()),
                WireEnums.voteRefusal(m.getRefusal()));
    }

    private static Message appendRequest(AppendRequest m) throws MalformedFrameException {
        return new Message.AppendRequest(
                WireValues.uuid(m.getClusterId(), CLUSTER_ID),
                WireValues.key(m.getTo(), TO),
                natural(m.getEpoch(), EPOCH),
                natural(m.getSession(), SESSION),
                new LogPosition(
                        natural(m.getPrevEpoch(), "previous epoch"), natural(m.getPrevIndex(), "previous index")),
                entries(m),
                natural(m.getCommitIndex(), "commit index"),
                natural(m.getReadSequence(), "read sequence"),
                m.getSentAtNanos(),
                natural(m.getLeaderCommitIndex(), "leader's commit index"));
    }

    private static List<Entry> entries(AppendRequest m) throws MalformedFrameException {
        int count = m.getEntriesCount();
        if (m.getPrevIndex() > Long.MAX_VALUE - count) {
            throw new MalformedFrameException(count + " entries after index " + m.getPrevIndex() + " have no index");
        }
        List<Entry> entries = new ArrayList<>(count);
        long index = m.getPrevIndex();
        for (io.canvass.proto.raft.v1.Entry entry : m.getEntriesList()) {
            index++;
            entries.add(new Entry(
                    index,
                    natural(entry.getEpoch(), "epoch of an entry"),
                    WireEnums.entryKind(entry.getKind()),
                    entry.getTimestampMillis(),
                    WireValues.data(entry.getData())));
        }
        return entries;
    }

    private static Message appendResponse(AppendResponse m) throws MalformedFrameException {
        return new Message.AppendResponse(
                natural(m.getEpoch(), EPOCH),
                WireValues.keyOrNone(m.getLeader(), LEADER),
                natural(m.getSession(), SESSION),
                natural(m.getReadSequence(), "read sequence"),
                m.getSentAtNanos(),
                result(m),
                natural(m.getPromiseNanos(), "promise"));
    }

    private static AppendResult result(AppendResponse m) throws MalformedFrameException {
        return switch (m.getOutcome()) {
            case MATCHED -> new AppendResult.Matched(natural(m.getMatchIndex(), "match index"));
            case MISMATCHED ->
                new AppendResult.Mismatched(new LogPosition(
                        natural(m.getHintEpoch(), "hint epoch"), natural(m.getHintIndex(), "hint index")));
            case FENCED -> new AppendResult.Fenced();
            case REFUSED -> new AppendResult.Refused();
            case OUTCOME_UNSPECIFIED, UNRECOGNIZED -> throw new MalformedFrameException("Unknown outcome of an append");
        };
    }

    private static Message snapshotRequest(SnapshotRequest m) throws MalformedFrameException {
        return new Message.SnapshotRequest(
                WireValues.uuid(m.getClusterId(), CLUSTER_ID),
                WireValues.key(m.getTo(), TO),
                natural(m.getEpoch(), EPOCH),
                natural(m.getSession(), SESSION),
                base(m.getBase()),
                WireValues.data(m.getData()),
                m.getLast(),
                m.getSentAtNanos());
    }

    private static LogBase base(io.canvass.proto.raft.v1.LogBase m) throws MalformedFrameException {
        LogPosition position =
                new LogPosition(natural(m.getEpoch(), "epoch of the base"), natural(m.getIndex(), "index of the base"));
        try {
            return new LogBase(position, Configuration.decode(WireValues.data(m.getConfiguration())));
        } catch (IllegalArgumentException e) {
            throw new MalformedFrameException("The base of a snapshot is none: " + e.getMessage(), e);
        }
    }

    private static Message snapshotResponse(SnapshotResponse m) throws MalformedFrameException {
        return new Message.SnapshotResponse(
                natural(m.getEpoch(), EPOCH),
                WireValues.keyOrNone(m.getLeader(), LEADER),
                natural(m.getSession(), SESSION),
                m.getSentAtNanos(),
                WireEnums.snapshotResult(m.getResult()),
                natural(m.getReceived(), "received"));
    }

    private static Message resigningRequest(ResigningRequest m) throws MalformedFrameException {
        return new Message.ResigningRequest(
                WireValues.uuid(m.getClusterId(), CLUSTER_ID),
                WireValues.key(m.getTo(), TO),
                natural(m.getEpoch(), EPOCH),
                WireValues.keys(m.getSuccessorsList(), "successors"));
    }

    private static Message resigningResponse(ResigningResponse m) throws MalformedFrameException {
        return new Message.ResigningResponse(
                natural(m.getEpoch(), EPOCH), WireValues.keyOrNone(m.getLeader(), LEADER));
    }

    private static Message transferRequest(TransferRequest m) throws MalformedFrameException {
        return new Message.TransferRequest(
                WireValues.uuid(m.getClusterId(), CLUSTER_ID),
                WireValues.key(m.getTo(), TO),
                natural(m.getEpoch(), EPOCH),
                natural(m.getLastIndex(), "last index"));
    }

    private static Message transferResponse(TransferResponse m) throws MalformedFrameException {
        return new Message.TransferResponse(
                natural(m.getEpoch(), EPOCH), WireValues.keyOrNone(m.getLeader(), LEADER), m.getAccepted());
    }

    private static Message readIndexRequest(ReadIndexRequest m) throws MalformedFrameException {
        return new Message.ReadIndexRequest(
                WireValues.uuid(m.getClusterId(), CLUSTER_ID),
                WireValues.key(m.getTo(), TO),
                natural(m.getEpoch(), EPOCH),
                natural(m.getReadId(), "read id"));
    }

    private static Message readIndexResponse(ReadIndexResponse m) throws MalformedFrameException {
        return new Message.ReadIndexResponse(
                natural(m.getEpoch(), EPOCH),
                WireValues.keyOrNone(m.getLeader(), LEADER),
                natural(m.getReadId(), "read id"),
                m.getConfirmed(),
                natural(m.getReadIndex(), "read index"));
    }
}
