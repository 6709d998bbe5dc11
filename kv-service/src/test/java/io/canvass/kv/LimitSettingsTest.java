package io.canvass.kv;

import java.util.Optional;

import io.canvass.kv.config.ConfigConfiguration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/** What each limit of {@code docs/api.md} may be set to: a node starts with the last value that is allowed, and not with the next. */
class LimitSettingsTest {
    /** With the address that application.yaml has. */
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withUserConfiguration(ConfigConfiguration.class)
            .withPropertyValues("server.address=127.0.0.1");

    /** Some bounds are reached only where others give way: these are set beside. */
    @ParameterizedTest(name = "{0}: {1} and not {2}")
    @CsvSource({
        "kv.value.max-size, 1B, 0B,", "kv.value.max-size, 8MB, 9MB,",
        "kv.txn.max-ops, 1, 0,", "kv.txn.max-ops, 10000, 10001,",
        "kv.request.max-size, 1KB, 1023B,", "kv.request.max-size, 64MB, 65MB, kv.peer.max-message-size=256MB",
        "kv.request.max-in-flight, 1, 0,", "kv.request.max-rate, 0, -1,", "kv.request.max-rate, 1000000, 1000001,",
        "kv.request.head-timeout, 100ms, 99ms,", "kv.request.head-timeout, 10m, 600001ms,",
        "kv.request.body-timeout, 100ms, 99ms,", "kv.request.body-timeout, 1h, 3600001ms,",
        "kv.request.timeout, 1ms, 0ms,", "kv.request.timeout, 10m, 600001ms,",
        "kv.stream.max-open, 1, 0,", "kv.stream.max-open, 1000, 1001,",
        "kv.lease.tick, 10ms, 9ms,", "kv.lease.tick, 10s, 10001ms,",
        "kv.lock.max-wait, 1s, 999ms,", "kv.lock.max-wait, 1h, 3600001ms,",
        "kv.lock.max-waiting, 1, 0,", "kv.lock.max-waiting, 1000000, 1000001,",
        "kv.watch.max-streams, 1, 0,", "kv.watch.max-streams, 100000, 100001,",
        "kv.watch.max-wait, 1s, 999ms,", "kv.watch.max-wait, 1h, 3600001ms,",
        "kv.watch.buffer-size, 1KB, 1023B,", "kv.watch.buffer-size, 64MB, 65MB, kv.watch.max-buffered-size=1GB",
        "kv.watch.buffer-revisions, 1, 0,", "kv.watch.buffer-revisions, 1000000, 1000001,",
        "kv.watch.max-buffered-size, 1MB, 1023KB, kv.watch.buffer-size=1KB", "kv.watch.max-buffered-size, 64GB, 65GB,",
        "kv.history.max-age, 1s, 999ms,", "kv.history.max-revisions, 100, 99,",
        "kv.raft.max-pending-reads, 1, 0,", "kv.forward.max-in-flight, 65536, 65537,",
    })
    void theLastValueStartsAndTheNextIsRefusedByItsName(String property, String last, String next, String beside) {
        String[] others = Optional.ofNullable(beside).stream().toArray(String[]::new);
        runner.withPropertyValues(others).withPropertyValues(property + "=" + last).run(context ->
                assertThat(context).hasNotFailed());
        runner.withPropertyValues(others).withPropertyValues(property + "=" + next).run(context ->
                assertThat(context).getFailure().satisfies(failure ->
                        assertThat(Optional.ofNullable(new StartFailureAnalyzer().analyze(failure))
                                        .map(FailureAnalysis::getDescription))
                                .hasValueSatisfying(sentence -> assertThat(sentence).startsWith(property + " is \""))));
    }
}
