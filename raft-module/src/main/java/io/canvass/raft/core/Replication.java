package io.canvass.raft.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

import org.jspecify.annotations.Nullable;

/**
 * A leader's work: it replicates its log, counts what a majority has, keeps its office by being answered, and confirms reads.
 * One mutable object per leadership, gone with it.
 */
public final class Replication {
    private final ReplicaState state;
    private final ReplicaLog log;
    private final RaftConfig config;
    private final Map<String, Progress> peers = new LinkedHashMap<>();
    private final LeaderReads reads;
    private final Successors successors;
    private final Handover handover;
    private final MemberChanges members;
    private final AppendSending appends;
    private final SnapshotSending snapshots;
    private long ownEpochStart;
    private long nextHeartbeatNanos;
    private long uncommittedBytes;

    Replication(ReplicaState state) {
        this.state = state;
        this.log = state.log;
        this.config = state.config;
        this.reads = new LeaderReads(state, this);
        this.successors = new Successors(state, this);
        this.handover = new Handover(state);
        this.members = new MemberChanges(state, this);
        this.appends = new AppendSending(state, this);
        this.snapshots = new SnapshotSending(state, this);
    }

    /** The first entry of the own epoch goes out at once: nothing of earlier epochs is committed without it. */
    void begin() {
        Configuration configuration = state.configuration();
        for (Configuration.Member member : configuration.members()) {
            if (!member.key().matches(state.self())) {
                peers.put(member.key().nodeId(), progressOf(member, configuration));
            }
        }
        ownEpochStart = log.lastIndex() + 1;
        appendOwn(EntryKind.LEADER_CHANGE, 0, Bytes.ofUtf8(state.self().nodeId()));
        nextHeartbeatNanos = state.now() + config.heartbeatNanos();
        appends.pumpAll();
    }

    private Progress progressOf(Configuration.Member member, Configuration configuration) {
        boolean voter = configuration.isVoter(member.key());
        return new Progress(member, voter, log.lastIndex() + 1, state.nextSession(), state.now());
    }

    /** Leadership ends: reads that wait are told so; entries live on in the log, and their fate is told by apply. */
    void end() {
        reads.failAll();
        handover.end();
    }

    Collection<Progress> peers() {
        return Collections.unmodifiableCollection(peers.values());
    }

    LeaderReads reads() {
        return reads;
    }

    /** Whether an entry of the own epoch is committed: before that the commit index may be behind the truth (HAZARDS C1). */
    boolean hasCommittedInOwnEpoch() {
        return log.commitIndex() >= ownEpochStart;
    }

    /** The entry that opened this epoch: whoever has applied it has applied all that earlier epochs committed. */
    long ownEpochStart() {
        return ownEpochStart;
    }

    // ---- proposals

    void propose(Input.Propose propose) {
        for (Input.Proposal proposal : propose.proposals()) {
            if (handover.isUnderWay()) {
                // Not "overloaded": whoever asks again in a moment finds the next leader, or this one again.
                state.emit(new Effect.Complete(
                        proposal.requestId(), new Effect.Result.NotLeader(ReplicaKey.NONE, state.epoch())));
                continue;
            }
            if (uncommittedBytes >= config.maxUncommittedBytes()) {
                state.emit(new Effect.Complete(proposal.requestId(), new Effect.Result.Overloaded()));
                continue;
            }
            long index = appendOwn(EntryKind.COMMAND, propose.timestampMillis(), proposal.command());
            state.emit(new Effect.Complete(proposal.requestId(), new Effect.Result.Appended(index, state.epoch())));
        }
        appends.pumpAll();
    }

    // ---- members

    void change(Input.ChangeMembers asked) {
        members.change(asked);
    }

    /** A new configuration is in force: its members are sent the log from now on. */
    long configure(Configuration next) {
        long index = appendOwn(EntryKind.CONFIGURATION, 0, next.encode());
        for (Configuration.Member member : next.members()) {
            Progress known = peers.get(member.key().nodeId());
            if (member.key().matches(state.self())) {
                continue;
            }
            if (known != null && known.key().matches(member.key())) {
                known.is(member, next.isVoter(member.key()), state.now());
            } else {
                peers.put(member.key().nodeId(), progressOf(member, next));
            }
        }
        for (Progress peer : peers.values()) {
            if (next.members().stream().noneMatch(member -> member.key().matches(peer.key()))) {
                peer.removedBy(index);
                if (handover.isTo(peer)) {
                    handover.cancel();
                }
            }
        }
        return index;
    }

    /** After a change: fewer may be enough for what waits. */
    void configured() {
        advanceCommit();
        reads.confirm();
        appends.pumpAll();
    }

    List<Configuration.Member> leaving() {
        List<Configuration.Member> leaving = List.of();
        for (Progress peer : peers.values()) {
            if (peer.isRemoved()) {
                leaving = leaving.isEmpty() ? new ArrayList<>() : leaving;
                leaving.add(peer.member());
            }
        }
        return leaving;
    }

    AppendSending appends() {
        return appends;
    }

    SnapshotSending snapshots() {
        return snapshots;
    }

    @Nullable Progress peer(ReplicaKey key) {
        return peers.get(key.nodeId());
    }

    boolean isHandingOver() {
        return handover.isUnderWay();
    }

    /** A leader that is no voter any more leads until that is committed. */
    boolean isRemoved() {
        return !state.isVoter() && log.configurationIndex() <= log.commitIndex();
    }

    // ---- handing over

    void transfer(Input.TransferTo asked) {
        handover.ask(asked, peers.values(), successors);
    }

    void onTransferResponse(ReplicaKey from, Message.TransferResponse response) {
        if (response.epoch() == state.epoch()) {
            handover.onResponse(from, response);
        }
    }

    private long appendOwn(EntryKind kind, long timestampMillis, Bytes data) {
        Entry entry = new Entry(log.lastIndex() + 1, state.epoch(), kind, timestampMillis, data);
        log.append(entry);
        uncommittedBytes += entry.sizeBytes();
        return entry.index();
    }

    /**
     * A stream broke: what was under way may be lost, appends if it was theirs. The next heartbeat is soon enough
     * to ask again.
     */
    void onPeerLost(ReplicaKey lost, Lane lane) {
        Progress peer = peers.get(lost.nodeId());
        if (peer == null) {
            return;
        }
        peer.connectionLost(state.now());
        if (lane == Lane.DATA && peer.mode() != Progress.Mode.SNAPSHOT) {
            appends.askAgain(peer);
        }
    }

    void onTime() {
        handover.onTime();
        appends.noticeCommits();
        if (state.now() < nextHeartbeatNanos) {
            return;
        }
        nextHeartbeatNanos = state.now() + config.heartbeatNanos();
        peers.values()
                .removeIf(peer -> peer.isDone(log.commitIndex(), state.now() - config.electionTimeoutNanos()));
        reads.announce();
        peers.values().forEach(appends::beat);
    }

    // ---- answers

    void onAppendResponse(ReplicaKey from, Message.AppendResponse response) {
        Progress peer = peers.get(from.nodeId());
        if (peer == null || response.epoch() != state.epoch()) {
            return;
        }
        if (!peer.isAnsweredBy(from)) {
            onOtherDisk(peer, from);
            return;
        }
        peer.heard(state.now());
        switch (response.result()) {
            case Message.AppendResult.Matched matched -> {
                acknowledge(peer, response);
                onMatched(peer, response, matched.index());
            }
            case Message.AppendResult.Mismatched mismatched -> {
                acknowledge(peer, response);
                onMismatched(peer, response, mismatched.hint());
            }
            // To a request of an epoch that this replica led before: it came after the vote for this one.
            case Message.AppendResult.Fenced f -> {}
            case Message.AppendResult.Refused r -> state.refuse(from, "refuses the leader of its own epoch");
        }
    }

    /** The node answers with another directory: a new replica, that knows nothing, where any directory is a member's. */
    private void onOtherDisk(Progress peer, ReplicaKey from) {
        if (peer.member().key().matches(from)) {
            peer.replacedBy(from, log.lastIndex() + 1, state.nextSession());
        } else {
            state.refuse(from, "answers for " + peer.key() + ", which is another replica");
        }
    }

    private void acknowledge(Progress peer, Message.AppendResponse response) {
        long sentAt = Math.min(response.sentAtNanos(), state.now());
        peer.answered(sentAt, Math.min(response.readSequence(), reads.sequenceSent()));
        peer.promised(sentAt, response.promiseNanos(), config.electionTimeoutNanos());
        reads.confirm();
    }

    private void onMatched(Progress peer, Message.AppendResponse response, long index) {
        if (response.session() != peer.session()) {
            return;
        }
        if (index > log.lastIndex()) {
            state.refuse(peer.key(), "claims entry " + index + " of a log that ends at " + log.lastIndex());
            return;
        }
        if (peer.matched(index) && peer.isVoter()) {
            advanceCommit();
        }
        if (handover.isTo(peer)) {
            handover.review(peer);
        }
        appends.pump(peer);
    }

    private void onMismatched(Progress peer, Message.AppendResponse response, LogPosition hint) {
        if (response.session() != peer.session()) {
            return;
        }
        if (peer.mode() == Progress.Mode.SNAPSHOT) {
            return;
        }
        long agree = log.lastPossibleAgreement(hint).index();
        long next = Math.max(1, Math.min(agree + 1, peer.next() - 1));
        peer.probe(next, state.nextSession());
        appends.pump(peer);
    }

    /** Commits what a majority has durable, but counts only entries of the own epoch (HAZARDS F1). */
    void advanceCommit() {
        long reached = reachedByMajority(Progress::match, log.durableIndex());
        if (reached <= log.commitIndex() || log.position(reached).epoch() != state.epoch()) {
            return;
        }
        long before = log.commitIndex();
        boolean firstOfEpoch = !hasCommittedInOwnEpoch();
        log.commitUpTo(reached);
        for (long index = Math.max(before + 1, ownEpochStart); index <= reached; index++) {
            uncommittedBytes -= log.inMemoryEntry(index).sizeBytes();
        }
        if (firstOfEpoch) {
            reads.onFirstCommit();
        }
        appends.pumpAll();
    }

    // ---- quorum

    /** The k-th newest of the voters' values; a leader outside the voter set does not count itself. */
    long reachedByMajority(ToLongFunction<Progress> value, long own) {
        List<Configuration.Member> voters = state.configuration().voters();
        long[] values = new long[voters.size()];
        for (int i = 0; i < values.length; i++) {
            ReplicaKey voter = voters.get(i).key();
            if (voter.matches(state.self())) {
                values[i] = own;
            } else {
                Progress peer = peers.get(voter.nodeId());
                values[i] = peer == null ? 0 : value.applyAsLong(peer);
            }
        }
        return Quorum.reachedByMajority(values);
    }

    /** When the newest request that a majority answered was sent (PREVOTE.md, Check Quorum). */
    long quorumContactNanos() {
        return reachedByMajority(Progress::contactNanos, state.now());
    }

    boolean hasLostQuorum() {
        return state.now() - quorumContactNanos() >= config.electionTimeoutNanos();
    }

    /**
     * Whether no other can have been elected, if clocks keep to the bound: a majority has heard this leader so lately that it refuses
     * others its votes, and promised so in its answers; nobody was ordered to take over, and the commit index is the truth.
     */
    boolean holdsLease() {
        if (config.leaseNanos() == 0 || !hasCommittedInOwnEpoch() || handover.hasOrdered()) {
            return false;
        }
        long since = reachedByMajority(Progress::leaseNanos, state.now());
        return since >= 0 && state.now() - since < config.leaseNanos();
    }

    long nextDeadlineNanos() {
        if (peers.isEmpty()) {
            return Outcome.NEVER;
        }
        boolean canBeLost = !state.isSoleVoter();
        long quorumDeadline = canBeLost ? quorumContactNanos() + config.electionTimeoutNanos() : Outcome.NEVER;
        long own = Math.min(nextHeartbeatNanos, Math.min(appends.commitNoticeNanos(), handover.deadlineNanos()));
        return Math.min(own, quorumDeadline);
    }

    Successors successors() {
        return successors;
    }
}
