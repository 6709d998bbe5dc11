package io.canvass.kv.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What {@code bin/fuzz} runs against nodes that it has started: random connections to their HTTP ports and their peer ports in
 * turn, until time is up. Ends with status 1 at what is not as it should be, and prints how to see it again.
 */
public final class Fuzz {
    private static final int HTTP_TURN = 200;
    private static final int PEER_TURN = 40;
    private static final Duration BETWEEN_REPORTS = Duration.ofMinutes(1);
    /** A node at rest may have so many more than it had after the first turns. */
    private static final int MORE_THREADS = 40;

    private static final int MORE_FILES = 60;
    private static final long WARM_TURNS = 3;
    private static final long REST_MILLIS = 15_000;

    private final List<Node> nodes;
    private final Random numbers;
    private final long endNanos;
    private long turns;
    private long peerConnections;

    private Fuzz(List<Node> nodes, long seed, Duration time) {
        this.nodes = nodes;
        this.numbers = new Random(seed);
        this.endNanos = System.nanoTime() + time.toNanos();
    }

    /** @param log may grow while we read */
    private record Node(int httpPort, int peerPort, Path log, HttpFuzz http) {}

    /**
     * Arguments: the seed, the minutes, {@code http:}K or {@code peer:}K for one connection alone or {@code -}, and for each node
     * its HTTP port, its peer port and its log, with commas between.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        List<Node> nodes = new ArrayList<>();
        for (String node : args[3].split(" ", -1)) {
            String[] parts = node.split(",", 3);
            int http = Integer.parseInt(parts[0]);
            nodes.add(new Node(http, Integer.parseInt(parts[1]), Path.of(parts[2]), new HttpFuzz(http)));
        }
        Fuzz fuzz = new Fuzz(nodes, Long.parseLong(args[0]), Duration.ofMinutes(Long.parseLong(args[1])));
        Optional<String> fault = args[2].equals("-") ? fuzz.run() : fuzz.alone(args[2]);
        fault.ifPresent(what -> {
            System.out.println("NOT AS IT SHOULD BE\n" + what);
            System.exit(1);
        });
        System.out.println("Nothing found.");
    }

    private Optional<String> alone(String which) throws IOException {
        long number = Long.parseLong(which.substring(which.indexOf(':') + 1));
        Node node = nodes.getFirst();
        if (which.startsWith("http:")) {
            return node.http().next(number);
        }
        PeerFuzz peer = new PeerFuzz(node.peerPort(), node.httpPort());
        return peer.next(number).or(() -> looked(peer));
    }

    private Optional<String> run() throws IOException, InterruptedException {
        List<Load> before = List.of();
        long reportNanos = System.nanoTime();
        while (System.nanoTime() < endNanos) {
            Node node = nodes.get((int) (turns % nodes.size()));
            Optional<String> fault = turn(node);
            if (fault.isPresent()) {
                return fault.map(what -> what + "\nIn the turn of port " + node.httpPort() + ". " + summary());
            }
            turns++;
            if (before.isEmpty() && turns == WARM_TURNS * nodes.size()) {
                before = loads();
            }
            if (System.nanoTime() > reportNanos) {
                reportNanos = System.nanoTime() + BETWEEN_REPORTS.toNanos();
                System.out.println(summary());
            }
        }
        System.out.println(summary());
        return before.isEmpty() ? logs() : grown(before).or(this::logs);
    }

    private Optional<String> turn(Node node) throws IOException {
        for (int i = 0; i < HTTP_TURN && System.nanoTime() < endNanos; i++) {
            long number = numbers.nextLong();
            Optional<String> fault = node.http().next(number);
            if (fault.isPresent()) {
                return fault.map(what -> what + "\nAlone again: bin/fuzz --only http:" + number);
            }
        }
        Plain.endLeases(node.httpPort());
        PeerFuzz peer = new PeerFuzz(node.peerPort(), node.httpPort());
        for (int i = 0; i < PEER_TURN && System.nanoTime() < endNanos; i++) {
            long number = numbers.nextLong();
            Optional<String> fault = peer.next(number);
            peerConnections++;
            if (fault.isPresent()) {
                return fault.map(what -> what + "\nAfter the peer connection: bin/fuzz --only peer:" + number
                        + ", or one of the twenty before it");
            }
        }
        return peer.look();
    }

    private static Optional<String> looked(PeerFuzz peer) {
        try {
            return peer.look();
        } catch (IOException e) {
            return Optional.of("The node does not answer any more: " + e.getMessage());
        }
    }

    private String summary() {
        StringBuilder text = new StringBuilder(turns + " turns, " + peerConnections + " connections to peer ports");
        nodes.forEach(node -> text.append("\n  ").append(node.httpPort()).append(": ").append(node.http().summary()));
        return text.toString();
    }

    /** Connections that were left take their time to end. */
    private Optional<String> grown(List<Load> before) throws IOException, InterruptedException {
        Thread.sleep(REST_MILLIS);
        List<Load> after = loads();
        System.out.println("Before: " + before + "\nAfter:  " + after);
        for (int i = 0; i < after.size(); i++) {
            if (after.get(i).threads > before.get(i).threads + MORE_THREADS
                    || after.get(i).files > before.get(i).files + MORE_FILES) {
                return Optional.of("Threads or files have grown: " + before.get(i) + ", " + after.get(i));
            }
        }
        return Optional.empty();
    }

    private Optional<String> logs() {
        try {
            for (Node node : nodes) {
                List<String> complaints = NodeLog.complaints(Files.readString(node.log()));
                if (!complaints.isEmpty()) {
                    return Optional.of("The log " + node.log() + " complains " + complaints.size() + " times:\n"
                            + String.join("\n", complaints.subList(0, Math.min(20, complaints.size()))));
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("A log cannot be read: " + e.getMessage());
        }
    }

    private List<Load> loads() throws IOException {
        List<Load> loads = new ArrayList<>();
        for (Node node : nodes) {
            loads.add(Load.of(node));
        }
        return loads;
    }

    /** What a node holds, as its own metrics tell it; heap and direct memory have bounds of their own. */
    private record Load(double threads, double files, double heapMiB) {
        static Load of(Node node) throws IOException {
            String metrics = Plain.get(node.httpPort(), "/actuator/prometheus").map(Answer::body).orElse("");
            return new Load(
                    sum(metrics, "jvm_threads_live_threads"),
                    sum(metrics, "process_files_open_files") - tables(node),
                    sum(metrics, "jvm_memory_used_bytes\\{area=\"heap\"[^}]*}") / (1 << 20));
        }

        /** Of the databases, in the folder beside the log: they come with what is written, and have a bound of their own. */
        private static long tables(Node node) throws IOException {
            try (Stream<Path> all = Files.walk(node.log().resolveSibling("data"))) {
                return all.filter(file -> file.toString().endsWith(".sst")).count();
            }
        }

        private static double sum(String metrics, String name) {
            Matcher matcher = Pattern.compile("(?m)^" + name + "(?:\\{[^}]*})? ([0-9.E]+)$").matcher(metrics);
            double sum = 0;
            while (matcher.find()) {
                sum += Double.parseDouble(matcher.group(1));
            }
            return sum;
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.0f threads, %.0f files, %.0f MiB of heap", threads, files, heapMiB);
        }
    }
}
