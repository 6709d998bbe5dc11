package io.canvass.kv.tls;

import java.time.Clock;
import java.util.Set;
import java.util.TreeSet;

import io.canvass.kv.config.ClusterPlan;
import io.canvass.kv.config.KvProperties;
import io.canvass.raft.transport.PeerSecurity;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** TLS of this node, by the bundles that the settings name. */
@Configuration(proxyBeanMethods = false)
public class TlsConfiguration {
    @Bean
    PeerSecurity peerSecurity(ClusterPlan plan, KvProperties properties, SslBundles bundles) {
        KvProperties.Tls tls = properties.peer().tls();
        return tls.isOn() ? PeerBundle.open(plan.nodeId(), tls, bundles) : PeerSecurity.plain();
    }

    /** @param ofClients of the HTTP API, empty for none */
    @Bean(initMethod = "start", destroyMethod = "close")
    CertificateWatch certificateWatch(
            KvProperties properties, @Value("${server.ssl.bundle:}") String ofClients, SslBundles bundles, PeerSecurity checked) {
        Set<String> names = new TreeSet<>();
        if (properties.peer().tls().isOn()) {
            names.add(properties.peer().tls().bundle());
        }
        if (!ofClients.isEmpty()) {
            names.add(ofClients);
        }
        return new CertificateWatch(names, bundles, Clock.systemUTC());
    }
}
