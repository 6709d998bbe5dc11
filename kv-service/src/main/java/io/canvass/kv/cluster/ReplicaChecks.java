package io.canvass.kv.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.canvass.proto.kv.v1.CheckGrpc;
import io.canvass.proto.kv.v1.LookRequest;
import io.canvass.proto.kv.v1.LookResponse;
import io.canvass.proto.kv.v1.StateSample;
import io.canvass.proto.kv.v1.TellRequest;
import io.canvass.proto.kv.v1.TellResponse;
import io.canvass.raft.runtime.RaftStatus;
import io.grpc.stub.StreamObserver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a leader does about the other replicas' disks and states: each interval it asks every member that is connected, compares
 * what they say, and tells who differs. One thread, never more than one round at a time, and a bounded answer of each.
 */
final class ReplicaChecks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaChecks.class);
    private static final long MAX_WAIT_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long CLOSE_MILLIS = 5_000;

    private final RaftAccess raft;
    private final PeerAccess peers;
    private final OwnState own;
    private final CheckService service;
    private final SpaceGuard space;
    private final Duration interval;
    private final ScheduledExecutorService executor;
    /** This node's applied index a round ago: by now the others have applied it too. For one thread. */
    private long earlierIndex;

    ReplicaChecks(
            RaftAccess raft,
            PeerAccess peers,
            OwnState own,
            CheckService service,
            SpaceGuard space,
            Duration interval,
            ScheduledExecutorService executor) {
        this.raft = raft;
        this.peers = peers;
        this.own = own;
        this.service = service;
        this.space = space;
        this.interval = interval;
        this.executor = executor;
    }

    void start() {
        Future<?> _ = executor.scheduleWithFixedDelay(
                this::guardedRound, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void guardedRound() {
        try {
            round();
        } catch (RuntimeException e) {
            // The executor would end its task without a word.
            LOG.error("A comparison of the replicas failed", e);
        }
    }

    /** One round, to its end. */
    void round() {
        RaftStatus status = raft.status();
        long index = earlierIndex;
        earlierIndex = own.appliedIndex();
        if (!status.leads()) {
            space.votersShort(Optional.empty());
            return;
        }
        Map<String, LookResponse> answers = ask(status, index);
        space.votersShort(shortage(status, answers));
        compare(status, answers);
    }

    // ---- asking

    private Map<String, LookResponse> ask(RaftStatus status, long index) {
        LookRequest request = LookRequest.newBuilder()
                .setClusterId(CheckService.bytes(status.clusterId()))
                .setIndex(index)
                .build();
        Map<String, CompletableFuture<LookResponse>> asked = new TreeMap<>();
        for (RaftStatus.Peer peer : status.peers()) {
            if (peer.connected()) {
                Reply<LookResponse> reply = new Reply<>();
                call(peer.key().nodeId(), reply, stub -> stub.look(request, reply));
                asked.put(peer.key().nodeId(), reply.answer);
            }
        }
        Map<String, LookResponse> answers = new TreeMap<>();
        asked.forEach((node, answer) -> answer
                // Each has a deadline, so this ends.
                .handle((response, failure) -> Optional.ofNullable(failure == null ? response : null))
                .join()
                .ifPresent(response -> answers.put(node, response)));
        return answers;
    }

    private interface Call {
        void on(CheckGrpc.CheckStub stub);
    }

    private void call(String node, StreamObserver<?> reply, Call call) {
        try {
            call.on(CheckGrpc.newStub(peers.channelTo(node))
                    .withDeadlineAfter(Math.min(MAX_WAIT_NANOS, interval.toNanos()), TimeUnit.NANOSECONDS));
        } catch (RuntimeException e) {
            reply.onError(e);
        }
    }

    /** The one answer of a call. */
    private static final class Reply<T> implements StreamObserver<T> {
        final CompletableFuture<T> answer = new CompletableFuture<>();

        @Override
        public void onNext(T value) {
            answer.complete(value);
        }

        @Override
        public void onError(Throwable failure) {
            answer.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {
            answer.completeExceptionally(new IllegalStateException("no answer"));
        }
    }

    // ---- disks

    /** With no majority left that has room, what is committed would fill a disk that is nearly full. */
    private static Optional<String> shortage(RaftStatus status, Map<String, LookResponse> answers) {
        Set<String> shortOf = new TreeSet<>();
        for (RaftStatus.Peer peer : status.peers()) {
            LookResponse answer = answers.get(peer.key().nodeId());
            if (peer.voter() && answer != null && !answer.getDiskAlarm().isEmpty()) {
                shortOf.add(peer.key().nodeId());
            }
        }
        int others = status.quorum().voters() - shortOf.size();
        return others < status.quorum().needed()
                ? Optional.of("the disks of " + String.join(", ", shortOf) + " are nearly full, and the other " + others
                        + " voters are no majority")
                : Optional.empty();
    }

    // ---- states

    private void compare(RaftStatus status, Map<String, LookResponse> answers) {
        Map<String, Map<Long, Long>> said = new HashMap<>();
        Set<Long> indices = new HashSet<>();
        answers.forEach((node, answer) -> {
            Map<Long, Long> hashes = new HashMap<>();
            answer.getSamplesList().forEach(sample -> hashes.put(sample.getIndex(), sample.getHash()));
            said.put(node, hashes);
            indices.addAll(hashes.keySet());
        });
        said.put(status.self().nodeId(), own.hashes(indices));
        switch (StateJudge.judge(said, voters(status))) {
            case StateJudge.Verdict.Nothing _, StateJudge.Verdict.Same _ -> {}
            case StateJudge.Verdict.Odd odd -> condemn(status, odd);
            case StateJudge.Verdict.Undecided undecided -> doubt(status, undecided);
        }
    }

    private static Set<String> voters(RaftStatus status) {
        Set<String> voters = new HashSet<>();
        if (status.voter()) {
            voters.add(status.self().nodeId());
        }
        status.peers().stream().filter(RaftStatus.Peer::voter).forEach(peer -> voters.add(peer.key().nodeId()));
        return voters;
    }

    private void condemn(RaftStatus status, StateJudge.Verdict.Odd odd) {
        StateSample majority = OwnState.message(odd.index(), odd.majority());
        odd.odd().forEach((node, hash) -> {
            String finding = "After log index " + odd.index() + " the state of " + node + " has the hash " + hex(hash)
                    + ", where " + String.join(", ", odd.agreed()) + ", a majority, have " + hex(odd.majority()) + ".";
            LOG.error("{} {} is taken out of service", finding, node);
            tell(status, node, told(status, odd.index(), hash, finding).setMajority(majority).build());
        });
    }

    private void doubt(RaftStatus status, StateJudge.Verdict.Undecided undecided) {
        List<String> parts = new ArrayList<>();
        undecided.hashes().forEach((node, hash) -> parts.add(node + " " + hex(hash)));
        String finding = "after log index " + undecided.index() + " the states have different hashes (" + String.join(", ", parts)
                + "), and no majority of the voters has the same";
        LOG.error("States differ: {}", finding);
        undecided.hashes()
                .forEach((node, hash) -> tell(status, node, told(status, undecided.index(), hash, finding).build()));
    }

    private static TellRequest.Builder told(RaftStatus status, long index, long hash, String finding) {
        return TellRequest.newBuilder()
                .setClusterId(CheckService.bytes(status.clusterId()))
                .setFrom(status.self().nodeId())
                .setYours(OwnState.message(index, hash))
                .setFinding(finding);
    }

    private void tell(RaftStatus status, String node, TellRequest request) {
        if (!node.equals(status.self().nodeId())) {
            // It is told again in the next round, as long as it differs.
            Reply<TellResponse> reply = new Reply<>();
            call(node, reply, stub -> stub.tell(request, reply));
        } else if (request.hasMajority()) {
            own.judged(request);
        } else {
            service.doubtful(request.getFinding());
        }
    }

    private static String hex(long hash) {
        return String.format("%016x", hash);
    }

    @Override
    public void close() {
        executor.shutdownNow();
        try {
            if (!executor.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
                LOG.warn("A comparison of the replicas did not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
