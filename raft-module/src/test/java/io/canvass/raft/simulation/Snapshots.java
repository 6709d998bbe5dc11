package io.canvass.raft.simulation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.Input;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.ReplicaKey;
import org.jspecify.annotations.Nullable;

/**
 * What the shell of one replica does about snapshots, in one of its lives: sends them part by part, takes them in order, and puts
 * them in place of the state, with a moment for a crash after each step.
 */
final class Snapshots {
    private static final int MOST_PARTS = 4;
    /** The last part is answered when it is installed. */
    private static final long ANSWERED_WITHIN_NANOS = 3 * RunOptions.TIMEOUT_NANOS;

    /** What is on its way to one peer. */
    private record Outgoing(Effect.SendSnapshot asked, LogBase base, int parts, int sent) {
        Outgoing next() {
            return new Outgoing(asked, base, parts, sent + 1);
        }
    }

    /** What has arrived of one snapshot. */
    private record Incoming(ReplicaKey from, long session, LogBase base, int parts) {}

    private final Simulation simulation;
    private final SimulatedReplica replica;
    private final RandomGenerator random;
    private final Map<String, Outgoing> outgoing = new HashMap<>();
    private @Nullable Incoming incoming;
    private long correlation = Long.MAX_VALUE / 2;

    Snapshots(Simulation simulation, SimulatedReplica replica, RandomGenerator random) {
        this.simulation = simulation;
        this.replica = replica;
        this.random = random;
    }

    // ---- sending

    void send(Effect.SendSnapshot asked) {
        outgoing.remove(asked.peer().nodeId());
        soon(() -> {
            if (replica.applied() == 0 || !replica.leads()) {
                lost(asked.peer());
                return;
            }
            LogBase base = replica.core().baseAt(replica.applied());
            simulation.keepSnapshot(base, replica.memory());
            simulation.tally().count(Tally.Count.SNAPSHOT_SENT);
            Outgoing begun = new Outgoing(asked, base, 1 + random.nextInt(MOST_PARTS), 0);
            outgoing.put(asked.peer().nodeId(), begun);
            sendPart(begun);
        });
    }

    private void sendPart(Outgoing now) {
        Outgoing next = now.next();
        String peer = now.asked().peer().nodeId();
        outgoing.put(peer, next);
        Message part = new Message.SnapshotRequest(
                RunOptions.CLUSTER,
                now.asked().peer(),
                now.asked().epoch(),
                now.asked().session(),
                now.base(),
                Bytes.ofUtf8(Integer.toString(next.sent())),
                next.sent() == next.parts(),
                replica.clock());
        replica.leaveOnLane(now.asked().peer(), Lane.SNAPSHOT, ++correlation, part);
        simulation.agenda().in(ANSWERED_WITHIN_NANOS, whileAlive(() -> {
            if (next.equals(outgoing.get(peer))) {
                lost(now.asked().peer());
            }
        }));
    }

    /** A part was answered: the next one follows. */
    void answered(ReplicaKey from, Message.SnapshotResponse answer) {
        Outgoing now = outgoing.get(from.nodeId());
        if (now == null || now.asked().session() != answer.session()) {
            return;
        }
        if (answer.result() != Message.SnapshotResult.TAKEN) {
            outgoing.remove(from.nodeId());
        } else if (now.sent() < now.parts()) {
            // An answer that came twice sends a part too early: the receiver takes them in order or not at all.
            sendPart(now);
        }
    }

    private void lost(ReplicaKey peer) {
        outgoing.remove(peer.nodeId());
        replica.receive(now -> new Input.PeerLost(now, peer, Lane.SNAPSHOT));
    }

    void endAll() {
        outgoing.clear();
    }

    // ---- taking

    /** Whether the core may see this part: it is the next one of its snapshot. */
    boolean takes(ReplicaKey from, Message.SnapshotRequest part) {
        int number = Integer.parseInt(part.data().toUtf8());
        Incoming before = incoming;
        boolean goesOn = before != null
                && before.from().equals(from)
                && before.session() == part.session()
                && before.base().equals(part.base())
                && number == before.parts() + 1;
        if (!goesOn && number != 1) {
            return false;
        }
        incoming = new Incoming(from, part.session(), part.base(), number);
        return true;
    }

    /** Notes it, then switches the state, then tells the core; a crash may come after each of the three. */
    void install(Effect.InstallSnapshot asked) {
        LogBase base = asked.base();
        List<Entry> content = simulation.snapshot(base);
        soon(() -> {
            replica.disk().installing(base);
            soon(() -> {
                replica.applier().install(content);
                simulation.tally().count(Tally.Count.SNAPSHOT_INSTALLED);
                soon(() -> replica.receive(now -> new Input.SnapshotInstalled(now, base)));
            });
        });
    }

    private void soon(Runnable action) {
        long pace = RunOptions.TIMEOUT_NANOS / (random.nextBoolean() ? 100 : 3);
        simulation.agenda().in(1 + random.nextLong(pace), whileAlive(action));
    }

    private Runnable whileAlive(Runnable action) {
        long life = replica.life();
        return () -> {
            if (replica.life() == life && replica.isUp()) {
                action.run();
            }
        };
    }
}
