package io.canvass.kv.members;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongSupplier;

import io.canvass.proto.kv.v1.JoinReply;
import io.canvass.proto.kv.v1.JoinRequest;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.Configuration.Promotion;
import io.canvass.raft.core.MemberChange;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.runtime.RaftStatus;

/** Nodes that ask this leader to be added. Whoever stops asking is forgotten. Thread-safe. */
final class Applicants {
    /** Who has not asked for so long does not want it any more, or asks another. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    /** A member that was not connected for so long may lose its place to another directory of its node. */
    static final Duration GONE = Duration.ofSeconds(10);

    private static final int MAX_ADDRESS = 512;
    private static final String TAKEN_UP = "its request was taken up";

    private final Function<String, CompletableFuture<NodeStanding>> ask;
    private final boolean autoJoin;
    private final LongSupplier nanoTime;
    // Guarded by this; at most as many as a configuration may have members.
    private final Map<ReplicaKey, Applicant> applicants = new LinkedHashMap<>();

    /**
     * @param askedAtNanos last
     * @param verified whether this very replica has answered at its address since it first asked
     * @param answer what it is told when it asks again
     */
    private record Applicant(Request request, long askedAtNanos, boolean verified, String answer) {
        Applicant asked(Request again, long atNanos) {
            return new Applicant(again, atNanos, verified && again.address().equals(request.address()), answer);
        }

        Applicant told(boolean nowVerified, String nextAnswer) {
            return new Applicant(request, askedAtNanos, nowVerified, nextAnswer);
        }
    }

    /**
     * @param lastIndex of its log; 0 if that is empty
     * @param committedIndex up to which it knows its log to be committed
     */
    private record Request(ReplicaKey key, String address, About about, long lastIndex, long committedIndex) {
        private Request {
            if (committedIndex < 0 || committedIndex > lastIndex) {
                throw new IllegalArgumentException("its log ends at " + lastIndex + " and is committed up to " + committedIndex);
            }
        }

        Member member(boolean plain) {
            return plain ? new Member(key, address) : about.of(key, address, Promotion.AUTO);
        }
    }

    /**
     * @param ask takes an address; what is there says what it is
     * @param autoJoin whether nodes are added that ask for it
     */
    Applicants(Function<String, CompletableFuture<NodeStanding>> ask, boolean autoJoin, LongSupplier nanoTime) {
        this.ask = ask;
        this.autoJoin = autoJoin;
        this.nanoTime = nanoTime;
    }

    /**
     * What a node is told that asks to be added.
     *
     * @throws IllegalArgumentException if the request cannot be; the message says why
     */
    JoinReply join(JoinRequest wire, RaftStatus status) {
        Request request = new Request(
                new ReplicaKey(Standings.nodeId(wire.getNodeId()), Standings.uuid(wire.getDirectoryId(), "directory id")),
                address(wire.getAddress()),
                About.of(wire.getUrl(), wire.getMinVersion(), wire.getMaxVersion()),
                wire.getLastIndex(),
                wire.getCommittedIndex());
        if (!Standings.uuid(wire.getClusterId(), "cluster id").equals(status.clusterId())) {
            return reply(JoinReply.Answer.REFUSED, "this is a node of cluster " + status.clusterId());
        }
        if (!status.leads()) {
            return notLeader(status);
        }
        if (!autoJoin) {
            return reply(JoinReply.Answer.REFUSED, "kv.cluster.auto-join is off at the leader: an operator adds nodes");
        }
        return removal(request, status)
                .map(why -> reply(JoinReply.Answer.REFUSED, why))
                .orElseGet(() -> ask(request, status));
    }

    private static String address(String address) {
        if (address.isEmpty() || address.length() > MAX_ADDRESS) {
            throw new IllegalArgumentException("its address has " + address.length() + " characters, not 1 to " + MAX_ADDRESS);
        }
        return address;
    }

    private synchronized JoinReply ask(Request request, RaftStatus status) {
        long now = nanoTime.getAsLong();
        forgetSilent(now);
        Optional<String> refused = objection(request, status);
        if (refused.isPresent()) {
            return reply(JoinReply.Answer.WAITS, refused.get());
        }
        Applicant known = applicants.get(request.key());
        if (known == null && applicants.size() >= Configuration.MAX_MEMBERS) {
            return reply(JoinReply.Answer.WAITS, applicants.size() + " other nodes ask to be added");
        }
        Applicant next = known == null ? new Applicant(request, now, false, TAKEN_UP) : known.asked(request, now);
        applicants.put(request.key(), next);
        return reply(JoinReply.Answer.ACCEPTED, next.answer());
    }

    private void forgetSilent(long now) {
        applicants.values().removeIf(old -> now - old.askedAtNanos() >= PATIENCE.toNanos());
    }

    private static JoinReply notLeader(RaftStatus status) {
        Optional<Member> leader = MemberKeeper.memberOf(status.configuration(), status.leader().nodeId());
        return JoinReply.newBuilder()
                .setAnswer(JoinReply.Answer.NOT_LEADER)
                .setDetail(leader.isEmpty()
                        ? status.self().nodeId() + " knows no leader"
                        : leader.get().key().nodeId() + " leads")
                .setLeaderAddress(leader.map(Member::address).orElse(""))
                .build();
    }

    private static JoinReply reply(JoinReply.Answer answer, String detail) {
        return JoinReply.newBuilder().setAnswer(answer).setDetail(detail).build();
    }

    /**
     * That it was removed, or may have been: such a one comes back by an operator only. Where its log is committed it is this one, and does
     * not name it; so what this log holds beyond that place tells it, if it holds all of that.
     */
    private static Optional<String> removal(Request request, RaftStatus status) {
        boolean member = status.configuration().members().stream().anyMatch(one -> one.key().equals(request.key()));
        if (member) {
            return Optional.empty();
        }
        if (status.hasNamed(request.key())) {
            return Optional.of("it was removed from the cluster: an operator adds it");
        }
        boolean holdsAll = request.lastIndex() == 0 || status.log().firstIndex() <= request.committedIndex() + 1;
        return holdsAll
                ? Optional.empty()
                : Optional.of("it has entries up to " + request.lastIndex() + ", of which it knows those up to "
                        + request.committedIndex() + " to be committed, and the log here begins with "
                        + status.log().firstIndex() + ": whether it was removed meanwhile is not known. An operator adds it");
    }

    /**
     * Its node id may be taken over from another directory only where that one is not there any more: the new one answers in its
     * place, or nobody has for a while.
     */
    private static Optional<String> objection(Request request, RaftStatus status) {
        Optional<Member> member = MemberKeeper.memberOf(status.configuration(), request.key().nodeId());
        if (member.isEmpty() || member.get().key().matches(request.key())) {
            return Optional.empty();
        }
        ReplicaKey old = member.get().key();
        if (old.matches(status.self())) {
            return Optional.of("it bears the id of the leader");
        }
        Optional<RaftStatus.Peer> peer = MemberKeeper.peer(status, member.get());
        if (peer.filter(RaftStatus.Peer::connected).isPresent()) {
            return Optional.of(old + " is a member and is connected: two nodes have the same id");
        }
        boolean gone = peer.filter(one -> one.seen().equals(request.key()) || one.stableMillis() >= GONE.toMillis()).isPresent();
        return gone ? Optional.empty() : Optional.of(old + " is a member and was connected a moment ago");
    }

    /** Asks those not verified yet at the address they gave. */
    void verify() {
        List<Request> unverified = new ArrayList<>();
        synchronized (this) {
            applicants.values().stream().filter(one -> !one.verified()).map(Applicant::request).forEach(unverified::add);
        }
        for (Request request : unverified) {
            CompletableFuture<?> _ = ask.apply(request.address()).whenComplete((standing, failure) -> {
                if (failure != null) {
                    told(request, false, "it does not answer at " + request.address() + ": " + MemberCalls.reason(failure));
                } else if (!standing.replica().equals(request.key())) {
                    told(request, false, "there is " + standing.replica() + " at " + request.address());
                } else {
                    told(request, true, "it is being added");
                }
            });
        }
    }

    private synchronized void told(Request request, boolean verified, String answer) {
        applicants.computeIfPresent(
                request.key(),
                (_, known) -> known.request().address().equals(request.address()) ? known.told(verified, answer) : known);
    }

    /**
     * The changes that bring in those that may come in. Who is in already is forgotten: it may have asked once more before it learned
     * of it, and must not be brought back by that when an operator removes it.
     *
     * @param plain whether no more may be said of them than who and where they are
     */
    synchronized List<MemberChange> wanted(RaftStatus status, boolean plain) {
        forgetSilent(nanoTime.getAsLong());
        applicants.values().removeIf(one -> admission(one.request(), status.configuration(), plain).isEmpty()
                || removal(one.request(), status).isPresent());
        List<MemberChange> wanted = new ArrayList<>();
        for (Applicant applicant : applicants.values()) {
            Request request = applicant.request();
            if (applicant.verified() && objection(request, status).isEmpty()) {
                admission(request, status.configuration(), plain).ifPresent(wanted::add);
            }
        }
        return wanted;
    }

    private static Optional<MemberChange> admission(Request request, Configuration configuration, boolean plain) {
        Optional<Member> known = MemberKeeper.memberOf(configuration, request.key().nodeId());
        if (known.isEmpty()) {
            return Optional.of(new MemberChange.Add(request.member(plain)));
        }
        Member member = known.get();
        if (!member.key().equals(request.key())) {
            return Optional.of(new MemberChange.Replace(member.key(), request.member(plain)));
        }
        return member.address().equals(request.address())
                ? Optional.empty()
                : Optional.of(new MemberChange.Update(member.at(request.address())));
    }

    /** It needs to be asked for no more. */
    synchronized void done(MemberChange change) {
        keyOf(change).ifPresent(applicants::remove);
    }

    synchronized void refused(MemberChange change, String why) {
        keyOf(change).ifPresent(key -> applicants.computeIfPresent(key, (_, known) -> known.told(known.verified(), "not now: " + why)));
    }

    synchronized void forget() {
        applicants.clear();
    }

    private static Optional<ReplicaKey> keyOf(MemberChange change) {
        return switch (change) {
            case MemberChange.Add add -> Optional.of(add.member().key());
            case MemberChange.Replace replace -> Optional.of(replace.by().key());
            case MemberChange.Update update -> Optional.of(update.member().key());
            case MemberChange.Promote _ -> Optional.empty();
            case MemberChange.Demote _ -> Optional.empty();
            case MemberChange.Remove _ -> Optional.empty();
        };
    }
}
