package io.canvass.kv.admin;

import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.canvass.kv.cluster.RaftAccess;
import io.canvass.proto.kv.v1.AdminReply;
import io.canvass.proto.kv.v1.AdminReply.Refusal;
import io.canvass.proto.kv.v1.AdminRequest;
import io.canvass.proto.kv.v1.TransferLeadership;
import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.MemberChange;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.runtime.RaftException;
import io.canvass.raft.runtime.RaftStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does what an operator asks, on the node that leads. Thread-safe; waits on the calling thread. */
final class LeaderAdmin {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderAdmin.class);
    /** How often a change is tried again while voters that a new leader has not heard from yet may turn up. */
    private static final long AGAIN_MILLIS = 50;

    private final RaftAccess raft;
    private final Map<String, String> urls;
    private final Currency currency;

    /** @param urls node id to base URL of the HTTP API, for members that tell none */
    LeaderAdmin(RaftAccess raft, Map<String, String> urls, Currency currency) {
        this.raft = raft;
        this.urls = Map.copyOf(urls);
        this.currency = currency;
    }

    /** The answer to a request, within the time or a little later; a refusal if this node does not lead. */
    AdminReply answer(AdminRequest request, Duration timeout) throws InterruptedException {
        Deadline deadline = new Deadline(System.nanoTime() + timeout.toNanos());
        try {
            if (!raft.leadership().here()) {
                throw new RefusedException(Refusal.NOT_LEADER, raft.status().self().nodeId() + " does not lead");
            }
            return done(request, deadline);
        } catch (RefusedException e) {
            return reply(0).setRefusal(e.refusal()).setDetail(e.detail()).build();
        }
    }

    private AdminReply done(AdminRequest request, Deadline deadline) throws InterruptedException {
        Changes changes = new Changes(raft.status());
        return switch (request.getKindCase()) {
            case DESCRIBE -> reply(0).build();
            case ADD -> change(changes.add(request.getAdd()), request, deadline);
            case UPDATE -> change(changes.update(request.getUpdate()), request, deadline);
            case REPLACE -> change(
                    changes.replace(request.getReplace(), request.getForce() ? Changes.Insists.YES : Changes.Insists.NO),
                    request,
                    deadline);
            case PROMOTE -> change(
                    new MemberChange.Promote(changes.member(request.getPromote().getId()).key(), currency.maxLag()),
                    request,
                    deadline);
            case REMOVE -> {
                Member member = changes.member(request.getRemove().getId());
                yield leave(new MemberChange.Remove(member.key()), member, request, deadline);
            }
            case DEMOTE -> demote(changes, changes.member(request.getDemote().getId()), request, deadline);
            case TRANSFER -> transfer(changes, request.getTransfer(), request, deadline);
            case SAFE_TO_STOP -> safeToStop(changes.member(request.getSafeToStop().getId()).key().nodeId());
            case KIND_NOT_SET ->
                throw new RefusedException(Refusal.NOT_SUPPORTED, "The leader's version does not know this kind of request");
        };
    }

    /** First that it stays one: otherwise this leader would promote it again. */
    private AdminReply demote(Changes changes, Member member, AdminRequest request, Deadline deadline)
            throws InterruptedException {
        MemberChange demotion = new MemberChange.Demote(member.key());
        Optional<MemberChange> before = changes.keepObserver(member);
        if (before.isPresent() && !request.getDryRun()) {
            begin(demotion, Try.CHECK, request, deadline);
            begin(before.get(), Try.CHANGE, request, deadline);
        }
        return leave(demotion, member, request, deadline);
    }

    /** A leader that is to leave hands over first, if somebody can take over; the next leader is then asked. */
    private AdminReply leave(MemberChange change, Member member, AdminRequest request, Deadline deadline)
            throws InterruptedException {
        if (member.key().matches(raft.status().self()) && !request.getDryRun()) {
            begin(change, Try.CHECK, request, deadline);
            Optional<ReplicaKey> successor = successor();
            if (successor.isPresent() && handedOver(successor.get(), deadline)) {
                throw new RefusedException(Refusal.NOT_LEADER, member.key().nodeId() + " has handed leadership over");
            }
        }
        return change(change, request, deadline);
    }

    private boolean handedOver(ReplicaKey successor, Deadline deadline) throws InterruptedException {
        try {
            await(raft.transfer(successor, deadline.atMost(currency.electionTimeout())), deadline, Refusal.NOT_READY);
            return true;
        } catch (RefusedException e) {
            LOG.info("{} does not take leadership over ({}); this node leaves as the leader", successor.nodeId(), e.detail());
            return false;
        }
    }

    private AdminReply change(MemberChange change, AdminRequest request, Deadline deadline) throws InterruptedException {
        long index = begin(change, request.getDryRun() ? Try.CHECK : Try.CHANGE, request, deadline);
        return reply(index).build();
    }

    private enum Try {
        CHECK,
        CHANGE
    }

    /**
     * Makes a change or only checks it; again for an election timeout, if voters are missing that a new leader may only not have
     * heard from yet.
     *
     * @return the index of the change; 0 after a check
     * @throws RefusedException if it was not made
     */
    private long begin(MemberChange change, Try what, AdminRequest request, Deadline deadline) throws InterruptedException {
        Deadline patience = new Deadline(System.nanoTime() + deadline.atMost(currency.electionTimeout()).toNanos());
        while (true) {
            try {
                requireMajority(change, request);
                return switch (what) {
                    case CHECK -> checked(change, request, deadline);
                    case CHANGE -> await(
                            raft.changeMembers(change, request.getForce()), deadline, Refusal.OUTCOME_UNKNOWN);
                };
            } catch (RaftException.ChangeRefused e) {
                if (e.refusal() != MemberChange.Refusal.WOULD_LOSE_QUORUM || patience.isOver()) {
                    throw new RefusedException(
                            Refusals.of(e.refusal()), new Changes(raft.status()).explain(e.refusal(), change, currency));
                }
            }
            TimeUnit.MILLISECONDS.sleep(AGAIN_MILLIS);
        }
    }

    private void requireMajority(MemberChange change, AdminRequest request) {
        RaftStatus status = raft.status();
        if (!request.getForce() && !currency.isMajorityThere(status, new Changes(status).votersAfter(change))) {
            throw new RaftException.ChangeRefused(MemberChange.Refusal.WOULD_LOSE_QUORUM);
        }
    }

    private long checked(MemberChange change, AdminRequest request, Deadline deadline) throws InterruptedException {
        Optional<MemberChange.Refusal> refusal =
                await(raft.checkChange(change, request.getForce()), deadline, Refusal.NOT_READY);
        if (refusal.isPresent()) {
            throw new RaftException.ChangeRefused(refusal.get());
        }
        return 0;
    }

    private AdminReply transfer(Changes changes, TransferLeadership transfer, AdminRequest request, Deadline deadline)
            throws InterruptedException {
        RaftStatus status = raft.status();
        ReplicaKey target = transfer.getTo().isEmpty()
                ? successor().orElseThrow(
                        () -> new RefusedException(Refusal.TRANSFER_FAILED, "No other voter is connected"))
                : changes.member(transfer.getTo()).key();
        String id = target.nodeId();
        if (!changes.isVoter(id)) {
            throw new RefusedException(Refusal.NOT_A_VOTER, id + " is an observer");
        }
        if (target.matches(status.self())) {
            throw new RefusedException(Refusal.NOTHING_TO_DO, id + " leads already");
        }
        Optional<String> fault = currency.faultOf(status, id);
        if (fault.isPresent()) {
            throw new RefusedException(Refusal.TRANSFER_FAILED, fault.get());
        }
        if (!request.getDryRun()) {
            await(raft.transfer(target, deadline.atMost(currency.electionTimeout())), deadline, Refusal.OUTCOME_UNKNOWN);
            ReplicaKey leader = raft.leadership().leader();
            if (leader.isKnown() && !leader.nodeId().equals(id)) {
                throw new RefusedException(Refusal.TRANSFER_FAILED, "The voters elected " + leader.nodeId() + ", not " + id);
            }
        }
        return reply(0).build();
    }

    /** Of the voters that are there, the one that lacks least. */
    private Optional<ReplicaKey> successor() {
        RaftStatus status = raft.status();
        return status.peers().stream()
                .filter(peer -> peer.voter() && currency.silence(peer).isEmpty())
                .max(Comparator.comparingLong(RaftStatus.Peer::matchIndex))
                .map(RaftStatus.Peer::key);
    }

    private AdminReply safeToStop(String id) {
        Currency.Judgement judgement = currency.ifStopped(raft.status(), id);
        return reply(0)
                .setRefusal(judgement.safe() ? Refusal.NONE : Refusal.NOT_SAFE)
                .setDetail(judgement.reason())
                .build();
    }

    private AdminReply.Builder reply(long index) {
        return AdminReply.newBuilder().setIndex(index).setCluster(Descriptions.of(raft.status(), urls));
    }

    /**
     * @param late what it means that no answer comes in time
     * @throws RaftException.ChangeRefused as it came
     * @throws RefusedException for every other failure
     */
    private static <T> T await(CompletableFuture<T> future, Deadline deadline, Refusal late) throws InterruptedException {
        try {
            return future.get(deadline.leftNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new RefusedException(late, "The leader had no answer in time");
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RaftException.ChangeRefused refused -> throw refused;
                case RaftException failure ->
                    throw new RefusedException(Refusals.of(failure), String.valueOf(failure.getMessage()));
                case null, default -> throw new RefusedException(
                        Refusal.OUTCOME_UNKNOWN, "It ended in an error that says nothing of its outcome: " + e.getCause());
            }
        }
    }

    /** A moment of the system's monotonic clock. */
    private record Deadline(long atNanos) {
        long leftNanos() {
            return Math.max(1, atNanos - System.nanoTime());
        }

        boolean isOver() {
            return atNanos - System.nanoTime() <= 0;
        }

        Duration atMost(Duration limit) {
            return Duration.ofNanos(Math.min(leftNanos(), limit.toNanos()));
        }
    }
}
