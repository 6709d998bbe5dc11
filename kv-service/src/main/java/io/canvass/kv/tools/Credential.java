package io.canvass.kv.tools;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The token that requests carry to a cluster that asks who you are: {@code KVCTL_TOKEN}, or what the file holds that
 * {@code KVCTL_TOKEN_FILE} names. Not an option, which every user of the machine could read in the list of processes.
 */
final class Credential {
    static final String TOKEN = "KVCTL_TOKEN";
    static final String FILE = "KVCTL_TOKEN_FILE";

    private Credential() {}

    /** @throws ToolException if the file cannot be read */
    static HttpRequest.Builder added(HttpRequest.Builder request) {
        token(System.getenv()).ifPresent(token -> request.setHeader("Authorization", "Bearer " + token));
        return request;
    }

    static Optional<String> token(Map<String, String> environment) {
        String token = environment.getOrDefault(TOKEN, "").strip();
        String file = environment.getOrDefault(FILE, "").strip();
        if (token.isEmpty() && !file.isEmpty()) {
            try {
                token = Files.readString(Path.of(file), StandardCharsets.US_ASCII).strip();
            } catch (IOException | InvalidPathException e) {
                throw new ToolException(
                        ExitStatus.USAGE, FILE + " is '" + file + "', and that cannot be read (" + e + "). Nothing was done.");
            }
        }
        if (!token.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new ToolException(
                    ExitStatus.USAGE, "The token of " + (file.isEmpty() ? TOKEN : FILE) + " holds blanks or other characters that no"
                            + " token has. Nothing was done.");
        }
        return token.isEmpty() ? Optional.empty() : Optional.of(token);
    }
}
