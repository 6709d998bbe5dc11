package io.canvass.raft.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

import io.canvass.raft.simulation.Operation.Kind;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The checker itself, on histories that are known to be good or bad. */
class LinearizabilityTest {
    private final List<Operation> history = new ArrayList<>();

    private LinearizabilityTest write(long invoked, long returned, String value) {
        return add(Kind.WRITE, invoked, returned, Optional.of(value), Optional.empty(), true);
    }

    private LinearizabilityTest read(long invoked, long returned, String value) {
        return add(Kind.READ, invoked, returned, value.isEmpty() ? Optional.empty() : Optional.of(value), Optional.empty(), true);
    }

    private LinearizabilityTest swap(long invoked, long returned, String expected, String value, boolean succeeded) {
        return add(Kind.COMPARE_AND_SET, invoked, returned, Optional.of(value), Optional.of(expected), succeeded);
    }

    private LinearizabilityTest add(
            Kind kind, long invoked, long returned, Optional<String> value, Optional<String> expected, boolean succeeded) {
        history.add(new Operation("k", kind, invoked, returned, value, expected, succeeded));
        return this;
    }

    private void isGood() {
        assertThat(Linearizability.violatedKey(history)).isEmpty();
    }

    private void isBad() {
        assertThat(Linearizability.violatedKey(history)).contains("k");
    }

    @Test
    void nothingAtAllIsGood() {
        isGood();
    }

    @Test
    void oneAfterTheOtherIsGood() {
        read(1, 2, "").write(3, 4, "a").read(5, 6, "a").swap(7, 8, "a", "b", true).read(9, 10, "b").swap(11, 12, "a", "c", false);
        isGood();
    }

    @Test
    void aReadThatMissesAWriteThatReturnedIsBad() {
        write(1, 2, "a").read(3, 4, "");
        isBad();
    }

    @Test
    void aReadDuringAWriteMaySeeItOrNot() {
        write(1, 10, "a").read(2, 3, "").read(4, 5, "a");
        isGood();
    }

    @Test
    void butNoLaterReadMayGoBack() {
        write(1, 10, "a").read(2, 3, "a").read(4, 5, "");
        isBad();
    }

    @Test
    void aWriteThatWasNeverAnsweredMayHappenLateOrNever() {
        write(1, Operation.NEVER, "a").read(2, 3, "").read(4, 5, "a").read(6, 7, "a");
        isGood();
        read(8, 9, "");
        isBad();
    }

    @Test
    void whatNobodyWroteCannotBeRead() {
        write(1, 2, "a").read(3, 4, "b");
        isBad();
    }

    @Test
    void twoSwapsOfTheSameValueCannotBothSucceed() {
        write(1, 2, "a").swap(3, 10, "a", "b", true).swap(4, 11, "a", "c", true);
        isBad();
    }

    @Test
    void aSwapThatFailedFoundSomethingElse() {
        write(1, 2, "a").swap(3, 4, "a", "b", false);
        isBad();
    }

    @Test
    void aSwapThatWasNeverAnsweredMayHaveHappened() {
        write(1, 2, "a").swap(3, Operation.NEVER, "a", "b", false).read(4, 5, "b");
        isGood();
    }

    @Test
    void keysAreJudgedEachForItself() {
        write(1, 2, "a");
        history.add(new Operation("l", Kind.READ, 3, 4, Optional.of("x"), Optional.empty(), true));
        assertThat(Linearizability.violatedKey(history)).contains("l");
    }

    /** Histories made by a register that is right, with times drawn around the moment at which each took effect. */
    @Test
    void whatARegisterDidIsGoodAndAReadThatIsChangedIsBad() {
        for (long seed = 1; seed <= 200; seed++) {
            Random random = new Random(seed);
            history.clear();
            Optional<String> state = Optional.empty();
            for (int i = 1; i <= 60; i++) {
                long moment = i * 100L;
                long invoked = moment - 1 - random.nextInt(250);
                long returned = moment + 1 + random.nextInt(250);
                if (random.nextBoolean()) {
                    state = Optional.of("v" + i);
                    write(invoked, i % 20 == 0 ? Operation.NEVER : returned, "v" + i);
                } else {
                    add(Kind.READ, invoked, returned, state, Optional.empty(), true);
                }
            }
            isGood();
            read(10_000, 10_001, "never written");
            isBad();
        }
    }
}
