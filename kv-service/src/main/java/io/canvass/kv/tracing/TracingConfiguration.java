package io.canvass.kv.tracing;

import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Hands the node's parts what Boot has made, if it was asked to. */
@Configuration(proxyBeanMethods = false)
class TracingConfiguration {
    @Bean
    Spans spans(ObjectProvider<Tracer> tracer, ObjectProvider<Propagator> propagator) {
        Tracer made = tracer.getIfAvailable();
        Propagator known = propagator.getIfAvailable();
        return made == null || known == null ? Spans.OFF : new Spans(made, known);
    }
}
