package io.canvass.kv.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

import io.canvass.kv.CanvassApplication;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Data directories that released versions have written, log and state: {@code data-directories/README.md} says how. */
class OldDataTest {
    private static final int MANY = 200;
    private static final int ROUNDS = 3;
    private static final int GONE = 20;
    /** Each write and each delete is one. */
    private static final int REVISION = MANY * ROUNDS + 2 * GONE + 4;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = "release-0.1")
    void aDirectoryOfAnEarlierReleaseIsReadWholeAndWrittenOn(String release) throws IOException {
        unpack(release);
        for (int start = 1; start <= 2; start++) {
            try (ConfigurableApplicationContext node = start(); Http http = new Http(Duration.ofSeconds(10))) {
                String kv = "http://127.0.0.1:" + node.getEnvironment().getRequiredProperty("local.server.port") + "/v1/kv";
                await("leads itself").until(() -> http.get(kv + "/empty").isSuccess());
                assertHolds(http, kv);
                Http.Reply written = http.put(kv + "/written-on", "start " + start);
                assertThat(written.isSuccess()).isTrue();
                assertThat(written.version()).isEqualTo(start);
                assertThat(written.json().path("revision").asLong()).isEqualTo(REVISION + start);
            }
        }
    }

    private static void assertHolds(Http http, String kv) {
        for (int number = 1; number <= MANY; number++) {
            Http.Reply entry = http.get(kv + String.format("/many/%03d", number));
            assertThat(entry.body()).isEqualTo("value of round " + ROUNDS);
            assertThat(entry.version()).isEqualTo(ROUNDS);
        }
        for (int number = 1; number <= GONE; number++) {
            assertThat(http.get(kv + String.format("/gone/%02d", number)).status()).isEqualTo(404);
        }
        assertThat(http.get(kv + "/empty").body()).isEmpty();
        assertThat(http.get(kv + "/with").body()).isEqualTo("prefix");
        assertThat(http.get(kv + "/with/slash").body()).isEqualTo("deeper");
        assertThat(http.get(kv + "/bytes?format=json").json().path("value64").asString()).isEqualTo("AP8BCg==");
        assertThat(http.get(kv + "?prefix=many/&limit=1000").json().path("items").size()).isEqualTo(MANY);
    }

    private ConfigurableApplicationContext start() {
        return SpringApplication.run(CanvassApplication.class,
                "--server.port=0", "--server.address=127.0.0.1", "--kv.peer.port=0", "--kv.shutdown.lame-duck=0s",
                "--spring.main.banner-mode=off", "--kv.data-dir=" + folder.resolve("data"));
    }

    private void unpack(String release) throws IOException {
        try (InputStream packed = Objects.requireNonNull(getClass().getResourceAsStream("/data-directories/" + release + ".zip"));
                ZipInputStream zip = new ZipInputStream(packed)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path file = folder.resolve("data").resolve(entry.getName());
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                } else {
                    Files.createDirectories(Objects.requireNonNull(file.getParent()));
                    Files.copy(zip, file);
                }
            }
        }
    }
}
