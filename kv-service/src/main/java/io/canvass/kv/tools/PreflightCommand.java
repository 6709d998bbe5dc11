package io.canvass.kv.tools;

import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kvctl preflight}: whether a rollout may begin (OPERATIONS.md, section 6). */
@Command(
        name = "preflight",
        description = {
            "Whether a rollout may begin: a leader is known and no change of members is under way, every member is"
                    + " there and in service, all voters are current, no alarm, enough replicas for the members,"
                    + " versions at most one minor apart. A snapshot that is missing, old or of another cluster is a"
                    + " warning.",
            "",
            "Exit status 0: the rollout may begin. 1: it may not; what FAILED says why. 3: no node could be asked."
        })
final class PreflightCommand implements Callable<Integer> {
    /** Ten years. */
    private static final long MAX_SNAPSHOT_AGE_HOURS = 87_600;

    @Spec
    private @Nullable CommandSpec spec;

    /** Not the usual mixin: its --version would be this command's. */
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Shows this.")
    boolean help;

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "${env:KVCTL_URL:-http://127.0.0.1:8080}",
            description = "Any node. Default: KVCTL_URL, or ${DEFAULT-VALUE}.")
    private URI url = URI.create("");

    @Option(names = "--replicas", required = true, paramLabel = "N", description = "How many nodes there are to be"
            + " afterwards.")
    private int replicas;

    @Option(names = "--pods", paramLabel = "NAME", defaultValue = "", description = "Of a Kubernetes StatefulSet, its name:"
            + " no member may be a pod beyond NAME-0 to NAME-(N-1), for those are deleted.")
    private String pods = "";

    @Option(names = "--version", required = true, paramLabel = "X.Y.Z", description = "The version to be rolled out.")
    private String version = "";

    @Option(
            names = "--max-lag",
            paramLabel = "ENTRIES",
            defaultValue = "1000",
            description = "A voter that is further behind is not current. Default: ${DEFAULT-VALUE}.")
    private long maxLag;

    @Option(names = "--snapshot", paramLabel = "FILE", description = "The latest snapshot, to see how old it is.")
    private @Nullable Path snapshot;

    @Option(
            names = "--max-snapshot-age",
            paramLabel = "HOURS",
            defaultValue = "24",
            description = "An older snapshot is a warning. Default: ${DEFAULT-VALUE}.")
    private long maxSnapshotAgeHours;

    @Mixin
    private AccessOptions access = new AccessOptions();

    @Override
    public Integer call() throws Exception {
        ClusterOptions.requireNode(url);
        if (replicas < 1 || maxLag < 0 || maxSnapshotAgeHours < 1 || maxSnapshotAgeHours > MAX_SNAPSHOT_AGE_HOURS) {
            throw new ToolException(ExitStatus.USAGE, "--replicas is above zero, --max-lag not below, and"
                    + " --max-snapshot-age is 1 to " + MAX_SNAPSHOT_AGE_HOURS + ".");
        }
        Preflight.Limits limits = new Preflight.Limits(
                replicas, pods, version, maxLag, snapshot, Duration.ofHours(maxSnapshotAgeHours));
        try (NodeStates nodes = new NodeStates(access.access())) {
            List<Preflight.Check> checks = new Preflight(nodes, limits, Clock.systemUTC()).run(url);
            checks.forEach(check -> Kvctl.out(spec)
                    .printf("%-9s %-10s %s%n", check.verdict(), check.name(), check.detail()));
            boolean failed = checks.stream().anyMatch(check -> check.verdict() == Preflight.Verdict.FAILED);
            Kvctl.out(spec).println(failed ? "Do not begin the rollout." : "The rollout may begin.");
            return failed ? ExitStatus.REFUSED : ExitStatus.DONE;
        }
    }
}
