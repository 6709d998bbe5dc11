package io.canvass.raft.transport;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class OutstandingRequestsTest {
    private final OutstandingRequests outstanding = new OutstandingRequests();

    @Test
    void aRequestIsAnsweredOnce() {
        outstanding.add(5);
        assertThat(outstanding.remove(5)).isTrue();
        assertThat(outstanding.remove(5)).isFalse();
    }

    @Test
    void whatWasNeverAskedIsNotOutstanding() {
        assertThat(outstanding.remove(0)).isFalse();
        outstanding.add(1);
        assertThat(outstanding.remove(0)).isFalse();
        assertThat(outstanding.remove(-1)).isFalse();
    }

    @Test
    void beyondTheBoundTheOldestIsForgotten() {
        for (int i = 0; i <= OutstandingRequests.CAPACITY; i++) {
            outstanding.add(i);
        }
        assertThat(outstanding.remove(0)).isFalse();
        for (int i = 1; i <= OutstandingRequests.CAPACITY; i++) {
            assertThat(outstanding.remove(i)).isTrue();
        }
    }

    @Test
    void aNegativeCorrelationIsAFault() {
        assertThatThrownBy(() -> outstanding.add(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Each number adds that correlation if it is even and answers the one below it if it is odd. */
    @Property(tries = 200)
    void itIsASetAsLongAsItsBoundIsNotReached(@ForAll List<@IntRange(min = 0, max = 200) Integer> steps) {
        OutstandingRequests tested = new OutstandingRequests();
        Set<Long> model = new LinkedHashSet<>();
        for (int step : steps) {
            long correlation = step / 2;
            if (step % 2 == 0) {
                if (model.add(correlation)) {
                    tested.add(correlation);
                }
            } else {
                assertThat(tested.remove(correlation)).isEqualTo(model.remove(correlation));
            }
        }
    }
}
