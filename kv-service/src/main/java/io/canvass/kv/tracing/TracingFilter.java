package io.canvass.kv.tracing;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;
import org.springframework.core.env.StandardEnvironment;

/**
 * Leaves out all of Boot's tracing unless {@code management.tracing.export.enabled} is true. Boot itself would make spans for each
 * request and drop them at the end.
 */
public final class TracingFilter implements AutoConfigurationImportFilter, EnvironmentAware {
    private static final List<String> PACKAGES = List.of(
            "org.springframework.boot.micrometer.tracing.", "org.springframework.boot.opentelemetry.");
    private static final String SWITCH = "management.tracing.export.enabled";

    private Environment environment = new StandardEnvironment();

    @Override
    public void setEnvironment(Environment known) {
        environment = known;
    }

    @Override
    public boolean[] match(@Nullable String[] classes, AutoConfigurationMetadata metadata) {
        boolean on = environment.getProperty(SWITCH, Boolean.class, false);
        boolean[] kept = new boolean[classes.length];
        for (int i = 0; i < classes.length; i++) {
            String name = classes[i];
            kept[i] = on || name == null || PACKAGES.stream().noneMatch(name::startsWith);
        }
        return kept;
    }
}
