package io.canvass.raft.exploration;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is taken for the same behaves the same. An exploration steps copies of cores whose numbers were given other
 * names after every step, and looks up what it has seen before; a walk steps cores that nobody touched. After every
 * choice both must be in the same state.
 */
class MergingTest {
    private static final String WIDE = "--timeouts 5 --heartbeats 4 --epochs 3 --in-flight 6";
    private static final int WALKS = 100;
    private static final int MOST_CHOICES = 60;

    @ParameterizedTest
    @ValueSource(strings = {
        WIDE,
        WIDE + " --pauses 3 --proposals 2 --led 1 --resignations 1 --duplicates 2",
        WIDE + " --pauses 3 --restarts 2 --slow-writes 4 --proposals 1",
        WIDE + " --pauses 3 --restarts 1 --lease-reads 1 --led 1",
        WIDE + " --pauses 2 --slow-writes 2 --old-peer 1"
    })
    void aWayThroughMergedStatesIsOneOfRealCores(String options) {
        Bounds bounds = Bounds.parse(List.of(options.split(" ", -1)));
        Space space = new Space(bounds);
        SplittableRandom random = new SplittableRandom(996);
        int compared = 0;
        for (int i = 0; i < WALKS; i++) {
            compared += walk(bounds, space, random);
        }
        assertThat(compared).as("states compared").isGreaterThan(WALKS * MOST_CHOICES / 4);
    }

    private static int walk(Bounds bounds, Space space, SplittableRandom random) {
        Walk walk = Walk.begin(bounds);
        int[] state = walk.numberedIn(space);
        for (int taken = 0; taken < MOST_CHOICES; taken++) {
            List<Choice> open = new ArrayList<>();
            for (Choice choice : space.choices(state)) {
                // Most messages arrive, or nothing would come of most walks.
                boolean likely = choice.kind() != Choice.Kind.LOSE || random.nextInt(10) == 0;
                if (likely && space.next(state, choice).state() != null) {
                    open.add(choice);
                }
            }
            if (open.isEmpty()) {
                return taken;
            }
            Choice choice = open.get(random.nextInt(open.size()));
            int[] next = space.next(state, choice).state();
            walk.takeAs(choice);
            assertThat(walk.broken()).as(walk.path()).isNull();
            assertThat(walk.numberedIn(space)).as(walk.path()).isEqualTo(next);
            state = walk.numberedIn(space);
        }
        return MOST_CHOICES;
    }

    /**
     * Followed one by one, without regard to names, the states are as many when counted up to names as an exploration
     * says.
     */
    @Test
    void aStateStandsForThoseWithOtherNames() {
        Bounds bounds = Bounds.parse(List.of("--timeouts", "2", "--in-flight", "2", "--heartbeats", "0"));
        Space space = new Space(bounds);
        Set<List<Integer>> named = new HashSet<>();
        Set<Long> unnamed = new HashSet<>();
        Deque<int[]> open = new ArrayDeque<>();
        open.add(Walk.begin(bounds).numberedIn(space));
        while (!open.isEmpty()) {
            int[] state = open.removeFirst();
            if (named.add(Arrays.stream(state).boxed().toList())) {
                unnamed.add(space.hash(state));
                for (Choice choice : space.choices(state)) {
                    int[] next = space.next(state, choice).state();
                    if (next != null) {
                        open.add(next);
                    }
                }
            }
        }
        Report report = new Exploration(bounds, line -> {}).run();

        assertThat(unnamed).hasSize(report.states());
        assertThat(named.size()).isGreaterThan(report.states() * 4);
    }
}
