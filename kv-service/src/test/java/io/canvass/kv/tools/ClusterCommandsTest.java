package io.canvass.kv.tools;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What kvctl asks of a node, and how it ends. */
class ClusterCommandsTest {
    private static final String CLUSTER = """
            {"clusterId":"0c2f","source":{"id":"kv-2","leads":true},"leader":{"id":"kv-2"},"epoch":7,"commitIndex":51,
            "quorum":{"voters":2,"observers":1,"needed":2,"reachable":2},"failureTolerance":0,
            "configuration":{"index":40,"committed":true},"members":[
            {"id":"kv-1","role":"FOLLOWER","voter":true,"promote":"auto","address":"kv-1:9080","url":null,"directoryId":null,
            "connected":false,"detail":"Connection refused"},
            {"id":"kv-2","role":"LEADER","voter":true,"promote":"auto","address":"kv-2:9080","url":"http://kv-2:8080",
            "directoryId":"7d1a","connected":true,"lastContactMs":0,"lag":0},
            {"id":"kv-4","role":"OBSERVER","voter":false,"promote":"manual","address":"kv-4:9080","url":null,"directoryId":"7d1b",
            "seenDirectoryId":"7d1c","connected":true,"lastContactMs":12,"lag":3}]}
            """;

    private final FakeCluster node = new FakeCluster();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    ClusterCommandsTest() throws IOException {}

    @AfterEach
    void close() {
        node.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "member add kv-4 kv-4:9080 | POST /v1/cluster/members {\"id\":\"kv-4\",\"address\":\"kv-4:9080\"}",
        "member add kv-4 kv-4:9080 --http-url http://kv-4:8080 --directory-id 7d1a --manual --dry-run"
                + " | POST /v1/cluster/members?dry-run=true {\"id\":\"kv-4\",\"address\":\"kv-4:9080\",\"url\":\"http://kv-4:8080\","
                + "\"directoryId\":\"7d1a\",\"promote\":\"manual\"}",
        "member promote kv-4 | POST /v1/cluster/members/kv-4/promote",
        "member demote kv-4 --force | POST /v1/cluster/members/kv-4/demote?force=true",
        "member remove kv-4 --force --dry-run | DELETE /v1/cluster/members/kv-4?dry-run=true&force=true",
        "member remove a/b | DELETE /v1/cluster/members/a%2Fb",
        "member update kv-4 --address h:1 --promote manual | PATCH /v1/cluster/members/kv-4 {\"address\":\"h:1\",\"promote\":\"manual\"}",
        "member replace kv-4 | POST /v1/cluster/members/kv-4/replace",
        "member replace kv-4 --directory-id 7d1a | POST /v1/cluster/members/kv-4/replace {\"directoryId\":\"7d1a\"}",
        "member list | GET /v1/cluster/members", "status | GET /v1/cluster",
        "leader transfer kv-2 | POST /v1/cluster/leader {\"to\":\"kv-2\"}", "leader transfer --dry-run | POST /v1/cluster/leader?dry-run=true",
        "alarms | GET /v1/alarms", "alarms --disarm | DELETE /v1/alarms",
        "safe-to-stop kv-2 | GET /v1/cluster/members/kv-2/safe-to-stop"
    })
    void aCommandIsOneRequest(String command, String request) {
        assertThat(run(command.split(" "))).as(err.toString()).isEqualTo(ExitStatus.DONE);
        assertThat(node.asked()).containsExactly(request);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void theStatusIsATableAndWhatIsWrongIsSaid() {
        node.answers(200, CLUSTER);
        assertThat(run("status")).isEqualTo(ExitStatus.DONE);
        assertThat(out.toString().lines()).containsExactly(
                "CLUSTER  LEADER  EPOCH  COMMIT  VOTERS  NEEDED  REACHABLE  OBSERVERS  MAY FAIL",
                "0c2f     kv-2    7      51      2       2       2          1          0",
                "",
                "ID    ROLE      PROMOTE  ADDRESS    CONNECTED  CONTACT  LAG  DIRECTORY  URL",
                "kv-1  FOLLOWER  -        kv-1:9080  no         -        -    -          -",
                "kv-2  LEADER    -        kv-2:9080  yes        0 ms     0    7d1a       http://kv-2:8080",
                "kv-4  OBSERVER  manual   kv-4:9080  yes        12 ms    3    7d1b       -",
                "kv-1 is not connected: Connection refused",
                "kv-4 has come with another directory, 7d1c: it lost its disk, or another node bears its name.");
    }

    @Test
    void withoutALeaderTheStatusSaysWhoseItIsAndScriptsAreTold() {
        node.answers(200, CLUSTER.replace("{\"id\":\"kv-2\",\"leads\":true}", "{\"id\":\"kv-1\",\"leads\":false}")
                .replace("\"leader\":{\"id\":\"kv-2\"}", "\"leader\":null").replace("\"committed\":true", "\"committed\":false"));
        assertThat(run("status")).isEqualTo(ExitStatus.UNAVAILABLE);
        assertThat(out.toString()).contains("nobody that is known", "the configuration at index 40 is not committed yet",
                "This is what kv-1 sees, which does not lead");
    }

    @Test
    void whatTheNodeAnsweredIsPrintedAsItIsWhereThatIsWanted() {
        node.answers(200, CLUSTER);
        assertThat(run("status", "--json")).isEqualTo(ExitStatus.DONE);
        assertThat(out.toString()).isEqualTo(CLUSTER);
    }

    @Test
    void whatWasDoneIsSaid() {
        node.answers(201, "{\"change\":\"add\",\"index\":42}");
        run("member", "add", "kv-4", "kv-4:9080");
        run("member", "add", "kv-4", "kv-4:9080", "--dry-run");
        node.answers(200, "{\"leader\":{\"id\":\"kv-2\"},\"epoch\":8}");
        run("leader", "transfer", "kv-2");
        assertThat(out.toString().lines()).containsExactly(
                "kv-4 is an observer, by the entry at index 42.", "It could be done. Nothing was changed.", "kv-2 leads epoch 8.");
    }

    @ParameterizedTest
    @CsvSource({
        "409, not-applied, 1", "404, not-applied, 1", "400, not-applied, 1", "503, not-applied, 3", "504, unknown, 4", "500, unknown, 4"
    })
    void aRefusalIsTheNodesSentenceAndAStatusForScripts(int status, String outcome, int exit) {
        node.answers(status, "{\"detail\":\"Not now.\",\"outcome\":\"" + outcome + "\"}");
        assertThat(run("member", "remove", "kv-4")).isEqualTo(exit);
        assertThat(err.toString().strip()).isEqualTo("kvctl: Not now.");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void yesAndNoAreStatusesAndSentences() {
        node.answers(200, "{\"id\":\"kv-2\",\"safe\":true,\"reason\":\"Two are left.\"}");
        assertThat(run("safe-to-stop", "kv-2")).isEqualTo(ExitStatus.DONE);
        node.answers(409, "{\"type\":\"/problems/not-safe-to-stop\",\"detail\":\"One is left.\"}");
        assertThat(run("safe-to-stop", "kv-2")).isEqualTo(ExitStatus.REFUSED);
        assertThat(out.toString().lines()).containsExactly("Yes. Two are left.", "No. One is left.");
        node.answers(503, "{\"type\":\"/problems/no-quorum\",\"detail\":\"Nobody leads.\"}");
        assertThat(run("safe-to-stop", "kv-2")).isEqualTo(ExitStatus.UNAVAILABLE);
    }

    @Test
    void alarmsAreLinesAndAStatusForScripts() {
        node.answers(200, "{\"alarms\":[],\"silent\":[]}");
        assertThat(run("alarms")).isEqualTo(ExitStatus.DONE);
        node.answers(200, "{\"alarms\":[{\"node\":\"kv-2\",\"code\":\"DISK_LOW\",\"detail\":\"It is full.\"}],"
                + "\"silent\":[{\"node\":\"kv-3\",\"detail\":\"It did not answer in time.\"}]}");
        assertThat(run("alarms")).isEqualTo(ExitStatus.REFUSED);
        node.answers(200, "{\"disarmed\":[{\"node\":\"kv-1\",\"code\":\"STRANGE_MESSAGES\",\"detail\":\"3 came.\"}],"
                + "\"alarms\":[],\"silent\":[]}");
        assertThat(run("alarms", "--disarm")).isEqualTo(ExitStatus.DONE);
        assertThat(out.toString().lines()).containsExactly(
                "No alarms.",
                "kv-2 DISK_LOW: It is full.",
                "kv-3 did not say: It did not answer in time.",
                "Forgotten: kv-1 STRANGE_MESSAGES: 3 came.",
                "No alarms.");
    }

    @Test
    void whoeverIsNotThereIsToldFromWhoWentAway() {
        node.hangsUp();
        assertThat(run("member", "remove", "kv-4")).isEqualTo(ExitStatus.UNKNOWN);
        assertThat(err.toString()).contains("It may have been done");
        assertThat(run("status")).isEqualTo(ExitStatus.UNAVAILABLE);
        node.close();
        assertThat(run("member", "remove", "kv-4")).isEqualTo(ExitStatus.UNAVAILABLE);
        assertThat(err.toString()).contains("No node answers at " + node.url());
    }

    @Test
    void anotherServiceIsNoCluster() {
        node.answers(404, "<html>");
        assertThat(run("member", "list")).isEqualTo(ExitStatus.REFUSED);
        assertThat(err.toString()).contains("answered 404, which is not what Canvass answers");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "member", "member add kv-4", "member add kv-4 a b", "member remove", "member update kv-4", "member explode", "leader",
        "safe-to-stop", "status now", "status --timeout 0", "status --timeout x", "status --color"
    })
    void aWrongCommandLineIsTwoAndAsksNobody(String command) {
        assertThat(run(command.split(" "))).isEqualTo(ExitStatus.USAGE);
        assertThat(err.toString()).isNotBlank();
        assertThat(node.asked()).isEmpty();
    }

    @Test
    void aUrlMustBeOne() {
        assertThat(Kvctl.run(new PrintWriter(out, true), new PrintWriter(err, true), "status", "--url", "kv-1")).isEqualTo(ExitStatus.USAGE);
        assertThat(err.toString()).contains("'kv-1' is not the URL of a node");
    }

    private int run(String... words) {
        List<String> command = new ArrayList<>(List.of(words));
        if (words.length > 1 || words[0].equals("status") || words[0].equals("alarms")) {
            command.addAll(List.of("--url", node.url() + "/"));
        }
        return Kvctl.run(new PrintWriter(out, true), new PrintWriter(err, true), command.toArray(String[]::new));
    }
}
