package io.canvass.kv.admin;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

import io.canvass.kv.cluster.RaftAccess;
import io.canvass.kv.logging.RequestScope;
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

/** A replica that takes every change, unless it was told to refuse the next ones, and remembers them. */
final class FakeLeader implements RaftAccess {
    private final List<String> asked = new ArrayList<>();
    private final List<String> requestIds = new ArrayList<>();
    private final List<MemberChange> changes = new ArrayList<>();
    private final Queue<RaftException> failures = new ArrayDeque<>();
    private volatile RaftStatus status;
    private volatile CompletableFuture<Void> transferred = CompletableFuture.completedFuture(null);
    private volatile Optional<CompletableFuture<Long>> later = Optional.empty();
    private volatile Optional<RaftStatus> afterTransfer = Optional.empty();

    FakeLeader(RaftStatus status) {
        this.status = status;
    }

    FakeLeader status(RaftStatus next) {
        status = next;
        return this;
    }

    /** The next check or change, and with more calls those after it. */
    synchronized FakeLeader fails(RaftException failure) {
        failures.add(failure);
        return this;
    }

    FakeLeader refuses(MemberChange.Refusal refusal) {
        return fails(new RaftException.ChangeRefused(refusal));
    }

    /** Changes are answered when the test says so. */
    CompletableFuture<Long> changesLater() {
        CompletableFuture<Long> answer = new CompletableFuture<>();
        later = Optional.of(answer);
        return answer;
    }

    FakeLeader transfersBy(CompletableFuture<Void> answer, RaftStatus then) {
        transferred = answer;
        afterTransfer = Optional.of(then);
        return this;
    }

    /** For which requests the threads worked on which it was asked. */
    synchronized List<String> requestIds() {
        return List.copyOf(requestIds);
    }

    /** In order: check, change and transfer, each with what it was about. */
    synchronized List<String> asked() {
        return List.copyOf(asked);
    }

    synchronized List<MemberChange> changes() {
        return List.copyOf(changes);
    }

    @Override
    public synchronized CompletableFuture<Long> changeMembers(MemberChange change, boolean force) {
        requestIds.add(RequestScope.current());
        asked.add("change " + change.getClass().getSimpleName() + (force ? " by force" : ""));
        RaftException failure = failures.poll();
        if (failure != null) {
            return CompletableFuture.failedFuture(failure);
        }
        changes.add(change);
        return later.orElseGet(() -> CompletableFuture.completedFuture(42L));
    }

    @Override
    public synchronized CompletableFuture<Optional<MemberChange.Refusal>> checkChange(MemberChange change, boolean force) {
        requestIds.add(RequestScope.current());
        asked.add("check " + change.getClass().getSimpleName() + (force ? " by force" : ""));
        RaftException failure = failures.poll();
        if (failure instanceof RaftException.ChangeRefused refused) {
            return CompletableFuture.completedFuture(Optional.of(refused.refusal()));
        }
        return failure == null
                ? CompletableFuture.completedFuture(Optional.empty())
                : CompletableFuture.failedFuture(failure);
    }

    @Override
    public synchronized CompletableFuture<Void> transfer(ReplicaKey target, Duration timeout) {
        requestIds.add(RequestScope.current());
        asked.add("transfer to " + target.nodeId());
        if (!transferred.isCompletedExceptionally()) {
            afterTransfer.ifPresent(this::status);
        }
        return transferred;
    }

    @Override
    public Leadership leadership() {
        RaftStatus now = status;
        return new Leadership(now.leader(), now.epoch(), now.leads());
    }

    @Override
    public RaftStatus status() {
        return status;
    }

    @Override
    public Configuration configuration() {
        return status.configuration();
    }

    @Override
    public CompletableFuture<Applied<Result>> propose(Bytes command) {
        throw new IllegalStateException("No key is written here");
    }

    @Override
    public CompletableFuture<Long> readIndex() {
        throw new IllegalStateException("No key is read here");
    }

    @Override
    public CompletableFuture<Boolean> leaseRead() {
        throw new IllegalStateException("No key is read here");
    }

    @Override
    public boolean offersLeaseReads() {
        return false;
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
        return Map.of();
    }

    @Override
    public CompletableFuture<Void> resign() {
        throw new IllegalStateException("Nobody resigns here");
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
