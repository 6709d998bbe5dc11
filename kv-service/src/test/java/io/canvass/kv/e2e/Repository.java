package io.canvass.kv.e2e;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

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

    /** The flags of a node's JVM that {@code bin/cluster} gives, too, so that what was prepared for one serves the other. */
    static List<String> jvmFlags() {
        return List.of(
                "-Xms64m",
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow");
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** What starts a node quickly: flags and jar, as {@code bin/cluster} has them. */
    static List<String> application() {
        return Prepared.APPLICATION;
    }

    /** The same of another jar. */
    static List<String> application(Path jar) {
        return Prepared.prepare(jar);
    }

    /** The service of the release before this one: {@code -Dcanvass.previous.jar}. */
    static Path previousJar() {
        Path jar = Path.of(System.getProperty("canvass.previous.jar", ""));
        assertThat(jar).as("The jar of the previous release").isRegularFile();
        return jar;
    }

    /** Once for all tests of a JVM. */
    private static final class Prepared {
        static final List<String> APPLICATION = prepare(jar());

        private static List<String> prepare(Path jar) {
            List<String> command = new ArrayList<>(
                    List.of(root().resolve("bin/lib/prepare-app").toString(), java(), jar.toString()));
            command.addAll(jvmFlags());
            Shell.Result prepared = Shell.run(root(), Duration.ofMinutes(5), command);
            assertThat(prepared.exitValue()).as("%s", prepared).isZero();
            String folder = prepared.out().strip().lines().reduce((_, last) -> last).orElseThrow();
            List<String> application = new ArrayList<>(jvmFlags());
            application.addAll(List.of(
                    "-Xlog:aot=off", "-XX:AOTCache=" + folder + "/canvass.aot", "-jar", folder + "/canvass.jar"));
            return List.copyOf(application);
        }
    }
}
