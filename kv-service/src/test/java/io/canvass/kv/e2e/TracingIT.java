package io.canvass.kv.e2e;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The trace of a write that a follower hands to the leader, as both send it to a collector. */
@Timeout(300)
class TracingIT {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String CLIENT_SPAN = "b7ad6b7169203331";

    private final OtlpReceiver receiver = new OtlpReceiver();

    @RegisterExtension
    private final LocalCluster cluster = LocalCluster.of(
            3, "--management.tracing.export.enabled=true", "--management.tracing.sampling.probability=0",
            "--management.opentelemetry.tracing.export.otlp.endpoint=" + receiver.url());

    @AfterEach
    void close() {
        receiver.close();
    }

    @Test
    void aForwardedWriteIsOneTraceThroughBothNodes() {
        LocalNode leader = cluster.awaitLeader();
        LocalNode follower = cluster.others(leader).findFirst().orElseThrow();
        Http.Reply reply = follower.http().put(
                follower.url() + "/v1/kv/a", "1", "traceparent", "00-" + TRACE + "-" + CLIENT_SPAN + "-01");
        assertThat(reply.status()).isEqualTo(201);
        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> assertThat(receiver.spansOf(TRACE)).hasSize(3));

        List<OtlpReceiver.Span> spans = receiver.spansOf(TRACE);
        OtlpReceiver.Span request = childOf(CLIENT_SPAN, spans);
        OtlpReceiver.Span forward = childOf(request.id(), spans);
        OtlpReceiver.Span write = childOf(forward.id(), spans);
        assertThat(List.of(request.name(), forward.name(), write.name()))
                .containsExactly("http put /v1/kv/{key}", "forward", "forwarded write");
        assertThat(request.node()).contains("canvass", follower.id());
        assertThat(forward.node()).isEqualTo(request.node());
        assertThat(write.node()).contains("canvass", leader.id());
    }

    private static OtlpReceiver.Span childOf(String parent, List<OtlpReceiver.Span> spans) {
        return spans.stream().filter(span -> span.parent().equals(parent)).findFirst().orElseThrow();
    }
}
