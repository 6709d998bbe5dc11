package io.canvass.kv;

import java.io.IOException;
import java.nio.file.Path;

import io.canvass.kv.config.Exposure;
import io.canvass.kv.config.InvalidSettingException;
import io.canvass.kv.config.KvProperties;
import io.canvass.kv.security.AdminFile;
import io.canvass.kv.security.AuditLog;
import io.canvass.kv.security.Security;
import io.canvass.kv.store.KvStore;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

/** Who may do what on this node, and warnings where that is everybody, or nobody. */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {
    private static final Logger LOG = LoggerFactory.getLogger(SecurityConfiguration.class);

    @Bean
    AuditLog auditLog(KvProperties properties) {
        return new AuditLog(
                properties.security().auditEntries(), properties.security().auditWrites(), System::currentTimeMillis);
    }

    @Bean
    MeterBinder auditMeters(AuditLog audit) {
        return registry -> FunctionCounter.builder("kv.audit.dropped", audit, AuditLog::dropped)
                .description("Refusals that the audit told together with others of the same second, and not one by one")
                .register(registry);
    }

    @Bean
    AdminFile adminFile(KvProperties properties) {
        String file = properties.security().adminTokenFile();
        if (file.isBlank()) {
            return AdminFile.none();
        }
        try {
            return AdminFile.open(Path.of(file));
        } catch (IOException e) {
            throw new InvalidSettingException(
                    "kv.security.admin-token-file",
                    file,
                    String.valueOf(e.getMessage()),
                    "write a token there, as 'openssl rand -base64 32' makes one, or leave the setting out");
        }
    }

    @Bean
    Security security(KvProperties properties, AdminFile file, KvStore store, AuditLog audit) {
        return properties.security().authentication()
                ? Security.on(store::auth, file, System::currentTimeMillis, audit)
                : Security.off(store::auth, audit);
    }

    @Bean
    Warnings securityWarnings(Exposure exposure, Security security) {
        return new Warnings(exposure, security);
    }

    /** Told once, when the node is up. */
    record Warnings(Exposure exposure, Security security) {
        @EventListener(ApplicationReadyEvent.class)
        void warn() {
            if (exposure.isOpenToStrangers()) {
                LOG.warn("Everybody who reaches this node may do everything: it listens on {} without authentication, as"
                        + " kv.security.insecure=true says.", String.join(" and ", exposure.listensBeyond()));
            }
            if (security.isLockedOut()) {
                LOG.warn("Nobody can come in: there is no token or certificate, as far as this node knows, and no"
                        + " kv.security.admin-token-file.");
            }
        }
    }
}
