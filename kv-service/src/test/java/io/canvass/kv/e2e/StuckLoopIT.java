package io.canvass.kv.e2e;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.IllegalConnectorArgumentsException;
import io.canvass.raft.transport.Ports;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * OPERATIONS.md, section 3, its last row, on real processes: the loop of consensus stands still, and nothing else does. A
 * debugger holds its thread.
 */
@Timeout(300)
@Tag("long")
class StuckLoopIT {
    private static final String SOCKETS = "com.sun.jdi.SocketAttach";
    private static final String LOOP = "raft-core-";

    private final Map<String, Integer> debugPorts = new ConcurrentHashMap<>();

    @RegisterExtension
    private final LocalCluster cluster = LocalCluster.in(this::debuggable, 3, "--kv.health.liveness.stuck-limit=4s");

    private Map<String, String> debuggable(String id, Path folder) {
        int port = debugPorts.computeIfAbsent(id, _ -> Ports.next());
        return Map.of(
                "JAVA_TOOL_OPTIONS", "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:" + port);
    }

    @Test
    void aLoopThatStandsStillBreaksAllThreeAndOneThatGoesOnMendsThem() throws Exception {
        LocalNode leader = cluster.awaitLeader();
        LocalNode stuck = cluster.others(leader).findFirst().orElseThrow();
        ProbeAnswers.await(stuck, ProbeAnswers.WELL, "a follower");

        VirtualMachine machine = attach(requireNonNull(debugPorts.get(stuck.id())));
        try {
            ThreadReference loop = machine.allThreads().stream()
                    .filter(thread -> thread.name().startsWith(LOOP))
                    .findFirst()
                    .orElseThrow();
            loop.suspend();
            ProbeAnswers.await(stuck, ProbeAnswers.BROKEN, "a loop that stands still");
            assertThat(stuck.health().text()).contains("The consensus loop has not gone round for ");
            assertThat(cluster.awaitLeaderOf(cluster.others(stuck).toList())).as("who leads the others").isSameAs(leader);

            loop.resume();
            ProbeAnswers.await(stuck, ProbeAnswers.WELL, "a loop that goes on");
        } finally {
            machine.dispose();
        }
    }

    private static VirtualMachine attach(int port) throws IOException, IllegalConnectorArgumentsException {
        AttachingConnector connector = Bootstrap.virtualMachineManager().attachingConnectors().stream()
                .filter(one -> one.name().equals(SOCKETS))
                .findFirst()
                .orElseThrow();
        Map<String, Connector.Argument> arguments = connector.defaultArguments();
        requireNonNull(arguments.get("hostname")).setValue("127.0.0.1");
        requireNonNull(arguments.get("port")).setValue(Integer.toString(port));
        requireNonNull(arguments.get("timeout")).setValue(Long.toString(Duration.ofSeconds(30).toMillis()));
        return connector.attach(arguments);
    }
}
