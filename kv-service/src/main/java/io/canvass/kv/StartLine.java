package io.canvass.kv;

import java.nio.file.Path;

import io.canvass.kv.cluster.RaftAccess;
import io.canvass.kv.config.ClusterPlan;
import io.canvass.kv.config.KvProperties;
import io.canvass.kv.config.MemoryPlan;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** What is said of a start that went well. */
@Component
class StartLine {
    private static final Logger LOG = LoggerFactory.getLogger(StartLine.class);
    private static final int MIB_SHIFT = 20;
    private final ClusterPlan plan;
    private final KvProperties properties;
    private final RaftAccess raft;
    private final Environment environment;
    private final MemoryPlan memory;

    StartLine(ClusterPlan plan, KvProperties properties, RaftAccess raft, Environment environment, MemoryPlan memory) {
        this.plan = plan;
        this.properties = properties;
        this.raft = raft;
        this.environment = environment;
        this.memory = memory;
    }

    @EventListener(ApplicationReadyEvent.class)
    void ready() {
        LOG.info(
                "{} is up: cluster {}, HTTP on port {}, peers on {}:{}, data in {}",
                plan.nodeId(),
                raft.status().clusterId(),
                environment.getProperty("local.server.port", "none"),
                plan.bindHost(),
                plan.bindPort(),
                Path.of(properties.dataDir()).toAbsolutePath().normalize());
        LOG.info(
                "Memory: heap up to {} MiB, the state's cache {} MiB and write buffers {} MiB",
                Runtime.getRuntime().maxMemory() >> MIB_SHIFT,
                memory.cacheBytes() >> MIB_SHIFT,
                memory.writeBufferBytes() >> MIB_SHIFT);
    }
}
