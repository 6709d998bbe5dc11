package io.canvass.raft.transport;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

import io.canvass.raft.core.ReplicaKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.canvass.raft.transport.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** The small parts that need no network. */
class TransportValuesTest {
    @Test
    void waitsDoubleFromTheirLeastToTheirMostWithTheirUpperHalfLeftToChance() {
        Backoff backoff = new Backoff(new Random(1));
        long bound = Backoff.MIN_NANOS;
        for (int i = 0; i < 20; i++) {
            assertThat(backoff.nextNanos()).isBetween(bound / 2, bound);
            bound = Math.min(Backoff.MAX_NANOS, bound * 2);
        }
        assertThat(bound).isEqualTo(Backoff.MAX_NANOS);
        backoff.reset();
        assertThat(backoff.nextNanos()).isLessThanOrEqualTo(Backoff.MIN_NANOS);
    }

    @Test
    void peersThatLostEachOtherTogetherDoNotDialTogether() {
        List<Long> waits = new ArrayList<>();
        for (int seed = 0; seed < 5; seed++) {
            waits.add(new Backoff(new Random(seed)).nextNanos());
        }
        assertThat(waits).doesNotHaveDuplicates();
    }

    @Test
    void oneLineGoesThroughPerIntervalAndTheOthersAreCounted() {
        AtomicLong now = new AtomicLong(-5);
        LogLimiter limiter = new LogLimiter(Duration.ofNanos(10), now::get);
        assertThat(limiter.tryPass()).isEqualTo(OptionalLong.of(0));
        assertThat(limiter.tryPass()).isEmpty();
        now.addAndGet(9);
        assertThat(limiter.tryPass()).isEmpty();
        now.addAndGet(1);
        assertThat(limiter.tryPass()).isEqualTo(OptionalLong.of(2));
        now.addAndGet(10);
        assertThat(limiter.tryPass()).isEqualTo(OptionalLong.of(0));
    }

    @Test
    void addressesAreAHostAndAPort() {
        assertThat(PeerAddress.parse("n1.kv.svc:7000")).isEqualTo(new PeerAddress("n1.kv.svc", 7000));
        assertThat(PeerAddress.parse("[::1]:7000")).isEqualTo(new PeerAddress("::1", 7000)).hasToString("[::1]:7000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "n1", "n1:", ":7000", "n1:0", "n1:65536", "n1:x", "::1:7000", "[]:7000", " :7000"})
    void whatIsNoAddressIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PeerAddress.parse(text))
                .withMessageContaining("host:port");
    }

    @Test
    void aConfigurationOutOfBoundsNamesTheSettingAndItsRange() {
        TransportConfig good = TestNode.config("n1", 0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> withBounds(good, 1, good.connectTimeout()))
                .withMessageContaining("maxMessageBytes is 1")
                .withMessageContaining(String.valueOf(TransportConfig.MIN_MESSAGE_BYTES));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> withBounds(good, good.maxMessageBytes(), Duration.ZERO))
                .withMessageContaining("connectTimeout");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TransportConfig.of(good.clusterId(), good.self(), TestNode.HOST, 70_000))
                .withMessageContaining("bindPort");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TransportConfig.of(good.clusterId(), ReplicaKey.ofNode("n1"), TestNode.HOST, 0))
                .withMessageContaining("directory id");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TransportConfig.of(
                        good.clusterId(), new ReplicaKey("n".repeat(256), new UUID(1, 1)), TestNode.HOST, 0))
                .withMessageContaining("256");
    }

    private static TransportConfig withBounds(TransportConfig good, int maxMessageBytes, Duration connectTimeout) {
        return new TransportConfig(
                good.clusterId(),
                good.self(),
                good.bindHost(),
                good.bindPort(),
                maxMessageBytes,
                connectTimeout,
                good.keepAliveInterval(),
                good.keepAliveTimeout(),
                good.protocolVersion());
    }

    @Test
    void eachLookUpAsksTheSystemAgainAndALiteralAddressAsksNobody() {
        List<String> asked = new CopyOnWriteArrayList<>();
        AsyncResolver resolver = new AsyncResolver(
                host -> {
                    asked.add(host);
                    return List.of(TestNode.LOOPBACK);
                },
                "test-dns");
        List<Resolution> answers = new CopyOnWriteArrayList<>();
        resolver.resolve("n1.example", answers::add);
        resolver.resolve("n1.example", answers::add);
        resolver.resolve("::1", answers::add);
        await().until(() -> answers.size() == 3);
        assertThat(asked).containsExactly("n1.example", "n1.example");
        assertThat(answers).contains(new Resolution.Found(List.of(InetAddress.ofLiteral("::1"))));
        resolver.close();
        resolver.resolve("n1.example", answers::add);
        assertThat(answers.getLast()).isInstanceOf(Resolution.Failed.class);
    }
}
