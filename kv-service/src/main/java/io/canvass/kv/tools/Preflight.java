package io.canvass.kv.tools;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.canvass.kv.backup.InvalidSnapshotException;
import io.canvass.kv.backup.SnapshotHeader;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The checks before a rollout, by what the leader knows of the members and each member says of itself. For one thread,
 * once.
 */
final class Preflight {
    private static final String CLUSTER = "/v1/cluster";
    private static final String VERSION = "/v1/version";
    private static final String HEALTH = "/actuator/health/cluster/raft";
    private static final Pattern RELEASE = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})(\\..*|-.*)?");

    private final NodeStates nodes;
    private final Limits limits;
    private final Clock clock;
    private final List<Check> checks = new ArrayList<>();

    /** @param snapshot null: none was named */
    record Limits(int replicas, String version, long maxLag, @Nullable Path snapshot, Duration maxSnapshotAge) {}

    enum Verdict {
        OK,
        WARNING,
        FAILED
    }

    record Check(Verdict verdict, String name, String detail) {}

    Preflight(NodeStates nodes, Limits limits, Clock clock) {
        this.nodes = nodes;
        this.limits = limits;
        this.clock = clock;
    }

    /** @throws ToolException if the node does not say who the members are, or the version is none */
    List<Check> run(URI url) throws InterruptedException {
        Release target = Release.parse(limits.version());
        if (target == null) {
            throw new ToolException(ExitStatus.USAGE, "--version " + limits.version() + " is no version; write for"
                    + " example 1.4.0.");
        }
        JsonNode cluster = ofLeader(cluster(url.toString()));
        leader(cluster);
        replicas(cluster);
        for (JsonNode member : cluster.path("members")) {
            member(member, target);
        }
        snapshot(cluster.path("clusterId").asString());
        return List.copyOf(checks);
    }

    private JsonNode cluster(String url) throws InterruptedException {
        try {
            return nodes.get(url, CLUSTER);
        } catch (IOException e) {
            throw new ToolException(ExitStatus.UNAVAILABLE, "Nothing was checked: " + e.getMessage() + ". Name"
                    + " another node.");
        }
    }

    /** Only the leader knows how far the others are. */
    private JsonNode ofLeader(JsonNode told) throws InterruptedException {
        String leader = told.path("leader").path("url").asString("");
        return told.path("source").path("leads").asBoolean(false) || leader.isEmpty() ? told : cluster(leader);
    }

    private void leader(JsonNode cluster) {
        String leader = cluster.path("leader").path("id").asString("");
        if (leader.isEmpty()) {
            add(Verdict.FAILED, "leader", "none is known");
        } else if (!cluster.path("configuration").path("committed").asBoolean(true)) {
            add(Verdict.FAILED, "leader", leader + "; a change of members is under way");
        } else {
            add(Verdict.OK, "leader", leader + " in epoch " + cluster.path("epoch").asLong());
        }
    }

    private void replicas(JsonNode cluster) {
        int members = cluster.path("members").size();
        boolean enough = limits.replicas() >= members;
        add(enough ? Verdict.OK : Verdict.FAILED, "replicas", limits.replicas() + " for " + members + " members"
                + (enough ? "" : "; remove members first (kvctl member remove), then scale down"));
    }

    private void member(JsonNode member, Release target) throws InterruptedException {
        String name = member.path("id").asString();
        String url = member.path("url").asString("");
        if (url.isEmpty()) {
            add(Verdict.FAILED, name, "its URL is not known, so it cannot be asked");
            return;
        }
        try {
            JsonNode details = nodes.get(url, HEALTH).path("details");
            lag(name, member);
            alarms(name, details.path("alarms"));
            version(name, nodes.get(url, VERSION).path("version").asString(""), target);
        } catch (IOException e) {
            add(Verdict.FAILED, name, "missing: " + e.getMessage());
        }
    }

    private void lag(String name, JsonNode member) {
        boolean voter = member.path("voter").asBoolean(true);
        JsonNode lag = member.path("lag");
        boolean leads = member.path("role").asString("").equals("LEADER");
        if (!leads && !member.path("connected").asBoolean(false)) {
            add(Verdict.FAILED, name, "not connected to the leader");
        } else if (leads || (lag.isNumber() && lag.asLong() <= limits.maxLag())) {
            add(Verdict.OK, name, leads ? "leads" : (voter ? "voter, " : "observer, ") + lag.asLong() + " entries"
                    + " behind");
        } else {
            Verdict verdict = voter ? Verdict.FAILED : Verdict.WARNING;
            add(verdict, name, lag.isNumber()
                    ? lag.asLong() + " entries behind; at most " + limits.maxLag() + " is current"
                    : "how far it is behind is not known");
        }
    }

    private void alarms(String name, JsonNode alarms) {
        if (!alarms.isEmpty()) {
            add(Verdict.FAILED, name, "alarms: " + alarms);
        }
    }

    private void version(String name, String running, Release target) {
        Release release = Release.parse(running);
        if (release == null) {
            add(Verdict.FAILED, name, "runs the version \"" + running + "\", which cannot be compared");
        } else if (release.major() != target.major() || Math.abs(release.minor() - target.minor()) > 1) {
            add(Verdict.FAILED, name, "runs " + running + ", more than one minor from " + limits.version());
        } else {
            add(Verdict.OK, name, "runs " + running);
        }
    }

    private void snapshot(String clusterId) {
        Path file = limits.snapshot();
        if (file == null) {
            add(Verdict.WARNING, "snapshot", "none was named (--snapshot), so it is not known whether there is a"
                    + " recent one");
            return;
        }
        try (InputStream in = Files.newInputStream(file)) {
            SnapshotHeader header = SnapshotHeader.read(in);
            Duration age = Duration.between(header.createdAt(), clock.instant());
            if (!header.clusterId().equals(uuid(clusterId))) {
                add(Verdict.WARNING, "snapshot", "it is one of cluster " + header.clusterId() + ", not of this one");
            } else if (age.compareTo(limits.maxSnapshotAge()) > 0) {
                add(Verdict.WARNING, "snapshot", age.toHours() + " hours old; at most"
                        + " " + limits.maxSnapshotAge().toHours()
                        + " is recent");
            } else {
                add(Verdict.OK, "snapshot", "made " + header.createdAt() + " (only its header was read: kvctl"
                        + " snapshot verify)");
            }
        } catch (InvalidSnapshotException e) {
            add(Verdict.WARNING, "snapshot", "it is broken: " + e.what());
        } catch (IOException e) {
            add(Verdict.WARNING, "snapshot", "it cannot be read (" + e + ")");
        }
    }

    private static @Nullable UUID uuid(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private void add(Verdict verdict, String name, String detail) {
        checks.add(new Check(verdict, name, detail));
    }

    /** What of a version counts here. */
    private record Release(int major, int minor) {
        static @Nullable Release parse(String text) {
            Matcher matcher = RELEASE.matcher(text);
            return matcher.matches()
                    ? new Release(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)))
                    : null;
        }
    }
}
