package io.canvass.kv.api.server;

import java.util.List;

import io.canvass.kv.api.http.Access;
import io.canvass.kv.api.http.Endpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RouteTableTest {
    private static final Endpoint.Handler NONE = (request, response) -> {};

    private final RouteTable table = new RouteTable(List.of(
            Endpoint.of("/v1/kv/{key}", "GET", Access.KNOWN, NONE),
            Endpoint.of("/v1/kv", "GET", Access.KNOWN, NONE),
            Endpoint.of("/v1/elections/{name}", "PUT", Access.KNOWN, NONE),
            Endpoint.of("/v1/elections/{name}/watch", "GET", Access.KNOWN, NONE),
            Endpoint.of("/v1/kv/{key}", "PUT", Access.KNOWN, NONE)));

    @ParameterizedTest
    @CsvSource({
        "/v1/kv, /v1/kv",
        "/v1/kv/, /v1/kv/{key}",
        "/v1/kv/a/b/watch, /v1/kv/{key}",
        "/v1/elections/a, /v1/elections/{name}",
        "/v1/elections/a/watch, /v1/elections/{name}/watch",
        "/v1/elections/watch, /v1/elections/{name}",
    })
    void theMostSpecificTemplateWins(String path, String template) {
        assertThat(table.find(path)).map(Endpoint::template).contains(template);
    }

    @Test
    void whatNobodyServesIsNotFound() {
        assertThat(table.find("/v1/kv64")).isEmpty();
        assertThat(table.find("/v1/%6Bv/a")).isEmpty();
    }

    @Test
    void methodsOfOnePathMayComeFromSeveralComponents() {
        assertThat(table.find("/v1/kv/a")).map(Endpoint::handlers).hasValueSatisfying(
                handlers -> assertThat(handlers).containsOnlyKeys("GET", "PUT"));
        Endpoint again = Endpoint.of("/v1/kv", "GET", Access.KNOWN, NONE);
        assertThatThrownBy(() -> new RouteTable(List.of(again, again))).hasMessage("Two handlers of GET /v1/kv");
    }
}
