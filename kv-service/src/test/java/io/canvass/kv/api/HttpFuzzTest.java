package io.canvass.kv.api;

import java.io.IOException;
import java.util.Optional;
import java.util.Random;

import io.canvass.kv.fuzz.HttpFuzz;
import io.canvass.kv.fuzz.NodeLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random requests to the API on a real Tomcat: documented answers only, and nothing done where the answer says so.
 * {@code -Dcanvass.fuzz.requests=N} sends more, {@code -Dcanvass.fuzz.seed=S} others, {@code -Dcanvass.fuzz.only=K} those of
 * one connection alone.
 */
@ExtendWith(OutputCaptureExtension.class)
class HttpFuzzTest extends ApiTest {
    private static final long REQUESTS = Long.getLong("canvass.fuzz.requests", 1500);
    private static final long SEED = Long.getLong("canvass.fuzz.seed", 1);

    @Test
    void whateverIsAskedTheAnswerIsADocumentedOne(CapturedOutput output) throws IOException {
        HttpFuzz fuzz = new HttpFuzz(server.port());
        Long only = Long.getLong("canvass.fuzz.only");
        if (only != null) {
            assertThat(fuzz.next(only)).isEmpty();
            return;
        }
        Random numbers = new Random(SEED);
        for (long i = 0; i < REQUESTS; i++) {
            long number = numbers.nextLong();
            Optional<String> fault = fuzz.next(number);
            assertThat(fault)
                    .as("Connection %d of seed %d; alone again by -Dcanvass.fuzz.only=%d", i, SEED, number)
                    .isEmpty();
        }
        System.out.println(fuzz.summary());
        assertThat(NodeLog.complaints(output.getAll())).as("What the log complains of").isEmpty();
        assertThat(fuzz.answers(200) + fuzz.answers(201)).as("Requests that were right").isGreaterThan(REQUESTS / 10);
        assertThat(fuzz.answers(400)).as("Requests that were not").isGreaterThan(REQUESTS / 10);
    }
}
