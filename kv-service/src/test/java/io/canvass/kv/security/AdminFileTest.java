package io.canvass.kv.security;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

class AdminFileTest {
    private static final String TOKEN = "a-token-of-at-least-32-characters";
    private static final String OTHER = "another-token-of-32-characters-or-more";

    @TempDir
    private Path directory;

    private final AtomicLong nanos = new AtomicLong();

    private Path holding(String text) throws IOException {
        Path file = directory.resolve("admin");
        Files.writeString(file, text);
        return file;
    }

    @Test
    void itHoldsATokenOrItsHash() throws IOException {
        AdminFile plain = AdminFile.open(holding(TOKEN + "\n"), nanos::get);
        assertThat(plain.holds(TOKEN)).isTrue();
        assertThat(plain.holds(TOKEN + "x")).isFalse();
        assertThat(plain.holds("")).isFalse();
        String hash = HexFormat.of().formatHex(Tokens.sha256(TOKEN).array());
        AdminFile hashed = AdminFile.open(holding("sha256:" + hash + "\n"), nanos::get);
        assertThat(hashed.holds(TOKEN)).isTrue();
        assertThat(hashed.holds("sha256:" + hash)).isFalse();
    }

    @Test
    void whatIsTooShortOrBrokenOrMissingIsRefused() throws IOException {
        for (String text : new String[] {"", "short", "sha256:12", "with a blank in the middle of the token", "x".repeat(5000)}) {
            Path file = holding(text);
            assertThatIOException().as(text).isThrownBy(() -> AdminFile.open(file)).withMessageContaining("neither a token");
        }
        assertThatIOException()
                .isThrownBy(() -> AdminFile.open(directory.resolve("missing")))
                .withMessageContaining("cannot be read");
    }

    @Test
    void itIsReadAgainAtMostOnceInASecond() throws IOException {
        AdminFile file = AdminFile.open(holding(TOKEN), nanos::get);
        holding(OTHER);
        assertThat(file.holds(TOKEN)).isTrue();
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
        assertThat(file.holds(TOKEN)).isFalse();
        assertThat(file.holds(OTHER)).isTrue();
    }

    @Test
    void aFileThatIsGoneIsNobodys() throws IOException {
        AdminFile file = AdminFile.open(holding(TOKEN), nanos::get);
        Files.delete(directory.resolve("admin"));
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
        assertThat(file.holds(TOKEN)).isFalse();
        assertThat(file.isThere()).isFalse();
        holding(TOKEN);
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
        assertThat(file.holds(TOKEN)).isTrue();
    }

    @Test
    void nobodyIsAdminWithoutAFile() {
        assertThat(AdminFile.none().holds(TOKEN)).isFalse();
    }
}
