package io.canvass.kv.api.server;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.canvass.kv.api.http.WriteLimits;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Bounds the requests of one client address per second ({@code kv.request.max-rate}): as many at once as in a second, and from
 * then on evenly. Of addresses, those seen last are known. Thread-safe.
 */
@Component
final class RateLimits {
    static final int MAX_ADDRESSES = 100_000;

    /** A bucket that was left alone for so long is full again. */
    private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(1);

    private final int perSecond;
    private final TimeMeter clock;
    /** Empty where there is no bound: then a request costs one look at this. */
    private final Optional<LoadingCache<String, Bucket>> buckets;

    @Autowired
    RateLimits(WriteLimits limits) {
        this(limits, TimeMeter.SYSTEM_NANOTIME);
    }

    RateLimits(WriteLimits limits, TimeMeter clock) {
        this.perSecond = limits.maxRate();
        this.clock = clock;
        this.buckets = perSecond == 0
                ? Optional.empty()
                : Optional.of(Caffeine.newBuilder()
                        .maximumSize(MAX_ADDRESSES)
                        .expireAfterAccess(FORGOTTEN_AFTER)
                        .build(_ -> bucket()));
    }

    private Bucket bucket() {
        return Bucket.builder()
                .withCustomTimePrecision(clock)
                .addLimit(limit -> limit.capacity(perSecond).refillGreedy(perSecond, Duration.ofSeconds(1)))
                .build();
    }

    /** @throws ProblemException 429 {@code rate-limited} */
    void admit(HttpServletRequest request) {
        if (buckets.isEmpty()) {
            return;
        }
        String address = request.getRemoteAddr();
        ConsumptionProbe probe = buckets.get().get(address).tryConsumeAndReturnRemaining(1);
        if (probe.isConsumed()) {
            return;
        }
        long seconds = 1 + TimeUnit.NANOSECONDS.toSeconds(probe.getNanosToWaitForRefill() - 1);
        throw Problem.of(ProblemType.RATE_LIMITED, "More than " + perSecond + " requests in a second came from " + address
                        + " (kv.request.max-rate). Nothing was done. Send the request again after " + seconds + " s.")
                .withHeader("Retry-After", Long.toString(seconds))
                .withMembers(json -> {
                    json.writeNumberProperty("limit", perSecond);
                    json.writeStringProperty("property", "kv.request.max-rate");
                })
                .ofLimit("kv.request.max-rate")
                .asException();
    }
}
