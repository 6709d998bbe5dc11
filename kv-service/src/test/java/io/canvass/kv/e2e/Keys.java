package io.canvass.kv.e2e;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import tools.jackson.databind.JsonNode;

import static org.awaitility.Awaitility.await;

/** Names keys in groups that fit in one page, and reads a group back by linearizable reads. */
final class Keys implements AutoCloseable {
    private static final int GROUP = 500;
    private static final Duration READ_LIMIT = Duration.ofMinutes(1);

    private final Http http = new Http(Duration.ofSeconds(10));
    private final String url;

    /** @param url the node to read from */
    Keys(String url) {
        this.url = url;
    }

    static String name(String writer, int number) {
        return String.format("%s/%04d/%06d", writer, number / GROUP, number);
    }

    /** Everything a writer's keys hold, up to that number, excluded. */
    Map<String, Entry> read(String writer, int count) {
        Map<String, Entry> entries = new HashMap<>();
        for (int group = 0; group * GROUP < count; group++) {
            String prefix = String.format("%s/%04d/", writer, group);
            for (JsonNode item : page(prefix).path("items")) {
                entries.put(
                        item.path("key").asString(),
                        new Entry(item.path("value").asString(), item.path("version").asLong()));
            }
        }
        return entries;
    }

    Http.Reply read(String key) {
        return await("reading " + key)
                .atMost(READ_LIMIT)
                .until(() -> http.get(url + "/v1/kv/" + key), Http.Reply::isSuccess);
    }

    @Override
    public void close() {
        http.close();
    }

    private JsonNode page(String prefix) {
        String request = url + "/v1/kv?limit=" + 2 * GROUP + "&prefix=" + prefix;
        Http.Reply reply = await("reading keys below " + prefix)
                .atMost(READ_LIMIT)
                .until(() -> http.get(request), Http.Reply::isSuccess);
        JsonNode page = reply.json();
        if (page.path("more").asBoolean()) {
            throw new AssertionError("There are more than " + 2 * GROUP + " keys below " + prefix);
        }
        return page;
    }

    /** A key as it stands. */
    record Entry(String value, long version) {}
}
