package io.canvass.kv.api.server;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import io.canvass.kv.api.ApiTest;
import io.canvass.kv.api.http.Endpoint;
import io.swagger.v3.core.util.Json31;
import io.swagger.v3.oas.models.PathItem;
import org.junit.jupiter.api.Test;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code openapi.yaml} is what a node serves, and speaks of every endpoint that there is and of no other. */
class ApiDescriptionTest extends ApiTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    @Test
    void aNodeServesTheFileAsItIs() throws Exception {
        JsonNode served = http.get("/v3/api-docs").json();
        JsonNode file = JSON.readTree(Json31.mapper().writeValueAsString(ApiDescription.read()));
        assertThat(withSortedTypes(served)).isEqualTo(withSortedTypes(file));
        assertThat(http.get("/v3/api-docs.yaml").status()).isEqualTo(200);
    }

    /** A schema's types are a set, which is written in any order. */
    private static JsonNode withSortedTypes(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.properties().forEach(member -> {
                if (member.getKey().equals("type") && member.getValue() instanceof ArrayNode types) {
                    member.setValue(sorted(types));
                } else {
                    withSortedTypes(member.getValue());
                }
            });
        } else {
            node.forEach(ApiDescriptionTest::withSortedTypes);
        }
        return node;
    }

    private static ArrayNode sorted(ArrayNode types) {
        ArrayNode sorted = JSON.createArrayNode();
        types.valueStream().map(JsonNode::asString).sorted().forEach(sorted::add);
        return sorted;
    }

    @Test
    void everyEndpointIsDescribedAndNoOther() {
        Map<String, Set<String>> described = new TreeMap<>();
        ApiDescription.read().getPaths().forEach((path, item) -> described.put(path, methods(item)));
        assertThat(described).isEqualTo(served());
    }

    /** As curl would find them: the key-value API's own servlet, and Spring's controllers. */
    private Map<String, Set<String>> served() {
        Map<String, Set<String>> served = new TreeMap<>();
        for (Endpoint endpoint : server.bean(KvRoutes.class).endpoints()) {
            served.put(endpoint.template(), new TreeSet<>(endpoint.handlers().keySet()));
        }
        server.bean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class).getHandlerMethods()
                .forEach((mapping, method) -> {
                    if (method.getBeanType().getPackageName().startsWith("io.canvass.kv.api")) {
                        add(served, mapping);
                    }
                });
        served.remove("/error");
        return served;
    }

    private static void add(Map<String, Set<String>> served, RequestMappingInfo mapping) {
        for (String path : mapping.getPatternValues()) {
            Set<String> methods = served.computeIfAbsent(path, _ -> new TreeSet<>());
            mapping.getMethodsCondition().getMethods().forEach(method -> methods.add(method.name()));
        }
    }

    private static Set<String> methods(PathItem item) {
        Set<String> methods = new TreeSet<>();
        Arrays.stream(PathItem.HttpMethod.values())
                .filter(method -> item.readOperationsMap().containsKey(method))
                .forEach(method -> methods.add(method.name().toUpperCase(Locale.ROOT)));
        return methods;
    }
}
