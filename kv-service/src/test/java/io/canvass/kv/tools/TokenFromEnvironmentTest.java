package io.canvass.kv.tools;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import com.sun.net.httpserver.HttpServer;
import io.canvass.kv.CanvassApplication;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code kvctl} as a process of its own, with a token in its environment: a node is shown it, and nobody else. */
class TokenFromEnvironmentTest {
    private static final String TOKEN = "cvt_ci.dnZw1IjDVLfzd3iMw29VGePTwA5Mle_VsJe-7RCcV8A";
    private static final String OF_THE_FILE = "cvt_ops.aGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQ";
    private static final long LIMIT_SECONDS = 120;

    @TempDir
    private Path folder;

    private final List<String> shown = new CopyOnWriteArrayList<>();
    private HttpServer node;

    /** One that lets nobody in. */
    @BeforeEach
    void start() throws IOException {
        node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        node.createContext("/", exchange -> {
            shown.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            exchange.sendResponseHeaders(401, -1);
            exchange.close();
        });
        node.start();
    }

    @AfterEach
    void stop() {
        node.stop(0);
    }

    private record Run(int exit, String printed) {}

    private Run kvctl(Map<String, String> environment, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"), CanvassApplication.class.getName(),
                "kvctl", "status", "--url", "http://127.0.0.1:" + node.getAddress().getPort()));
        command.addAll(List.of(options));
        Path printed = folder.resolve("printed");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(printed.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("KVCTL_"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
            return new Run(process.exitValue(), Files.readString(printed, StandardCharsets.UTF_8));
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void theNodeIsShownItAndItIsNotPrinted() throws Exception {
        Run run = kvctl(Map.of("KVCTL_TOKEN", TOKEN));
        assertThat(shown).isNotEmpty().containsOnly("Bearer " + TOKEN);
        assertThat(run.exit()).isNotZero();
        assertThat(run.printed()).isNotBlank().doesNotContain(TOKEN);
    }

    @Test
    void aFileThatIsNamedIsTakenBeforeIt() throws Exception {
        Path file = Files.writeString(folder.resolve("token"), OF_THE_FILE);
        Run run = kvctl(Map.of("KVCTL_TOKEN", TOKEN), "--token-file", file.toString());
        assertThat(shown).isNotEmpty().containsOnly("Bearer " + OF_THE_FILE);
        assertThat(run.printed()).doesNotContain(TOKEN, OF_THE_FILE);
    }

    @Test
    void oneThatIsNoneIsWrongUsageAndNobodyIsAsked() throws Exception {
        Run run = kvctl(Map.of("KVCTL_TOKEN", TOKEN + " " + TOKEN));
        assertThat(run.exit()).isEqualTo(ExitStatus.USAGE);
        assertThat(run.printed()).contains("KVCTL_TOKEN does not hold a token in its only line").doesNotContain(TOKEN);
        assertThat(shown).isEmpty();
    }
}
