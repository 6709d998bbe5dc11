package io.canvass.kv.e2e;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The log as JSON, of a node whose operator asked for it. */
@Timeout(300)
class EcsLogIT {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String REQUEST = "shop-42";

    @RegisterExtension
    private final LocalCluster cluster =
            LocalCluster.of(1, "--logging.structured.format.console=ecs", "--kv.security.audit-writes=true");

    @Test
    void eachLineIsAnObjectOfTheCommonSchemaAndThoseOfARequestHaveItsId() {
        LocalNode node = cluster.awaitLeader();
        assertThat(node.http().put(node.url() + "/v1/kv/a", "1", "X-Request-Id", REQUEST).status()).isEqualTo(201);
        // The audit's line may come a moment after the answer.
        await().until(() -> node.log().contains("/v1/kv/a"));
        node.stop();

        List<JsonNode> lines = node.log().lines().map(JSON::readTree).toList();
        assertThat(lines).hasSizeGreaterThan(3).allSatisfy(line -> {
            assertThat(line.path("@timestamp").asString("")).matches("\\d{4}-\\d\\d-\\d\\dT.*Z");
            assertThat(line.at("/log/level").asString("")).matches("INFO|WARN");
            assertThat(line.path("message").asString("")).isNotEmpty();
            assertThat(line.at("/service/name").asString("")).isEqualTo("canvass");
            assertThat(line.at("/service/node/name").asString("")).isEqualTo(node.id());
            assertThat(line.at("/ecs/version").asString("")).isNotEmpty();
        });
        List<JsonNode> ofTheRequest = lines.stream()
                .filter(line -> line.at("/http/request/id").asString("").equals(REQUEST))
                .toList();
        assertThat(ofTheRequest).singleElement().satisfies(line -> {
            assertThat(line.at("/log/logger").asString("")).isEqualTo("canvass.audit");
            assertThat(line.path("event.action").asString("")).isEqualTo("changed");
            assertThat(line.has("event")).isFalse();
            assertThat(line.path("path").asString("")).isEqualTo("/v1/kv/a");
        });
    }
}
