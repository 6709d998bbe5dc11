package io.canvass.kv.api;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random writes, conditions and reads by HTTP, each answer compared with what a map says. {@code -Dcanvass.model.steps=N} goes
 * further, {@code -Dcanvass.model.seed=S} elsewhere.
 */
class HttpModelTest extends ApiTest {
    private static final int STEPS = Integer.getInteger("canvass.model.steps", 600);
    private static final long SEED = Long.getLong("canvass.model.seed", 1);
    private static final List<String> KEYS = List.of("a", "a/b", "a/c", "b", "b%20c", "%C3%A4");
    private static final List<String> NAMES = List.of("a", "a/b", "a/c", "b", "b c", "\u00e4");
    private static final List<String> PREFIXES = List.of("", "a", "a/", "b", "none");

    private final Random random = new Random(SEED);
    private final TreeMap<String, Entry> model = new TreeMap<>();
    private final Set<String> seen = new HashSet<>();
    private long revision;

    private record Entry(String value, long created, long modified, long version) {
        String tag() {
            return "\"" + modified + "\"";
        }
    }

    /** A header, and whether it lets a request through. */
    private record Asked(List<String> headers, boolean holds) {}

    @Test
    void eachAnswerIsWhatAMapSays() {
        revision = store.revision();
        for (int step = 0; step < STEPS; step++) {
            int key = random.nextInt(KEYS.size());
            switch (random.nextInt(10)) {
                case 0, 1, 2, 3 -> put(key);
                case 4, 5 -> delete(key);
                case 6, 7, 8 -> get(key);
                default -> list(PREFIXES.get(random.nextInt(PREFIXES.size())));
            }
            assertThat(store.revision()).as("Revision after step %d of seed %d", step, SEED).isEqualTo(revision);
        }
        assertThat(seen).as("What was met").contains(
                "PUT 200", "PUT 201", "PUT 412", "DELETE 200", "DELETE 412", "GET 200", "GET 304", "GET 404");
    }

    private void put(int key) {
        Optional<Entry> old = entry(key);
        Asked asked = condition(old);
        String value = "v" + random.nextInt(1000);
        Wire.Reply reply = http.put("/v1/kv/" + KEYS.get(key), value, asked.headers().toArray(String[]::new));
        seen.add("PUT " + reply.status());
        if (!asked.holds()) {
            refused(reply, old);
            return;
        }
        revision++;
        Entry made = new Entry(
                value, old.map(Entry::created).orElse(revision), revision, old.map(Entry::version).orElse(0L) + 1);
        model.put(NAMES.get(key), made);
        assertThat(reply.status()).as(reply.text()).isEqualTo(old.isPresent() ? 200 : 201);
        assertThat(reply.header("ETag")).contains(made.tag());
        assertThat(reply.json().path("key").asString()).isEqualTo(NAMES.get(key));
        assertDescribes(reply.json(), made);
    }

    private void delete(int key) {
        Optional<Entry> old = entry(key);
        Asked asked = condition(old);
        Wire.Reply reply = http.delete("/v1/kv/" + KEYS.get(key), asked.headers().toArray(String[]::new));
        seen.add("DELETE " + reply.status());
        if (!asked.holds()) {
            refused(reply, old);
            return;
        }
        if (model.remove(NAMES.get(key)) != null) {
            revision++;
        }
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.json().path("deleted").asInt()).isEqualTo(old.isPresent() ? 1 : 0);
        assertThat(reply.json().path("revision").asLong()).isEqualTo(revision);
    }

    private void get(int key) {
        Optional<Entry> entry = entry(key);
        boolean conditional = random.nextInt(3) == 0;
        String tag = entry.filter(there -> random.nextBoolean()).map(Entry::tag).orElse("\"" + (1L << 40) + "\"");
        Wire.Reply reply = conditional
                ? http.get("/v1/kv/" + KEYS.get(key), "If-None-Match: " + tag)
                : http.get("/v1/kv/" + KEYS.get(key));
        seen.add("GET " + reply.status());
        assertThat(reply.header("Kv-Store-Revision")).contains(Long.toString(revision));
        if (entry.isEmpty()) {
            assertProblem(reply, 404, "key-not-found");
            return;
        }
        assertThat(reply.header("ETag")).contains(entry.get().tag());
        assertThat(reply.header("Kv-Create-Revision")).contains(Long.toString(entry.get().created()));
        assertThat(reply.header("Kv-Version")).contains(Long.toString(entry.get().version()));
        boolean unchanged = conditional && tag.equals(entry.get().tag());
        assertThat(reply.status()).isEqualTo(unchanged ? 304 : 200);
        assertThat(reply.text()).isEqualTo(unchanged ? "" : entry.get().value());
    }

    private void list(String prefix) {
        JsonNode page = http.get("/v1/kv?prefix=" + prefix).json();
        assertThat(page.path("revision").asLong()).isEqualTo(revision);
        List<JsonNode> items = StreamSupport.stream(page.path("items").spliterator(), false).toList();
        List<String> expected = new ArrayList<>(model.keySet());
        expected.removeIf(name -> !name.startsWith(prefix));
        assertThat(items).extracting(item -> item.path("key").asString()).isEqualTo(expected);
        for (JsonNode item : items) {
            Entry entry = model.getOrDefault(item.path("key").asString(), new Entry("", 0, 0, 0));
            assertThat(item.path("value").asString()).isEqualTo(entry.value());
            assertDescribes(item, entry);
        }
    }

    private void refused(Wire.Reply reply, Optional<Entry> current) {
        assertProblem(reply, 412, "precondition-failed");
        assertThat(reply.header("ETag")).isEqualTo(current.map(Entry::tag));
        assertThat(reply.json().path("current").path("exists").asBoolean()).isEqualTo(current.isPresent());
    }

    private static void assertDescribes(JsonNode json, Entry entry) {
        assertThat(json.path("revision").asLong()).isEqualTo(entry.modified());
        assertThat(json.path("createRevision").asLong()).isEqualTo(entry.created());
        assertThat(json.path("version").asLong()).isEqualTo(entry.version());
    }

    private Optional<Entry> entry(int key) {
        return Optional.ofNullable(model.get(NAMES.get(key)));
    }

    private Asked condition(Optional<Entry> old) {
        String right = old.map(Entry::tag).orElse("\"7777777\"");
        return switch (random.nextInt(8)) {
            case 0 -> new Asked(List.of("If-Match: " + right), old.isPresent());
            case 1 -> new Asked(List.of("If-Match: \"8888888\""), false);
            case 2 -> new Asked(List.of("If-Match: \"8888888\", " + right), old.isPresent());
            case 3 -> new Asked(List.of("If-Match: *"), old.isPresent());
            case 4 -> new Asked(List.of("If-None-Match: *"), old.isEmpty());
            default -> new Asked(List.of(), true);
        };
    }
}
