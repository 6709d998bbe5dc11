package io.canvass.raft.script;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import io.canvass.raft.core.Input;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.Outcome;
import io.canvass.raft.core.RaftConfig;
import io.canvass.raft.core.ReplicaKey;
import org.jspecify.annotations.Nullable;

/**
 * Replicas, the post between them, one clock in milliseconds, and the transcript. Nothing happens by itself but syncs of
 * disks that are not slow.
 *
 * <p>T is 1,000 ms; the i-th replica's timers always run T + 100 i ms, so that a script knows who is first.
 */
final class ScriptCluster {
    static final long T = 1_000;
    private static final long HEARTBEAT = 100;
    private static final int MAX_EVENTS = 10_000;
    /** A number that no request of a core bears. */
    private static final long UNASKED = Long.MAX_VALUE;

    private static final UUID CLUSTER = new UUID(0x0ca17a55L, 7);

    private final Map<String, ScriptedReplica> replicas = new LinkedHashMap<>();
    private final Post post = new Post();
    private final Deque<Runnable> later = new ArrayDeque<>();
    /** By sender and receiver: what was sent in part. */
    private final Map<String, LogBase> outgoing = new HashMap<>();
    private long disksLost;
    private long snapshotCorrelation = UNASKED;
    private final List<String> transcript = new ArrayList<>();
    private long now;

    ScriptCluster(ScriptSetup setup) {
        Entry bootstrap =
                new Entry(1, 0, EntryKind.CONFIGURATION, 0, setup.configuration().encode());
        List<String> names = setup.names();
        for (int i = 0; i < names.size(); i++) {
            RaftConfig config = setup.config(CLUSTER, key(names.get(i)), T, HEARTBEAT);
            replicas.put(names.get(i), new ScriptedReplica(this, config, always(100L * i - 1 + 100), bootstrap));
        }
    }

    static ReplicaKey key(String name) {
        return new ReplicaKey(name, new UUID(0xd1L, Long.parseLong(name.substring(1))));
    }

    /** Draws the same at each time, as far as the range goes. */
    private static RandomGenerator always(long value) {
        return new RandomGenerator() {
            @Override
            public long nextLong() {
                throw new UnsupportedOperationException("The core draws bounded numbers only");
            }

            @Override
            public long nextLong(long bound) {
                return Math.min(value, bound - 1);
            }
        };
    }

    long now() {
        return now;
    }

    Collection<ScriptedReplica> replicas() {
        return replicas.values();
    }

    /** The node comes back with another, empty disk: another replica, that does as the one before and knows nothing. */
    void loseDisk(ScriptedReplica lost) {
        ReplicaKey fresh = new ReplicaKey(lost.name(), new UUID(0xd2L, ++disksLost));
        replicas.put(lost.name(), lost.withOtherDisk(fresh));
        tell(lost.name() + " has another, empty disk");
    }

    ScriptedReplica replica(String name) {
        ScriptedReplica replica = replicas.get(name);
        if (replica == null) {
            throw new ScriptException("There is no replica " + name);
        }
        return replica;
    }

    Post post() {
        return post;
    }

    List<String> transcript() {
        return transcript;
    }

    void tell(String what) {
        transcript.add("    " + what);
    }

    void quote(String line) {
        transcript.add(line);
    }

    // ---- what replicas do

    void send(ScriptedReplica from, Effect.Send send) {
        Letter letter = post.letter(from.name(), from.life(), send);
        tell(post.send(letter) ? letter.toString() : letter + ": lost");
    }

    /** A snapshot goes out in two parts, the second when the first was taken. */
    void sendSnapshot(ScriptedReplica from, Effect.SendSnapshot asked) {
        LogBase base = from.core().baseAt(from.disk().applied());
        outgoing.put(from.name() + ">" + asked.peer().nodeId(), base);
        sendPart(from, asked.peer(), asked.epoch(), asked.session(), base, "1 of 2");
    }

    private void sendPart(
            ScriptedReplica from, ReplicaKey to, long epoch, long session, LogBase base, String part) {
        Message message = new Message.SnapshotRequest(
                CLUSTER, to, epoch, session, base, Bytes.ofUtf8(part), part.startsWith("2"), now);
        send(from, new Effect.Send(to, Lane.SNAPSHOT, --snapshotCorrelation, message, 0));
    }

    /** The second part follows. */
    private void taken(ScriptedReplica leader, ReplicaKey by, Message.SnapshotResponse answer) {
        if (answer.result() == Message.SnapshotResult.TAKEN) {
            LogBase base = outgoing.remove(leader.name() + ">" + by.nodeId());
            if (base != null) {
                sendPart(leader, by, answer.epoch(), answer.session(), base, "2 of 2");
            }
        }
    }

    /** Done after the command under way, before the next: what a thread of the shell would do. */
    void later(Runnable action) {
        later.addLast(action);
    }

    private void finish() {
        while (!later.isEmpty()) {
            later.removeFirst().run();
        }
    }

    // ---- what a script does

    /** A leader orders another to take over, with all of its log; sent in its name, who has no use for the answer. */
    void order(ScriptedReplica leader, ScriptedReplica successor) {
        Message order = new Message.TransferRequest(
                CLUSTER,
                key(successor.name()),
                leader.core().hardState().epoch(),
                leader.core().status().end().index());
        send(leader, new Effect.Send(key(successor.name()), Lane.CONTROL, UNASKED, order, 0));
    }

    /** Hands a letter over; it stays under way too if it is to come twice. */
    void deliver(Letter letter, boolean again) {
        if (!again) {
            post.take(letter);
        }
        ScriptedReplica to = replica(letter.to());
        if (!to.isUp()) {
            tell(letter + ": nobody is there");
            return;
        }
        @Nullable Long correlation = post.correlation(letter, to.life());
        if (correlation == null) {
            tell(letter + ": who asked is gone");
            return;
        }
        handOver(letter, correlation);
    }

    /** Hands a response over as the answer to the newest request, also to a process that did not ask. */
    void mixUp(Letter letter) {
        post.take(letter);
        handOver(letter, post.mixedUp(letter));
    }

    private void handOver(Letter letter, long correlation) {
        ScriptedReplica to = replica(letter.to());
        ReplicaKey from = replica(letter.from()).config().self();
        to.step(new Input.Received(now, from, letter.lane(), correlation, letter.message()));
        if (letter.message() instanceof Message.SnapshotResponse answer) {
            taken(to, from, answer);
        }
        finish();
    }

    /** All that is under way, and all that comes of it, in the order of sending. */
    void deliverAll() {
        int count = 0;
        Optional<Letter> next = deliverable();
        while (next.isPresent()) {
            requireEnd(++count);
            deliver(next.get(), false);
            next = deliverable();
        }
    }

    private static void requireEnd(int count) {
        if (count > MAX_EVENTS) {
            throw new ScriptException("More than " + MAX_EVENTS + " messages or timers in one command, and no end");
        }
    }

    private Optional<Letter> deliverable() {
        return post.pending().stream().filter(letter -> !replica(letter.to()).isPaused()).findFirst();
    }

    /** The clock goes on to this replica's deadline, and that one alone notices. */
    void timer(ScriptedReplica replica) {
        if (replica.deadline() == Outcome.NEVER) {
            throw new ScriptException(replica.name() + " waits for no time");
        }
        now = Math.max(now, replica.deadline());
        replica.step(new Input.TimeReached(now));
        finish();
    }

    /** The clock goes on, and everybody notices in time. */
    void pass(long millis) {
        long end = now + millis;
        int count = 0;
        ScriptedReplica next = due(end);
        while (next != null) {
            requireEnd(++count);
            timer(next);
            next = due(end);
        }
        now = end;
    }

    /** The clock goes on, everybody notices in time, and whatever is sent arrives at once. */
    void run(long millis) {
        long end = now + millis;
        deliverAll();
        int count = 0;
        ScriptedReplica next = due(end);
        while (next != null) {
            requireEnd(++count);
            timer(next);
            deliverAll();
            next = due(end);
        }
        now = end;
    }

    private @Nullable ScriptedReplica due(long end) {
        ScriptedReplica first = null;
        for (ScriptedReplica replica : replicas.values()) {
            boolean due = replica.isRunning() && replica.deadline() <= end;
            if (due && (first == null || replica.deadline() < first.deadline())) {
                first = replica;
            }
        }
        return first;
    }
}
