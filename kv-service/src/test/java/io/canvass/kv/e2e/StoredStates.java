package io.canvass.kv.e2e;

import java.time.Duration;
import java.util.List;

import io.canvass.kv.store.KvStore;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What replicas have on their disks when all is written: the same, by the hash over every change (HAZARDS H6). */
final class StoredStates {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** What is said of a state wherever it lies. */
    private record Stored(long revision, long keyCount, long stateHash) {}

    private StoredStates() {}

    /** Stops all nodes, once each has applied all that there is, and compares; nobody may write any more. */
    static void assertSame(LocalCluster cluster) {
        await("all nodes have applied the whole log").atMost(LIMIT).until(() -> {
            List<JsonNode> logs = cluster.nodes().stream().map(StoredStates::log).toList();
            long last = logs.getFirst().path("lastIndex").asLong(-1);
            return last > 0
                    && logs.stream().allMatch(log -> log.path("lastIndex").asLong() == last
                            && log.path("appliedIndex").asLong() == last);
        });
        cluster.nodes().forEach(LocalNode::stop);
        List<Stored> states = cluster.nodes().stream().map(StoredStates::read).toList();
        assertThat(states.getFirst().revision()).as("the revision of a store that was written to").isGreaterThan(1);
        assertThat(states).allSatisfy(state -> assertThat(state).isEqualTo(states.getFirst()));
    }

    private static JsonNode log(LocalNode node) {
        return node.http().get(node.url() + Health.PATH).json().path("details").path("log");
    }

    private static Stored read(LocalNode node) {
        try (KvStore store = KvStore.open(node.settings().dataDir().resolve("state"))) {
            return new Stored(store.revision(), store.keyCount(), store.stateHash());
        }
    }
}
