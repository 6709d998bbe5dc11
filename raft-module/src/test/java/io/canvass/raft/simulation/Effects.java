package io.canvass.raft.simulation;

import java.util.List;
import java.util.random.RandomGenerator;

import io.canvass.raft.core.Effect;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.Input;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.Outcome;
import io.canvass.raft.core.RoleName;

/** What a simulated process does of that which its core owes, in one of its lives. */
final class Effects {
    private final Simulation simulation;
    private final SimulatedReplica replica;
    private final RandomGenerator random;
    private final PlantedFault planted;
    private final Outbox outbox = new Outbox(this::leave);

    Effects(Simulation simulation, SimulatedReplica replica, RandomGenerator random) {
        this.simulation = simulation;
        this.replica = replica;
        this.random = random;
        this.planted = simulation.options().planted();
    }

    /**
     * Lets go what waited for this.
     *
     * @return up to where all is durable
     */
    long durable(long sequence) {
        outbox.durable(sequence);
        return outbox.durableToken();
    }

    /** Returns whether the replica is up afterwards. */
    boolean perform(Outcome outcome) {
        for (Effect effect : outcome.effects()) {
            switch (effect) {
                case Effect.Persist write -> persist(write);
                case Effect.Send send -> send(send);
                case Effect.ReadLog read -> read(read);
                case Effect.SendSnapshot send -> replica.snapshots().send(send);
                case Effect.InstallSnapshot install -> replica.snapshots().install(install);
                case Effect.Apply apply -> replica.applier().apply(apply);
                case Effect.Complete complete -> simulation.clients().completed(replica, complete);
                case Effect.RoleChanged changed -> {
                    tellMachine(changed);
                    replica.trace("is " + changed.role() + " of epoch " + changed.epoch() + ", leader "
                            + changed.leader().nodeId());
                }
                case Effect.RoundEnded ended -> replica.trace("ends " + ended.round());
                case Effect.Refused refused -> refused(refused);
                case Effect.Halt halt -> halted(halt, outcome);
            }
            if (!replica.isUp()) {
                return false;
            }
        }
        return true;
    }

    private void tellMachine(Effect.RoleChanged changed) {
        if (changed.role() == RoleName.LEADER) {
            replica.machine().leads(changed.epoch(), replica.clock());
        } else {
            replica.machine().follows();
        }
    }

    /** In this world nobody is broken; but a replica with another disk is spoken to as the one that is no more. */
    private void refused(Effect.Refused refused) {
        boolean mixedUp = replica.isForeign() || simulation.replica(refused.from().nodeId()).isForeign();
        if (!mixedUp) {
            throw new InvariantViolation(
                    "SoundPeers", replica.key() + " refuses " + refused.from() + ", which " + refused.what());
        }
    }

    /** Only a broken disk is a reason; the process ends, what it had not said it never says. */
    private void halted(Effect.Halt halt, Outcome outcome) {
        if (!replica.disk().isBroken()) {
            throw new InvariantViolation("CoreHolds", replica.key() + " halts: " + halt.reason());
        }
        if (!outcome.effects().getLast().equals(halt)) {
            throw new InvariantViolation("CoreHolds", replica.key() + " does more after it halted: " + outcome);
        }
        simulation.tally().count(Tally.Count.HALTED);
        replica.crash();
        long thisLife = replica.life();
        simulation.agenda().in(1 + random.nextLong(2 * RunOptions.TIMEOUT_NANOS), () -> {
            if (replica.life() == thisLife) {
                replica.start();
            }
        });
    }

    private void persist(Effect.Persist write) {
        replica.disk().submit(write);
        if (planted.reportsBeforeSync(replica)) {
            long thisLife = replica.life();
            simulation.agenda().in(1, () -> {
                if (replica.life() == thisLife) {
                    replica.onSynced(write.token());
                }
            });
        }
    }

    private void send(Effect.Send send) {
        outbox.send(send, planted.leavesAtOnce(send));
    }

    void leave(Effect.Send send) {
        Message said = planted.said(replica, send.message());
        Effect.Send left = new Effect.Send(send.to(), send.lane(), send.correlation(), said, send.after());
        simulation.observers().forEach(observer -> observer.sent(replica, left));
        simulation.network().send(replica, left);
    }

    private void read(Effect.ReadLog read) {
        long thisLife = replica.life();
        simulation.agenda().in(1 + random.nextLong(RunOptions.TIMEOUT_NANOS / 50), () -> {
            if (replica.life() == thisLife && replica.isUp()) {
                List<Entry> entries = replica.disk().read(read);
                replica.receive(now -> new Input.LogRead(now, read.peer(), read.session(), entries));
            }
        });
    }
}
