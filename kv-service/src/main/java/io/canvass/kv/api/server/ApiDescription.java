package io.canvass.kv.api.server;

import java.io.IOException;
import java.io.InputStream;

import io.swagger.v3.core.util.Yaml31;
import io.swagger.v3.oas.models.OpenAPI;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The description of this API (OpenAPI 3.1), which springdoc serves under {@code /v3/api-docs}. It is written by hand, in {@code
 * openapi.yaml}: what the handlers read strictly from raw requests cannot be told from their signatures. Tests hold it against the
 * endpoints, their parameters and their answers.
 */
@Configuration(proxyBeanMethods = false)
class ApiDescription {
    static final String FILE = "/openapi.yaml";

    @Bean
    OpenAPI openApi() {
        return read();
    }

    static OpenAPI read() {
        try (InputStream file = ApiDescription.class.getResourceAsStream(FILE)) {
            if (file == null) {
                throw new IllegalStateException(FILE + " is missing in this build");
            }
            return Yaml31.mapper().readValue(file, OpenAPI.class);
        } catch (IOException e) {
            throw new IllegalStateException(FILE + " cannot be read", e);
        }
    }
}
