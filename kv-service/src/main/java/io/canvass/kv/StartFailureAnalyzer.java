package io.canvass.kv;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

import io.canvass.kv.config.InvalidSettingException;
import io.canvass.kv.config.KvProperties;
import io.canvass.kv.store.StoreException;
import io.canvass.raft.storage.StorageException;
import io.canvass.raft.transport.TransportException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.boot.context.properties.bind.validation.ValidationErrors;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.validation.FieldError;
import org.springframework.validation.ObjectError;

/** Turns what stopped the start into a sentence for the operator, before Boot's own analyzers turn it into a page. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class StartFailureAnalyzer implements FailureAnalyzer {
    private static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of(KvProperties.PREFIX);

    @Override
    public @Nullable FailureAnalysis analyze(Throwable failure) {
        return sentence(failure).map(text -> new FailureAnalysis(text, null, failure)).orElse(null);
    }

    private static Optional<String> sentence(Throwable failure) {
        return find(failure, InvalidSettingException.class).map(Throwable::getMessage)
                .or(() -> find(failure, BindValidationException.class).flatMap(StartFailureAnalyzer::outOfBounds))
                .or(() -> find(failure, UnboundConfigurationPropertiesException.class).flatMap(StartFailureAnalyzer::unknown))
                .or(() -> find(failure, BindException.class).flatMap(StartFailureAnalyzer::unreadable))
                .or(() -> find(failure, StorageException.class).map(Throwable::getMessage))
                .or(() -> find(failure, StoreException.class).map(Throwable::getMessage))
                .or(() -> find(failure, TransportException.class).map(Throwable::getMessage))
                .or(() -> find(failure, PortInUseException.class).map(StartFailureAnalyzer::httpPortInUse));
    }

    private static Optional<String> outOfBounds(BindValidationException failure) {
        ValidationErrors errors = failure.getValidationErrors();
        if (!isOurs(errors.getName())) {
            return Optional.empty();
        }
        List<String> sentences = new ArrayList<>();
        for (ObjectError error : errors) {
            if (error instanceof FieldError field) {
                String property = errors.getName() + "." + dashed(field.getField());
                sentences.add(written(property, errors, field) + ", but it " + field.getDefaultMessage()
                        + ": correct it, or leave it out for the default.");
            } else {
                sentences.add(errors.getName() + ": " + error.getDefaultMessage() + ".");
            }
        }
        return Optional.of(String.join(System.lineSeparator(), sentences));
    }

    /** The value as the operator wrote it, and where. */
    private static String written(String property, ValidationErrors errors, FieldError error) {
        for (ConfigurationProperty bound : errors.getBoundProperties()) {
            if (bound.getName().toString().equals(property)) {
                return written(bound);
            }
        }
        return property + " is \"" + error.getRejectedValue() + "\"";
    }

    private static String written(ConfigurationProperty property) {
        String origin = property.getOrigin() == null ? "" : " (" + property.getOrigin() + ")";
        return property.getName() + " is \"" + property.getValue() + "\"" + origin;
    }

    private static Optional<String> unknown(UnboundConfigurationPropertiesException failure) {
        TreeSet<String> sentences = new TreeSet<>();
        for (ConfigurationProperty property : failure.getUnboundProperties()) {
            if (!isOurs(property.getName())) {
                return Optional.empty();
            }
            // An empty text converts to nothing, and what is not bound counts as unknown.
            boolean empty = property.getValue() instanceof String text && text.isEmpty();
            sentences.add(written(property)
                    + (empty
                            ? ", but it must not be empty: give it a value, or remove it."
                            : ", but there is no such property: correct its name, or remove it."));
        }
        return Optional.of(String.join(System.lineSeparator(), sentences));
    }

    private static Optional<String> unreadable(BindException failure) {
        ConfigurationProperty property = failure.getProperty();
        if (!isOurs(failure.getName()) || property == null) {
            return Optional.empty();
        }
        Class<?> type = failure.getTarget().getType().toClass();
        return Optional.of(written(property) + ", but that is not " + describe(type)
                + ": correct it, or leave it out for the default.");
    }

    private static String describe(Class<?> type) {
        return switch (type.getSimpleName()) {
            case "Duration" -> "a duration such as 500ms, 10s or 2m";
            case "DataSize" -> "a size such as 512KB or 1MB";
            case "UUID" -> "a UUID such as 0c2f7a52-6f0e-4d3e-9a55-2f1d8f0f6a01";
            case "Integer", "int" -> "a whole number";
            case "Boolean", "boolean" -> "true or false";
            default -> "a " + type.getSimpleName();
        };
    }

    private static String httpPortInUse(PortInUseException failure) {
        return "server.port is \"" + failure.getPort() + "\", but another process listens on that port:"
                + " stop that process, or choose another port.";
    }

    private static boolean isOurs(ConfigurationPropertyName name) {
        return ROOT.equals(name) || ROOT.isAncestorOf(name);
    }

    private static String dashed(String field) {
        List<String> parts = new ArrayList<>();
        for (String part : field.split("\\.", -1)) {
            parts.add(DataObjectPropertyName.toDashedForm(part));
        }
        return String.join(".", parts);
    }

    private static <T extends Throwable> Optional<T> find(Throwable failure, Class<T> type) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return Optional.of(type.cast(cause));
            }
        }
        return Optional.empty();
    }
}
