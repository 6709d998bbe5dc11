package io.canvass.raft.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

/**
 * All that a replica knows, and the one place that changes epoch, vote and role: each edge is guarded here, and what must be
 * durable is staged before anything that depends on it is said.
 */
final class ReplicaState {
    /**
     * What is remembered for as long as the epoch lasts, whatever the role.
     *
     * @param leaderResigned whether the leader of this epoch said that it resigns: nothing of it is contact any more
     * @param contacts how often the leader of this epoch was heard
     * @param lastContactNanos when it was last heard, or {@link #NEVER}
     * @param resignedAtNanos when it said so, or {@link #NEVER}
     */
    record EpochMemory(boolean leaderResigned, long contacts, long lastContactNanos, long resignedAtNanos) {
        static final long NEVER = -1;
        static final EpochMemory FRESH = new EpochMemory(false, 0, NEVER, NEVER);

        EpochMemory contact(long now) {
            return new EpochMemory(leaderResigned, contacts + 1, now, resignedAtNanos);
        }

        EpochMemory resigned(long now) {
            return new EpochMemory(true, contacts, lastContactNanos, now);
        }
    }

    final RaftConfig config;
    final ReplicaLog log;
    final long startedAtNanos;
    private final RandomGenerator random;
    private final long boot;
    private final boolean joined;
    /** Whether a configuration that was committed had it as a member: one that waits to be added was not removed. */
    private boolean wasMember;

    private HardState hardState;
    private Role role;
    private EpochMemory memory = EpochMemory.FRESH;
    private long roundSequence;
    private long correlation;
    private long session;

    private long now;
    private List<Effect> effects = new ArrayList<>();
    /** Sends of this step that reveal epoch, vote or log: their token is known only when the step ends. */
    private final List<Effect.Send> afterWrite = new ArrayList<>();
    /** Sends of this step that reveal no more than the epoch. */
    private final List<Effect.Send> afterState = new ArrayList<>();

    ReplicaState(RaftConfig config, StoredState stored, RandomGenerator random, long now) {
        this.config = config;
        this.log = new ReplicaLog(stored, config.maxTailBytes());
        this.random = random;
        this.boot = stored.boot();
        this.joined = stored.joined();
        // Who did not join was one by the first entry of all.
        this.wasMember = !joined;
        this.hardState = stored.hardState();
        this.now = now;
        this.startedAtNanos = now;
        if (hardState.epoch() < log.end().epoch()) {
            throw new IllegalArgumentException("The stored epoch " + hardState.epoch() + " is behind the log's last entry "
                    + log.end() + ": the vote store was lost or damaged. This replica must not vote; restore its data"
                    + " directory as a whole, or replace the replica");
        }
        this.role = new Role.Unattached(ReplicaKey.NONE, new ElectionTimer.Never());
    }

    // ---- what is

    long now() {
        return now;
    }

    long epoch() {
        return hardState.epoch();
    }

    ReplicaKey vote() {
        return hardState.vote();
    }

    HardState hardState() {
        return hardState;
    }

    Role role() {
        return role;
    }

    EpochMemory memory() {
        return memory;
    }

    ReplicaKey self() {
        return config.self();
    }

    Configuration configuration() {
        return log.configuration();
    }

    boolean isVoter() {
        return isVoterIn(configuration());
    }

    private boolean isVoterIn(Configuration some) {
        return isAmong(some.voters());
    }

    private boolean isMemberOf(Configuration some) {
        return isVoterIn(some) || isAmong(some.observers());
    }

    /** Who joined is not meant by the name of its node alone: that may be the replica whose disk was lost (HAZARDS E1, E2). */
    boolean isMeantBy(ReplicaKey key) {
        return joined ? key.equals(self()) : key.matches(self());
    }

    private boolean isAmong(List<Configuration.Member> members) {
        for (Configuration.Member member : members) {
            if (isMeantBy(member.key())) {
                return true;
            }
        }
        return false;
    }

    /** Whether it was a member, and by what is committed is none. */
    boolean isRemoved() {
        return wasMember && log.configurationIndex() <= log.commitIndex() && !isMemberOf(configuration());
    }

    /**
     * Whether it asks for votes: a voter does, and one that is removed until that is committed, though it does not count itself. Its log
     * may be the longest there is, and then nobody else is elected (Raft dissertation, section 4.2.2).
     */
    boolean mayCampaign() {
        boolean pending = log.configurationIndex() > log.commitIndex();
        return isVoter() || (pending && isVoterIn(log.configurationBefore()));
    }

    boolean isSoleVoter() {
        return configuration().voters().size() == 1 && isVoter();
    }

    /** The leader to name in an answer: the own one or a hint, but none that resigned. */
    ReplicaKey leaderToName() {
        return switch (role) {
            case Role.Leader l -> self();
            case Role.Resigned r -> ReplicaKey.NONE;
            case Role.Candidate c -> ReplicaKey.NONE;
            case Role.Unattached u -> memory.leaderResigned() ? ReplicaKey.NONE : u.hint();
            case Role.Prospective p -> memory.leaderResigned() ? ReplicaKey.NONE : p.hint();
            case Role.Follower f -> memory.leaderResigned() ? ReplicaKey.NONE : f.leader();
        };
    }

    /** The leader that clients may be sent to: itself, or the one it follows. */
    ReplicaKey leaderToUse() {
        return switch (role) {
            case Role.Leader l -> self();
            case Role.Follower f -> memory.leaderResigned() ? ReplicaKey.NONE : f.leader();
            case Role.Unattached u -> ReplicaKey.NONE;
            case Role.Prospective p -> ReplicaKey.NONE;
            case Role.Candidate c -> ReplicaKey.NONE;
            case Role.Resigned r -> ReplicaKey.NONE;
        };
    }

    /** "Heard within T" (PREVOTE.md, Words). */
    boolean heardWithinTimeout() {
        return role instanceof Role.Follower f
                && f.heardFromLeader()
                && now - memory.lastContactNanos() < config.electionTimeoutNanos();
    }

    // ---- the step

    void begin(long nowNanos) {
        if (nowNanos < now) {
            throw new IllegalStateException("Time went back from " + now + " to " + nowNanos);
        }
        now = nowNanos;
        effects = new ArrayList<>();
        afterWrite.clear();
        afterState.clear();
    }

    void emit(Effect effect) {
        effects.add(effect);
    }

    /** Ends the step: what it said waits for what it wrote. */
    List<Effect> finish() {
        release(afterState, log.stateTokenInForce());
        release(afterWrite, log.tokenInForce());
        log.flush(hardState, effects);
        log.apply(effects);
        wasMember = wasMember || log.anyCommittedConfiguration(this::isMemberOf);
        return effects;
    }

    private void release(List<Effect.Send> sends, long after) {
        for (Effect.Send send : sends) {
            effects.add(new Effect.Send(send.to(), send.lane(), send.correlation(), send.message(), after));
        }
    }

    /** Sends once the epoch is durable, without waiting for entries: for what says nothing of the log. */
    void sendAfterState(ReplicaKey to, Lane lane, long messageCorrelation, Message message) {
        afterState.add(new Effect.Send(to, lane, messageCorrelation, message, 0));
    }

    /** Sends once everything that is true now is durable. */
    void sendAfterWrite(ReplicaKey to, Lane lane, long messageCorrelation, Message message) {
        afterWrite.add(new Effect.Send(to, lane, messageCorrelation, message, 0));
    }

    /** Sends at once: only what a leader asks, whose epoch has long been durable. */
    void sendNow(ReplicaKey to, Lane lane, Message message) {
        effects.add(new Effect.Send(to, lane, nextCorrelation(), message, 0));
    }

    long nextCorrelation() {
        return ++correlation;
    }

    long nextSession() {
        return ++session;
    }

    RoundId nextRound() {
        return new RoundId(boot, ++roundSequence);
    }

    void refuse(ReplicaKey from, String what) {
        emit(new Effect.Refused(from, what));
    }

    // ---- changes

    /** Takes over a higher epoch: no vote, no leader; the running timer goes on (a leader, that has none, arms a fresh one). */
    void adopt(long epoch) {
        ElectionTimer timer = role instanceof Role.Leader ? freshTimer() : role.electionTimer();
        long before = hardState.epoch();
        setHardState(new HardState(epoch, ReplicaKey.NONE, ReplicaKey.NONE));
        memory = EpochMemory.FRESH;
        become(new Role.Unattached(ReplicaKey.NONE, timer), before, RoundSummary.Ending.HIGHER_EPOCH);
    }

    /** Raises the own epoch, with a vote for itself. The role follows at once. */
    void raiseEpoch(Round round, RoundSummary.Ending endingOfRoundBefore) {
        long before = hardState.epoch();
        setHardState(new HardState(before + 1, self(), ReplicaKey.NONE));
        memory = EpochMemory.FRESH;
        become(new Role.Candidate(round, new ElectionTimer.WhenDurable(log.tokenInForce())), before, endingOfRoundBefore);
    }

    void become(Role next, RoundSummary.Ending endingOfRound) {
        become(next, hardState.epoch(), endingOfRound);
    }

    private void become(Role next, long epochBefore, RoundSummary.Ending endingOfRound) {
        Edges.require(role.name(), epochBefore, next.name(), hardState.epoch());
        Round round = roundOf(role);
        if (round != null && round.open()) {
            emit(new Effect.RoundEnded(round.summary(endingOfRound)));
        }
        Role before = role;
        role = next;
        if (before instanceof Role.Leader leader) {
            leader.replication().end();
        }
    }

    /** Led this epoch before the restart: it never leads it again (HAZARDS E13). Not an edge, but where a life begins. */
    void startAsResigned() {
        role = new Role.Resigned(List.of(), Set.of(), now, now, freshTimer());
    }

    /** The same role and round with other data: no edge. */
    void update(Role same) {
        if (same.name() != role.name()) {
            throw new IllegalStateException("From " + role.name() + " to " + same.name() + " is an edge, not an update");
        }
        role = same;
    }

    void grantVoteTo(ReplicaKey candidate) {
        setHardState(new HardState(epoch(), candidate, ReplicaKey.NONE));
    }

    /** Remembers who leads this epoch, durably, so that a restart knows a hint (or that it led itself). */
    void rememberLeader(ReplicaKey leader) {
        setHardState(new HardState(epoch(), vote(), leader));
    }

    void heardLeader() {
        memory = memory.contact(now);
    }

    void leaderResigned() {
        memory = memory.resigned(now);
    }

    private void setHardState(HardState next) {
        if (next.epoch() < hardState.epoch()) {
            throw new IllegalStateException("The epoch would fall from " + hardState.epoch() + " to " + next.epoch());
        }
        boolean sameEpoch = next.epoch() == hardState.epoch();
        if (sameEpoch && vote().isKnown() && !next.vote().matches(vote())) {
            throw new IllegalStateException("The vote of epoch " + epoch() + " for " + vote() + " would be changed");
        }
        if (!next.equals(hardState)) {
            hardState = next;
            log.stageState();
        }
    }

    // ---- timers

    /** A fresh timer, uniform in (T, 2T]; an observer has none. */
    ElectionTimer freshTimer() {
        long timeout = config.electionTimeoutNanos();
        return timerIn(timeout + 1 + random.nextLong(timeout));
    }

    /** For a follower whose leader resigned and that is not the first successor: uniform in (T/2, T]. */
    ElectionTimer shortTimer() {
        long half = config.electionTimeoutNanos() / 2;
        return timerIn(half + 1 + random.nextLong(half));
    }

    ElectionTimer timerIn(long nanos) {
        return mayCampaign() ? new ElectionTimer.At(now + nanos) : new ElectionTimer.Never();
    }

    /** A fresh timer that starts to run when all that is true now is durable. */
    ElectionTimer freshTimerWhenDurable() {
        if (!mayCampaign()) {
            return new ElectionTimer.Never();
        }
        long token = log.tokenInForce();
        return log.isDurable(token) ? freshTimer() : new ElectionTimer.WhenDurable(token);
    }

    /** Entries came or went, perhaps a configuration among them: only a voter has a timer, and asks rounds. */
    void reviewMembership() {
        boolean timed = !(role.electionTimer() instanceof ElectionTimer.Never);
        if (mayCampaign()) {
            if (!timed && !(role instanceof Role.Leader)) {
                update(role.withTimer(freshTimer()));
            }
        } else if (role instanceof Role.Prospective prospective) {
            become(
                    new Role.Unattached(prospective.hint(), new ElectionTimer.Never()),
                    RoundSummary.Ending.GUARD_REFUSED);
        } else if (timed) {
            update(role.withTimer(new ElectionTimer.Never()));
        }
    }

    static @Nullable Round roundOf(Role role) {
        return switch (role) {
            case Role.Prospective p -> p.round();
            case Role.Candidate c -> c.round();
            case Role.Unattached u -> null;
            case Role.Leader l -> null;
            case Role.Follower f -> null;
            case Role.Resigned r -> null;
        };
    }
}
