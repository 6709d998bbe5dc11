package io.canvass.kv.api.auth;

import io.canvass.kv.api.calls.ClusterCalls;
import io.canvass.kv.security.GuardedQueries;
import io.canvass.kv.security.Security;
import io.canvass.kv.store.KvQueries;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.web.servlet.handler.MappedInterceptor;

/** Puts the gate before Spring's handlers, and the rights before what handlers read. */
@Configuration(proxyBeanMethods = false)
class AuthConfiguration {
    /** Found by all mappings, also those of the actuator's own port, which take no other interceptors. */
    @Bean
    MappedInterceptor springGate(Gate gate, ClusterCalls cluster) {
        return new MappedInterceptor(null, null, new SpringGate(gate, cluster));
    }

    /** What everybody is given who asks for a view of the store without more words. */
    @Bean
    @Primary
    KvQueries guardedQueries(KvQueries queries, Security security) {
        return new GuardedQueries(queries, security);
    }
}
