package io.canvass.kv.members;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;

import io.canvass.kv.cluster.RaftAccess;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.Configuration.Promotion;
import io.canvass.raft.core.MemberChange;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.runtime.RaftException;
import io.canvass.raft.runtime.RaftStatus;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the members while this node leads: writes down which directory each voter has, adds those that ask, and makes
 * voters of observers that have caught up. One change at a time, at most one begun in each {@link #tick}. Thread-safe.
 */
final class MemberKeeper {
    /** For so long an observer must be near the end of the log, without a break, before it votes. */
    static final Duration STEADY = Duration.ofSeconds(10);
    /** After so long a change that was refused is tried again; others have their turn meanwhile. */
    static final Duration AGAIN = Duration.ofSeconds(5);
    /** After so long it is tried again to say all of the members in a format that an older member did not know. */
    static final Duration PLAIN_FOR = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(MemberKeeper.class);

    private final RaftAccess raft;
    private final Applicants applicants;
    private final Acquaintances acquaintances;
    private final About self;
    private final long maxLag;
    private final LongSupplier nanoTime;

    // Guarded by this.
    private long epoch = -1;
    private final Map<ReplicaKey, Long> nearSince = new HashMap<>();
    private final Map<MemberChange, Long> refusedAt = new LinkedHashMap<>();
    private Optional<MemberChange> underWay = Optional.empty();
    private Optional<Long> plainSince = Optional.empty();

    /**
     * @param self what the configuration is to say of this node
     * @param maxLag most entries that an observer may be behind to become a voter
     */
    MemberKeeper(
            RaftAccess raft,
            Applicants applicants,
            Acquaintances acquaintances,
            About self,
            long maxLag,
            LongSupplier nanoTime) {
        this.raft = raft;
        this.applicants = applicants;
        this.acquaintances = acquaintances;
        this.self = self;
        this.maxLag = maxLag;
        this.nanoTime = nanoTime;
    }

    /** To be called each second, by one thread. Never waits. */
    void tick() {
        RaftStatus status = raft.status();
        if (!status.leads()) {
            forget();
            return;
        }
        beginEpoch(status.epoch());
        acquaintances.meet(status);
        applicants.verify();
        next(status).ifPresent(this::begin);
    }

    private synchronized void beginEpoch(long next) {
        if (next != epoch) {
            forget();
            epoch = next;
        }
    }

    private synchronized void forget() {
        epoch = -1;
        nearSince.clear();
        refusedAt.clear();
        plainSince = Optional.empty();
        acquaintances.forget();
        applicants.forget();
    }

    /** The change to begin now, if there is one. */
    private synchronized Optional<MemberChange> next(RaftStatus status) {
        long now = nanoTime.getAsLong();
        watchObservers(status, now);
        plainSince = plainSince.filter(since -> now - since < PLAIN_FOR.toNanos());
        List<MemberChange> wanted = wanted(status, now);
        refusedAt.keySet().retainAll(wanted);
        if (underWay.isPresent() || !status.configurationCommitted()) {
            return Optional.empty();
        }
        Optional<MemberChange> next = wanted.stream()
                .filter(change -> {
                    Long refused = refusedAt.get(change);
                    return refused == null || now - refused >= AGAIN.toNanos();
                })
                .findFirst();
        underWay = next;
        return next;
    }

    private void watchObservers(RaftStatus status, long now) {
        Map<ReplicaKey, Long> near = new HashMap<>();
        for (Member observer : status.configuration().observers()) {
            if (observer.promotion() == Promotion.AUTO && isNear(status, observer)) {
                near.put(observer.key(), nearSince.getOrDefault(observer.key(), now));
            }
        }
        nearSince.clear();
        nearSince.putAll(near);
    }

    private boolean isNear(RaftStatus status, Member observer) {
        return peer(status, observer)
                .filter(peer -> peer.connected() && peer.seen().equals(observer.key()) && peer.matchIndex() >= 0)
                .filter(peer -> status.log().lastIndex() - peer.matchIndex() <= maxLag)
                .isPresent();
    }

    // ---- what is wanted, the most urgent first

    private List<MemberChange> wanted(RaftStatus status, long now) {
        List<MemberChange> wanted = new ArrayList<>();
        for (Member member : status.configuration().members()) {
            described(status, member).ifPresent(wanted::add);
        }
        wanted.addAll(applicants.wanted(status, plainSince.isPresent()));
        nearSince.forEach((observer, since) -> {
            if (now - since >= STEADY.toNanos()) {
                wanted.add(new MemberChange.Promote(observer, maxLag));
            }
        });
        return wanted;
    }

    /**
     * What names a member's directory and says more of it, where the configuration does not. Only a founder's directory is put in
     * the place of a mere node id: it remembers what that voter voted. Any other has taken its place, and is to catch up first.
     */
    private Optional<MemberChange> described(RaftStatus status, Member member) {
        if (member.key().matches(status.self())) {
            return update(member, status.self(), self);
        }
        Optional<NodeStanding> known = peer(status, member)
                .filter(RaftStatus.Peer::connected)
                .flatMap(peer -> acquaintances.of(peer.seen()))
                .filter(standing -> standing.replica().matches(member.key()));
        if (known.isEmpty()) {
            return Optional.empty();
        }
        NodeStanding standing = known.get();
        boolean unnamed = member.key().directoryId().equals(ReplicaKey.UNASSIGNED);
        if (unnamed && !standing.isFounder()) {
            return Optional.of(new MemberChange.Replace(member.key(), said(member, standing.replica(), standing.about())));
        }
        return update(member, standing.replica(), standing.about());
    }

    private Optional<MemberChange> update(Member member, ReplicaKey key, About about) {
        Member next = said(member, key, about);
        return next.equals(member) ? Optional.empty() : Optional.of(new MemberChange.Update(next));
    }

    private Member said(Member member, ReplicaKey key, About about) {
        return plainSince.isPresent() ? member.as(key) : about.of(key, member.address(), member.promotion());
    }

    static Optional<RaftStatus.Peer> peer(RaftStatus status, Member member) {
        return status.peers().stream()
                .filter(peer -> peer.key().nodeId().equals(member.key().nodeId()))
                .findFirst();
    }

    // ---- doing it

    private void begin(MemberChange change) {
        CompletableFuture<Long> begun;
        try {
            begun = raft.changeMembers(change, false);
        } catch (RuntimeException e) {
            begun = CompletableFuture.failedFuture(e);
        }
        CompletableFuture<?> _ = begun.whenComplete((index, failure) -> ended(change, index, failure));
    }

    private synchronized void ended(
            MemberChange change, @Nullable Long index, @Nullable Throwable failure) {
        underWay = Optional.empty();
        if (failure == null) {
            LOG.info("{}, at index {}", Words.done(change), index);
            applicants.done(change);
            return;
        }
        Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        long now = nanoTime.getAsLong();
        if (cause instanceof RaftException.ChangeRefused refused) {
            if (refused.refusal() == MemberChange.Refusal.OLD_VERSION && plainSince.isEmpty()) {
                plainSince = Optional.of(now);
                return;
            }
            if (refusedAt.put(change, now) == null) {
                LOG.info("{}: not now, {}", Words.wanted(change), Words.why(refused.refusal()));
            }
            applicants.refused(change, Words.why(refused.refusal()));
        } else if (epoch != -1) {
            refusedAt.put(change, now);
            LOG.info("{}: its outcome is not known here, {}", Words.wanted(change), cause.getMessage());
        }
    }

    /** @param configuration in which somebody is looked for */
    static Optional<Member> memberOf(Configuration configuration, String nodeId) {
        return configuration.members().stream()
                .filter(member -> member.key().nodeId().equals(nodeId))
                .findFirst();
    }
}
