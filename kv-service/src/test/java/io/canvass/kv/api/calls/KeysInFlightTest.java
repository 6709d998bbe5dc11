package io.canvass.kv.api.calls;

import java.util.List;
import java.util.Optional;

import com.google.protobuf.ByteString;
import io.canvass.kv.api.http.WriteLimits;
import io.canvass.kv.api.problem.ProblemException;
import io.canvass.kv.api.problem.ProblemType;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** How many requests with an {@code Idempotency-Key} a node is busy with. */
class KeysInFlightTest {
    private static final int BOUND = 2;

    private final KeysInFlight keys = new KeysInFlight(new WriteLimits(BOUND, 512, 1 << 20, 0, List.of()));

    private KeysInFlight.Hold hold(String key) {
        return keys.hold(Optional.of(ByteString.copyFromUtf8(key)));
    }

    private void assertRefused(String key, ProblemType type, String words) {
        assertThatThrownBy(() -> hold(key)).isInstanceOfSatisfying(ProblemException.class, e -> {
            assertThat(e.problem().reference()).isEqualTo(type.reference());
            assertThat(e.problem().detail()).contains(words);
        });
    }

    @Test
    void soManyAndNotOneMoreUntilOneEnds() {
        KeysInFlight.Hold first = hold("a");
        try (KeysInFlight.Hold _ = hold("b")) {
            assertRefused("c", ProblemType.OVERLOADED, "kv.request.max-in-flight");
            first.close();
            hold("c").close();
        }
        assertThat(keys.isEmpty()).isTrue();
    }

    @Test
    void aKeyThatIsBusyIsRefusedAndTakesNoPlace() {
        try (KeysInFlight.Hold _ = hold("a")) {
            for (int i = 0; i < 3 * BOUND; i++) {
                assertRefused("a", ProblemType.IDEMPOTENCY_IN_FLIGHT, "same Idempotency-Key");
            }
            hold("b").close();
        }
        hold("a").close();
    }

    @Test
    void requestsWithoutAKeyAreNotCounted() {
        for (int i = 0; i < 3 * BOUND; i++) {
            assertThat(keys.hold(Optional.empty())).isNotNull();
        }
        hold("a").close();
    }
}
