package io.canvass.kv.api.http;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RequestIdsTest {
    @Test
    void anIdentifierIsAUlid() {
        // The example of the ULID specification: this time is 01ARYZ6S41.
        assertThat(RequestIds.format(1_469_918_176_385L, 0, 0)).isEqualTo("01ARYZ6S410000000000000000");
        assertThat(RequestIds.format(0, -1, 0)).isEqualTo("0000000000ZZZZZZZZ00000000");
        assertThat(RequestIds.format((1L << 48) - 1, -1, -1)).isEqualTo("7" + "Z".repeat(25));
    }

    @Test
    void identifiersSortByTime() {
        assertThat(RequestIds.format(1000, -1, -1)).isLessThan(RequestIds.format(1001, 0, 0));
    }
}
