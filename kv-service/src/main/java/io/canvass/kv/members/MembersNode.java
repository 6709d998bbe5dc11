package io.canvass.kv.members;

import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import io.canvass.kv.cluster.NodeGate;
import io.canvass.kv.cluster.RaftAccess;
import io.canvass.kv.config.ClusterPlan;
import io.canvass.proto.kv.v1.JoinReply;
import io.canvass.proto.kv.v1.JoinRequest;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.runtime.RaftStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Membership of a node that runs: answers others, and about each second looks after the members, asks to be one, and notices
 * that it is none any more; all on one thread, and none of it waits for a peer.
 */
final class MembersNode implements MembersService.Node, AutoCloseable {
    private static final long TICK_MILLIS = 1000;
    /** Not all nodes at the same moment. */
    private static final long JITTER_MILLIS = 200;

    private static final Logger LOG = LoggerFactory.getLogger(MembersNode.class);

    private final Parts parts;
    private final Configuration bootstrap;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().name("kv-members").daemon().unstarted(task));
    private boolean markerFailed;

    /**
     * What it is made of.
     *
     * @param self what others are told of this node besides who it is
     */
    record Parts(
            ClusterPlan plan,
            About self,
            RaftAccess raft,
            NodeGate gate,
            MembershipBoard board,
            RemovedMarker marker,
            MemberCalls calls,
            MemberKeeper keeper,
            Applicants applicants,
            Joiner joiner,
            RemovalInquiry inquiry) {}

    /** @param bootstrap what the data directory was formatted with */
    MembersNode(Parts parts, Configuration bootstrap) {
        this.parts = parts;
        this.bootstrap = bootstrap;
        parts.board().begun(this::state);
    }

    /** Called once. */
    void start() {
        schedule();
    }

    private void schedule() {
        long millis = TICK_MILLIS + ThreadLocalRandom.current().nextLong(-JITTER_MILLIS, JITTER_MILLIS);
        var _ = thread.schedule(this::run, millis, TimeUnit.MILLISECONDS);
    }

    private void run() {
        try {
            tick();
        } catch (RuntimeException e) {
            LOG.error("A look at the members failed", e);
        }
        if (!thread.isShutdown()) {
            schedule();
        }
    }

    /** One look at everything. */
    void tick() {
        RaftStatus status = parts.raft().status();
        if (status.removed()) {
            removed(new Removal(Instant.now(), status.epoch(), status.configurationIndex()));
        } else {
            parts.inquiry().tick().ifPresent(this::removed);
        }
        parts.keeper().tick();
        parts.joiner().tick();
        Set<String> addresses = new HashSet<>();
        status.peers().forEach(peer -> addresses.add(peer.address()));
        parts.calls().keepOnly(addresses);
    }

    /** Known from memory at once; the file is tried again until it is there. */
    private void removed(Removal removal) {
        if (parts.board().removed().isEmpty()) {
            LOG.warn(
                    "{} was removed from its cluster (known by the configuration at index {}): it takes no requests any more, and will"
                            + " not start again with this data",
                    parts.plan().nodeId(),
                    removal.index());
            parts.board().removed(removal);
            parts.gate().remove();
        }
        try {
            parts.marker().write(parts.board().removed().orElse(removal));
        } catch (IOException e) {
            if (!markerFailed) {
                LOG.error("That this node was removed could not be written down; it is tried again", e);
            }
            markerFailed = true;
        }
    }

    private MemberState state() {
        RaftStatus status = parts.raft().status();
        return isMember(status) ? new MemberState.Member() : new MemberState.Joining(parts.joiner().answer());
    }

    private boolean isMember(RaftStatus status) {
        return isFounder()
                ? status.configuration().members().stream().anyMatch(member -> member.key().matches(status.self()))
                : Joiner.self(status).isPresent();
    }

    private boolean isFounder() {
        return MemberKeeper.memberOf(bootstrap, parts.plan().nodeId()).isPresent();
    }

    @Override
    public NodeStanding standing() {
        RaftStatus status = parts.raft().status();
        return new NodeStanding(
                status.self(), Optional.of(status.clusterId()), parts.plan().clusterIdIsExplicit(), state(status), parts.self());
    }

    private NodeStanding.State state(RaftStatus status) {
        long last = status.log().lastIndex();
        boolean founder = isFounder();
        if (founder ? last > 1 : last > 0) {
            return new NodeStanding.Formed(
                    status.configuration(),
                    status.configurationIndex(),
                    status.configurationCommitted(),
                    status.leads(),
                    founder);
        }
        return founder ? new NodeStanding.Unformed(Beginning.list(bootstrap)) : new NodeStanding.Joining();
    }

    /** One that begins says what it is; that is for those who begin too. */
    @Override
    public void heard(NodeStanding other) {
        LOG.debug("{} asks what there is: {}", other.replica(), other.state());
    }

    @Override
    public JoinReply join(JoinRequest request) {
        return parts.applicants().join(request, parts.raft().status());
    }

    @Override
    public void close() {
        List<Runnable> _ = thread.shutdownNow();
        parts.calls().close();
    }
}
