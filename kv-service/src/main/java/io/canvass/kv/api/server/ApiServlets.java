package io.canvass.kv.api.server;

import java.util.Set;

import io.micrometer.observation.ObservationRegistry;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.filter.RequestContextFilter;
import org.springframework.web.filter.ServerHttpObservationFilter;

/** Registers the servlet for the key-value API, and Spring's filters, which cost more than a read, for Spring's servlet alone. */
@Configuration(proxyBeanMethods = false)
class ApiServlets {
    /** Of the key-value API; the cluster's, snapshots and problems are Spring's. */
    private static final String[] PATHS = {
        "/v1/kv/*", "/v1/kv64/*", "/v1/txn/*", "/v1/batch/*", "/v1/export/*", "/v1/import/*", "/v1/counters/*",
        "/v1/leases/*", "/v1/locks/*", "/v1/elections/*", "/v1/watch/*", "/v1/compact/*", "/v1/auth/*",
        "/v1/audit/*"
    };

    @Bean
    ServletRegistrationBean<KvServlet> kvServlet(ObjectProvider<KvRoutes> routes) {
        return new ServletRegistrationBean<>(new KvServlet(routes::getObject), PATHS);
    }

    /** In place of Boot's, which is for every path; {@link RequestTimers} measures the others. */
    @Bean
    FilterRegistrationBean<ServerHttpObservationFilter> observationFilter(ObjectProvider<ObservationRegistry> registry) {
        return ofSpringAlone(new ServerHttpObservationFilter(registry.getIfAvailable(() -> ObservationRegistry.NOOP)));
    }

    @Bean
    FilterRegistrationBean<RequestContextFilter> requestContextFilter() {
        return ofSpringAlone(new RequestContextFilter());
    }

    private static <F extends Filter> FilterRegistrationBean<F> ofSpringAlone(F filter) {
        FilterRegistrationBean<F> registration = new FilterRegistrationBean<>(filter);
        registration.setServletNames(Set.of(DispatcherServletAutoConfiguration.DEFAULT_DISPATCHER_SERVLET_BEAN_NAME));
        registration.setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.ASYNC);
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
        return registration;
    }
}
