package io.canvass.raft.script;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The first election of clusters of every size, with and without observers, and the entries that all of them get. */
class FirstElectionsTest {
    private static final int MOST_VOTERS = 5;
    private static final int MOST_OBSERVERS = 5;
    private static final int WRITES = 10;

    static Stream<Arguments> sizes() {
        return IntStream.rangeClosed(1, MOST_VOTERS)
                .boxed()
                .flatMap(voters -> IntStream.rangeClosed(0, MOST_OBSERVERS)
                        .mapToObj(observers -> Arguments.of(voters, observers)));
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void oneOfTheVotersLeadsEpochOneAndAllReceiveWhatIsWritten(int voters, int observers) {
        List<String> script = new ArrayList<>();
        script.add("cluster" + names(1, voters, " ") + names(voters + 1, voters + observers, " observer "));
        script.add("start all");
        script.add("run 3000");
        script.add("expect n1 LEADER epoch 1 commit 2");
        script.add("propose n1" + " x".repeat(WRITES));
        script.add("run 1000");
        script.add("expect n1 LEADER epoch 1 commit 12 end 12@1");
        for (int i = 2; i <= voters + observers; i++) {
            script.add("expect n" + i + " FOLLOWER epoch 1 leader n1 heard commit 12 end 12@1");
        }

        List<String> transcript = ScriptRunner.run(script);

        assertThat(transcript).filteredOn(line -> line.contains("becomes LEADER")).hasSize(1);
        for (int observer = voters + 1; observer <= voters + observers; observer++) {
            String asks = " n" + observer + " -> ";
            assertThat(transcript).noneMatch(line -> line.contains(asks) && line.contains("Vote"));
        }
    }

    private static String names(int from, int to, String before) {
        StringBuilder names = new StringBuilder();
        for (int i = from; i <= to; i++) {
            names.append(before).append('n').append(i);
        }
        return names.toString();
    }
}
