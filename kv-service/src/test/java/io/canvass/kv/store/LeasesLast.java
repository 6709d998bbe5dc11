package io.canvass.kv.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.canvass.proto.kv.v1.Command;
import io.canvass.proto.kv.v1.DueLease;
import io.canvass.proto.kv.v1.LeaseExpire;
import io.canvass.proto.kv.v1.LeaseInfo;
import io.canvass.proto.kv.v1.Result;
import io.canvass.raft.core.Entry;
import io.canvass.raft.simulation.InvariantViolation;

/**
 * Leases in simulated runs: none ends before its TTL has passed since the last grant or keep-alive that a client was told of, by the
 * clock of the very machine that found it due; and only by an entry of the epoch whose leader did.
 */
final class LeasesLast {
    /** @param invoked when the client asked, by each machine's clock */
    private record Kept(long index, long ttlMillis, List<Long> invoked) {}

    private record Judged(int replica, long nanos) {}

    private record Ended(long index, long lease, LeaseExpire by) {}

    private final Map<Long, List<Kept>> kept = new HashMap<>();
    private final Map<LeaseExpire, Judged> judged = new HashMap<>();
    private final List<Ended> ended = new ArrayList<>();

    /** A leader found these due. */
    void judged(LeaseExpire expire, long epoch, int replica, long nanos) {
        if (expire.getEpoch() != epoch) {
            throw new InvariantViolation("LeasesLast", "a leader of epoch " + epoch + " speaks for another: " + expire);
        }
        judged.putIfAbsent(expire, new Judged(replica, nanos));
    }

    /** @param invoked when the client asked, by each machine's clock */
    void answered(long index, Result result, List<Long> invoked) {
        if (result.hasLease() && !result.getReplayed()) {
            LeaseInfo lease = result.getLease();
            kept.computeIfAbsent(lease.getId(), id -> new ArrayList<>())
                    .add(new Kept(index, lease.getTtlMillis(), invoked));
        }
    }

    /** In the log's order. */
    void applied(Entry entry, Command command, Result result) {
        if (!command.hasLeaseExpire()) {
            return;
        }
        LeaseExpire by = command.getLeaseExpire();
        for (long lease : result.getLeasesExpired().getLeaseList()) {
            if (by.getEpoch() != entry.epoch()) {
                throw new InvariantViolation("LeasesLast", "lease " + lease + " ended in epoch " + entry.epoch()
                        + " by a judgement of epoch " + by.getEpoch());
            }
            if (by.getDueList().stream().map(DueLease::getLease).noneMatch(due -> due == lease)) {
                throw new InvariantViolation("LeasesLast", "lease " + lease + " ended, and was not due: " + by);
            }
            ended.add(new Ended(entry.index(), lease, by));
        }
    }

    void requireNoneEndedEarly() {
        for (Ended end : ended) {
            Judged judge = judged.get(end.by());
            if (judge == null) {
                throw new InvariantViolation("LeasesLast", "nobody judged " + end);
            }
            for (Kept one : kept.getOrDefault(end.lease(), List.of())) {
                long lived = judge.nanos() - one.invoked().get(judge.replica());
                if (one.index() < end.index() && lived < TimeUnit.MILLISECONDS.toNanos(one.ttlMillis())) {
                    throw new InvariantViolation("LeasesLast", "lease " + end.lease() + ", kept alive by entry " + one.index()
                            + " for " + one.ttlMillis() + " ms, was due after " + TimeUnit.NANOSECONDS.toMillis(lived)
                            + " ms by the clock of its leader, and ended by entry " + end.index());
                }
            }
        }
    }
}
