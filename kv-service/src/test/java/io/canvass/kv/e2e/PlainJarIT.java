package io.canvass.kv.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.canvass.raft.transport.Ports;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** {@code java -jar} in an empty folder, as the README has it: the other tests run the jar unpacked. */
@Timeout(180)
class PlainJarIT {
    @TempDir
    private Path folder;

    @Test
    void theJarAloneInAnEmptyFolderIsANodeThatLeadsItself() throws IOException, InterruptedException {
        int port = Ports.next();
        List<String> command = new ArrayList<>(List.of(Repository.java()));
        command.addAll(Repository.jvmFlags());
        command.addAll(List.of(
                "-jar", Repository.jar().toString(), "--server.port=" + port, "--kv.peer.port=" + Ports.next()));
        Path log = folder.resolveSibling("plain.log");
        Process node = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try (Http http = new Http(Duration.ofSeconds(2))) {
            String url = "http://127.0.0.1:" + port;
            await("readiness").atMost(LocalNode.START_LIMIT).until(() -> {
                assertThat(node.isAlive()).as(Files.readString(log)).isTrue();
                return http.get(url + "/readyz").status() == 200;
            });
            assertThat(http.put(url + "/v1/kv/app/color", "green").isSuccess()).isTrue();
            assertThat(http.get(url + "/v1/kv/app/color").body()).isEqualTo("green");
            assertThat(folder.resolve("data")).isDirectory();
            JsonNode info = JsonMapper.shared().readTree(http.get(url + "/actuator/info").body());
            assertThat(info.path("version").asString("")).matches("\\d+\\.\\d+\\.\\d+.*");
            assertThat(info.path("commit").asString("")).as("of a build from sources alone: unknown").matches("[0-9a-f]{40}|unknown");
            assertThat(info.at("/protocol/max").asInt(-1)).isPositive();
            node.destroy();
            assertThat(node.waitFor(1, TimeUnit.MINUTES)).as("SIGTERM ends it").isTrue();
        } finally {
            node.destroyForcibly();
            Files.deleteIfExists(log);
        }
    }
}
