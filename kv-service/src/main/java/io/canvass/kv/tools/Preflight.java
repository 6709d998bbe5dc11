package io.canvass.kv.tools;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
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
    /** So much two clocks may differ and both be right. */
    private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(-5);
    private static final Pattern RELEASE = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})(\\..*|-.*)?");

    private final NodeStates nodes;
    private final Limits limits;
    private final Clock clock;
    private final List<Check> checks = new ArrayList<>();

    /**
     * @param pods what pods are called before their dash and number, of which the first so many stay; empty: the nodes are no pods
     * @param snapshot null: none was named
     */
    record Limits(
            int replicas, String pods, String version, long maxLag, @Nullable Path snapshot, Duration maxSnapshotAge) {}

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
        JsonNode cluster = ofLeader(asked(url));
        leader(cluster);
        replicas(cluster);
        for (JsonNode member : cluster.path("members")) {
            member(member, target);
        }
        snapshot(cluster.path("clusterId").asString());
        return List.copyOf(checks);
    }

    /** @throws IOException if nobody there says who the members are; a clause */
    private JsonNode cluster(String url) throws IOException, InterruptedException {
        JsonNode told = nodes.get(url, CLUSTER);
        if (!told.path("members").isArray() || told.path("members").isEmpty()) {
            String detail = told.path("detail").asString("");
            throw new IOException(url + " does not say who the members are" + (detail.isEmpty() ? "" : ": " + detail));
        }
        return told;
    }

    private JsonNode asked(URI url) throws InterruptedException {
        try {
            return cluster(url.toString());
        } catch (IOException e) {
            throw new ToolException(ExitStatus.UNAVAILABLE, "Nothing was checked: " + e.getMessage() + ". Name"
                    + " another node.");
        }
    }

    /** Only the leader knows how far the others are. One that does not answer is a finding, not the end. */
    private JsonNode ofLeader(JsonNode told) throws InterruptedException {
        String url = told.path("leader").path("url").asString("");
        if (told.path("source").path("leads").asBoolean(false) || url.isEmpty()) {
            return told;
        }
        try {
            return cluster(url);
        } catch (IOException e) {
            add(Verdict.FAILED, "leader", String.valueOf(e.getMessage()));
            return told;
        }
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
        List<String> leaving = membersWhosePodsGo(cluster.path("members"));
        String counts = limits.replicas() + " for " + members + " members";
        if (!leaving.isEmpty()) {
            add(Verdict.FAILED, "replicas", counts + "; a pod that goes is still a member. First run: kvctl member remove "
                    + String.join(", then kvctl member remove ", leaving));
        } else if (limits.replicas() < members) {
            add(Verdict.FAILED, "replicas", counts + "; remove members first (kvctl member remove), then scale down");
        } else {
            add(Verdict.OK, "replicas", counts);
        }
    }

    /**
     * A StatefulSet deletes its highest numbers, whoever the members are: of kv-2, kv-3 and kv-4 it would leave one.
     *
     * @return the last first
     */
    private List<String> membersWhosePodsGo(JsonNode members) {
        if (limits.pods().isEmpty()) {
            return List.of();
        }
        Pattern pod = Pattern.compile(Pattern.quote(limits.pods()) + "-(?<ordinal>\\d{1,9})");
        SortedMap<Integer, String> leaving = new TreeMap<>(Comparator.reverseOrder());
        for (JsonNode member : members) {
            Matcher matcher = pod.matcher(member.path("id").asString(""));
            if (matcher.matches() && Integer.parseInt(matcher.group("ordinal")) >= limits.replicas()) {
                leaving.put(Integer.parseInt(matcher.group("ordinal")), matcher.group());
            }
        }
        return List.copyOf(leaving.values());
    }

    private void member(JsonNode member, Release target) throws InterruptedException {
        String name = member.path("id").asString();
        String url = member.path("url").asString("");
        if (url.isEmpty()) {
            add(Verdict.FAILED, name, "its URL is not known, so it cannot be asked");
            return;
        }
        try {
            JsonNode health = nodes.get(url, HEALTH);
            JsonNode details = health.path("details");
            if (!isAt(member, details)) {
                add(Verdict.FAILED, name, "at its URL " + url + " there is " + who(details) + ", not " + who(member));
                return;
            }
            lag(name, member);
            service(name, member, health);
            alarms(name, details.path("alarms"));
            version(name, nodes.get(url, VERSION).path("version").asString(""), target);
        } catch (IOException e) {
            add(Verdict.FAILED, name, "missing: " + e.getMessage());
        }
    }

    /** A URL that leads to another node would have that one looked at twice, and the member never. */
    private static boolean isAt(JsonNode member, JsonNode details) {
        String directory = member.path("directoryId").asString("");
        return details.path("nodeId").asString("").equals(member.path("id").asString(""))
                && (directory.isEmpty() || details.path("directoryId").asString("").equals(directory));
    }

    private static String who(JsonNode node) {
        String id = node.path("nodeId").asString(node.path("id").asString("no node"));
        String directory = node.path("directoryId").asString("");
        return directory.isEmpty() ? id : id + "/" + directory;
    }

    /** A node that starts, stops, joins or catches up is a member that the others may have to do without. */
    private void service(String name, JsonNode member, JsonNode health) {
        String status = health.path("status").asString("unknown");
        if (status.equals("UP")) {
            return;
        }
        boolean voter = member.path("voter").asBoolean(true);
        List<String> reasons = new ArrayList<>();
        health.path("details").path("checks").forEachEntry((check, answer) -> {
            boolean meant = voter || !check.equals("votingMember");
            if (meant && !answer.asString("").equals("ok")) {
                reasons.add(answer.asString(""));
            }
        });
        String why = reasons.isEmpty() ? "" : ": " + String.join("; ", reasons);
        add(Verdict.FAILED, name, "its health is " + status + why);
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
            List<String> sentences = new ArrayList<>();
            alarms.forEach(alarm -> sentences.add(alarm.asString("")));
            add(Verdict.FAILED, name, (sentences.size() == 1 ? "alarm: " : "alarms: ") + String.join("; ", sentences));
        }
    }

    private void version(String name, String running, Release target) {
        Release release = Release.parse(running);
        if (release == null) {
            add(Verdict.FAILED, name, "runs the version \"" + running + "\", which cannot be compared");
        } else if (release.major() != target.major()) {
            add(Verdict.FAILED, name, "runs " + running + ", another major version than " + limits.version());
        } else if (Math.abs(release.minor() - target.minor()) > 1) {
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
            long bytes = Files.size(file);
            if (bytes == header.totalBytes()) {
                age(header, clusterId);
            } else {
                add(Verdict.WARNING, "snapshot", "it is broken: it has " + bytes + " bytes, not the "
                        + header.totalBytes() + " that it says");
            }
        } catch (InvalidSnapshotException e) {
            add(Verdict.WARNING, "snapshot", "it is broken: " + e.what());
        } catch (NoSuchFileException e) {
            add(Verdict.WARNING, "snapshot", "there is no file " + file);
        } catch (IOException e) {
            add(Verdict.WARNING, "snapshot", file + " cannot be read: " + e.getMessage());
        }
    }

    private void age(SnapshotHeader header, String clusterId) {
        Duration age = Duration.between(header.createdAt(), clock.instant());
        if (!header.clusterId().equals(uuid(clusterId))) {
            add(Verdict.WARNING, "snapshot", "it is one of cluster " + header.clusterId() + ", not of this one");
        } else if (age.compareTo(limits.maxSnapshotAge()) > 0) {
            add(Verdict.WARNING, "snapshot", age.toHours() + " hours old; at most "
                    + limits.maxSnapshotAge().toHours() + " is recent");
        } else if (age.compareTo(CLOCKS_DIFFER) < 0) {
            add(Verdict.WARNING, "snapshot", "made " + header.createdAt() + ", which is yet to come by the clock"
                    + " here: its age is not known");
        } else {
            add(Verdict.OK, "snapshot", "made " + header.createdAt() + " (only its header was read: kvctl"
                    + " snapshot verify)");
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
