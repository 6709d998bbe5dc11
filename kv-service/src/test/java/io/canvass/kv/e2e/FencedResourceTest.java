package io.canvass.kv.e2e;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** That what judges the locks would see it if two had one. */
class FencedResourceTest {
    private static final long HOUR = Duration.ofHours(1).toNanos();

    private final FencedResource resource = new FencedResource();

    @Test
    void anOlderTokenIsRefused() {
        assertThat(resource.write(2, "a", past())).isTrue();
        assertThat(resource.write(1, "b", past())).isFalse();
        assertThat(resource.refused()).isOne();
        assertThat(resource.violations()).isEmpty();
    }

    @Test
    void twoOwnersWithOneTokenAreSeen() {
        resource.write(1, "a", past());
        resource.write(1, "b", past());
        assertThat(resource.violations()).containsExactly("b and a both have token 1");
    }

    @Test
    void anOwnerBeforeTheTimeOfTheLastIsOverIsSeen() {
        resource.write(1, "a", System.nanoTime() + HOUR);
        resource.write(2, "b", past());
        assertThat(resource.violations()).singleElement().asString().startsWith("b has token 2, but a had token 1 for");
    }

    @Test
    void afterItsTimeOrWhenItWasGivenBackTheNextOneMayHaveIt() {
        resource.write(1, "a", past());
        resource.write(2, "b", System.nanoTime() + HOUR);
        resource.release(1);
        resource.write(2, "b", System.nanoTime() + HOUR);
        resource.release(2);
        resource.write(3, "c", past());
        assertThat(resource.violations()).isEmpty();
    }

    private static long past() {
        return System.nanoTime() - HOUR;
    }
}
