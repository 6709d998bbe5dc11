package io.canvass.kv.tls;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

/**
 * Knows when the certificates of this node end, and says so in time: a metric, and a warning 30 and 7 days before. A probe does not
 * look at them: no restart makes a certificate new.
 */
final class CertificateWatch implements MeterBinder, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateWatch.class);
    private static final Duration SOON = Duration.ofDays(30);
    private static final Duration VERY_SOON = Duration.ofDays(7);
    private static final Duration INTERVAL = Duration.ofHours(1);
    private static final double SECONDS_OF_A_DAY = Duration.ofDays(1).toSeconds();

    private final Clock clock;
    private final Set<String> names;
    private final Map<String, Instant> ends = new ConcurrentHashMap<>();
    private final Map<String, Warned> warned = new ConcurrentHashMap<>();
    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(
            1, task -> Thread.ofPlatform().name("kv-certificates").daemon(true).unstarted(task));

    /** @param days so many, 30, 7 or 0, were said to be left of a certificate with this end */
    private record Warned(Instant end, long days) {}

    /** @param names of bundles that are in use */
    CertificateWatch(Set<String> names, SslBundles bundles, Clock clock) {
        this.names = Set.copyOf(names);
        this.clock = clock;
        for (String name : this.names) {
            learn(name, bundles.getBundle(name));
            bundles.addBundleUpdateHandler(name, next -> {
                learn(name, next);
                look();
            });
        }
    }

    private void learn(String name, SslBundle bundle) {
        try {
            ends.put(name, NodeCertificate.of(bundle).end());
        } catch (RuntimeException e) {
            LOG.warn("When the certificate of the bundle {} ends cannot be told: {}", name, e.getMessage());
        }
    }

    void start() {
        var _ = executor.scheduleWithFixedDelay(this::look, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Warns once of each certificate at each of the marks. */
    void look() {
        ends.forEach((name, end) -> {
            Duration left = Duration.between(clock.instant(), end);
            if (left.compareTo(SOON) > 0) {
                return;
            }
            long mark = left.isNegative() ? 0 : left.compareTo(VERY_SOON) <= 0 ? VERY_SOON.toDays() : SOON.toDays();
            Warned now = new Warned(end, mark);
            if (!now.equals(warned.put(name, now))) {
                if (left.isNegative()) {
                    LOG.error("The certificate of the bundle {} ended {}: new connections with it fail. Replace its files.", name, end);
                } else {
                    LOG.warn("The certificate of the bundle {} ends {}, in {} days. Replace its files before.", name, end, left.toDays());
                }
            }
        });
    }

    /** Negative if it is over. */
    double daysLeft(String name) {
        Instant end = ends.get(name);
        return end == null ? Double.NaN : Duration.between(clock.instant(), end).toSeconds() / SECONDS_OF_A_DAY;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (String name : names) {
            Gauge.builder("kv.tls.certificate.expiry", this, watch -> watch.daysLeft(name))
                    .tag("bundle", name)
                    .baseUnit("days")
                    .description("Time until the first certificate of the bundle's chain ends; negative if it has")
                    .register(registry);
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
