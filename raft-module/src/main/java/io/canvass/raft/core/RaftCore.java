package io.canvass.raft.core;

import java.util.List;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

/**
 * One replica of a Raft group, as a function of what happens to it. Not thread-safe: one thread steps it.
 *
 * <p>Sources: {@code PREVOTE.md} for elections (KIP-996, with what it leaves open decided), the Raft dissertation for replication
 * (chapter 3), commitment (3.6.2) and reads (6.4).
 */
public final class RaftCore {
    private final ReplicaState state;
    private final Elections elections;
    private final Following following;
    private final ForwardedReads forwardedReads;
    private final Resignation resignation;
    private Effect.RoleChanged announced;
    private boolean halted;
    private @Nullable String haltReason;

    /**
     * @param random a seeded generator; only timers are drawn from it
     * @param nowNanos the start: for an election timeout from now on pre-votes are refused
     * @throws IllegalArgumentException if what was stored contradicts itself; the message says what to do
     */
    public RaftCore(RaftConfig config, StoredState stored, RandomGenerator random, long nowNanos) {
        state = new ReplicaState(config, stored, random, nowNanos);
        elections = new Elections(state);
        following = new Following(state, elections);
        forwardedReads = new ForwardedReads(state);
        resignation = new Resignation(state);
        announced = new Effect.RoleChanged(RoleName.UNATTACHED, state.epoch(), ReplicaKey.NONE);
    }

    /** To be called once, before the first step: takes up the role that a start calls for (PREVOTE.md, Transitions: start). */
    public Outcome start(long nowNanos) {
        state.begin(nowNanos);
        HardState stored = state.hardState();
        if (state.isSoleVoter()) {
            elections.campaign(Edges.Promotion.SOLE_VOTER, RoundSummary.Ending.WON);
        } else if (stored.leader().matches(state.self())) {
            state.startAsResigned();
        } else {
            state.update(new Role.Unattached(stored.leader(), state.freshTimer()));
        }
        return finish();
    }

    /**
     * What this input changes and asks for.
     *
     * @throws IllegalStateException if going on would break a promise. After this or anything else that is thrown,
     *     nothing of the step may be done, and no further step taken
     */
    public Outcome step(Input input) {
        if (halted) {
            return new Outcome(List.of(), Outcome.NEVER);
        }
        try {
            state.begin(input.nowNanos());
            resignIfQuorumLost();
            dispatch(input);
            if (state.role() instanceof Role.Leader leader && leader.replication().isRemoved()) {
                resignation.resign(leader.replication());
            }
            return finish();
        } catch (RuntimeException e) {
            // Whatever it is, the step is half done.
            halted = true;
            throw e;
        }
    }

    /**
     * First in every step, before anything is sent or any read confirmed: a leader that slept is not a leader (PREVOTE.md, Check
     * Quorum). One voter alone never resigns.
     */
    private void resignIfQuorumLost() {
        if (state.role() instanceof Role.Leader leader
                && !state.isSoleVoter()
                && leader.replication().hasLostQuorum()) {
            resignation.resign(leader.replication());
        }
    }

    private void dispatch(Input input) {
        switch (input) {
            case Input.TimeReached t -> onTime();
            case Input.Received received -> onMessage(received);
            case Input.Propose propose -> onPropose(propose);
            case Input.Read read -> onRead(read);
            case Input.ChangeMembers change -> onChangeMembers(change);
            case Input.TransferTo transfer -> onTransferTo(transfer);
            case Input.Resign r -> resignIfLeader();
            case Input.Persisted persisted -> onPersisted(persisted.token());
            case Input.LogRead read -> {
                if (state.role() instanceof Role.Leader leader) {
                    leader.replication().appends().onLogRead(read);
                }
            }
            case Input.PeerLost lost -> onPeerLost(lost);
            case Input.Compact compact -> onCompact(compact);
            case Input.SnapshotInstalled installed -> following.onInstalled(installed.base());
            case Input.StorageFailed failed -> {
                resignIfLeader();
                haltReason = failed.reason();
                halted = true;
            }
        }
    }

    private Outcome finish() {
        forwardedReads.review();
        Effect.RoleChanged is = new Effect.RoleChanged(state.role().name(), state.epoch(), state.leaderToUse());
        if (!is.equals(announced)) {
            announced = is;
            state.emit(is);
        }
        List<Effect> effects = state.finish();
        if (haltReason != null) {
            // Last: whoever waits has been answered by then.
            effects.add(new Effect.Halt(haltReason));
        }
        return new Outcome(effects, nextDeadline());
    }

    private long nextDeadline() {
        if (halted) {
            return Outcome.NEVER;
        }
        long own =
                switch (state.role()) {
                    case Role.Leader leader -> leader.replication().nextDeadlineNanos();
                    case Role.Resigned r -> r.unacknowledged().isEmpty() ? Outcome.NEVER : r.resendAtNanos();
                    case Role.Unattached u -> Outcome.NEVER;
                    case Role.Prospective p -> Outcome.NEVER;
                    case Role.Candidate c -> Outcome.NEVER;
                    case Role.Follower f -> Outcome.NEVER;
                };
        if (state.role().electionTimer() instanceof ElectionTimer.At at) {
            own = Math.min(own, at.deadlineNanos());
        }
        return Math.min(own, forwardedReads.nextDeadlineNanos());
    }

    // ---- time, disk, streams

    private void onTime() {
        if (state.role().electionTimer().hasRunOut(state.now())) {
            elections.onTimer();
            return;
        }
        switch (state.role()) {
            case Role.Leader leader -> leader.replication().onTime();
            case Role.Resigned resigned -> resignation.remind(resigned);
            case Role.Unattached u -> {}
            case Role.Prospective p -> {}
            case Role.Candidate c -> {}
            case Role.Follower f -> {}
        }
    }

    private void onPersisted(Token token) {
        state.log.persisted(token);
        elections.onPersisted();
        if (state.role() instanceof Role.Leader leader) {
            leader.replication().advanceCommit();
        }
    }

    private void onPeerLost(Input.PeerLost lost) {
        switch (lost.lane()) {
            case CONTROL, DATA -> {
                if (lost.lane() == Lane.CONTROL) {
                    forwardedReads.onPeerLost(lost.peer());
                }
                if (state.role() instanceof Role.Leader leader) {
                    leader.replication().onPeerLost(lost.peer(), lost.lane());
                }
            }
            case SNAPSHOT -> {
                if (state.role() instanceof Role.Leader leader) {
                    leader.replication().snapshots().onLost(lost.peer());
                }
            }
        }
    }

    /** A peer that takes a snapshot keeps what has to follow it, within bounds. */
    private void onCompact(Input.Compact compact) {
        boolean wanted = state.role() instanceof Role.Leader leader && leader.replication().snapshots().isWanted(compact.upTo());
        state.log.compact(wanted ? compact.must() : compact.upTo());
    }

    // ---- clients

    private void onPropose(Input.Propose propose) {
        if (state.role() instanceof Role.Leader leader) {
            leader.replication().propose(propose);
            return;
        }
        Effect.Result result = new Effect.Result.NotLeader(state.leaderToUse(), state.epoch());
        propose.proposals().forEach(p -> state.emit(new Effect.Complete(p.requestId(), result)));
    }

    private void onChangeMembers(Input.ChangeMembers change) {
        if (state.role() instanceof Role.Leader leader) {
            leader.replication().change(change);
        } else {
            notLeader(change.requestId());
        }
    }

    private void onTransferTo(Input.TransferTo transfer) {
        if (state.role() instanceof Role.Leader leader) {
            leader.replication().transfer(transfer);
        } else {
            notLeader(transfer.requestId());
        }
    }

    private void notLeader(long requestId) {
        Effect.Result result = new Effect.Result.NotLeader(state.leaderToUse(), state.epoch());
        state.emit(new Effect.Complete(requestId, result));
    }

    private void onRead(Input.Read read) {
        if (state.role() instanceof Role.Leader leader) {
            leader.replication().reads().read(read.requestIds(), read.byLease());
        } else {
            forwardedReads.read(read.requestIds());
        }
    }

    // ---- resignation

    private void resignIfLeader() {
        if (state.role() instanceof Role.Leader leader) {
            resignation.resign(leader.replication());
        }
    }

    // ---- messages

    private void onMessage(Input.Received received) {
        switch (received.message()) {
            case Message.Request request -> onRequest(received.from(), received.lane(), received.correlation(), request);
            case Message.Response response -> onResponse(received.from(), received.correlation(), response);
        }
    }

    private void onRequest(ReplicaKey from, Lane lane, long correlation, Message.Request request) {
        switch (request) {
            case Message.VoteRequest vote -> elections.onVoteRequest(from, lane, correlation, vote);
            case Message.AppendRequest append -> following.onAppend(from, lane, correlation, append);
            case Message.SnapshotRequest snapshot -> following.onSnapshot(from, lane, correlation, snapshot);
            case Message.ResigningRequest resigning -> following.onResigning(from, lane, correlation, resigning);
            case Message.TransferRequest transfer -> following.onTransfer(from, lane, correlation, transfer);
            case Message.ReadIndexRequest read -> onReadIndexRequest(from, lane, correlation, read);
        }
    }

    private void onReadIndexRequest(ReplicaKey from, Lane lane, long correlation, Message.ReadIndexRequest request) {
        boolean meant = request.clusterId().equals(state.config.clusterId())
                && request.to().matches(state.self())
                && request.epoch() == state.epoch();
        if (meant && state.role() instanceof Role.Leader leader) {
            leader.replication().reads().readFor(from, lane, correlation, request);
        } else {
            state.sendAfterState(
                    from,
                    lane,
                    correlation,
                    new Message.ReadIndexResponse(state.epoch(), state.leaderToName(), request.readId(), false, 0));
        }
    }

    private void onResponse(ReplicaKey from, long correlation, Message.Response response) {
        if (response instanceof Message.VoteResponse vote && vote.error() == VoteError.INCONSISTENT_CLUSTER_ID) {
            // Its epoch is another cluster's (HAZARDS H7).
            elections.onVoteResponse(from, correlation, new Message.VoteResponse(
                    0, ReplicaKey.NONE, false, vote.preVote(), vote.round(), vote.error(), vote.refusal()));
            return;
        }
        if (response.epoch() > state.epoch()) {
            onHigherEpoch(response);
            return;
        }
        switch (response) {
            case Message.VoteResponse vote -> elections.onVoteResponse(from, correlation, vote);
            case Message.AppendResponse append -> {
                if (state.role() instanceof Role.Leader leader) {
                    leader.replication().onAppendResponse(from, append);
                }
            }
            case Message.SnapshotResponse snapshot -> {
                if (state.role() instanceof Role.Leader leader) {
                    leader.replication().snapshots().onResponse(from, snapshot);
                }
            }
            case Message.ResigningResponse resigning -> resignation.onResponse(from, resigning);
            case Message.TransferResponse transfer -> {
                if (state.role() instanceof Role.Leader leader) {
                    leader.replication().onTransferResponse(from, transfer);
                }
            }
            case Message.ReadIndexResponse read -> forwardedReads.onResponse(from, read);
        }
    }

    /** Any response, of whatever round, may tell of a higher epoch; if it names that epoch's leader, it is followed. */
    private void onHigherEpoch(Message.Response response) {
        if (state.config.leaseReads() && state.heardWithinTimeout()) {
            return;
        }
        state.adopt(response.epoch());
        if (response.leader().isKnown() && !response.leader().matches(state.self())) {
            state.rememberLeader(response.leader());
            state.become(
                    new Role.Follower(response.leader(), false, state.role().electionTimer()),
                    RoundSummary.Ending.HIGHER_EPOCH);
        }
    }

    // ---- what is, for the shell

    /** Entries from {@code from} to {@code to}, if all are in memory; else none, and they are to be read from the store. */
    public List<Entry> cachedEntries(long from, long to) {
        return state.log.inMemory(from) && state.log.inMemory(to) ? state.log.slice(from, to, Long.MAX_VALUE) : List.of();
    }

    /**
     * What a snapshot of the state after this index stands for.
     *
     * @param index applied, and not before the log's own base
     */
    public LogBase baseAt(long index) {
        return state.log.baseAt(index);
    }

    /** The index before the log's first entry; 0 while nothing was dropped. */
    public long logBase() {
        return state.log.base().index();
    }

    public Role role() {
        return state.role();
    }

    public HardState hardState() {
        return state.hardState();
    }

    public Configuration configuration() {
        return state.configuration();
    }

    /** All that the log holds, committed or not, and the one in force before its first entry; the latest last. */
    public List<Configuration> configurations() {
        return state.log.configurations();
    }

    /** Who is no member any more, but still has to be told so by this leader; empty on any other replica. */
    public List<Configuration.Member> leaving() {
        return state.role() instanceof Role.Leader leader ? leader.replication().leaving() : List.of();
    }

    /** Whether this replica was a member, and by what is committed is none. */
    public boolean isRemoved() {
        return state.isRemoved();
    }

    /** Where the configuration in force stands in the log; the epoch of a place that the log does not hold is 0. */
    public LogPosition configurationAt() {
        long index = state.log.configurationIndex();
        return index < state.log.base().index() ? new LogPosition(0, index) : state.log.position(index);
    }

    /** A copy of what health and metrics show. */
    public CoreStatus status() {
        return CoreStatus.of(state, elections.preVoteRounds(), following.commitAtFirstContact());
    }
}
