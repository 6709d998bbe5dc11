package io.canvass.kv;

import java.nio.file.Path;

import io.canvass.kv.cluster.RaftAccess;
import io.canvass.kv.config.ClusterPlan;
import io.canvass.kv.config.KvProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** The one line of a start that went well. */
@Component
class StartLine {
    private static final Logger LOG = LoggerFactory.getLogger(StartLine.class);
    private final ClusterPlan plan;
    private final KvProperties properties;
    private final RaftAccess raft;
    private final Environment environment;

    StartLine(ClusterPlan plan, KvProperties properties, RaftAccess raft, Environment environment) {
        this.plan = plan;
        this.properties = properties;
        this.raft = raft;
        this.environment = environment;
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
    }
}
