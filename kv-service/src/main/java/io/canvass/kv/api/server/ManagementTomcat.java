package io.canvass.kv.api.server;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextType;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Gives the actuator's port, where it has one of its own, what the port of the API has of {@link TomcatSettings}: its errors and
 * its bounds of time. Spring Boot makes that port in a context of its own, which sees no customizers but Boot's.
 */
@ManagementContextConfiguration(value = ManagementContextType.CHILD, proxyBeanMethods = false)
@Conditional(ManagementTomcat.InChild.class)
class ManagementTomcat {
    @Bean
    WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> managementTomcatSettings(ObjectProvider<TomcatSettings> ofApi) {
        return factory -> ofApi.ifAvailable(settings -> settings.customizeManagement(factory));
    }

    /** A scan for components finds this class, too. */
    static final class InChild implements Condition {
        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            ConfigurableListableBeanFactory factory = context.getBeanFactory();
            return factory != null && factory.getParentBeanFactory() != null;
        }
    }
}
