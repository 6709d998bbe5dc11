package io.canvass.kv.tls;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;

import io.canvass.kv.config.InvalidSettingException;
import io.canvass.kv.config.KvProperties;
import io.canvass.raft.transport.PeerTls;
import io.canvass.raft.transport.TestAuthority;
import io.canvass.raft.transport.TestAuthority.Issued;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

@ExtendWith(OutputCaptureExtension.class)
class PeerBundleTest {
    private static final Duration LONG = Duration.ofDays(90);

    private final TestAuthority authority = new TestAuthority("ours");
    private final DefaultSslBundleRegistry bundles = new DefaultSslBundleRegistry();

    private SslBundle bundle(String certificate, String key, TestAuthority... trusted) {
        PemSslStoreDetails own = PemSslStoreDetails.forCertificates(certificate).withPrivateKey(key);
        PemSslStoreDetails trust = trusted.length == 0 ? null : PemSslStoreDetails.forCertificates(trusted[0].pem());
        return SslBundle.of(new PemSslStoreBundle(own, trust));
    }

    private SslBundle bundle(Issued own) {
        return bundle(own.certificatePem(), own.keyPem(), authority);
    }

    private PeerTls open(String... identity) {
        List<String> forms = identity.length == 0 ? List.of("dns:{id}") : List.of(identity);
        return PeerBundle.open("kv-1", new KvProperties.Tls("peers", PeerTls.Mode.REQUIRE, forms), bundles);
    }

    private void assertRefused(String... words) {
        assertThatThrownBy(this::open)
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContainingAll("kv.peer.tls.bundle is \"peers\"", "the node was not started")
                .hasMessageContainingAll(words);
    }

    @Test
    void aBundleWithTheNodesCertificateAndItsPeersAuthorityWillDo() {
        bundles.registerBundle("peers", bundle(authority.issue("kv-1")));
        assertThat(open()).isNotNull();
    }

    @Test
    void aBundleThatIsNotThereIsRefused() {
        assertRefused("there is no such bundle");
    }

    @Test
    void theCertificateOfAnotherNodeIsRefused() {
        bundles.registerBundle("peers", bundle(authority.issue("kv-2")));
        assertRefused("names kv-2 by the form dns:{id}", "this node is kv-1");
    }

    @Test
    void aKeyOfAnotherCertificateIsRefused() {
        bundles.registerBundle("peers", bundle(authority.issue("kv-1").certificatePem(), authority.issue("kv-1").keyPem(), authority));
        assertRefused("its private key is not the one of its certificate");
    }

    /** Otherwise whoever has a certificate of any public CA would be a peer. */
    @Test
    void aBundleThatSaysNotWhomToTrustIsRefused() {
        Issued own = authority.issue("kv-1");
        bundles.registerBundle("peers", bundle(own.certificatePem(), own.keyPem()));
        assertRefused("it has no trust store");
    }

    @Test
    void aFormThatIsNoneIsRefused() {
        bundles.registerBundle("peers", bundle(authority.issue("kv-1")));
        assertThatThrownBy(() -> open("cn:{id}"))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContainingAll("kv.peer.tls.identity is \"cn:{id}\"", "dns: or uri:");
    }

    @Test
    void aReloadThatWillNotDoChangesNothingAndSaysSo(CapturedOutput output) {
        bundles.registerBundle("peers", bundle(authority.issue("kv-1")));
        open();
        bundles.updateBundle("peers", bundle(authority.issue("kv-2")));
        assertThat(output).contains("The bundle peers was changed, and its certificate (CN=node) names kv-2", "goes on with what it was");
        bundles.updateBundle("peers", bundle(authority.issue("kv-1")));
        assertThat(output.toString()).containsOnlyOnce("was changed, and");
    }

    @Test
    void whatIsLeftIsMeasuredAndSaidAtThirtyAndSevenDaysOnceEach(CapturedOutput output) {
        bundles.registerBundle("peers", bundle(authority.issue(LONG, "kv-1")));
        Instant begun = Instant.now();
        Clock[] now = {Clock.fixed(begun, ZoneOffset.UTC)};
        Clock clock = new TestClock(now);
        try (CertificateWatch watch = new CertificateWatch(Set.of("peers"), bundles, clock)) {
            SimpleMeterRegistry registry = new SimpleMeterRegistry();
            watch.bindTo(registry);
            assertThat(registry.get("kv.tls.certificate.expiry").tag("bundle", "peers").gauge().value()).isCloseTo(90, within(0.1));
            watch.look();
            assertThat(output.toString()).doesNotContain("The certificate of the bundle");

            now[0] = Clock.fixed(begun.plus(Duration.ofDays(61)), ZoneOffset.UTC);
            watch.look();
            watch.look();
            assertThat(output.toString()).containsOnlyOnce("in 28 days");
            now[0] = Clock.fixed(begun.plus(Duration.ofDays(85)), ZoneOffset.UTC);
            watch.look();
            watch.look();
            assertThat(output.toString()).containsOnlyOnce("in 4 days");
            now[0] = Clock.fixed(begun.plus(Duration.ofDays(91)), ZoneOffset.UTC);
            watch.look();
            assertThat(output.toString()).containsOnlyOnce("new connections with it fail");
            assertThat(watch.daysLeft("peers")).isCloseTo(-1, within(0.1));

            bundles.updateBundle("peers", bundle(authority.issue(LONG.multipliedBy(3), "kv-1")));
            assertThat(watch.daysLeft("peers")).isGreaterThan(100);
        }
    }

    /** Shows whatever the test set last. */
    private static final class TestClock extends Clock {
        private final Clock[] now;

        TestClock(Clock[] now) {
            this.now = now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now[0].instant();
        }
    }
}
