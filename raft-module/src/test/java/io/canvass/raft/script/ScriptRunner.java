package io.canvass.raft.script;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Input;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.ResignReason;
import io.canvass.raft.core.Role;

/** Carries a script out, line by line. The language is described in {@code src/test/resources/raft/README.md}. */
final class ScriptRunner {
    private Optional<ScriptCluster> cluster = Optional.empty();
    private long requests;

    /** @return the transcript */
    static List<String> run(List<String> lines) {
        ScriptRunner runner = new ScriptRunner();
        int number = 0;
        for (String line : lines) {
            number++;
            try {
                runner.line(line);
            } catch (ScriptException e) {
                throw new ScriptException("line " + number + ", '" + line + "': " + e.getMessage() + "\n"
                        + String.join("\n", runner.transcriptSoFar()), e);
            }
        }
        return runner.transcriptSoFar();
    }

    private List<String> transcriptSoFar() {
        return cluster.map(ScriptCluster::transcript).orElse(List.of());
    }

    private ScriptCluster cluster() {
        return cluster.orElseThrow(() -> new ScriptException("A script begins with 'cluster'"));
    }

    private void line(String line) {
        if (line.isBlank()) {
            return;
        }
        if (line.startsWith("#")) {
            cluster.ifPresent(there -> there.quote(line));
            return;
        }
        List<String> words = List.of(line.strip().split(" +", -1));
        if (words.getFirst().equals("cluster")) {
            cluster = Optional.of(new ScriptCluster(ScriptSetup.of(words.subList(1, words.size()))));
        }
        cluster().quote("> " + line.strip());
        command(words.getFirst(), words.subList(1, words.size()));
    }

    private void command(String verb, List<String> words) {
        ScriptCluster there = cluster();
        switch (verb) {
            case "cluster" -> {}
            case "start" -> each(words).forEach(ScriptedReplica::start);
            case "crash" -> one(words).crash(words.contains("keeping") ? number(words, 2) : 0);
            case "pause" -> one(words).pause(true);
            case "resume" -> one(words).pause(false);
            case "slow-disk" -> one(words).disk().slow(true);
            case "sync" -> sync(words);
            case "slow-reads" -> one(words).slowReads();
            case "read-log" -> one(words).readLog();
            case "timer" -> each(words).forEach(there::timer);
            case "run" -> there.run(number(words, 0));
            case "wait" -> there.pass(number(words, 0));
            case "deliver" -> deliver(words, false);
            case "deliver-twice" -> deliver(words, true);
            case "mix-up" -> chosen(words).forEach(there::mixUp);
            case "drop" -> drop(words);
            case "cut" -> way(words.getFirst(), there.post()::cut);
            case "mend" -> mend(words);
            case "isolate" -> isolate(words.getFirst());
            case "break" -> breakStreams(words.get(0), words.get(1));
            case "propose" -> propose(words);
            case "read" -> one(words).step(new Input.Read(there.now(), List.of(++requests)));
            case "resign" -> one(words).step(new Input.Resign(there.now(), ResignReason.REQUESTED));
            case "compact" -> one(words).step(new Input.Compact(there.now(), number(words, 1), 0));
            case "install" -> one(words).install(installStep(words));
            case "lose-disk" -> there.loseDisk(one(words));
            case "change" -> one(words).step(ScriptedChange.input(there, ++requests, words));
            case "hand-over" -> handOver(words);
            case "order" -> there.order(one(words), there.replica(words.get(1)));
            case "expect" -> expect(words);
            default -> throw new ScriptException("'" + verb + "' is no command");
        }
    }

    private void handOver(List<String> words) {
        ReplicaKey target = words.size() > 1 ? ScriptCluster.key(words.get(1)) : ReplicaKey.NONE;
        one(words).step(new Input.TransferTo(cluster().now(), ++requests, target, ScriptCluster.T));
    }

    // ---- words

    private ScriptedReplica one(List<String> words) {
        return cluster().replica(words.getFirst());
    }

    private List<ScriptedReplica> each(List<String> words) {
        return words.equals(List.of("all"))
                ? List.copyOf(cluster().replicas())
                : words.stream().map(cluster()::replica).toList();
    }

    private static int number(List<String> words, int at) {
        try {
            return Integer.parseInt(words.get(at));
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new ScriptException("a number is missing", e);
        }
    }

    private static ScriptedReplica.Step installStep(List<String> words) {
        return switch (words.size() > 1 ? words.get(1) : "done") {
            case "noted" -> ScriptedReplica.Step.NOTED;
            case "switched" -> ScriptedReplica.Step.SWITCHED;
            default -> ScriptedReplica.Step.DONE;
        };
    }

    @FunctionalInterface
    private interface OnWay {
        void accept(String from, String to);
    }

    /** {@code n1>n2} is one way, {@code n1-n2} both. */
    private static void way(String text, OnWay action) {
        String[] ends = text.split("[>-]", -1);
        if (ends.length != 2) {
            throw new ScriptException("'" + text + "' is not n1>n2 or n1-n2");
        }
        action.accept(ends[0], ends[1]);
        if (text.contains("-")) {
            action.accept(ends[1], ends[0]);
        }
    }

    // ---- the post

    /** deliver all | deliver n1>n2 [all | words that its description begins with] */
    private void deliver(List<String> words, boolean again) {
        ScriptCluster there = cluster();
        if (words.equals(List.of("all"))) {
            there.deliverAll();
            return;
        }
        for (Letter letter : chosen(words)) {
            there.deliver(letter, again);
        }
    }

    private void drop(List<String> words) {
        List<Letter> gone = words.equals(List.of("all")) ? cluster().post().pending() : chosen(words);
        gone.forEach(cluster().post()::take);
    }

    private List<Letter> chosen(List<String> words) {
        List<Letter> chosen = new ArrayList<>();
        String rest = String.join(" ", words.subList(1, words.size()));
        way(words.getFirst(), (from, to) -> {
            if (rest.equals("all")) {
                cluster().post().pending().stream().filter(letter -> letter.is(from, to, "")).forEach(chosen::add);
            } else {
                chosen.add(cluster().post().find(from, to, rest));
            }
        });
        return chosen;
    }

    private void mend(List<String> words) {
        if (words.equals(List.of("all"))) {
            cluster().post().mendAll();
        } else {
            way(words.getFirst(), cluster().post()::mend);
        }
    }

    private void isolate(String name) {
        for (ScriptedReplica other : cluster().replicas()) {
            if (!other.name().equals(name)) {
                way(name + "-" + other.name(), cluster().post()::cut);
            }
        }
    }

    /** Both streams that the first dialled to the second break: what was under way on them is gone, and the first is told. */
    private void breakStreams(String from, String to) {
        ScriptCluster there = cluster();
        ReplicaKey peer = ScriptCluster.key(to);
        drop(List.of(from + "-" + to, "all"));
        for (Lane lane : Lane.values()) {
            there.replica(from).step(new Input.PeerLost(there.now(), peer, lane));
        }
    }

    // ---- disks and clients

    private void sync(List<String> words) {
        ScriptedReplica replica = one(words);
        int count = words.size() > 1 ? number(words, 1) : replica.disk().unsynced().size();
        for (int i = 0; i < count; i++) {
            replica.sync();
        }
    }

    private void propose(List<String> words) {
        ScriptCluster there = cluster();
        List<Input.Proposal> proposals = new ArrayList<>();
        for (String command : words.subList(1, words.size())) {
            proposals.add(new Input.Proposal(++requests, Bytes.ofUtf8(command)));
        }
        one(words).step(new Input.Propose(there.now(), there.now(), proposals));
    }

    // ---- expectations

    /** expect n1 [not] ROLE | expect n1 epoch 5 | leader n2 | commit 7 | heard | nothing-under-way | no CANDIDATE */
    private void expect(List<String> words) {
        if (words.equals(List.of("nothing-under-way"))) {
            require(cluster().post().pending().isEmpty(), "under way are " + cluster().post().pending());
            return;
        }
        if (words.getFirst().equals("no")) {
            for (ScriptedReplica replica : cluster().replicas()) {
                require(!is(replica, words.get(1)), replica.name() + " is " + replica.state());
            }
            return;
        }
        ScriptedReplica replica = one(words);
        for (int i = 1; i < words.size(); i++) {
            switch (words.get(i)) {
                case "not" -> require(!is(replica, words.get(++i)), "it is " + replica.state());
                case "epoch" -> equal(words.get(++i), Long.toString(replica.core().hardState().epoch()));
                case "leader" -> equal(words.get(++i), leader(replica));
                case "commit" -> equal(words.get(++i), Long.toString(replica.core().status().commitIndex()));
                case "end" -> equal(words.get(++i), replica.core().status().end().toString());
                case "voters" -> equal(words.get(++i), voters(replica));
                case "heard" -> require(
                        replica.core().role() instanceof Role.Follower follower && follower.heardFromLeader(),
                        "it has not heard from its leader");
                default -> require(is(replica, words.get(i)), "it is " + replica.state());
            }
        }
    }

    private static boolean is(ScriptedReplica replica, String role) {
        return replica.isUp() ? replica.core().role().name().name().equals(role) : role.equals("down");
    }

    private static String voters(ScriptedReplica replica) {
        return replica.core().configuration().voters().stream()
                .map(voter -> voter.key().nodeId())
                .collect(Collectors.joining(","));
    }

    private static String leader(ScriptedReplica replica) {
        ReplicaKey leader = replica.core().status().leader();
        return leader.isNone() ? "none" : leader.nodeId();
    }

    private static void equal(String expected, String is) {
        require(expected.equals(is), "it is " + is + ", not " + expected);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new ScriptException(otherwise);
        }
    }
}
