package io.canvass.kv.members;

import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;

import io.canvass.kv.cluster.Begin;
import io.canvass.kv.config.ClusterPlan;
import io.canvass.kv.config.InvalidSettingException;
import io.canvass.kv.config.KvProperties;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.storage.Formation;
import io.canvass.raft.storage.RocksRaftStore;
import io.canvass.raft.transport.PeerSecurity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The start of this node: goes on with what its directory remembers; or, with an empty one, forms a cluster or joins one, once
 * every other node on its list has been heard.
 */
final class NodeStart implements Begin {
    private static final Logger LOG = LoggerFactory.getLogger(NodeStart.class);

    private final ClusterPlan plan;
    private final KvProperties properties;
    private final MembershipBoard board;
    private final PeerSecurity security;

    NodeStart(ClusterPlan plan, KvProperties properties, MembershipBoard board, PeerSecurity security) {
        this.security = security;
        this.plan = plan;
        this.properties = properties;
        this.board = board;
    }

    @Override
    public Formation formation() {
        new RemovedMarker(properties.removedFile())
                .requireMissing(plan.nodeId(), Path.of(properties.dataDir()).toAbsolutePath().normalize());
        Optional<UUID> chosen = plan.clusterIdIsExplicit() ? Optional.of(plan.clusterId()) : Optional.empty();
        if (RocksRaftStore.isFormatted(properties.raftDirectory())) {
            return Formation.existing(plan.nodeId(), chosen);
        }
        Beginning.Verdict verdict = plan.others().isEmpty() ? new Beginning.Verdict.Form() : discover();
        return switch (verdict) {
            case Beginning.Verdict.Form _ -> {
                LOG.info("{} forms a cluster of {}", plan.nodeId(), Beginning.list(plan));
                yield Formation.founding(plan.nodeId(), plan.clusterId(), plan.clusterIdIsExplicit(), plan.bootstrap());
            }
            case Beginning.Verdict.Join join -> {
                LOG.info("{} joins cluster {}, whose members are {}", plan.nodeId(), join.clusterId(), Beginning.list(join.known()));
                yield Formation.joining(plan.nodeId(), join.clusterId(), join.known());
            }
            case Beginning.Verdict.Refuse refuse -> throw refuse.why();
            case Beginning.Verdict.Wait _ -> throw new IllegalStateException("To wait is no end of a discovery");
        };
    }

    private Beginning.Verdict discover() {
        MembersService service = new MembersService();
        try (MemberCalls calls = new MemberCalls(security);
                Discovery discovery = new Discovery(plan, self(), calls);
                DiscoveryServer _ = listen(service)) {
            service.attach(discovery);
            board.forming(discovery::waitsFor);
            discovery.start();
            // Without a limit: Spring interrupts a start that waits like this when the process is told to end.
            return discovery.verdict().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InvalidSettingException(
                    "kv.cluster.voters", String.join(",", Beginning.list(plan)), "the start was ended before all of them answered",
                    "start this node again, and the others");
        } catch (ExecutionException e) {
            throw new IllegalStateException("The other nodes could not be asked", e.getCause());
        }
    }

    private DiscoveryServer listen(MembersService service) {
        try {
            return new DiscoveryServer(plan.bindHost(), plan.bindPort(), security, service);
        } catch (RuntimeException e) {
            throw plan.explainListenFailure(e);
        }
    }

    /** What this node says of itself while it has not begun. */
    private NodeStanding self() {
        NodeStanding.State state = plan.isListed()
                ? new NodeStanding.Unformed(Beginning.list(plan))
                : new NodeStanding.Joining();
        return new NodeStanding(
                ReplicaKey.ofNode(plan.nodeId()),
                plan.isListed() ? Optional.of(plan.clusterId()) : Optional.empty(),
                plan.clusterIdIsExplicit(),
                state,
                About.self(plan, properties));
    }
}
