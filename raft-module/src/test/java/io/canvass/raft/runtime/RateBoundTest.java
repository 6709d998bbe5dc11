package io.canvass.raft.runtime;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class RateBoundTest {
    private static final long SECOND = 1_000_000_000;

    @Test
    void eachWaitsUntilThoseBeforeItHadTheirTime() {
        RateBound rate = new RateBound(1000);
        assertThat(rate.waitNanos(-7, 500)).isZero();
        assertThat(rate.waitNanos(-7, 500)).isEqualTo(SECOND / 2);
        assertThat(rate.waitNanos(-7, 1000)).isEqualTo(SECOND);
        assertThat(rate.waitNanos(SECOND - 7, 1)).isEqualTo(SECOND);
    }

    @Test
    void whatWasNotUsedIsLost() {
        RateBound rate = new RateBound(1000);
        assertThat(rate.waitNanos(0, 1000)).isZero();
        assertThat(rate.waitNanos(100 * SECOND, 1000)).isZero();
        assertThat(rate.waitNanos(100 * SECOND, 1000)).isEqualTo(SECOND);
    }

    @Test
    void zeroIsNoBoundAndLessIsNoRate() {
        RateBound rate = new RateBound(0);
        assertThat(rate.waitNanos(0, Long.MAX_VALUE)).isZero();
        assertThat(rate.waitNanos(0, Long.MAX_VALUE)).isZero();
        assertThatIllegalArgumentException().isThrownBy(() -> new RateBound(-1)).withMessageContaining("-1");
    }
}
