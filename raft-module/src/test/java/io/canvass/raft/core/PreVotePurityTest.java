package io.canvass.raft.core;

import java.util.List;
import java.util.UUID;
import java.util.function.Function;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

import static io.canvass.raft.core.CoreFixture.voters;
import static org.assertj.core.api.Assertions.assertThat;

/** PREVOTE.md, Answering a vote request, 5: a pre-vote is a pure query, whatever its epoch (HAZARDS A13, A16, A38). */
class PreVotePurityTest {
    @Property
    void afterAnyPreVoteStateTimersAndDiskAreTheSameAndOneAnswerLeft(
            @ForAll("stands") Function<CoreFixture.Builder, CoreFixture> stand,
            @ForAll boolean leases,
            @ForAll("askers") ReplicaKey from,
            @ForAll("preVotes") List<Message.VoteRequest> requests) {
        CoreFixture replica = stand.apply(leases ? voters(3).leaseReads() : voters(3));
        Role role = replica.role();
        HardState hardState = replica.hardState();
        CoreStatus status = replica.core.status();
        long deadline = replica.deadline();
        int draws = replica.random.draws();
        for (Message.VoteRequest request : requests) {
            List<Effect> effects = replica.request(from, request);

            assertThat(effects).singleElement().isInstanceOfSatisfying(Effect.Send.class, send -> {
                assertThat(send.to()).isEqualTo(from);
                assertThat(send.correlation()).isEqualTo(CoreFixture.ASKED);
                assertThat(send.message()).isInstanceOf(Message.VoteResponse.class);
                assertThat(send.message().epoch()).isEqualTo(hardState.epoch());
                assertThat(send.after()).isEqualTo(replica.lastToken().sequence());
            });
        }
        assertThat(replica.role()).isEqualTo(role);
        assertThat(replica.hardState()).isEqualTo(hardState);
        assertThat(replica.core.status()).isEqualTo(status);
        assertThat(replica.deadline()).isEqualTo(deadline);
        assertThat(replica.random.draws()).isEqualTo(draws);
    }

    @Provide
    Arbitrary<Function<CoreFixture.Builder, CoreFixture>> stands() {
        return Arbitraries.of(List.of(
                Stands::unattached,
                Stands::unattachedWithHint,
                Stands::votedForN2,
                Stands::prospective,
                Stands::prospectiveWithHint,
                Stands::candidate,
                Stands::followerThatHeard,
                Stands::followerThatDidNotHear,
                Stands::leader,
                Stands::resigned,
                builder -> builder.stored(5, CoreFixture.N1, CoreFixture.N1).start(),
                builder -> builder.capped().start().at(CoreFixture.T)));
    }

    @Provide
    Arbitrary<ReplicaKey> askers() {
        return Arbitraries.of(
                CoreFixture.N1, CoreFixture.N2, CoreFixture.N3, CoreFixture.N4, CoreFixture.otherDisk(CoreFixture.N2));
    }

    @Provide
    Arbitrary<List<Message.VoteRequest>> preVotes() {
        Arbitrary<UUID> clusters = Arbitraries.frequencyOf(
                Tuple.of(9, Arbitraries.just(CoreFixture.CLUSTER)),
                Tuple.of(1, Arbitraries.just(CoreFixture.OTHER_CLUSTER)));
        Arbitrary<ReplicaKey> receivers = Arbitraries.frequencyOf(
                Tuple.of(8, Arbitraries.just(CoreFixture.N1)),
                Tuple.of(1, Arbitraries.just(ReplicaKey.ofNode("n1"))),
                Tuple.of(1, Arbitraries.just(CoreFixture.otherDisk(CoreFixture.N1))));
        Arbitrary<Long> numbers = Arbitraries.oneOf(
                Arbitraries.longs().between(-1, 9), Arbitraries.longs().between(Long.MAX_VALUE - 3, Long.MAX_VALUE));
        Arbitrary<LogPosition> logs = Combinators.combine(numbers, numbers).as(LogPosition::new);
        return Combinators.combine(
                        clusters,
                        receivers,
                        numbers,
                        logs,
                        Arbitraries.longs().between(0, 3),
                        Arbitraries.of(true, false))
                .as((cluster, to, epoch, log, round, transfer) ->
                        new Message.VoteRequest(cluster, to, epoch, log, true, new RoundId(1, round), transfer))
                .list()
                .ofMinSize(1)
                .ofMaxSize(5);
    }
}
