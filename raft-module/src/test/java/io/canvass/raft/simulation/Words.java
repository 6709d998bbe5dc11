package io.canvass.raft.simulation;

import io.canvass.raft.core.Input;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.RaftCore;

/** Inputs and messages in a few words, for traces. */
public final class Words {
    private Words() {}

    static String of(RaftCore core, Input input) {
        String is = core.role().name() + "@" + core.hardState().epoch() + " ";
        return is
                + switch (input) {
                    case Input.TimeReached t -> "timer";
                    case Input.Received r -> "<- " + r.from().nodeId() + " " + of(r.message());
                    case Input.Propose p -> "propose " + p.proposals().size();
                    case Input.Read r -> "read " + r.requestIds();
                    case Input.Resign r -> "resign " + r.reason();
                    case Input.Persisted p -> "durable " + p.token().sequence();
                    case Input.LogRead r -> "log read for " + r.peer().nodeId() + ", " + r.entries().size() + " entries";
                    case Input.PeerLost l -> "lost " + l.peer().nodeId() + " " + l.lane();
                    case Input.ChangeMembers c -> "is to change the members: " + c.change();
                    case Input.TransferTo t -> "is to hand over to " + t.target().nodeId();
                    case Input.Compact c -> "may drop entries up to " + c.upTo() + ", must up to " + c.must();
                    case Input.SnapshotInstalled s -> "snapshot installed up to " + s.base().position();
                    case Input.StorageFailed f -> "storage failed";
                };
    }

    public static String of(Message message) {
        String epoch = "@" + message.epoch() + " ";
        return switch (message) {
            case Message.VoteRequest m ->
                (m.preVote() ? "PreVote" : m.transfer() ? "VoteByTransfer" : "Vote") + epoch + m.round() + " log " + m.lastLog();
            case Message.VoteResponse m ->
                (m.granted() ? "granted" : "refused " + m.refusal() + "/" + m.error())
                        + (m.preVote() ? " pre-vote" : " vote") + epoch + m.round() + leader(m);
            case Message.AppendRequest m ->
                "Append" + epoch + "s" + m.session() + " after " + m.prev() + " +" + m.entries().size() + " commit "
                        + m.commitIndex() + " reads " + m.readSequence();
            case Message.AppendResponse m -> m.result() + epoch + "s" + m.session() + " reads " + m.readSequence() + leader(m);
            case Message.ResigningRequest m -> "Resigning" + epoch + "for "
                    + m.successors().stream().map(key -> key.nodeId()).toList();
            case Message.ResigningResponse m -> "resignation noted" + epoch;
            case Message.TransferRequest m -> "Transfer" + epoch + "needs " + m.lastIndex();
            case Message.TransferResponse m -> "transfer accepted=" + m.accepted() + epoch;
            case Message.SnapshotRequest m -> "Snapshot" + epoch + "s" + m.session() + " up to " + m.base().position()
                    + (m.last() ? ", last part" : "");
            case Message.SnapshotResponse m -> "snapshot " + m.result() + epoch + "s" + m.session() + leader(m);
            case Message.ReadIndexRequest m -> "ReadIndex" + epoch + "#" + m.readId();
            case Message.ReadIndexResponse m -> "readIndex" + epoch + "#" + m.readId() + " " + m.confirmed() + " " + m.readIndex();
        };
    }

    private static String leader(Message.Response response) {
        return " leader " + (response.leader().isNone() ? "-" : response.leader().nodeId());
    }
}
