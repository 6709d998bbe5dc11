package io.canvass.kv;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

import io.canvass.kv.cluster.FakeRaft;
import io.canvass.kv.cluster.NodeGate;
import io.canvass.kv.cluster.Statuses;
import io.canvass.raft.core.Effect;
import io.canvass.raft.runtime.RaftException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/** OPERATIONS.md, section 6: hand over, then drain, then refuse. */
class ShutdownTest {
    @Test
    void leadershipIsGivenUpBeforeTheWebServerDrainsAndWritesAreRefusedOnlyAfter() {
        List<String> order = new CopyOnWriteArrayList<>();
        SpringApplication application = new SpringApplication(FakeNode.class);
        application.addInitializers(context -> {
            observe((GenericApplicationContext) context, "drains", WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE, order);
            observe((GenericApplicationContext) context, "drained", WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE - 1, order);
        });
        ConfigurableApplicationContext node = application.run("--server.port=0");
        FakeRaft raft = node.getBean(FakeRaft.class);
        raft.status(Statuses.leader());
        NodeGate gate = node.getBean(NodeGate.class);
        assertThat(gate.state()).isEqualTo(NodeGate.State.OPEN);
        node.close();
        assertThat(order).containsExactly("drains: to whom it will, OPEN", "drained: to whom it will, OPEN");
        assertThat(raft.resignations()).isZero();
        assertThat(gate.state()).isEqualTo(NodeGate.State.DRAINING);
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void aStopDoesNotWaitForAResignationThatNeverComes(CapturedOutput output) {
        ConfigurableApplicationContext node =
                SpringApplication.run(FakeNode.class, "--server.port=0", "--kv.raft.election-timeout=200ms");
        node.getBean(FakeRaft.class).status(Statuses.leader());
        node.getBean(FakeRaft.class).handedOver(new CompletableFuture<>()).resigned(new CompletableFuture<>());
        node.close();
        assertThat(output)
                .contains("Leadership was not handed over to another voter (it took too long); this node resigns")
                .contains("Leadership was not handed over within 200 ms (it took too long)");
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void whatCannotBeHandedOverIsResigned(CapturedOutput output) {
        ConfigurableApplicationContext node = SpringApplication.run(FakeNode.class, "--server.port=0");
        FakeRaft raft = node.getBean(FakeRaft.class);
        raft.status(Statuses.leader());
        raft.handedOver(CompletableFuture.failedFuture(
                new RaftException.TransferFailed(Effect.Result.TransferFailed.Why.REFUSED)));
        node.close();
        assertThat(raft.resignations()).isOne();
        assertThat(output).contains("not handed over to another voter (Leadership was not handed over: REFUSED)");
    }

    @Test
    void whoDoesNotLeadOrLeadsOnlyItselfHandsNothingOver() {
        for (Statuses status : List.of(Statuses.follower(), Statuses.soleLeader())) {
            ConfigurableApplicationContext node = SpringApplication.run(FakeNode.class, "--server.port=0");
            FakeRaft raft = node.getBean(FakeRaft.class);
            raft.status(status);
            node.close();
            assertThat(raft.resignations()).isZero();
            assertThat(raft.transfers()).isEmpty();
        }
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void aStartSaysInOneLineWhoThisNodeIs(CapturedOutput output) {
        ConfigurableApplicationContext node =
                SpringApplication.run(FakeNode.class, "--server.port=0", "--spring.main.banner-mode=off", "--kv.data-dir=/tmp/kv");
        String port = node.getEnvironment().getRequiredProperty("local.server.port");
        node.close();
        assertThat(output.getOut().lines().filter(line -> line.contains(" is up: ")))
                .singleElement()
                .asString()
                .contains("StartLine")
                .endsWith("kv-1 is up: cluster 00000000-0000-0c2f-0000-000000000001, HTTP on port " + port
                        + ", peers on 127.0.0.1:9080, data in /tmp/kv");
    }

    private static void observe(GenericApplicationContext context, String name, int phase, List<String> order) {
        context.registerBean(name, SmartLifecycle.class, () -> new SmartLifecycle() {
            private volatile boolean running;

            @Override
            public void start() {
                running = true;
            }

            @Override
            public void stop() {
                running = false;
                order.add(name + ": to "
                        + context.getBean(FakeRaft.class).transfers().stream()
                                .map(target -> target.isNone() ? "whom it will" : target.nodeId())
                                .collect(Collectors.joining(","))
                        + ", "
                        + context.getBean(NodeGate.class).state());
            }

            @Override
            public boolean isRunning() {
                return running;
            }

            @Override
            public int getPhase() {
                return phase;
            }
        });
    }
}
