package io.canvass.kv.tools;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Against one server that speaks for all nodes. */
class PreflightTest {
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
            answers.put("/n" + n + "/actuator/health/cluster/raft", "{\"status\":\"UP\",\"details\":{\"alarms\":[]}}");
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
        answers.remove("/n3/actuator/health/cluster/raft");
        answers.put("/n2/actuator/health/cluster/raft", "{\"details\":{\"alarms\":[\"the disk hangs\"]}}");
        answers.put("/n1/v1/version", "{\"version\":\"1.2.0\"}");
        assertThat(preflight()).isEqualTo(ExitStatus.REFUSED);
        assertThat(out.toString()).contains(
                "FAILED    n3         missing", "FAILED    n2         alarms: [\"the disk hangs\"]",
                "FAILED    n1         runs 1.2.0, more than one minor from 1.4.0");
    }

    @Test
    void fewerReplicasThanMembersFailAndNoLeaderFails() {
        assertThat(preflight("--max-lag", "0")).as("n2 is 3 behind").isEqualTo(ExitStatus.REFUSED);
        answers.put("/n2/v1/cluster", "{\"clusterId\":\"x\",\"leader\":null,\"members\":[{},{},{},{}]}");
        assertThat(preflight()).isEqualTo(ExitStatus.REFUSED);
        assertThat(out.toString()).contains("FAILED    leader     none is known", "FAILED    replicas   3 for 4"
                + " members");
    }

    @Test
    void nobodyWhoAnswersIsAStatusOfItsOwnAndAWrongVersionIsWrongUsage() {
        answers.remove("/n2/v1/cluster");
        assertThat(preflight()).isEqualTo(ExitStatus.UNAVAILABLE);
        assertThat(err.toString()).contains("answered 404");
        assertThat(Kvctl.run(new PrintWriter(out, true), new PrintWriter(err, true), "preflight", "--url", url(1),
                        "--replicas", "3", "--version", "new"))
                .isEqualTo(ExitStatus.USAGE);
    }
}
