package io.canvass.raft.simulation;

import java.util.List;
import java.util.random.RandomGenerator;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.Role;
import org.jspecify.annotations.Nullable;

/**
 * What comes after a run has healed: in peace a leader dies, and how long nobody leads is measured; then a server is cut off while
 * it is Candidate and comes back: its higher epoch costs one election, and one only (PREVOTE.md, Stable leadership).
 */
final class Epilogue {
    private static final long T = RunOptions.TIMEOUT_NANOS;
    private static final long BOUND_NANOS = 20 * T;
    private static final long STEP_NANOS = T / 50;

    private final Simulation simulation;
    private final RandomGenerator random;
    private long electedNanos;
    private long writtenNanos;
    private long candidacies;
    private long elections;

    Epilogue(Simulation simulation, RandomGenerator random) {
        this.simulation = simulation;
        this.random = random;
    }

    /** How long after a leader's death another led; 0 if it was not tried. */
    long electedNanos() {
        return electedNanos;
    }

    /** How long after it a new write was acknowledged. */
    long writtenNanos() {
        return writtenNanos;
    }

    /** How many elections were won after an epoch left over came back; 0 if it was not tried. */
    long elections() {
        return elections;
    }

    /** How many campaigns there were then. */
    long candidacies() {
        return candidacies;
    }

    void play() {
        if (steady() == null || spare() < 1 || !simulation.options().cluster().oldPeers().isEmpty()) {
            return;
        }
        leaderDies();
        if (live().size() >= 3) {
            leftOverEpoch();
        }
    }

    /** How many voters there are that are not needed for a majority. */
    private long spare() {
        SimulatedReplica leader = simulation.leader();
        return leader == null ? 0 : live().size() - (long) leader.core().configuration().majority();
    }

    private List<SimulatedReplica> live() {
        SimulatedReplica leader = simulation.leader();
        return leader == null
                ? List.of()
                : simulation.votersOf(leader.core().configuration()).stream()
                        .filter(SimulatedReplica::isUp)
                        .toList();
    }

    /** The leader, when all have followed it for a while. */
    private @Nullable SimulatedReplica steady() {
        long until = simulation.now() + BOUND_NANOS;
        if (!simulation.runUntil(this::allFollowOne, until - simulation.now())) {
            throw new InvariantViolation("HealsInTime", "nobody is followed by all in peace");
        }
        simulation.runFor(3 * T);
        return simulation.leader();
    }

    private boolean allFollowOne() {
        SimulatedReplica leader = simulation.leader();
        return leader != null
                && live().stream().allMatch(replica -> replica == leader
                        || (replica.core().role() instanceof Role.Follower follower
                                && follower.leader().matches(leader.key())
                                && follower.heardFromLeader()));
    }

    private void leaderDies() {
        SimulatedReplica dead = simulation.leader();
        if (dead == null) {
            throw new InvariantViolation("StableLeadership", "a leader of steady contact is gone in peace");
        }
        // Anywhere between two heartbeats.
        simulation.runFor(random.nextLong(T));
        dead.crash();
        long died = simulation.now();
        Entry written = null;
        SimulatedReplica through = null;
        while (written == null || !simulation.clients().isAcknowledged(written.index())) {
            if (simulation.now() > died + BOUND_NANOS) {
                throw new InvariantViolation("HealsInTime", "no leader after the death of " + dead.key().nodeId());
            }
            SimulatedReplica leader = simulation.leader();
            if (leader != null) {
                electedNanos = electedNanos == 0 ? simulation.now() - died : electedNanos;
                if (written == null || leader != through || !leader.memory().contains(written)) {
                    through = leader;
                    written = simulation.clients().writeThrough(leader);
                }
            }
            simulation.runFor(STEP_NANOS);
        }
        writtenNanos = simulation.now() - died;
        dead.start();
    }

    private void leftOverEpoch() {
        SimulatedReplica leader = steady();
        SimulatedReplica gone = leader == null ? null : cutOffWhileCandidate(leader);
        if (leader == null || gone == null) {
            return;
        }
        long epoch = leader.core().hardState().epoch();
        simulation.runFor(4 * T);
        if (!leader.leads() || leader.core().hardState().epoch() != epoch) {
            throw new InvariantViolation("StableLeadership", "a server that nobody hears deposed " + leader.key());
        }
        long ledBefore = simulation.tally().of(Tally.Count.LEADER);
        long campaignsBefore = campaigns();
        simulation.network().mendAll();
        simulation.runFor(T);
        steady();
        simulation.runFor(3 * T);
        elections = simulation.tally().of(Tally.Count.LEADER) - ledBefore;
        candidacies = campaigns() - campaignsBefore;
        // A split vote is nobody's fault; but each election has a campaign of its own, and after the last there is peace.
        if (elections < 1 || elections > candidacies || (candidacies == 1 && elections != 1)
                || candidacies > simulation.options().servers()) {
            throw new InvariantViolation("LeftOverEpochCostsOneElection", "the epoch of " + gone.key().nodeId() + " cost "
                    + candidacies + " campaigns and " + elections + " elections");
        }
    }

    private long campaigns() {
        return simulation.tally().of(Tally.Count.CANDIDATE_BY_ROUND);
    }

    /** A leader's order makes it Candidate in the moment in which all its links are cut. */
    private @Nullable SimulatedReplica cutOffWhileCandidate(SimulatedReplica leader) {
        List<SimulatedReplica> others = live().stream().filter(replica -> replica != leader).toList();
        SimulatedReplica gone = others.get(random.nextInt(others.size()));
        if (spare() < 1) {
            return null;
        }
        simulation.network().isolate(gone.number());
        ReplicaKey to = gone.key();
        Message order = new Message.TransferRequest(
                RunOptions.CLUSTER, to, leader.core().hardState().epoch(), leader.disk().log().size());
        simulation.network().hand(leader, new Effect.Send(to, Lane.CONTROL, Long.MAX_VALUE, order, 0));
        simulation.runFor(STEP_NANOS);
        return gone.core().hardState().epoch() > leader.core().hardState().epoch() ? gone : null;
    }
}
