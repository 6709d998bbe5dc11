package io.canvass.kv.config;

import java.util.stream.Stream;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** Binds the settings, and what is built of them alone. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(KvProperties.class)
public class ConfigConfiguration {
    @Bean
    Exposure exposure(KvProperties properties, Environment environment) {
        return Exposure.of(properties.security(), environment);
    }

    /** @param exposure judged first: a node that is refused for it has opened nothing */
    @Bean
    ClusterPlan clusterPlan(
            KvProperties properties,
            @Value("${server.port:8080}") int httpPort,
            Environment environment,
            Exposure exposure) {
        return ClusterPlan.of(properties, new OwnHttp(speaksTls(environment) ? "https" : "http", httpPort));
    }

    /** As Boot decides it: TLS is on with any of these, unless it is said to be off. */
    private static boolean speaksTls(Environment environment) {
        boolean configured = Stream.of("bundle", "key-store", "certificate")
                .anyMatch(name -> !environment.getProperty("server.ssl." + name, "").isEmpty());
        return configured && environment.getProperty("server.ssl.enabled", Boolean.class, true);
    }

    @Bean
    MemoryPlan memoryPlan(KvProperties properties) {
        return MemoryPlan.of(properties.memory());
    }
}
