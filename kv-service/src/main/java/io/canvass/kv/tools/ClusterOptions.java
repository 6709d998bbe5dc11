package io.canvass.kv.tools;

import java.net.URI;
import java.time.Duration;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What all commands to a running cluster take. */
final class ClusterOptions {
    /** Not picocli's mixin of the same: its {@code --version} would be each command's. */
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Shows this.")
    boolean help;

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "${env:KVCTL_URL:-http://127.0.0.1:8080}",
            description = "Any node of the cluster. Default: KVCTL_URL, or ${DEFAULT-VALUE}.")
    private URI url = URI.create("");

    @Option(names = "--json", description = "Prints what the node answered, as it is.")
    private boolean json;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "Most time to wait for an answer. Default: ${DEFAULT-VALUE}.")
    private int timeoutSeconds;

    @Mixin
    private AccessOptions access = new AccessOptions();

    boolean json() {
        return json;
    }

    /** @throws ToolException if the options make no sense */
    ClusterClient client() {
        requireNode(url);
        if (timeoutSeconds < 1) {
            throw new ToolException(ExitStatus.USAGE, "--timeout is at least 1, not " + timeoutSeconds + ".");
        }
        return new ClusterClient(url, Duration.ofSeconds(timeoutSeconds), access.access());
    }

    /** @throws ToolException if this cannot be where a node answers HTTP */
    static void requireNode(URI url) {
        boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        if (!http || url.getHost() == null || url.getRawQuery() != null) {
            throw new ToolException(
                    ExitStatus.USAGE, "'" + url + "' is not the URL of a node. Write for example http://kv-1.example.net:8080.");
        }
    }
}
