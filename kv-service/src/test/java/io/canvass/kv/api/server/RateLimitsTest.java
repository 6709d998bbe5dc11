package io.canvass.kv.api.server;

import java.util.List;
import java.util.concurrent.TimeUnit;

import io.canvass.kv.api.http.WriteLimits;
import io.canvass.kv.api.problem.Problem;
import io.canvass.kv.api.problem.ProblemException;
import io.github.bucket4j.TimeMeter;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code kv.request.max-rate}, by a clock of the test's own. */
class RateLimitsTest {
    private final Clock clock = new Clock();

    @Test
    void asManyAtOnceAsInASecondAndThenEvenly() {
        RateLimits rates = rates(4);
        assertThat(admitted(rates, "10.0.0.1", 10)).isEqualTo(4);
        clock.pass(250);
        assertThat(admitted(rates, "10.0.0.1", 10)).isEqualTo(1);
        clock.pass(10_000);
        assertThat(admitted(rates, "10.0.0.1", 10)).isEqualTo(4);
    }

    @Test
    void eachAddressHasItsOwnAndZeroIsNoBound() {
        RateLimits rates = rates(2);
        assertThat(admitted(rates, "10.0.0.1", 5)).isEqualTo(2);
        assertThat(admitted(rates, "10.0.0.2", 5)).isEqualTo(2);
        assertThat(admitted(rates(0), "10.0.0.1", 1000)).isEqualTo(1000);
    }

    private RateLimits rates(int perSecond) {
        return new RateLimits(new WriteLimits(1, 1, 1, perSecond, List.of()), clock);
    }

    private static int admitted(RateLimits rates, String address, int requests) {
        MockHttpServletRequest request = new MockHttpServletRequest();
        request.setRemoteAddr(address);
        int admitted = 0;
        for (int i = 0; i < requests; i++) {
            try {
                rates.admit(request);
                admitted++;
            } catch (ProblemException e) {
                assertThat(e.problem().status()).isEqualTo(429);
                assertThat(e.problem().headers()).containsExactly(new Problem.Header("Retry-After", "1"));
            }
        }
        return admitted;
    }

    private static final class Clock implements TimeMeter {
        private long nanos;

        void pass(long millis) {
            nanos += TimeUnit.MILLISECONDS.toNanos(millis);
        }

        @Override
        public long currentTimeNanos() {
            return nanos;
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    }
}
