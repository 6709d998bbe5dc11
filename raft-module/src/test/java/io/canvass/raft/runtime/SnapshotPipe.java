package io.canvass.raft.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.Message.SnapshotRequest;
import io.canvass.raft.core.Message.SnapshotResponse;
import io.canvass.raft.core.Message.SnapshotResult;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.runtime.SnapshotSender.Ended;
import io.canvass.raft.runtime.SnapshotSender.Recipient;

import static org.awaitility.Awaitility.await;

/** A way from a sender to a receiver, answering as the shells of a follower and a leader do. */
final class SnapshotPipe implements SnapshotSender.Line {
    final List<SnapshotRequest> sent = new CopyOnWriteArrayList<>();
    final List<SnapshotReceiver.Verdict> verdicts = new CopyOnWriteArrayList<>();
    final List<Ended> ends = new CopyOnWriteArrayList<>();
    final AtomicInteger underWay = new AtomicInteger();
    final AtomicInteger mostUnderWay = new AtomicInteger();
    private final SnapshotReceiver receiver;
    private final List<SnapshotSender> senders = new ArrayList<>();
    /** What becomes of a part on its way: none, itself, or others. */
    volatile Function<SnapshotRequest, List<SnapshotRequest>> way = List::of;

    volatile boolean ready = true;

    SnapshotPipe(SnapshotReceiver receiver) {
        this.receiver = receiver;
    }

    /** Starts to send; answers go to the newest sender. */
    SnapshotSender begin(SnapshotSender.Source source, SnapshotSender.Limits limits, long session) {
        SnapshotSender sender = new SnapshotSender(
                new Recipient(SnapshotTrees.CLUSTER, SnapshotTrees.PEER, 7, session),
                source,
                this,
                limits,
                System::nanoTime,
                ends::add,
                "test-snapshot-sender");
        synchronized (senders) {
            senders.add(sender);
        }
        sender.start();
        return sender;
    }

    Ended awaitEnd(int count) {
        await().atMost(LocalGroup.PATIENCE).until(() -> ends.size() >= count);
        return ends.get(count - 1);
    }

    List<SnapshotPart> parts(long session) throws BrokenSnapshotException {
        List<SnapshotPart> parts = new ArrayList<>();
        for (SnapshotRequest request : sent) {
            if (request.session() == session) {
                parts.add(SnapshotPart.decode(request.data()));
            }
        }
        return parts;
    }

    @Override
    public boolean isReady() {
        return ready;
    }

    @Override
    public void send(SnapshotRequest part) {
        sent.add(part);
        mostUnderWay.accumulateAndGet(underWay.incrementAndGet(), Math::max);
        for (SnapshotRequest each : way.apply(part)) {
            deliver(each);
        }
    }

    void deliver(SnapshotRequest part) {
        if (!receiver.offer(part, verdict -> judged(part, verdict))) {
            throw new AssertionError("More parts were under way than the receiver takes");
        }
    }

    private void judged(SnapshotRequest part, SnapshotReceiver.Verdict verdict) {
        verdicts.add(verdict);
        switch (verdict) {
            case SnapshotReceiver.Verdict.Passed passed ->
                answer(part, passed.request().last() ? SnapshotResult.INSTALLED : SnapshotResult.TAKEN);
            case SnapshotReceiver.Verdict.Refused r -> answer(part, SnapshotResult.BUSY);
            case SnapshotReceiver.Verdict.Outdated o -> {}
        }
    }

    void answer(SnapshotRequest part, SnapshotResult result) {
        underWay.decrementAndGet();
        SnapshotResponse response = new SnapshotResponse(
                        part.epoch(), ReplicaKey.NONE, part.session(), part.sentAtNanos(), result)
                .withReceived(receiver.received(part.epoch(), part.session()));
        newest().answered(response);
    }

    private SnapshotSender newest() {
        synchronized (senders) {
            return senders.getLast();
        }
    }

    /** A source of one copy that no one else shares. */
    static SnapshotSender.Source from(Checkpoints checkpoints) {
        return stopped -> checkpoints.take(1, stopped);
    }

    static SnapshotRequest request(long epoch, long session, LogBase base, Bytes data, boolean last) {
        return new SnapshotRequest(SnapshotTrees.CLUSTER, SnapshotTrees.PEER, epoch, session, base, data, last, 5);
    }
}
