package io.canvass.kv.admin;

import java.time.Duration;
import java.util.List;

import io.canvass.kv.cluster.Statuses;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.Configuration.Promotion;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.runtime.RaftStatus;

/** kv-1 leads the voters kv-0 to kv-2 and the observer kv-4; its log ends at 5120. */
final class Situations {
    static final Duration T = Duration.ofMillis(200);
    static final Currency CURRENCY = new Currency(T, 1000);

    private Situations() {}

    static Member member(int number) {
        return new Member(
                Statuses.replica(number), "kv-" + number + ":9080", "http://kv-" + number + ":8080", Promotion.AUTO, (short) 0,
                (short) 0);
    }

    static Configuration configuration() {
        return new Configuration(List.of(member(0), member(1), member(2)), List.of(member(4)));
    }

    static RaftStatus leader() {
        return leader(peer(0, 5120), peer(2, 5100), peer(4, 5000));
    }

    static RaftStatus leader(RaftStatus.Peer... peers) {
        return Statuses.leader().configuration(configuration(), 40, true).peers(peers).get();
    }

    /** kv-1 leads itself alone. */
    static RaftStatus alone() {
        return Statuses.soleLeader().configuration(Configuration.ofVoters(List.of(member(1))), 1, true).get();
    }

    /** kv-1 follows kv-2. */
    static RaftStatus led() {
        return Statuses.follower()
                .leader(Statuses.replica(2), 10)
                .configuration(configuration(), 40, true)
                .get();
    }

    static RaftStatus.Peer peer(int number, long matchIndex) {
        return peer(number, matchIndex, 10, Statuses.replica(number));
    }

    static RaftStatus.Peer peer(int number, long matchIndex, long contactAgeMillis, ReplicaKey seen) {
        return new RaftStatus.Peer(
                Statuses.replica(number), "kv-" + number + ":9080", number < 3, matchIndex, contactAgeMillis, true, 9000, "",
                seen, 1, 2);
    }

    static RaftStatus.Peer lost(int number) {
        return new RaftStatus.Peer(
                Statuses.replica(number), "kv-" + number + ":9080", number < 3, 5000, 60_000, false, 60_000, "Connection refused",
                Statuses.replica(number), 1, 2);
    }
}
