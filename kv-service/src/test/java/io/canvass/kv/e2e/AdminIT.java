package io.canvass.kv.e2e;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** KV-API.md, section 7, on real nodes: an operator with curl, and a load that must not notice. */
@Timeout(900)
@Tag("long")
class AdminIT {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    /** The service's own limit for a request, and some more. */
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(15);
    /** So that only what an operator asks for happens. */
    private static final String BY_HAND = "--kv.cluster.auto-join=false";
    /** Busy cores keep it, so that who leads changes when it is asked for and not between two lines of a test. */
    private static final String PATIENT = "--kv.raft.election-timeout=4s";
    private static final Set<String> LATER = Set.of(
            "change-pending", "leader-not-ready", "member-behind", "no-quorum", "outcome-unknown", "would-lose-quorum");
    /** What a request is told that was done before, by a try whose answer was lost. */
    private static final Set<String> DONE_BEFORE = Set.of("already-a-member", "nothing-to-do", "member-not-found");

    @RegisterExtension
    private final LocalCluster cluster = LocalCluster.of(1, BY_HAND, PATIENT);

    private final Http http = new Http(ANSWER_LIMIT);

    @Test
    void aClusterGrowsFromOneToFiveAndShrinksToThreeUnderLoadByHttpAlone() {
        LocalNode first = cluster.node("kv-1");
        try (Workload load = Workload.on(List.of(first.url()))) {
            grow("kv-2", "manual");
            grow("kv-3", "manual");
            assertThat(voters(first)).containsExactlyInAnyOrder("kv-1", "kv-2", "kv-3");
            load.awaitProgress();

            // From a node that does not lead: each answers for all.
            LocalNode third = cluster.node("kv-3");
            changed("POST", third, "/v1/cluster/leader", "{\"to\":\"kv-3\"}");
            assertThat(cluster.awaitLeader()).isEqualTo(third);
            load.awaitProgress();
            awaitReply("GET", first, "/v1/cluster/members/kv-3/safe-to-stop", 200);

            grow("kv-4", "manual");
            grow("kv-5", "auto");
            JsonNode five = ask("GET", first, "/v1/cluster", "").json();
            assertThat(five.path("quorum").path("voters").asInt()).isEqualTo(5);
            assertThat(five.path("failureTolerance").asInt()).isEqualTo(2);
            assertThat(five.path("source").path("leads").asBoolean()).isTrue();
            load.awaitProgress();

            LocalNode leader = cluster.awaitLeader();
            remove(leader, cluster.others(leader).findFirst().orElseThrow());
            LocalNode next = cluster.awaitLeaderOf(cluster.others(leader).toList());
            LocalNode follower = cluster.others(leader)
                    .filter(node -> node != next && node != first)
                    .findFirst()
                    .orElseThrow();
            // Asked of the very node that is to go.
            remove(follower, next);
            List<LocalNode> rest = cluster.others(leader).filter(node -> node != follower).toList();
            assertThat(voters(next)).containsExactlyInAnyOrderElementsOf(rest.stream().map(LocalNode::id).toList());
            cluster.awaitLeaderOf(rest);
            load.stop();
            load.verify(next);
        }
    }

    @Test
    void whatMustNotBeIsRefusedAndChangesNothing() {
        grow("kv-2", "manual");
        grow("kv-3", "manual");
        LocalNode leader = cluster.awaitLeader();
        String before = members(leader);

        for (String asked : List.of("POST /leader", "DELETE /members/kv-2", "POST /members/kv-2/demote")) {
            String[] words = asked.split(" ", 2);
            Http.Reply reply = awaitReply(words[0], leader, "/v1/cluster" + words[1] + "?dry-run=true", 200);
            assertThat(reply.json().path("dryRun").asBoolean()).isTrue();
        }
        assertRefused(ask("DELETE", leader, "/v1/cluster/members/kv-9", ""), 404, "member-not-found");
        assertRefused(ask("POST", leader, "/v1/cluster/members/kv-2/promote", ""), 409, "nothing-to-do");
        assertRefused(
                ask("POST", leader, "/v1/cluster/members", "{\"id\":\"kv-2\",\"address\":\"127.0.0.1:1\"}"), 409,
                "already-a-member");
        assertRefused(ask("POST", leader, "/v1/cluster/members/kv-2/replace", ""), 409, "directory-unknown");
        assertThat(members(leader)).isEqualTo(before);

        LocalNode lost = cluster.others(leader).findFirst().orElseThrow();
        LocalNode other = cluster.others(leader).filter(node -> node != lost).findFirst().orElseThrow();
        lost.kill();
        Http.Reply unsafe = awaitReply("GET", other, "/v1/cluster/members/" + other.id() + "/safe-to-stop", 409);
        assertThat(unsafe.body()).contains("/problems/not-safe-to-stop", lost.id() + " is not connected", "leaves 1 of 3 voters");
        Http.Reply refused = ask("DELETE", other, "/v1/cluster/members/" + other.id(), "");
        assertRefused(refused, 409, "would-lose-quorum");
        assertThat(refused.body()).contains(lost.id() + " is not connected", "?force=true");
        assertThat(members(leader)).isEqualTo(before);

        changed("DELETE", other, "/v1/cluster/members/" + lost.id(), "");
        assertThat(voters(other)).containsExactlyInAnyOrder(leader.id(), other.id());

        leader.kill();
        JsonNode seen = await("a node that knows that nobody leads").atMost(LIMIT).until(
                () -> ask("GET", other, "/v1/cluster", "").json(), json -> json.path("leader").isNull());
        assertThat(seen.path("source").path("leads").asBoolean(true)).isFalse();
        assertThat(seen.path("members").toString()).doesNotContain("\"lag\"");
        assertRefused(ask("DELETE", other, "/v1/cluster/members/" + leader.id(), ""), 503, "no-quorum");
    }

    /** Starts a node more, adds it as an operator does, and makes a voter of it or waits until its leader does. */
    private void grow(String id, String promote) {
        LocalNode asked = cluster.node("kv-1");
        LocalNode node = cluster.add(id, BY_HAND, PATIENT);
        node.start();
        String directory = await("the directory of " + id).atMost(LIMIT).until(
                () -> Health.of(http.get(node.url() + Health.PATH)).directory(), text -> !text.isEmpty());
        String body = JsonMapper.shared().writeValueAsString(Map.of(
                "id", id, "address", node.settings().peerAddress(), "url", node.url(), "directoryId", directory,
                "promote", promote));
        int before = voters(asked).size();
        awaitReply("POST", asked, "/v1/cluster/members?dry-run=true", body, 200);
        assertThat(ask("GET", asked, "/v1/cluster/members/" + id, "").status()).as("a dry run").isEqualTo(404);
        changed("POST", asked, "/v1/cluster/members", body);
        assertThat(ask("GET", asked, "/v1/cluster/members/" + id, "").json().path("directoryId").asString()).isEqualTo(directory);
        if (promote.equals("manual")) {
            changed("POST", node, "/v1/cluster/members/" + id + "/promote", "");
        }
        node.awaitReady();
        assertThat(voters(asked)).contains(id).hasSize(before + 1);
    }

    private void remove(LocalNode node, LocalNode asked) {
        changed("DELETE", asked, "/v1/cluster/members/" + node.id(), "");
        assertThat(voters(asked)).doesNotContain(node.id());
        await("the news at " + node.id()).atMost(LIMIT).until(() -> node.health().role().equals("REMOVED"));
        assertThat(node.isReady()).isFalse();
        assertThat(node.isLive()).isTrue();
    }

    /** Asks until it is done; what may come true by waiting is waited for, and what is not known is asked for again. */
    private void changed(String method, LocalNode node, String path, String body) {
        AtomicBoolean unknown = new AtomicBoolean();
        Http.Reply done = await(method + " " + path).atMost(LIMIT).until(() -> ask(method, node, path, body), reply -> {
            unknown.compareAndSet(false, type(reply).equals("outcome-unknown"));
            return !LATER.contains(type(reply));
        });
        boolean before = unknown.get() && DONE_BEFORE.contains(type(done));
        assertThat(done.isSuccess() || before).as("%s %s: %s", method, path, done).isTrue();
    }

    private static String type(Http.Reply reply) {
        return reply.json().path("type").asString("").replace("/problems/", "");
    }

    private Http.Reply awaitReply(String method, LocalNode node, String path, int status) {
        return awaitReply(method, node, path, "", status);
    }

    private Http.Reply awaitReply(String method, LocalNode node, String path, String body, int status) {
        return await(method + " " + path).atMost(LIMIT).until(
                () -> ask(method, node, path, body), reply -> reply.status() == status);
    }

    private Http.Reply ask(String method, LocalNode node, String path, String body) {
        Http.Reply reply = http.send(method, node.url() + path, body);
        assertThat(reply.reach()).as("%s %s: %s", method, path, reply).isEqualTo(Http.Reach.ANSWERED);
        return reply;
    }

    private static void assertRefused(Http.Reply reply, int status, String type) {
        assertThat(reply.status()).as("%s", reply).isEqualTo(status);
        assertThat(reply.json().path("type").asString()).isEqualTo("/problems/" + type);
        assertThat(reply.json().path("outcome").asString()).isEqualTo("not-applied");
    }

    private Set<String> voters(LocalNode node) {
        return StreamSupport.stream(ask("GET", node, "/v1/cluster/members", "").json().path("members").spliterator(), false)
                .filter(member -> member.path("voter").asBoolean())
                .map(member -> member.path("id").asString())
                .collect(Collectors.toSet());
    }

    /** Who is what; not where, which a leader may write down at any time. */
    private String members(LocalNode node) {
        return StreamSupport.stream(ask("GET", node, "/v1/cluster/members", "").json().path("members").spliterator(), false)
                .map(member -> member.path("id").asString() + " " + member.path("voter") + " " + member.path("promote"))
                .sorted()
                .collect(Collectors.joining("\n"));
    }
}
