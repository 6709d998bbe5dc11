package io.canvass.kv.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** KV-API.md, section 9: the lines of the README, by the real curl. */
class CurlTest extends ApiTest {
    @TempDir
    Path directory;

    private final String base = "http://localhost:" + server.port();

    @Test
    void dashDStoresTheBytesThatWereTyped() throws Exception {
        curl("-X", "PUT", base + "/v1/kv/app/color", "-d", "green");
        assertThat(store.contents()).isEqualTo(Map.of("app/color", "green"));
        assertThat(curl(base + "/v1/kv/app/color")).isEqualTo("green");
    }

    @Test
    void aFormIsNotTakenApart() throws Exception {
        curl("-X", "PUT", base + "/v1/kv/form", "-d", "a=b&c=%20d");
        assertThat(curl(base + "/v1/kv/form")).isEqualTo("a=b&c=%20d");
        curl("-X", "DELETE", base + "/v1/kv/form", "-d", "a=b");
        assertThat(store.contents()).isEmpty();
    }

    @Test
    void dashTStoresAFileOfAnyBytes() throws Exception {
        Path file = directory.resolve("all.bin");
        byte[] bytes = new byte[256 * 100];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        Files.write(file, bytes);
        curl("-T", file.toString(), base + "/v1/kv/img/logo");
        Path copy = directory.resolve("copy.bin");
        curl(base + "/v1/kv/img/logo", "-o", copy.toString());
        assertThat(Files.readAllBytes(copy)).isEqualTo(bytes);
        curl("-T", file.toString(), "-H", "Transfer-Encoding: chunked", base + "/v1/kv/img/chunked");
        curl(base + "/v1/kv/img/chunked", "-o", copy.toString());
        assertThat(Files.readAllBytes(copy)).isEqualTo(bytes);
        curl("-T", file.toString(), "-H", "Expect: 100-continue", base + "/v1/kv/img/expect");
        assertThat(http.get("/v1/kv/img/expect").body().array()).isEqualTo(bytes);
    }

    @Test
    void aTagComparesAndSwaps() throws Exception {
        curl("-X", "PUT", base + "/v1/kv/app/color", "-d", "green");
        assertThat(curl("-i", base + "/v1/kv/app/color")).contains("ETag: \"1\"");
        String[] swap = {"-X", "PUT", base + "/v1/kv/app/color", "-d", "blue", "-H", "If-Match: \"1\""};
        assertThat(status(swap)).isEqualTo("200");
        assertThat(status(swap)).isEqualTo("412");
        assertThat(status("-X", "PUT", base + "/v1/kv/leader", "-d", "me", "-H", "If-None-Match: *")).isEqualTo("201");
        assertThat(status("-X", "PUT", base + "/v1/kv/leader", "-d", "me", "-H", "If-None-Match: *")).isEqualTo("412");
    }

    @Test
    void aKeyMayBeTypedInAnyScript() throws Exception {
        curl("-X", "PUT", base + "/v1/kv/caf%C3%A9", "-d", "au lait");
        assertThat(curl("-G", base + "/v1/kv", "--data-urlencode", "prefix=café")).contains("\"value\":\"au lait\"");
    }

    @Test
    void whatCurlWouldResolveIsRefusedWhenItIsSentAsIs() throws Exception {
        assertThat(status("--path-as-is", base + "/v1/kv/a/../b")).isEqualTo("400");
        assertThat(status("--path-as-is", "--globoff", base + "/v1/kv/a{b")).isEqualTo("400");
        assertThat(status("-I", base + "/v1/kv/none")).isEqualTo("404");
    }

    private String status(String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("-o", directory.resolve("body").toString(), "-w", "%{http_code}"));
        return curl(all.toArray(String[]::new));
    }

    private static String curl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "--noproxy", "*", "--max-time", "60"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
