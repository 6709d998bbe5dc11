package io.canvass.kv.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.RaftConfig;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.RoleName;
import io.canvass.raft.runtime.RaftStatus;

/** A status to begin with, and changes of it by name. */
public final class Statuses {
    public static final UUID CLUSTER = new UUID(0x0c2f, 1);

    /** kv-0, kv-1 and kv-2. */
    public static final Configuration CONFIGURATION =
            Configuration.ofVoters(List.of(member(0), member(1), member(2)));

    private final RaftStatus status;

    private Statuses(RaftStatus status) {
        this.status = status;
    }

    public static ReplicaKey replica(int number) {
        return new ReplicaKey("kv-" + number, new UUID(0x7d1a, number));
    }

    /** kv-0, kv-1 and kv-2, of which the log says what they speak. */
    public static Configuration speaking(int... maxVersions) {
        List<Configuration.Member> members = new ArrayList<>();
        for (int i = 0; i < maxVersions.length; i++) {
            members.add(new Configuration.Member(
                    replica(i), "kv-" + i + ":9080", "", Configuration.Promotion.AUTO, (short) 0, (short) maxVersions[i]));
        }
        return Configuration.ofVoters(members);
    }

    private static Configuration.Member member(int number) {
        return new Configuration.Member(replica(number), "kv-" + number + ":9080");
    }

    /** kv-1 of three, epoch 7, hears kv-0. */
    public static Statuses follower() {
        return new Statuses(new RaftStatus(
                CLUSTER,
                replica(1),
                true,
                RoleName.FOLLOWER,
                7,
                false,
                replica(0),
                41,
                new RaftStatus.PreVote(true, false, 0, Optional.empty()),
                new RaftStatus.Log(1001, 5120, 5120, 5120, 5120, 1000),
                new RaftStatus.Quorum(3, 0, 2, 3, 1),
                List.of(peer(0, 12, true), peer(2, 15, true)),
                true,
                3,
                0,
                Optional.empty(),
                0,
                CONFIGURATION,
                1,
                true,
                List.of(CONFIGURATION),
                false,
                false));
    }

    public static Statuses leader() {
        return follower().role(RoleName.LEADER).leader(replica(1), 20);
    }

    public static Statuses soleLeader() {
        return leader().quorum(new RaftStatus.Quorum(1, 0, 1, 1, 0)).peers();
    }

    public static RaftStatus.Peer peer(int number, long contactAgeMillis, boolean connected) {
        return new RaftStatus.Peer(
                replica(number),
                "kv-" + number + ":9080",
                true,
                -1,
                contactAgeMillis,
                connected,
                connected ? 8_640_000 : contactAgeMillis,
                connected ? "" : "Connection refused",
                connected ? replica(number) : ReplicaKey.ofNode("kv-" + number),
                0,
                connected ? RaftConfig.NEWEST_VERSION : 0);
    }

    public RaftStatus get() {
        return status;
    }

    public Statuses role(RoleName role) {
        return with(role, status.leader(), status.leaderContactAgeMillis(), status.hasVoted(), status.voter());
    }

    public Statuses leader(ReplicaKey leader, long contactAgeMillis) {
        return with(status.role(), leader, contactAgeMillis, status.hasVoted(), status.voter());
    }

    public Statuses noLeader(long contactAgeMillis) {
        return leader(ReplicaKey.NONE, contactAgeMillis);
    }

    public Statuses voted() {
        return with(status.role(), status.leader(), status.leaderContactAgeMillis(), true, status.voter());
    }

    public Statuses observer() {
        return with(status.role(), status.leader(), status.leaderContactAgeMillis(), status.hasVoted(), false);
    }

    public Statuses preVote(RaftStatus.PreVote preVote) {
        return with(preVote, status.log(), status.quorum(), status.peers());
    }

    public Statuses log(RaftStatus.Log log) {
        return with(status.preVote(), log, status.quorum(), status.peers());
    }

    public Statuses quorum(RaftStatus.Quorum quorum) {
        return with(status.preVote(), status.log(), quorum, status.peers());
    }

    public Statuses peers(RaftStatus.Peer... peers) {
        return with(status.preVote(), status.log(), status.quorum(), List.of(peers));
    }

    public Statuses behind() {
        return with(false, status.loopAgeMillis(), status.stalledWriteMillis(), status.halted(), status.refusedMessages());
    }

    public Statuses loopAge(long millis) {
        return with(status.caughtUp(), millis, status.stalledWriteMillis(), status.halted(), status.refusedMessages());
    }

    public Statuses stalledWrite(long millis) {
        return with(status.caughtUp(), status.loopAgeMillis(), millis, status.halted(), status.refusedMessages());
    }

    public Statuses halted(String why) {
        return with(
                status.caughtUp(), status.loopAgeMillis(), status.stalledWriteMillis(), Optional.of(why), status.refusedMessages());
    }

    /** Halted, because what it stores cannot be trusted. */
    public Statuses damaged(String why) {
        RaftStatus now = halted(why).get();
        return new Statuses(new RaftStatus(
                now.clusterId(), now.self(), now.voter(), now.role(), now.epoch(), now.hasVoted(), now.leader(),
                now.leaderContactAgeMillis(), now.preVote(), now.log(), now.quorum(), now.peers(), now.caughtUp(),
                now.loopAgeMillis(), now.stalledWriteMillis(), now.halted(), now.refusedMessages(), now.configuration(),
                now.configurationIndex(), now.configurationCommitted(), now.configurations(), now.removed(), true));
    }

    public Statuses refusedMessages(long count) {
        return with(status.caughtUp(), status.loopAgeMillis(), status.stalledWriteMillis(), status.halted(), count);
    }

    public Statuses configuration(Configuration configuration, long index, boolean committed) {
        return new Statuses(new RaftStatus(
                status.clusterId(), status.self(), status.voter(), status.role(), status.epoch(), status.hasVoted(),
                status.leader(), status.leaderContactAgeMillis(), status.preVote(), status.log(), status.quorum(),
                status.peers(), status.caughtUp(), status.loopAgeMillis(), status.stalledWriteMillis(), status.halted(),
                status.refusedMessages(), configuration, index, committed, List.of(configuration), status.removed(), status.damaged()));
    }

    public Statuses epoch(long epoch) {
        return new Statuses(new RaftStatus(
                status.clusterId(), status.self(), status.voter(), status.role(), epoch, status.hasVoted(),
                status.leader(), status.leaderContactAgeMillis(), status.preVote(), status.log(), status.quorum(),
                status.peers(), status.caughtUp(), status.loopAgeMillis(), status.stalledWriteMillis(), status.halted(),
                status.refusedMessages(), status.configuration(), status.configurationIndex(),
                status.configurationCommitted(), status.configurations(), status.removed(), status.damaged()));
    }

    /** The log holds these, in this order; the last is in force. */
    public Statuses configurations(Configuration... held) {
        return new Statuses(new RaftStatus(
                status.clusterId(), status.self(), status.voter(), status.role(), status.epoch(), status.hasVoted(),
                status.leader(), status.leaderContactAgeMillis(), status.preVote(), status.log(), status.quorum(),
                status.peers(), status.caughtUp(), status.loopAgeMillis(), status.stalledWriteMillis(), status.halted(),
                status.refusedMessages(), held[held.length - 1], status.configurationIndex(), status.configurationCommitted(),
                List.of(held), status.removed(), status.damaged()));
    }

    private Statuses with(RoleName role, ReplicaKey leader, long contactAgeMillis, boolean hasVoted, boolean voter) {
        return new Statuses(new RaftStatus(
                status.clusterId(), status.self(), voter, role, status.epoch(), hasVoted, leader, contactAgeMillis,
                status.preVote(), status.log(), status.quorum(), status.peers(), status.caughtUp(), status.loopAgeMillis(),
                status.stalledWriteMillis(), status.halted(), status.refusedMessages(), status.configuration(),
                status.configurationIndex(), status.configurationCommitted(), status.configurations(),
                status.removed(), status.damaged()));
    }

    private Statuses with(
            RaftStatus.PreVote preVote, RaftStatus.Log log, RaftStatus.Quorum quorum, List<RaftStatus.Peer> peers) {
        return new Statuses(new RaftStatus(
                status.clusterId(), status.self(), status.voter(), status.role(), status.epoch(), status.hasVoted(),
                status.leader(), status.leaderContactAgeMillis(), preVote, log, quorum, peers, status.caughtUp(),
                status.loopAgeMillis(), status.stalledWriteMillis(), status.halted(), status.refusedMessages(), status.configuration(),
                status.configurationIndex(), status.configurationCommitted(), status.configurations(),
                status.removed(), status.damaged()));
    }

    private Statuses with(
            boolean caughtUp, long loopAgeMillis, long stalledWriteMillis, Optional<String> halted, long refusedMessages) {
        return new Statuses(new RaftStatus(
                status.clusterId(), status.self(), status.voter(), status.role(), status.epoch(), status.hasVoted(),
                status.leader(), status.leaderContactAgeMillis(), status.preVote(), status.log(), status.quorum(),
                status.peers(), caughtUp, loopAgeMillis, stalledWriteMillis, halted, refusedMessages,
                status.configuration(), status.configurationIndex(), status.configurationCommitted(), status.configurations(),
                status.removed(), status.damaged()));
    }
}
