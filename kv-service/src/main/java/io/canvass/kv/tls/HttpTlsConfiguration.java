package io.canvass.kv.tls;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.ssl.SslBundleRegistrar;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The bundles of this node in place of Boot's own registry, which hands on whatever the files hold. */
@Configuration(proxyBeanMethods = false)
public class HttpTlsConfiguration {
    /** @param ofClients of the HTTP API, empty for none */
    @Bean
    DefaultSslBundleRegistry sslBundleRegistry(
            @Value("${server.ssl.bundle:}") String ofClients, ObjectProvider<SslBundleRegistrar> registrars) {
        DefaultSslBundleRegistry bundles = new CheckedBundles(ofClients);
        registrars.orderedStream().forEach(registrar -> registrar.registerBundles(bundles));
        return bundles;
    }
}
