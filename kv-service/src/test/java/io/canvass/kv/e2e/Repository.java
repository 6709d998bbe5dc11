package io.canvass.kv.e2e;

import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

/** Where things are. */
final class Repository {
    private Repository() {}

    /** The root, whether the tests run in it or in their module. */
    static Path root() {
        Path here = Path.of("").toAbsolutePath();
        return Files.isDirectory(here.resolve("kv-service")) ? here : here.resolveSibling("");
    }

    /** The service as it is shipped; {@code -Dcanvass.jar} names another. */
    static Path jar() {
        String named = System.getProperty("canvass.jar", "");
        Path jar = named.isEmpty() ? root().resolve("kv-service/target/canvass-kv-service.jar") : Path.of(named);
        assertThat(jar).as("The service's jar; `mvn package` makes it").isRegularFile();
        return jar;
    }
}
