package io.canvass.raft.transport;

import io.canvass.proto.raft.v1.SnapshotResponse;
import io.canvass.raft.core.EntryKind;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.Message.SnapshotResult;
import io.canvass.raft.core.VoteError;
import io.canvass.raft.core.VoteRefusal;

/** The names that the core and the wire both have, written out so that neither can change unseen. */
final class WireEnums {
    private WireEnums() {}

    static io.canvass.proto.raft.v1.Lane lane(Lane lane) {
        return switch (lane) {
            case CONTROL -> io.canvass.proto.raft.v1.Lane.CONTROL;
            case DATA -> io.canvass.proto.raft.v1.Lane.DATA;
            case SNAPSHOT -> io.canvass.proto.raft.v1.Lane.SNAPSHOT;
        };
    }

    static Lane lane(io.canvass.proto.raft.v1.Lane wire) throws MalformedFrameException {
        return switch (wire) {
            case CONTROL -> Lane.CONTROL;
            case DATA -> Lane.DATA;
            case SNAPSHOT -> Lane.SNAPSHOT;
            case LANE_UNSPECIFIED, UNRECOGNIZED -> throw new MalformedFrameException("Unknown lane");
        };
    }

    static io.canvass.proto.raft.v1.EntryKind entryKind(EntryKind kind) {
        return switch (kind) {
            case LEADER_CHANGE -> io.canvass.proto.raft.v1.EntryKind.LEADER_CHANGE;
            case CONFIGURATION -> io.canvass.proto.raft.v1.EntryKind.CONFIGURATION;
            case COMMAND -> io.canvass.proto.raft.v1.EntryKind.COMMAND;
        };
    }

    static EntryKind entryKind(io.canvass.proto.raft.v1.EntryKind wire) throws MalformedFrameException {
        return switch (wire) {
            case LEADER_CHANGE -> EntryKind.LEADER_CHANGE;
            case CONFIGURATION -> EntryKind.CONFIGURATION;
            case COMMAND -> EntryKind.COMMAND;
            case ENTRY_KIND_UNSPECIFIED, UNRECOGNIZED -> throw new MalformedFrameException("Unknown kind of entry");
        };
    }

    static SnapshotResponse.Result snapshotResult(SnapshotResult result) {
        return switch (result) {
            case TAKEN -> SnapshotResponse.Result.TAKEN;
            case INSTALLED -> SnapshotResponse.Result.INSTALLED;
            case BUSY -> SnapshotResponse.Result.BUSY;
            case FENCED -> SnapshotResponse.Result.FENCED;
            case REFUSED -> SnapshotResponse.Result.REFUSED;
        };
    }

    static SnapshotResult snapshotResult(SnapshotResponse.Result wire) throws MalformedFrameException {
        return switch (wire) {
            case TAKEN -> SnapshotResult.TAKEN;
            case INSTALLED -> SnapshotResult.INSTALLED;
            case BUSY -> SnapshotResult.BUSY;
            case FENCED -> SnapshotResult.FENCED;
            case REFUSED -> SnapshotResult.REFUSED;
            case RESULT_UNSPECIFIED, UNRECOGNIZED -> throw new MalformedFrameException("Unknown result of a snapshot");
        };
    }

    static io.canvass.proto.raft.v1.VoteError voteError(VoteError error) {
        return switch (error) {
            case NONE -> io.canvass.proto.raft.v1.VoteError.VOTE_OK;
            case INCONSISTENT_CLUSTER_ID -> io.canvass.proto.raft.v1.VoteError.VOTE_INCONSISTENT_CLUSTER_ID;
            case INVALID_VOTER_KEY -> io.canvass.proto.raft.v1.VoteError.VOTE_INVALID_VOTER_KEY;
            case INVALID_REQUEST -> io.canvass.proto.raft.v1.VoteError.VOTE_INVALID_REQUEST;
            case FENCED_EPOCH -> io.canvass.proto.raft.v1.VoteError.VOTE_FENCED_EPOCH;
            case UNSUPPORTED_VERSION -> io.canvass.proto.raft.v1.VoteError.VOTE_UNSUPPORTED_VERSION;
        };
    }

    static VoteError voteError(io.canvass.proto.raft.v1.VoteError wire) throws MalformedFrameException {
        return switch (wire) {
            case VOTE_OK -> VoteError.NONE;
            case VOTE_INCONSISTENT_CLUSTER_ID -> VoteError.INCONSISTENT_CLUSTER_ID;
            case VOTE_INVALID_VOTER_KEY -> VoteError.INVALID_VOTER_KEY;
            case VOTE_INVALID_REQUEST -> VoteError.INVALID_REQUEST;
            case VOTE_FENCED_EPOCH -> VoteError.FENCED_EPOCH;
            case VOTE_UNSUPPORTED_VERSION -> VoteError.UNSUPPORTED_VERSION;
            case UNRECOGNIZED -> throw new MalformedFrameException("Unknown vote error");
        };
    }

    static io.canvass.proto.raft.v1.VoteRefusal voteRefusal(VoteRefusal refusal) {
        return switch (refusal) {
            case NONE -> io.canvass.proto.raft.v1.VoteRefusal.REFUSAL_NONE;
            case LEADER_ALIVE -> io.canvass.proto.raft.v1.VoteRefusal.REFUSAL_LEADER_ALIVE;
            case LOG_BEHIND -> io.canvass.proto.raft.v1.VoteRefusal.REFUSAL_LOG_BEHIND;
            case EPOCH_STALE -> io.canvass.proto.raft.v1.VoteRefusal.REFUSAL_EPOCH_STALE;
            case JUST_STARTED -> io.canvass.proto.raft.v1.VoteRefusal.REFUSAL_JUST_STARTED;
            case ALREADY_VOTED -> io.canvass.proto.raft.v1.VoteRefusal.REFUSAL_ALREADY_VOTED;
            case LEADER_KNOWN -> io.canvass.proto.raft.v1.VoteRefusal.REFUSAL_LEADER_KNOWN;
            case INVALID -> io.canvass.proto.raft.v1.VoteRefusal.REFUSAL_INVALID;
        };
    }

    static VoteRefusal voteRefusal(io.canvass.proto.raft.v1.VoteRefusal wire) throws MalformedFrameException {
        return switch (wire) {
            case REFUSAL_NONE -> VoteRefusal.NONE;
            case REFUSAL_LEADER_ALIVE -> VoteRefusal.LEADER_ALIVE;
            case REFUSAL_LOG_BEHIND -> VoteRefusal.LOG_BEHIND;
            case REFUSAL_EPOCH_STALE -> VoteRefusal.EPOCH_STALE;
            case REFUSAL_JUST_STARTED -> VoteRefusal.JUST_STARTED;
            case REFUSAL_ALREADY_VOTED -> VoteRefusal.ALREADY_VOTED;
            case REFUSAL_LEADER_KNOWN -> VoteRefusal.LEADER_KNOWN;
            case REFUSAL_INVALID -> VoteRefusal.INVALID;
            case UNRECOGNIZED -> throw new MalformedFrameException("Unknown reason to refuse a vote");
        };
    }
}
