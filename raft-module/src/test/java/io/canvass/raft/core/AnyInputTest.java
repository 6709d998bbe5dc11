package io.canvass.raft.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.LongStream;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import static io.canvass.raft.core.CoreFixture.CLUSTER;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.command;
import static io.canvass.raft.core.CoreFixture.configuration;
import static io.canvass.raft.core.CoreFixture.voters;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever a replica receives, sound or not, in whatever order: it does not throw, its promises hold from step to step,
 * and its deadlines lie ahead.
 */
class AnyInputTest {
    private static final int STEPS = 120;

    private CoreFixture replica = voters(3).start();
    private Random dice = new Random(0);
    private HardState before = replica.hardState();
    private Role roleBefore = replica.role();
    private long commitBefore;
    private long appliedBefore;
    private Effect.RoleChanged told = new Effect.RoleChanged(RoleName.UNATTACHED, 0, NONE);
    private ReplicaKey leaderTold = NONE;

    @Property(tries = 2000)
    void promisesHoldFromStepToStep(@ForAll long seed, @ForAll boolean leases) {
        dice = new Random(seed);
        List<Function<CoreFixture.Builder, CoreFixture>> stands =
                List.of(Stands::unattached, Stands::prospective, Stands::followerThatHeard, Stands::leader);
        replica = stands.get(dice.nextInt(stands.size())).apply(leases ? voters(3).leaseReads() : voters(3));
        commitBefore = replica.commitIndex();
        appliedBefore = commitBefore;
        told = is();
        leaderTold = told.leader();
        for (int i = 0; i < STEPS; i++) {
            before = replica.hardState();
            roleBefore = replica.role();
            check(act());
        }
    }

    private List<Effect> act() {
        ReplicaKey from = pick(List.of(N1, N2, N2, N2, N3, N3, N3));
        return switch (dice.nextInt(10)) {
            case 0 -> {
                List<Effect> effects = replica.timeReached(replica.now() + dice.nextInt(600));
                assertThat(replica.deadline()).isGreaterThan(replica.now());
                yield effects;
            }
            case 1, 2 -> replica.persisted();
            case 3 -> replica.propose(1, "x");
            case 4 -> dice.nextInt(4) > 0 ? replica.read(1L, 2L) : replica.resign();
            case 5 -> replica.step(new Input.PeerLost(replica.now(), from, pick(List.of(Lane.CONTROL, Lane.DATA))));
            case 6, 7 -> replica.request(from, request());
            default -> answer(from);
        };
    }

    private Message.Request request() {
        long epoch = Math.max(0, replica.hardState().epoch() + dice.nextInt(4) - 1);
        LogPosition place = at(dice.nextInt(8), dice.nextInt((int) epoch + 1));
        return switch (dice.nextInt(8)) {
            case 0 -> Messages.preVote(epoch, place);
            case 1 -> Messages.vote(epoch, place);
            case 2 -> Messages.transferVote(epoch, place);
            case 3 -> Messages.resigning(epoch, pick(List.of(N1, N3)));
            case 4 -> Messages.transfer(epoch, dice.nextInt(8));
            case 5 -> new Message.ReadIndexRequest(CLUSTER, N1, epoch, 1);
            default -> Messages.append(
                    epoch, dice.nextBoolean() ? replica.end() : place, dice.nextInt(9), entries(epoch));
        };
    }

    private Entry[] entries(long epoch) {
        LogPosition end = replica.end();
        List<Entry> entries = new ArrayList<>();
        int count = dice.nextInt(3);
        for (int i = 0; i < count; i++) {
            long index = end.index() + 1 + i;
            entries.add(dice.nextInt(5) > 0 ? command(index, epoch) : configuration(index, epoch, N2, N3));
        }
        return entries.toArray(new Entry[0]);
    }

    private List<Effect> answer(ReplicaKey from) {
        long epoch = Math.max(0, replica.hardState().epoch() + (dice.nextInt(6) == 0 ? 1 : -dice.nextInt(2)));
        ReplicaKey leader = pick(List.of(NONE, NONE, NONE, N1, N2));
        RoundId round = new RoundId(1, 1 + dice.nextInt(6));
        long correlation = 1L + dice.nextInt(12);
        Round open = ReplicaState.roundOf(replica.role());
        if (open != null && dice.nextBoolean()) {
            round = open.id();
            correlation = open.requests().getOrDefault(from.nodeId(), 0L);
        }
        long session = 1L + dice.nextInt(4);
        long index = dice.nextInt(9);
        Message.Response response =
                switch (dice.nextInt(8)) {
                    case 0, 1 -> Messages.preVoteGranted(epoch, leader, round);
                    case 2, 3 -> Messages.voteGranted(epoch, round);
                    case 4 -> Messages.voteRefused(epoch, leader, round);
                    case 5 -> new Message.AppendResponse(
                            epoch, leader, session, 1, replica.now(), new Message.AppendResult.Matched(index));
                    case 6 -> new Message.AppendResponse(
                            epoch,
                            leader,
                            session,
                            1,
                            replica.now(),
                            new Message.AppendResult.Mismatched(at(index, 1)));
                    default -> new Message.ReadIndexResponse(epoch, leader, 1, true, index);
                };
        return replica.response(from, correlation, response);
    }

    private void check(List<Effect> effects) {
        HardState after = replica.hardState();
        assertThat(after.epoch()).isGreaterThanOrEqualTo(before.epoch());
        if (after.epoch() == before.epoch()) {
            assertThat(before.vote().isNone() || after.vote().equals(before.vote())).isTrue();
            assertThat(before.leader().isNone() || after.leader().equals(before.leader()))
                    .as("%s then %s by %s", roleBefore, replica.role(), effects)
                    .isTrue();
        }
        if (!after.equals(before)) {
            assertThat(effects).anyMatch(e -> e instanceof Effect.Persist p && p.state().equals(after));
        }
        assertThat(replica.role().rememberedLeader().matches(N1)).isFalse();
        checkLog(effects);
        checkRole();
        checkTold(effects);
        for (Effect effect : effects) {
            if (effect instanceof Effect.Send send && send.message() instanceof Message.VoteResponse) {
                assertThat(send.after()).isEqualTo(replica.lastToken().sequence());
            }
        }
    }

    private void checkLog(List<Effect> effects) {
        assertThat(replica.commitIndex()).isGreaterThanOrEqualTo(commitBefore);
        commitBefore = replica.commitIndex();
        assertThat(replica.core.status().durableIndex()).isLessThanOrEqualTo(replica.end().index());
        for (Effect effect : effects) {
            if (effect instanceof Effect.Apply apply) {
                assertThat(apply.from()).isEqualTo(appliedBefore + 1);
                assertThat(apply.to()).isLessThanOrEqualTo(replica.commitIndex());
                appliedBefore = apply.to();
            }
        }
    }

    private void checkRole() {
        Role role = replica.role();
        if (role.name() == RoleName.CANDIDATE && roleBefore.name() != RoleName.CANDIDATE) {
            assertThat(roleBefore.name()).isIn(RoleName.PROSPECTIVE, RoleName.FOLLOWER);
            assertThat(replica.hardState()).isEqualTo(new HardState(before.epoch() + 1, N1, NONE));
        }
        if (!mayBeNeeded()) {
            assertThat(role.electionTimer()).isEqualTo(new ElectionTimer.Never());
            assertThat(role.name()).isNotEqualTo(RoleName.PROSPECTIVE);
        }
    }

    /** A voter, or one by a configuration that nothing known to be committed has replaced yet. */
    private boolean mayBeNeeded() {
        long committed = Math.max(1, replica.commitIndex());
        return LongStream.rangeClosed(committed, replica.end().index())
                .anyMatch(index -> replica.core.baseAt(index).configuration().isVoter(N1));
    }

    /** Each change of role, epoch or leader is told once, as it is after the step; an epoch has one leader here too. */
    private void checkTold(List<Effect> effects) {
        List<Effect> changes = effects.stream().filter(Effect.RoleChanged.class::isInstance).toList();
        Effect.RoleChanged is = is();
        assertThat(changes).isEqualTo(is.equals(told) ? List.of() : List.of(is));
        assertThat(is.epoch()).isGreaterThanOrEqualTo(told.epoch());
        leaderTold = is.epoch() == told.epoch() ? leaderTold : NONE;
        switch (is.role()) {
            case LEADER -> assertThat(is.leader()).isEqualTo(N1);
            case FOLLOWER -> assertThat(is.leader()).isNotEqualTo(N1);
            case UNATTACHED, PROSPECTIVE, CANDIDATE, RESIGNED -> assertThat(is.leader()).isEqualTo(NONE);
        }
        assertThat(leaderTold.isNone() || is.leader().isNone() || leaderTold.equals(is.leader()))
                .as("epoch %s is told to be led by %s, then %s", is.epoch(), leaderTold, is.leader())
                .isTrue();
        leaderTold = is.leader().isKnown() ? is.leader() : leaderTold;
        told = is;
    }

    private Effect.RoleChanged is() {
        CoreStatus status = replica.core.status();
        return new Effect.RoleChanged(status.role(), status.hardState().epoch(), status.leader());
    }

    private <T> T pick(List<T> of) {
        return of.get(dice.nextInt(of.size()));
    }
}
