package io.canvass.kv;

import java.io.IOException;
import java.net.BindException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.canvass.kv.config.ClusterPlan;
import io.canvass.kv.config.ConfigConfiguration;
import io.canvass.raft.storage.StorageException;
import io.canvass.raft.transport.TransportException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.PortInUseException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

class WrongSettingsTest {
    /** With the address that application.yaml has. */
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withUserConfiguration(ConfigConfiguration.class)
            .withPropertyValues("server.address=127.0.0.1");

    static Stream<Arguments> aWrongSettingAndTheSentenceThatStopsTheStart() {
        return Stream.of(
                arguments("kv.node.id=kv 1", "kv.node.id is \"kv 1\"" + origin("kv.node.id") + ", but it must be 1 to 63 letters,"
                        + " digits, '.', '_' or '-', the first a letter or digit: correct it, or leave it out for the default."),
                arguments("kv.data-dir=", "kv.data-dir is \"\"" + origin("kv.data-dir")
                        + ", but it must name a directory: correct it, or leave it out for the default."),
                arguments("kv.raft.election-timeout=61s", "kv.raft.election-timeout is \"61s\"" + origin("kv.raft.election-timeout")
                        + ", but it must be from 50ms to 60s: correct it, or leave it out for the default."),
                arguments("kv.raft.heartbeat-interval=501ms", "kv.raft.heartbeat-interval is \"501ms\", but that is more than half of"
                        + " kv.raft.election-timeout (1000ms), and one late heartbeat would cost the leader its office:"
                        + " set it to 500ms or less, or raise the election timeout."),
                arguments("kv.raft.election-timeout=soon", "kv.raft.election-timeout is \"soon\"" + origin("kv.raft.election-timeout")
                        + ", but that is not a duration such as 500ms, 10s or 2m: correct it, or leave it out for the default."),
                arguments("kv.value.max-size=2GB", "kv.value.max-size is \"2048MB\", but that is more than kv.raft.max-uncommitted-size"
                        + " (64MB), so that the largest value could never be written:"
                        + " lower it, or raise kv.raft.max-uncommitted-size."),
                arguments("kv.raft.max-append-size=16MB", "kv.raft.max-append-size is \"16MB\", but that with 1MB around it does not fit"
                        + " into kv.peer.max-message-size (16MB): lower it, or raise kv.peer.max-message-size on all nodes."),
                arguments("kv.request.max-size=16MB", "kv.request.max-size is \"16MB\", but that with 1MB around it does not fit"
                        + " into kv.peer.max-message-size (16MB): lower it, or raise kv.peer.max-message-size on all nodes."),
                arguments("kv.txn.max-ops=10001", "kv.txn.max-ops is \"10001\"" + origin("kv.txn.max-ops")
                        + ", but it must be from 1 to 10000: correct it, or leave it out for the default."),
                arguments("kv.peer.max-message-size=9MB", "kv.peer.max-message-size is \"9MB\"" + origin("kv.peer.max-message-size")
                        + ", but it must be from 10MB to 256MB: correct it, or leave it out for the default."),
                arguments("kv.raft.max-append-size=1B", "kv.raft.max-append-size is \"1B\"" + origin("kv.raft.max-append-size")
                        + ", but it must be from 1KB to 64MB: correct it, or leave it out for the default."),
                arguments("kv.raft.protocol-version=5", "kv.raft.protocol-version is \"5\"" + origin("kv.raft.protocol-version")
                        + ", but it must be from 0 to 4: correct it, or leave it out for the default."),
                arguments("kv.peer.port=99999", "kv.peer.port is \"99999\"" + origin("kv.peer.port")
                        + ", but it must be from 0 to 65535: correct it, or leave it out for the default."),
                arguments("kv.peer.port=http", "kv.peer.port is \"http\"" + origin("kv.peer.port")
                        + ", but that is not a whole number: correct it, or leave it out for the default."),
                arguments("kv.cluster.id=mine", "kv.cluster.id is \"mine\"" + origin("kv.cluster.id") + ", but that is not a UUID such as"
                        + " 0c2f7a52-6f0e-4d3e-9a55-2f1d8f0f6a01: correct it, or leave it out for the default."),
                arguments("kv.cluster.id=", "kv.cluster.id is \"\"" + origin("kv.cluster.id")
                        + ", but it must not be empty: give it a value, or remove it."),
                arguments("kv.health.readiness.require-leader=maybe", "kv.health.readiness.require-leader is \"maybe\""
                        + origin("kv.health.readiness.require-leader")
                        + ", but that is not true or false: correct it, or leave it out for the default."),
                arguments("kv.raft.election-timout=2s", "kv.raft.election-timout is \"2s\"" + origin("kv.raft.election-timout")
                        + ", but there is no such property: correct its name, or remove it."),
                arguments("kv.memory.total=1MB", "kv.memory.total is \"1MB\", but of these 1 MiB the heap may take "
                        + (Runtime.getRuntime().maxMemory() >> 20) + " and the JVM and the log 384, which does not leave the 64 that the"
                        + " state needs: give the node more memory, or its heap less (-XX:MaxRAMPercentage or -Xmx in JAVA_TOOL_OPTIONS)."),
                arguments("kv.cluster.voters=kv-1:9080", "kv.cluster.voters is \"kv-1:9080\", but an item must have the form"
                        + " id@host:peerPort or id@host:peerPort=httpUrl: write for example kv-0@kv-0.example.net:9080."),
                arguments("kv.cluster.voters=kv-1@a:70000", "kv.cluster.voters is \"kv-1@a:70000\", but its port is not from 1 to 65535:"
                        + " correct the port."),
                arguments("kv.cluster.voters=kv-1@a:9080=a:8080", "kv.cluster.voters is \"kv-1@a:9080=a:8080\", but \"a:8080\" is not"
                        + " the base URL of an HTTP API: write for example http://kv-0.example.net:8080."),
                arguments("kv.cluster.voters=kv-1@a:9080,kv-1@b:9080", "kv.cluster.voters is \"kv-1@a:9080,kv-1@b:9080\", but it lists"
                        + " the node id kv-1 twice: give each voter an id of its own."),
                arguments("kv.cluster.voters=kv-1@a:9080,kv-2@a:9080", "kv.cluster.voters is \"kv-1@a:9080,kv-2@a:9080\", but kv-1 and"
                        + " kv-2 have the same address a:9080: give each voter an address of its own."),
                arguments("kv.cluster.voters=kv-0@a:9080,kv-2@b:9080", "kv.peer.advertise is \"\", but this node, kv-1, is not in"
                        + " kv.cluster.voters, so that it joins the cluster of those who are, and nothing says where they reach it:"
                        + " set it to host:port, or correct kv.node.id or the list if this node is one of them."),
                arguments("kv.peer.advertise=kv-1", "kv.peer.advertise is \"kv-1\", but that is not host:port:"
                        + " write for example kv-3.example.net:9080."),
                arguments("kv.node.url=kv-1:8080", "kv.node.url is \"kv-1:8080\", but that is not the base URL of an HTTP API:"
                        + " write for example http://kv-3.example.net:8080."),
                arguments("kv.raft.promotion.max-lag=-1", "kv.raft.promotion.max-lag is \"-1\"" + origin("kv.raft.promotion.max-lag")
                        + ", but it must be at least 0: correct it, or leave it out for the default."));
    }

    @Test
    void anAddressThatTheListContradictsIsRefused() {
        runner.withPropertyValues("kv.cluster.voters=kv-1@a:9080", "kv.peer.advertise=b:9080")
                .run(context -> assertRefused(context, "kv.peer.advertise is \"b:9080\", but kv.cluster.voters says that kv-1 is reached at a:9080:"
                        + " leave it out, or correct the list on every node."));
    }

    @Test
    void aNodeThatJoinsOnAnyFreePortIsRefused() {
        runner.withPropertyValues("kv.cluster.voters=kv-0@127.0.0.1:9080", "kv.peer.port=0")
                .run(context -> assertRefused(context, "kv.peer.port is \"0\", but a node that joins a cluster must be reached at a port that stays:"
                        + " choose a port."));
    }

    @Test
    void aDriftThatLeavesNoLeaseIsRefusedWhereLeasesAreOn() {
        runner.withPropertyValues("kv.read.lease.enabled=true", "kv.read.lease.max-clock-drift=1s")
                .run(context -> assertRefused(context, "kv.read.lease.max-clock-drift is \"1000ms\", but that is not below"
                        + " kv.raft.election-timeout (1000ms), so that no lease would ever be held: lower it, or raise the"
                        + " election timeout, or set kv.read.lease.enabled to false."));
        runner.withPropertyValues("kv.read.lease.max-clock-drift=1s").run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void aWrongSettingAndTheSentenceThatStopsTheStart(String setting, String sentence) {
        runner.withPropertyValues(setting)
                .run(context -> assertRefused(context, sentence));
    }

    private static void assertRefused(AssertableApplicationContext context, String sentence) {
        assertThat(context).getFailure().satisfies(failure -> assertThat(sentenceFor(failure)).isEqualTo(sentence));
    }

    @Test
    void theSettingsOfOthersAreLeftToBootsOwnAnalyzers() {
        assertThat(new StartFailureAnalyzer().analyze(new IllegalStateException("of someone else"))).isNull();
    }

    @Test
    void aRefusedDataDirectoryStopsTheStartWithTheStoresOwnSentence() {
        Throwable failure = new IllegalStateException("a bean", new StorageException("The directory belongs to kv-2: choose another."));
        assertThat(sentenceFor(failure)).isEqualTo("The directory belongs to kv-2: choose another.");
    }

    @Test
    void aTransportThatCannotStartSpeaksForItself() {
        Throwable failure = new IllegalStateException("a bean", new TransportException("No certificate: write one."));
        assertThat(sentenceFor(failure)).isEqualTo("No certificate: write one.");
    }

    @Test
    void aTakenHttpPortIsNamedByItsProperty() {
        assertThat(sentenceFor(new PortInUseException(8080))).isEqualTo("server.port is \"8080\", but another process listens on"
                + " that port: stop that process, or choose another port.");
    }

    @Test
    void aTakenPeerPortIsNamedByItsProperty() {
        IOException ofTheJdk = new BindException("Address already in use");
        IOException ofNettysNativeTransport = new IOException("bind(..) failed with error(-98): Address already in use");
        for (IOException cause : List.of(ofTheJdk, ofNettysNativeTransport)) {
            withPlan(plan -> {
                RuntimeException failure = new TransportException("cannot listen", new IOException("no server", cause));
                assertThat(sentenceFor(plan.explainListenFailure(failure))).isEqualTo("kv.peer.port is \"9080\", but this node cannot"
                        + " listen on 127.0.0.1:9080 (" + cause.getMessage() + "): stop the process that holds the port, or choose"
                        + " another one here and for this node in kv.cluster.voters.");
            });
        }
    }

    @Test
    void anotherFailureOfTheTransportStaysWhatItIs() {
        withPlan(plan -> {
            RuntimeException failure = new IllegalStateException("no certificate");
            assertThat(plan.explainListenFailure(failure)).isSameAs(failure);
        });
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void theOperatorReadsTheSentenceAndNoStackTrace(CapturedOutput output) {
        SpringApplication application = new SpringApplication(ConfigConfiguration.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        assertThatThrownBy(() -> application.run("--kv.cluster.voters=kv-0@a:9080", "--spring.main.banner-mode=off"))
                .isInstanceOf(Exception.class);
        assertThat(output).contains("this node, kv-1, is not in kv.cluster.voters").doesNotContain("\tat ");
    }

    private void withPlan(Consumer<ClusterPlan> check) {
        runner.run(context -> check.accept(context.getBean(ClusterPlan.class)));
    }

    private static String sentenceFor(Throwable failure) {
        return Optional.ofNullable(new StartFailureAnalyzer().analyze(failure))
                .map(FailureAnalysis::getDescription)
                .orElse("no sentence for " + failure);
    }

    private static String origin(String property) {
        return " (\"" + property + "\" from property source \"test\")";
    }
}
