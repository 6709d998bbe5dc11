package io.canvass.kv.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.canvass.raft.transport.Ports;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.springframework.util.FileSystemUtils;

import static org.awaitility.Awaitility.await;

/**
 * Real nodes on this machine: registered as an extension, a fresh cluster for each test, ready when the test begins and
 * gone when it ends. When a test fails, the ends of all logs are printed.
 */
final class LocalCluster implements BeforeEachCallback, AfterEachCallback, AutoCloseable {
    /** Where the first node of {@code bin/cluster} answers, and so in all documents. */
    private static final int SHOWN_PORT = 8081;
    private static final Duration ELECTION_LIMIT = Duration.ofSeconds(30);

    private final int size;
    /** So many of the first know no Pre-Vote. */
    private final int oldPeers;
    private final List<String> arguments;
    private final boolean started;
    private final Supplier<List<String>> application;
    private final List<LocalNode> nodes = new ArrayList<>();
    /** The nodes may outlive neither the test nor its JVM. */
    private final Thread lastResort = new Thread(this::close);
    private Surroundings surroundings = (id, own) -> Map.of();
    private Path folder = Path.of("");

    private LocalCluster(
            int size, int oldPeers, List<String> arguments, boolean started, Supplier<List<String>> application) {
        this.size = size;
        this.oldPeers = oldPeers;
        this.arguments = arguments;
        this.started = started;
        this.application = application;
    }

    /** @param arguments for each node, further ones */
    static LocalCluster of(int size, String... arguments) {
        return new LocalCluster(size, 0, List.of(arguments), true, Repository::application);
    }

    /** Nodes with empty disks, none of which runs when the test begins. */
    static LocalCluster notStarted(int size) {
        return new LocalCluster(size, 0, List.of(), false, Repository::application);
    }

    /** What is done before a node is first started, and after the last of all has ended. */
    interface Surroundings {
        /**
         * @param folder of the node; its data will be in {@code data} below
         * @return of the process's environment
         */
        Map<String, String> prepare(String id, Path folder);

        /** The folder is removed next. */
        default void remove(Path folder) {}
    }

    /** @param arguments for each node, further ones */
    static LocalCluster in(Surroundings surroundings, int size, String... arguments) {
        LocalCluster cluster = new LocalCluster(size, 0, List.of(arguments), true, Repository::application);
        cluster.surroundings = surroundings;
        return cluster;
    }

    /** One whose first node knows no Pre-Vote. */
    static LocalCluster withOldPeer(int size) {
        return new LocalCluster(size, 1, List.of(), true, Repository::application);
    }

    /** One of another release. */
    static LocalCluster ofRelease(int size, Supplier<List<String>> application) {
        return new LocalCluster(size, 0, List.of(), true, application);
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        folder = Files.createTempDirectory("canvass-cluster");
        Runtime.getRuntime().addShutdownHook(lastResort);
        List<NodeSettings.Voter> voters = IntStream.rangeClosed(1, size)
                .mapToObj(n -> new NodeSettings.Voter("kv-" + n, Ports.next(), Ports.next()))
                .toList();
        for (NodeSettings.Voter voter : voters) {
            Path own = folder.resolve(voter.id());
            NodeSettings settings =
                    new NodeSettings(voter.id(), voter.httpPort(), own.resolve("data"), voters, null).with(arguments);
            boolean old = nodes.size() < oldPeers;
            nodes.add(new LocalNode(
                    old ? settings.withoutPreVote() : settings,
                    own,
                    application.get(),
                    surroundings.prepare(voter.id(), own)));
        }
        if (!started) {
            return;
        }
        try {
            nodes.forEach(LocalNode::start);
            nodes.forEach(LocalNode::awaitReady);
        } catch (AssertionError | RuntimeException e) {
            // JUnit calls no afterEach for an extension that failed in its beforeEach.
            printLogs();
            discard();
            throw e;
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (context.getExecutionException().isPresent()) {
            printLogs();
        }
        discard();
    }

    /** Ends every process that this cluster started. */
    @Override
    public void close() {
        nodes.forEach(LocalNode::close);
    }

    /** A node more, which is not on its list and does not run yet; gone with the cluster. */
    LocalNode add(String id, String... more) {
        NodeSettings first = nodes.getFirst().settings();
        Path own = folder.resolve(id);
        NodeSettings settings = new NodeSettings(id, Ports.next(), own.resolve("data"), first.voters(), null)
                .with(Stream.concat(Stream.of("--kv.peer.port=" + Ports.next()), Stream.of(more)).toList());
        LocalNode node = new LocalNode(settings, own);
        nodes.add(node);
        return node;
    }

    LocalNode node(String id) {
        return nodes.stream().filter(node -> node.id().equals(id)).findFirst().orElseThrow();
    }

    List<LocalNode> nodes() {
        return List.copyOf(nodes);
    }

    Stream<LocalNode> others(LocalNode node) {
        return nodes.stream().filter(other -> other != node);
    }

    List<String> urls() {
        return nodes.stream().map(LocalNode::url).toList();
    }

    /** A document whose commands speak to the nodes of {@code bin/cluster}, with the ports of these. */
    String withOurPorts(String document) {
        String text = document;
        for (int i = 0; i < nodes.size(); i++) {
            int port = nodes.get(i).settings().httpPort();
            text = text.replace("localhost:" + (SHOWN_PORT + i), "localhost:" + port)
                    .replace("127.0.0.1:" + (SHOWN_PORT + i), "127.0.0.1:" + port);
        }
        return text;
    }

    /** The node that leads, once every node that runs says so. */
    LocalNode awaitLeader() {
        return awaitLeaderOf(nodes.stream().filter(LocalNode::isRunning).toList());
    }

    /** The one of these nodes that leads, once all of them say so in the same epoch. */
    LocalNode awaitLeaderOf(List<LocalNode> some) {
        return await("one leader of " + some.stream().map(LocalNode::id).toList())
                .atMost(ELECTION_LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> agreedLeader(some), leader -> !leader.isEmpty())
                .getFirst();
    }

    /** Empty while they do not agree. */
    private static List<LocalNode> agreedLeader(List<LocalNode> some) {
        List<Health> healths = some.stream().map(LocalNode::health).toList();
        List<LocalNode> leaders = IntStream.range(0, some.size())
                .filter(i -> healths.get(i).leads())
                .mapToObj(some::get)
                .toList();
        if (leaders.size() != 1) {
            return List.of();
        }
        String id = leaders.getFirst().id();
        long epoch = healths.getFirst().epoch();
        boolean agreed = healths.stream()
                .allMatch(health -> health.isUp() && health.leader().equals(id) && health.epoch() == epoch);
        return agreed ? leaders : List.of();
    }

    private void printLogs() {
        nodes.forEach(node -> System.out.println(node.logTail()));
    }

    private void discard() {
        close();
        Runtime.getRuntime().removeShutdownHook(lastResort);
        nodes.forEach(node -> surroundings.remove(folder.resolve(node.id())));
        nodes.clear();
        try {
            FileSystemUtils.deleteRecursively(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
