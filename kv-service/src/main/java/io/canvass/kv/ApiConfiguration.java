package io.canvass.kv;

import io.canvass.kv.api.ApiLimits;
import io.canvass.kv.config.KvProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Hands the HTTP API the bounds that the settings name. */
@Configuration(proxyBeanMethods = false)
class ApiConfiguration {
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
