package io.canvass.raft.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Input;
import io.canvass.raft.core.Lane;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.ReplicaKey;

/**
 * A network without manners: each message takes its own time, so that later ones overtake it, is lost or arrives twice, a request
 * also after its sender or its receiver was restarted. Links are cut in one direction at a time. The one thing it keeps is what
 * the peer protocol promises: a response travels back on the stream of its request, so it reaches the process that asked or nobody.
 */
final class Network {
    /**
     * @param delayNanos how long most messages take at most
     * @param spikeNanos how long the others take at most
     * @param spikes the share of the others
     * @param lost the share of messages that are lost
     * @param doubled the share that arrives twice
     * @param inOrder whether messages of one lane never overtake each other, as on a real stream
     */
    record Weather(
            long delayNanos, long spikeNanos, double spikes, double lost, double doubled, boolean inOrder) {
        static final Weather CALM = steady(RunOptions.TIMEOUT_NANOS / 100);

        /** Nothing is lost, doubled or late. */
        static Weather steady(long delayNanos) {
            return new Weather(delayNanos, 1, 0, 0, 0, false);
        }

        /** As on streams that nothing disturbs. */
        static Weather settled(long delayNanos) {
            return new Weather(delayNanos, 1, 0, 0, 0, true);
        }

        static Weather draw(RandomGenerator random) {
            long timeout = RunOptions.TIMEOUT_NANOS;
            long[] delays = {timeout / 200, timeout / 50, timeout / 10, timeout / 3};
            double[] shares = {0, 0, 0.01, 0.1, 0.1, 0.4};
            return new Weather(
                    delays[random.nextInt(delays.length)],
                    timeout * (1 + random.nextInt(3)),
                    shares[random.nextInt(shares.length)] / 2,
                    shares[random.nextInt(shares.length)],
                    shares[random.nextInt(shares.length)],
                    random.nextInt(3) == 0);
        }
    }

    /** Where a request came from: which life of which replica, and its number there. */
    private record Asked(long life, long correlation) {}

    private record Way(int from, int to, Lane lane) {}

    /**
     * @param sender who it was when it sent this
     * @param life of the sender
     */
    record Envelope(
            SimulatedReplica from,
            ReplicaKey sender,
            long life,
            SimulatedReplica to,
            Lane lane,
            long correlation,
            Message message) {}

    private final Simulation simulation;
    private final RandomGenerator random;
    private final boolean[][] cut;
    private final Map<Long, Asked> asked = new HashMap<>();
    private final Map<Way, Long> lastOnWay = new HashMap<>();
    private Weather weather;
    private Predicate<Envelope> detains = envelope -> false;
    private final List<Envelope> detained = new ArrayList<>();

    Network(Simulation simulation, RandomGenerator random) {
        this.simulation = simulation;
        this.random = random;
        this.weather = simulation.options().weather();
        int members = simulation.options().servers();
        this.cut = new boolean[members][members];
    }

    void send(SimulatedReplica from, Effect.Send send) {
        Envelope envelope = new Envelope(
                from,
                from.key(),
                from.life(),
                simulation.replica(send.to().nodeId()),
                send.lane(),
                send.correlation(),
                send.message());
        if (detains.test(envelope)) {
            trace(envelope, "is detained");
            detained.add(envelope);
            return;
        }
        boolean cutOff = cut[from.number()][envelope.to().number()];
        if (cutOff || random.nextDouble() < weather.lost()) {
            simulation.tally().count(cutOff ? Tally.Count.LOST_ON_A_CUT_LINK : Tally.Count.LOST);
            trace(envelope, "is lost");
            return;
        }
        deliverLater(envelope);
        if (random.nextDouble() < weather.doubled()) {
            simulation.tally().count(Tally.Count.DOUBLED);
            deliverLater(envelope);
        }
    }

    /** Delivers it now, whatever is cut. */
    void hand(SimulatedReplica from, Effect.Send send) {
        SimulatedReplica to = simulation.replica(send.to().nodeId());
        deliver(new Envelope(from, from.key(), from.life(), to, send.lane(), send.correlation(), send.message()));
    }

    private void deliverLater(Envelope envelope) {
        boolean spike = random.nextDouble() < weather.spikes();
        if (spike) {
            simulation.tally().count(Tally.Count.DELAYED_FOR_LONG);
        }
        long most = spike ? weather.spikeNanos() : weather.delayNanos();
        long at = simulation.now() + 1 + random.nextLong(most);
        if (weather.inOrder()) {
            Way way = new Way(envelope.from().number(), envelope.to().number(), envelope.lane());
            at = Math.max(at, lastOnWay.getOrDefault(way, 0L));
            lastOnWay.put(way, at);
        }
        simulation.agenda().at(at, () -> deliver(envelope));
    }

    private void deliver(Envelope envelope) {
        switch (envelope.message()) {
            case Message.Request request -> {
                // The receiver only gives this number back: it stands for the stream as well.
                long number = asked.size();
                asked.put(number, new Asked(envelope.life(), envelope.correlation()));
                deliver(envelope, number);
            }
            case Message.Response response -> {
                Asked request = asked.get(envelope.correlation());
                if (request == null) {
                    throw new InvariantViolation("AnswersBearTheirRequest", Words.of(response) + " answers no request");
                }
                if (request.life() == envelope.to().life()) {
                    deliver(envelope, request.correlation());
                }
            }
        }
    }

    private static void deliver(Envelope envelope, long correlation) {
        envelope.to().receive(now -> new Input.Received(
                now, envelope.sender(), envelope.lane(), correlation, envelope.message()));
    }

    void cut(int from, int to) {
        cut[from][to] = true;
    }

    void cutBoth(int one, int other) {
        cut[one][other] = true;
        cut[other][one] = true;
    }

    void mend(int from, int to) {
        cut[from][to] = false;
    }

    void mendBoth(int one, int other) {
        mend(one, other);
        mend(other, one);
    }

    void isolate(int number) {
        for (int other = 0; other < cut.length; other++) {
            if (other != number) {
                cutBoth(number, other);
            }
        }
    }

    void mendAll() {
        for (boolean[] row : cut) {
            Arrays.fill(row, false);
        }
    }

    void weather(Weather next) {
        weather = next;
    }

    /** Keeps such messages until they are let go: how a script puts events in its order. */
    void detain(Predicate<Envelope> which) {
        detains = which;
    }

    /** What is detained now, in its order. */
    List<Envelope> detained() {
        return List.copyOf(detained);
    }

    /** Delivers those of the detained now, in their order. What else is detained stays so. */
    void release(Predicate<Envelope> which) {
        List<Envelope> released = detained.stream().filter(which).toList();
        detained.removeAll(released);
        released.forEach(this::deliver);
    }

    /** Delivers now what was detained, in its order, and detains nothing more. */
    void letGo() {
        detains = envelope -> false;
        release(envelope -> true);
    }

    private void trace(Envelope envelope, String fate) {
        if (simulation.trace().isOn()) {
            simulation.trace().add("", envelope.from().key().nodeId() + " -> " + envelope.to().key().nodeId() + " "
                    + Words.of(envelope.message()) + " " + fate);
        }
    }
}
