package io.canvass.kv.config;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Binds the settings, and what is built of them alone. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(KvProperties.class)
public class ConfigConfiguration {
    @Bean
    ClusterPlan clusterPlan(KvProperties properties, @Value("${server.port:8080}") int httpPort) {
        return ClusterPlan.of(properties, httpPort);
    }

    @Bean
    MemoryPlan memoryPlan(KvProperties properties) {
        return MemoryPlan.of(properties.memory());
    }
}
