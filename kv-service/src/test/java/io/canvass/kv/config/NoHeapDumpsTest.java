package io.canvass.kv.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

import static org.assertj.core.api.Assertions.assertThat;

/** Memory holds tokens and values: nothing that ships writes it to a file, or hands it out. */
class NoHeapDumpsTest {
    private static final List<String> SHIPPED = List.of("bin", "docker", "helm", "Dockerfile", "docker-compose.yml");
    private static final List<String> ENDPOINTS_THAT_TELL = List.of("heapdump", "env", "configprops", "threaddump", "*");

    private static Path root() {
        // Tests run in the module's folder, or in the repository's.
        Path folder = Path.of("").toAbsolutePath();
        return Files.isDirectory(folder.resolve("helm")) ? folder : folder.resolveSibling(".").normalize();
    }

    private static List<Path> files() throws IOException {
        List<Path> found = new ArrayList<>();
        for (String name : SHIPPED) {
            try (Stream<Path> files = Files.walk(root().resolve(name))) {
                files.filter(Files::isRegularFile).forEach(found::add);
            }
        }
        return found;
    }

    @Test
    void noFlagThatIsShippedHasTheMemoryWrittenToAFile() throws IOException {
        List<Path> files = files();
        // That it looks at what it should.
        assertThat(files).anyMatch(file -> file.endsWith("docker/jvm.options"))
                .anyMatch(file -> file.endsWith("bin/cluster"));
        for (Path file : files) {
            assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                    .as(file.toString())
                    .doesNotContain("+HeapDump").doesNotContain("+CrashOnOutOfMemoryError").doesNotContain("jmap");
        }
    }

    @Test
    void noEndpointThatTellsOfTheMemoryIsExposed() throws IOException {
        try (var yaml = NoHeapDumpsTest.class.getResourceAsStream("/application.yaml")) {
            String all = new Yaml().load(yaml).toString();
            assertThat(all).contains("exposure={include=health,info,prometheus,raft}");
            for (String endpoint : ENDPOINTS_THAT_TELL) {
                assertThat(all).doesNotContain("include=" + endpoint).doesNotContain("," + endpoint);
            }
        }
    }
}
