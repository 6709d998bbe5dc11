package io.canvass.kv.members;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

import io.canvass.kv.cluster.RaftAccess;
import io.canvass.proto.kv.v1.JoinReply;
import io.canvass.proto.kv.v1.JoinRequest;
import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.runtime.RaftStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the leader to make this node a member while it is none, or to write down that it has moved; one question at a time, each
 * time another member until one knows who leads. Thread-safe.
 */
final class Joiner {
    /** Who has heard its leader within this time is a member as far as that one knows. */
    static final Duration SILENCE = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(Joiner.class);

    private final RaftAccess raft;
    private final BiFunction<String, JoinRequest, CompletableFuture<JoinReply>> ask;
    private final String address;
    private final About self;
    private final boolean autoJoin;
    private final boolean founder;

    // Guarded by this.
    private boolean asking;
    private int turn;
    private String leaderAddress = "";
    private volatile String answer = "no member was asked yet";

    /**
     * @param ask takes an address
     * @param address where its peers reach this node
     * @param autoJoin whether to ask at all
     * @param founder whether this replica was there from the beginning: then an entry that names its node alone means it
     */
    Joiner(
            RaftAccess raft,
            BiFunction<String, JoinRequest, CompletableFuture<JoinReply>> ask,
            String address,
            About self,
            boolean autoJoin,
            boolean founder) {
        this.raft = raft;
        this.ask = ask;
        this.address = address;
        this.self = self;
        this.autoJoin = autoJoin;
        this.founder = founder;
    }

    /** What this node was told last, or why it does not ask; for people. */
    String answer() {
        return answer;
    }

    /** To be called about each second. Never waits. */
    void tick() {
        RaftStatus status = raft.status();
        if (!wants(status)) {
            return;
        }
        if (!autoJoin) {
            heard("kv.cluster.auto-join is off here: an operator adds this node");
            return;
        }
        nextToAsk(status).ifPresent(to -> ask(to, status));
    }

    /**
     * Whether there is something to ask for. One with part of a log was sent it by a leader that had added it. If it hears no leader any
     * more and its log does not name it, the entry that added it may have been lost with that leader; whether it was removed instead, the
     * leader that it asks knows. One whose log names it was removed: only an operator makes it a member again.
     */
    private boolean wants(RaftStatus status) {
        Optional<Member> member = self(status);
        if (member.isPresent()) {
            return !member.get().address().equals(address) && !status.leads();
        }
        if (founder || status.removed()) {
            return false;
        }
        if (status.hasNamed(status.self())) {
            heard("this node was a member by its own log and is none any more: an operator adds it");
            return false;
        }
        long silence = status.leaderContactAgeMillis();
        boolean isSentTheLog = status.log().lastIndex() > 0 && silence >= 0 && silence < SILENCE.toMillis();
        if (isSentTheLog) {
            heard("it is sent the log");
        }
        return !isSentTheLog;
    }

    /** Named with its directory: by its node id alone, another disk may be meant. */
    static Optional<Member> self(RaftStatus status) {
        return status.configuration().members().stream()
                .filter(member -> member.key().equals(status.self()))
                .findFirst();
    }

    private synchronized Optional<String> nextToAsk(RaftStatus status) {
        List<String> addresses = new ArrayList<>();
        status.peers().forEach(peer -> addresses.add(peer.address()));
        if (asking || (addresses.isEmpty() && leaderAddress.isEmpty())) {
            return Optional.empty();
        }
        asking = true;
        return Optional.of(
                leaderAddress.isEmpty() ? addresses.get(Math.floorMod(turn++, addresses.size())) : leaderAddress);
    }

    private void ask(String to, RaftStatus status) {
        ReplicaKey key = status.self();
        JoinRequest request = JoinRequest.newBuilder()
                .setClusterId(Standings.encode(status.clusterId()))
                .setNodeId(key.nodeId())
                .setDirectoryId(Standings.encode(key.directoryId()))
                .setAddress(address)
                .setUrl(self.url())
                .setMinVersion(self.minVersion())
                .setMaxVersion(self.maxVersion())
                .setLastIndex(status.log().lastIndex())
                .setCommittedIndex(status.log().commitIndex())
                .build();
        CompletableFuture<?> _ = ask.apply(to, request).whenComplete((reply, failure) -> {
            if (failure == null) {
                learned(reply.getAnswer() == JoinReply.Answer.ACCEPTED ? to : reply.getLeaderAddress(), told(to, reply));
            } else {
                learned("", to + ": " + MemberCalls.reason(failure));
            }
        });
    }

    private static String told(String by, JoinReply reply) {
        return switch (reply.getAnswer()) {
            case ACCEPTED -> "the leader at " + by + " adds it: " + reply.getDetail();
            case NOT_LEADER -> reply.getDetail();
            case WAITS -> "the leader at " + by + " waits: " + reply.getDetail();
            case REFUSED -> "refused by " + by + ": " + reply.getDetail();
            case UNKNOWN, UNRECOGNIZED -> by + " answered in a way that this version does not know: " + reply.getDetail();
        };
    }

    private synchronized void learned(String leader, String words) {
        asking = false;
        leaderAddress = leader;
        heard(words);
    }

    private synchronized void heard(String words) {
        if (!answer.equals(words)) {
            answer = words;
            LOG.info("To become a member: {}", words);
        }
    }
}
