package io.canvass.kv.cluster;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import io.canvass.proto.kv.v1.Result;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.MemberChange;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.runtime.Applied;
import io.canvass.raft.runtime.Election;
import io.canvass.raft.runtime.Leadership;
import io.canvass.raft.runtime.RaftException;
import io.canvass.raft.runtime.RaftStatus;
import io.canvass.raft.runtime.ReplicaQueues;
import io.canvass.raft.runtime.RoundOutcome;

/** A replica that answers what it was told to answer, in order; with nothing told, it does not lead. */
public final class FakeRaft implements RaftAccess {
    private boolean leased;
    private final Queue<CompletableFuture<Applied<Result>>> answers = new ArrayDeque<>();
    private final Queue<CompletableFuture<Long>> readAnswers = new ArrayDeque<>();
    private final List<Bytes> proposed = new ArrayList<>();
    private final Queue<CompletableFuture<Long>> changeAnswers = new ArrayDeque<>();
    private final List<MemberChange> changes = new ArrayList<>();
    private final List<ReplicaKey> transfers = new ArrayList<>();
    private volatile CompletableFuture<Void> handedOver = CompletableFuture.completedFuture(null);
    private final Map<RoundOutcome, Long> rounds = new ConcurrentHashMap<>();
    private volatile RaftStatus status;
    private volatile CompletableFuture<Void> resigned = CompletableFuture.completedFuture(null);
    private final AtomicInteger resignations = new AtomicInteger();
    private int reads;
    private volatile ReplicaKey otherLeader = ReplicaKey.NONE;

    public FakeRaft(RaftStatus status) {
        this.status = status;
    }

    public static Applied<Result> applied(long revision) {
        return new Applied<>(revision, 7, Result.newBuilder().setRevision(revision).build());
    }

    public static RaftException.NotLeader led(ReplicaKey leader) {
        return new RaftException.NotLeader(leader, 7);
    }

    public synchronized FakeRaft answers(Applied<Result> applied) {
        answers.add(CompletableFuture.completedFuture(applied));
        return this;
    }

    public synchronized FakeRaft fails(Throwable failure) {
        answers.add(CompletableFuture.failedFuture(failure));
        return this;
    }

    /** The next proposal is answered when the test says so. */
    public synchronized CompletableFuture<Applied<Result>> answersLater() {
        CompletableFuture<Applied<Result>> answer = new CompletableFuture<>();
        answers.add(answer);
        return answer;
    }

    public synchronized FakeRaft readAnswers(CompletableFuture<Long> answer) {
        readAnswers.add(answer);
        return this;
    }

    public synchronized List<Bytes> proposed() {
        return List.copyOf(proposed);
    }

    public synchronized int reads() {
        return reads;
    }

    public int resignations() {
        return resignations.get();
    }

    public FakeRaft resigned(CompletableFuture<Void> answer) {
        resigned = answer;
        return this;
    }

    /** Who leads when there is nothing told to answer. */
    public FakeRaft isLedBy(ReplicaKey leader) {
        otherLeader = leader;
        return this;
    }

    public void status(Statuses next) {
        status = next.get();
    }

    public void round(RoundOutcome round, long count) {
        rounds.put(round, count);
    }

    @Override
    public synchronized CompletableFuture<Applied<Result>> propose(Bytes command) {
        proposed.add(command);
        CompletableFuture<Applied<Result>> answer = answers.poll();
        return answer == null ? CompletableFuture.failedFuture(led(otherLeader)) : answer;
    }

    @Override
    public synchronized CompletableFuture<Long> readIndex() {
        reads++;
        CompletableFuture<Long> answer = readAnswers.poll();
        return answer == null ? CompletableFuture.failedFuture(led(otherLeader)) : answer;
    }

    @Override
    public synchronized CompletableFuture<Boolean> leaseRead() {
        return leased ? CompletableFuture.completedFuture(true) : readIndex().thenApply(_ -> false);
    }

    @Override
    public boolean offersLeaseReads() {
        return true;
    }

    /** From now on it leads and holds a lease. */
    public synchronized void holdsLease() {
        leased = true;
    }

    @Override
    public Leadership leadership() {
        RaftStatus now = status;
        return new Leadership(now.leader(), now.epoch(), now.leader().matches(now.self()));
    }

    @Override
    public RaftStatus status() {
        return status;
    }

    @Override
    public List<Election> elections() {
        return List.of();
    }

    @Override
    public ReplicaQueues queues() {
        return new ReplicaQueues(0, 0, 0, 0, 0, 0, 0, 0, OptionalDouble.empty(), OptionalDouble.empty());
    }

    @Override
    public Map<RoundOutcome, Long> rounds() {
        return Map.copyOf(rounds);
    }

    @Override
    public CompletableFuture<Void> resign() {
        resignations.incrementAndGet();
        return resigned;
    }

    /** The next change or check of one is answered when the test says so; with nothing told, it does not lead. */
    public synchronized CompletableFuture<Long> changesLater() {
        CompletableFuture<Long> answer = new CompletableFuture<>();
        changeAnswers.add(answer);
        return answer;
    }

    public synchronized FakeRaft refusesNext(MemberChange.Refusal refusal) {
        changeAnswers.add(CompletableFuture.failedFuture(new RaftException.ChangeRefused(refusal)));
        return this;
    }

    public synchronized List<MemberChange> changes() {
        return List.copyOf(changes);
    }

    public synchronized List<ReplicaKey> transfers() {
        return List.copyOf(transfers);
    }

    public FakeRaft handedOver(CompletableFuture<Void> answer) {
        handedOver = answer;
        return this;
    }

    @Override
    public synchronized CompletableFuture<Long> changeMembers(MemberChange change, boolean force) {
        changes.add(change);
        CompletableFuture<Long> answer = changeAnswers.poll();
        return answer == null ? CompletableFuture.failedFuture(led(otherLeader)) : answer;
    }

    @Override
    public synchronized CompletableFuture<Optional<MemberChange.Refusal>> checkChange(MemberChange change, boolean force) {
        CompletableFuture<Long> answer = changeAnswers.poll();
        if (answer == null) {
            return CompletableFuture.failedFuture(led(otherLeader));
        }
        return answer.handle((index, failure) -> {
            if (failure instanceof RaftException.ChangeRefused refused) {
                return Optional.of(refused.refusal());
            }
            return Optional.empty();
        });
    }

    @Override
    public synchronized CompletableFuture<Void> transfer(ReplicaKey target, Duration timeout) {
        transfers.add(target);
        return handedOver;
    }

    @Override
    public Configuration configuration() {
        return status.configuration();
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
