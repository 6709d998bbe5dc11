package io.canvass.kv;

import io.canvass.kv.api.http.ApiLimits;
import io.canvass.kv.api.http.BodyTime;
import io.canvass.kv.api.http.WriteLimits;
import io.canvass.kv.api.read.StreamLimits;
import io.canvass.kv.api.server.LameDuck;
import io.canvass.kv.api.server.SlowHeads;
import io.canvass.kv.config.KvProperties;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.web.servlet.ServletContextInitializer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Hands the HTTP API what the settings name. */
@Configuration(proxyBeanMethods = false)
class ApiConfiguration {
    @Bean
    LameDuck lameDuck(KvProperties properties) {
        return new LameDuck(properties.shutdown().lameDuck());
    }

    @Bean(initMethod = "start", destroyMethod = "close")
    SlowHeads slowHeads(KvProperties properties, MeterRegistry registry) {
        return new SlowHeads(properties.request().headTimeout(), registry);
    }

    @Bean
    ServletContextInitializer bodyTimeout(KvProperties properties) {
        return context -> BodyTime.bound(context, properties.request().bodyTimeout());
    }

    @Bean
    StreamLimits streamLimits(KvProperties properties) {
        return new StreamLimits(properties.stream().maxOpen());
    }

    @Bean
    WriteLimits writeLimits(KvProperties properties) {
        return new WriteLimits(
                properties.request().maxInFlight(),
                properties.txn().maxOps(),
                Math.toIntExact(properties.request().maxSize().toBytes()),
                properties.request().maxRate(),
                properties.requirePreconditionPrefixes());
    }

    @Bean
    ApiLimits apiLimits(KvProperties properties) {
        ApiLimits defaults = ApiLimits.defaults();
        return new ApiLimits(
                Math.toIntExact(properties.value().maxSize().toBytes()),
                defaults.maxKeyBytes(),
                defaults.defaultPageItems(),
                defaults.maxPageItems(),
                defaults.maxPageBytes(),
                properties.request().timeout());
    }
}
