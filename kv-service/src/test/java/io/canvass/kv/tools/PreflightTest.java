package io.canvass.kv.tools;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import com.sun.net.httpserver.HttpServer;
import io.canvass.kv.backup.Copies;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Against one server that speaks for all nodes. */
class PreflightTest {
    private static final String HEALTH = "/actuator/health/cluster/raft";

    @TempDir
    private Path folder;

    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private HttpServer server = none();

    private static HttpServer none() {
        try {
            return HttpServer.create();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String answer = answers.get(exchange.getRequestURI().getPath());
            byte[] body = (answer == null ? "{}" : answer).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer == null ? 404 : 200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        for (int n = 1; n <= 3; n++) {
            answers.put("/n" + n + "/v1/version", "{\"version\":\"1.3.2\"}");
            answers.put("/n" + n + HEALTH, health(n, "UP", ""));
        }
        answers.put("/n1/v1/cluster", cluster(0, "true"));
        answers.put("/n2/v1/cluster", cluster(0, "true").replace("\"leads\":true", "\"leads\":false"));
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private String url(int node) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/n" + node;
    }

    private static String health(int n, String status, String alarm) {
        return "{\"status\":\"" + status + "\",\"details\":{\"nodeId\":\"n" + n + "\",\"alarms\":[" + alarm + "],\"checks\":{"
                + "\"hasLeader\":\"ok\",\"votingMember\":\"The node decides nothing\",\"caughtUp\":\""
                + (status.equals("UP") ? "ok" : "Not yet") + "\"}}}";
    }

    private String cluster(long lagOfThird, String connected) {
        return "{\"clusterId\":\"00000000-0000-0007-0000-000000000007\",\"source\":{\"id\":\"n1\",\"leads\":true},"
                + "\"leader\":{\"id\":\"n1\",\"url\":\"" + url(1) + "\"},\"epoch\":4,"
                + "\"configuration\":{\"index\":9,\"committed\":true},\"members\":["
                + member(1, "LEADER", 0, "true") + "," + member(2, "FOLLOWER", 3, "true") + ","
                + member(3, "FOLLOWER", lagOfThird, connected) + "]}";
    }

    private String member(int n, String role, long lag, String connected) {
        return "{\"id\":\"n" + n + "\",\"role\":\"" + role + "\",\"voter\":true,\"url\":\"" + url(n) + "\","
                + "\"connected\":" + connected + ",\"lag\":" + lag + "}";
    }

    private int preflight(String... more) {
        String[] args = new String[7 + more.length];
        System.arraycopy(
                new String[] {"preflight", "--url", url(2), "--replicas", "3", "--version", "1.4.0"}, 0, args, 0, 7);
        System.arraycopy(more, 0, args, 7, more.length);
        return Kvctl.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
    }

    @Test
    void aSoundClusterPassesAndAMissingSnapshotIsOnlyAWarning() {
        assertThat(preflight()).as(out + "" + err).isEqualTo(ExitStatus.DONE);
        assertThat(out.toString()).contains(
                "OK        leader     n1 in epoch 4",
                "OK        replicas   3 for 3 members",
                "OK        n2         voter, 3 entries behind",
                "OK        n3         runs 1.3.2",
                "WARNING   snapshot",
                "The rollout may begin.");
    }

    @Test
    void aVoterThatIsBehindOrNotConnectedFails() {
        answers.put("/n1/v1/cluster", cluster(1200, "true"));
        assertThat(preflight()).isEqualTo(ExitStatus.REFUSED);
        assertThat(out.toString()).contains("FAILED    n3         1200 entries behind", "Do not begin the rollout.");
        answers.put("/n1/v1/cluster", cluster(0, "false"));
        assertThat(preflight()).isEqualTo(ExitStatus.REFUSED);
        assertThat(out.toString()).contains("not connected to the leader");
    }

    @Test
    void aMemberThatDoesNotAnswerAnAlarmOrAVersionTooFarFails() {
        answers.remove("/n3" + HEALTH);
        answers.put("/n2" + HEALTH, health(2, "UP", "\"the disk hangs\",\"DISK_LOW\""));
        answers.put("/n1/v1/version", "{\"version\":\"1.2.0\"}");
        assertThat(preflight()).isEqualTo(ExitStatus.REFUSED);
        assertThat(out.toString()).contains(
                "FAILED    n3         missing", "FAILED    n2         alarms: the disk hangs; DISK_LOW",
                "FAILED    n1         runs 1.2.0, more than one minor from 1.4.0");
        answers.put("/n1/v1/version", "{\"version\":\"0.4.0\"}");
        preflight();
        assertThat(out.toString()).contains("FAILED    n1         runs 0.4.0, another major version than 1.4.0");
    }

    @Test
    void aMemberThatIsOutOfServiceFailsAndSaysWhyNot() {
        answers.put("/n3" + HEALTH, health(3, "OUT_OF_SERVICE", ""));
        assertThat(preflight()).isEqualTo(ExitStatus.REFUSED);
        assertThat(out.toString()).contains("FAILED    n3         its health is OUT_OF_SERVICE: The node decides nothing; Not yet");
        answers.put("/n1/v1/cluster", cluster(0, "true").replace(
                "\"id\":\"n3\",\"role\":\"FOLLOWER\",\"voter\":true", "\"id\":\"n3\",\"role\":\"FOLLOWER\",\"voter\":false"));
        preflight();
        assertThat(out.toString()).as("an observer").contains("FAILED    n3         its health is OUT_OF_SERVICE: Not yet");
    }

    @Test
    void aUrlThatLeadsToAnotherNodeFails() {
        answers.put("/n3" + HEALTH, health(2, "UP", ""));
        assertThat(preflight()).isEqualTo(ExitStatus.REFUSED);
        assertThat(out.toString()).contains("FAILED    n3         at its URL " + url(3) + " there is n2, not n3")
                .doesNotContain("n3         runs");
    }

    @Test
    void aLeaderThatDoesNotAnswerAnyMoreFails() {
        answers.remove("/n1/v1/cluster");
        assertThat(preflight()).isEqualTo(ExitStatus.REFUSED);
        assertThat(out.toString()).contains("FAILED    leader     " + url(1) + "/v1/cluster answered 404", "Do not begin the rollout.");
    }

    @Test
    void aChangeOfMembersUnderWayFails() {
        answers.put("/n1/v1/cluster", cluster(0, "true").replace("\"committed\":true", "\"committed\":false"));
        assertThat(preflight()).isEqualTo(ExitStatus.REFUSED);
        assertThat(out.toString()).contains("FAILED    leader     n1; a change of members is under way");
    }

    @Test
    void aSnapshotIsLookedAtAndNeverMoreThanAWarning() throws Exception {
        Path file = Files.write(folder.resolve("snapshot"), Copies.snapshot(folder, 2));
        assertThat(snapshot(file, "87600")).startsWith("OK        snapshot   made " + Copies.NOW);
        assertThat(snapshot(file, "24")).matches("WARNING   snapshot   \\d+ hours old; at most 24 is recent");
        assertThat(snapshot(folder.resolve("none"), "24")).isEqualTo("WARNING   snapshot   there is no file " + folder.resolve("none"));
        assertThat(snapshot(Files.write(folder.resolve("cut"), Copies.announcing(10)), "87600"))
                .matches("WARNING   snapshot   it is broken: it has \\d+ bytes, not the \\d+ that it says");
        assertThat(snapshot(Files.writeString(folder.resolve("text"), "text"), "24"))
                .startsWith("WARNING   snapshot   it is broken: it does not begin");
        answers.replaceAll((_, answer) -> answer.replace("-000000000007", "-000000000008"));
        assertThat(snapshot(file, "87600"))
                .isEqualTo("WARNING   snapshot   it is one of cluster " + Copies.CLUSTER + ", not of this one");
    }

    private String snapshot(Path file, String hours) {
        out.getBuffer().setLength(0);
        assertThat(preflight("--snapshot", file.toString(), "--max-snapshot-age", hours)).isEqualTo(ExitStatus.DONE);
        return out.toString().lines().filter(line -> line.contains(" snapshot ")).findFirst().orElseThrow();
    }

    @Test
    void aSnapshotThatIsYetToBeMadeHasNoAge() throws Exception {
        Path file = Files.write(folder.resolve("snapshot"), Copies.snapshot(folder, 2));
        Clock behind = Clock.fixed(Copies.NOW.minus(Duration.ofHours(1)), ZoneOffset.UTC);
        Preflight.Limits limits = new Preflight.Limits(3, "", "1.3.0", 1000, file, Duration.ofHours(24));
        try (NodeStates nodes = new NodeStates(Access.plain())) {
            assertThat(new Preflight(nodes, limits, behind).run(URI.create(url(1))).getLast())
                    .satisfies(check -> assertThat(check.verdict()).isEqualTo(Preflight.Verdict.WARNING))
                    .satisfies(check -> assertThat(check.detail()).contains("yet to come by the clock here"));
        }
    }

    @Test
    void fewerReplicasThanMembersFailAndNoLeaderFails() {
        assertThat(preflight("--max-lag", "0")).as("n2 is 3 behind").isEqualTo(ExitStatus.REFUSED);
        answers.put("/n2/v1/cluster", "{\"clusterId\":\"x\",\"leader\":null,\"members\":[{},{},{},{}]}");
        assertThat(preflight()).isEqualTo(ExitStatus.REFUSED);
        assertThat(out.toString()).contains("FAILED    leader     none is known", "FAILED    replicas   3 for 4"
                + " members");
    }

    /** A StatefulSet deletes its last pods, and knows nothing of members: n-0 and n-1 were removed, and n-3 and n-4 would go. */
    @Test
    void aMemberWhosePodWouldGoFailsThoughTheNumberIsRight() {
        answers.replaceAll((_, answer) -> answer.replaceAll("(\"id\"|\"nodeId\"):\"n1\"", "$1:\"n-2\"")
                .replaceAll("(\"id\"|\"nodeId\"):\"n2\"", "$1:\"n-3\"")
                .replaceAll("(\"id\"|\"nodeId\"):\"n3\"", "$1:\"n-14\""));
        assertThat(preflight()).as("nodes that are no pods: " + out).isEqualTo(ExitStatus.DONE);
        assertThat(preflight("--pods", "other")).as("others' pods").isEqualTo(ExitStatus.DONE);
        assertThat(preflight("--pods", "n")).isEqualTo(ExitStatus.REFUSED);
        assertThat(out.toString()).contains("FAILED    replicas   3 for 3 members; a pod that goes is still a member. First run:"
                + " kvctl member remove n-14, then kvctl member remove n-3");
    }

    @Test
    void nobodyWhoAnswersIsAStatusOfItsOwn() {
        answers.remove("/n2/v1/cluster");
        assertThat(preflight()).isEqualTo(ExitStatus.UNAVAILABLE);
        assertThat(err.toString()).contains("answered 404");
        answers.put("/n2/v1/cluster", "{\"detail\":\"The node starts\"}");
        assertThat(preflight()).isEqualTo(ExitStatus.UNAVAILABLE);
        assertThat(err.toString()).contains("does not say who the members are: The node starts. Name another node.");
        assertThat(run("--url", "http://127.0.0.1:1", "--replicas", "3", "--version", "1.4.0")).isEqualTo(ExitStatus.UNAVAILABLE);
        assertThat(err.toString()).contains("nobody listens there").doesNotContain("Exception");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void whatCannotBeMeantIsWrongUsage() {
        assertThat(run("--url", url(1), "--replicas", "3", "--version", "new")).isEqualTo(ExitStatus.USAGE);
        assertThat(run("--url", "localhost:8080", "--replicas", "3", "--version", "1.4.0")).isEqualTo(ExitStatus.USAGE);
        assertThat(run("--url", url(1), "--replicas", "0", "--version", "1.4.0")).isEqualTo(ExitStatus.USAGE);
        assertThat(preflight("--max-snapshot-age", "9999999999999999")).isEqualTo(ExitStatus.USAGE);
        assertThat(err.toString()).contains("is not the URL of a node", "--max-snapshot-age is 1 to 87600").doesNotContain("Exception");
        assertThat(out.toString()).isEmpty();
    }

    private int run(String... args) {
        String[] words = new String[args.length + 1];
        words[0] = "preflight";
        System.arraycopy(args, 0, words, 1, args.length);
        return Kvctl.run(new PrintWriter(out, true), new PrintWriter(err, true), words);
    }
}
