package io.canvass.raft.core;

import java.util.ArrayList;
import java.util.List;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** The epochs of a log against a plain list of them. */
class EpochRunsTest {
    private final List<Long> model = new ArrayList<>();
    private EpochRuns runs = new EpochRuns(null, List.of());

    /** Each number appends one entry, of a higher epoch where it is above 6; a negative one truncates. */
    @Property
    void itAnswersLikeAListOfEpochs(@ForAll @Size(max = 40) List<@IntRange(min = -10, max = 9) Integer> moves) {
        model.clear();
        runs = new EpochRuns(null, List.of());
        for (int move : moves) {
            if (move < 0) {
                truncate(Math.max(1, model.size() + 1 + move));
            } else {
                append(Math.max(0, move - 6));
            }
            assertAgrees();
        }
    }

    private void append(int raise) {
        long epoch = (model.isEmpty() ? 0 : model.getLast()) + raise;
        model.add(epoch);
        runs.appended(CoreFixture.command(model.size(), epoch));
    }

    private void truncate(int from) {
        while (model.size() >= from) {
            model.removeLast();
        }
        runs.truncated(from);
    }

    private void assertAgrees() {
        long highest = model.isEmpty() ? 0 : model.getLast();
        for (int index = 1; index <= model.size(); index++) {
            assertThat(runs.epochOf(index)).isEqualTo(model.get(index - 1));
        }
        for (long epoch = 0; epoch <= highest + 1; epoch++) {
            for (int limit = 0; limit <= model.size(); limit++) {
                assertThat(runs.lastIndexUpTo(epoch, limit)).isEqualTo(lastIndexUpTo(epoch, limit));
            }
        }
    }

    private long lastIndexUpTo(long epoch, int limit) {
        for (int index = limit; index >= 1; index--) {
            if (model.get(index - 1) <= epoch) {
                return index;
            }
        }
        return 0;
    }

    @Test
    void theEpochsOfALogNeverFall() {
        runs.appended(CoreFixture.command(1, 5));
        assertThatIllegalStateException().isThrownBy(() -> runs.appended(CoreFixture.command(2, 4)));
    }

    @Test
    void anIndexBeforeTheLogHasNoEpoch() {
        assertThatIllegalStateException().isThrownBy(() -> runs.epochOf(1));
    }
}
