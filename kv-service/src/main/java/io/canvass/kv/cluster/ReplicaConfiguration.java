package io.canvass.kv.cluster;

import java.time.InstantSource;
import java.util.concurrent.ScheduledThreadPoolExecutor;

import io.canvass.kv.config.ClusterPlan;
import io.canvass.kv.config.KvProperties;
import io.canvass.kv.config.MemoryPlan;
import io.canvass.kv.store.CompactionPolicy;
import io.canvass.kv.store.KvQueries;
import io.canvass.kv.store.KvStore;
import io.canvass.kv.store.StoreLimits;
import io.canvass.raft.runtime.RaftListener;
import io.canvass.raft.transport.PeerSecurity;
import io.grpc.BindableService;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** This node's replica, opened with the first bean that needs it and closed after the last. */
@Configuration(proxyBeanMethods = false)
public class ReplicaConfiguration {
    /** Into so many the history that is kept is cut: one of them may be there beside it. */
    private static final long STEPS = 100;

    @Bean(destroyMethod = "close")
    Replica replica(
            ClusterPlan plan,
            KvProperties properties,
            MemoryPlan memory,
            Begin begin,
            PeerSecurity security,
            ForwardService forwards,
            LeaseTimes leases,
            LeaseService leaseService,
            QueueWatch queues,
            ObjectProvider<BindableService> services,
            ObjectProvider<RaftListener> listeners) {
        RaftListener listener = RaftListener.ofAll(listeners.orderedStream().toList());
        Replica replica = Replica.open(
                plan, properties, limits(memory), begin, security, services.orderedStream().toList(), listener, store -> {
                    leases.attach(store);
                    store.observe(queues);
                });
        forwards.attach(replica);
        leaseService.attach(replica.status().clusterId());
        return replica;
    }

    private static StoreLimits limits(MemoryPlan memory) {
        return new StoreLimits(memory.cacheBytes(), memory.writeBufferBytes(), StoreLimits.DEFAULT_REPLAY_BYTES);
    }

    @Bean(destroyMethod = "close")
    ReplicaChecks replicaChecks(
            Replica replica, KvStore store, CheckService service, SpaceGuard space, KvProperties properties) {
        OwnState own = new OwnState(store, space);
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(
                1, task -> Thread.ofPlatform().name("kv-replica-checks").daemon(true).unstarted(task));
        ReplicaChecks checks = new ReplicaChecks(
                replica, replica, own, service, space, properties.check().interval(), executor);
        service.attach(
                replica.status().clusterId(),
                own,
                executor,
                replica::copyState,
                properties.snapshotDirectory().resolve("for-healing"));
        checks.start();
        return checks;
    }

    @Bean(destroyMethod = "close")
    HistoryCompactor historyCompactor(KvStore store, WriteAttempt.Context writes, KvProperties properties) {
        KvProperties.History bounds = properties.history();
        long timeoutNanos = properties.request().timeout().toNanos();
        HistoryCompactor compactor = new HistoryCompactor(
                store,
                new CompactionPolicy(
                        bounds.maxAge().toMillis(), bounds.maxRevisions(), bounds.maxRevisions() / STEPS),
                InstantSource.system(),
                () -> writes.raft().leadership().leader().nodeId().equals(writes.nodeId()),
                command -> new WriteAttempt(writes, command, timeoutNanos).start(),
                new ScheduledThreadPoolExecutor(
                        1, task -> Thread.ofPlatform().name("kv-history").daemon(true).unstarted(task)));
        compactor.start(bounds.interval());
        return compactor;
    }

    @Bean(destroyMethod = "close")
    LeaseKeeper leaseKeeper(
            Replica replica,
            KvStore store,
            VersionGate versions,
            LeaseTimes leases,
            KvProperties properties,
            ObjectProvider<ExpiryListener> listeners) {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(
                1, task -> Thread.ofPlatform().name("kv-leases").daemon(true).unstarted(task));
        LeaseKeeper keeper = new LeaseKeeper(
                replica,
                versions,
                leases,
                () -> store.state().appliedEpoch(),
                new LeaseKeeper.Rhythm(
                        properties.lease().tick(), properties.raft().electionTimeout()),
                listeners.getIfAvailable(() -> ExpiryListener.NONE),
                executor);
        keeper.start(executor);
        return keeper;
    }

    @Bean(destroyMethod = "close")
    Scrubber scrubber(KvStore store, KvProperties properties) {
        Scrubber scrubber = new Scrubber(
                store,
                properties.check().scrubInterval(),
                properties.check().scrubBytesPerSecond().toBytes());
        scrubber.start();
        return scrubber;
    }

    /** Closed with the replica, which owns it. */
    @Bean(destroyMethod = "")
    KvStore kvStore(Replica replica) {
        return replica.store();
    }

    @Bean
    KvQueries kvQueries(KvStore store) {
        return store.queries();
    }
}
