package io.canvass.raft.core;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.FULL;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.T;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.hard;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.became;
import static io.canvass.raft.core.Effects.persist;
import static io.canvass.raft.core.Effects.reply;
import static io.canvass.raft.core.Messages.fenced;
import static io.canvass.raft.core.Messages.heartbeat;
import static io.canvass.raft.core.Messages.matched;
import static io.canvass.raft.core.Messages.no;
import static io.canvass.raft.core.Messages.promising;
import static io.canvass.raft.core.Messages.resigning;
import static io.canvass.raft.core.Messages.transferVote;
import static io.canvass.raft.core.Messages.vote;
import static io.canvass.raft.core.Messages.yes;
import static org.assertj.core.api.Assertions.assertThat;

/** PREVOTE.md, Answering a vote request, "With lease reads enabled": who refuses a higher epoch without adopting it. */
class LeaseVotesTest {
    private static final LogPosition LONG = at(99, 5);
    private static final RoundId FIRST = new RoundId(1, 1);

    private static CoreFixture.Builder leases() {
        return voters(3).leaseReads();
    }

    @Test
    void aFollowerThatHasHeardWithinTheTimeoutRefusesAStandardVoteOfAHigherEpoch() {
        CoreFixture replica = Stands.followerThatHeard(leases());
        assertRefuses(replica.at(T + T - 1), N2, VoteRefusal.LEADER_ALIVE);
    }

    @Test
    void aFollowerWhoseLastContactIsAsOldAsTheTimeoutAdoptsIt() {
        assertGrants(Stands.followerThatHeard(leases()).at(T + T));
    }

    @Test
    void aFollowerThatOnlyHadWordOfItsLeaderAdoptsIt() {
        assertGrants(Stands.followerThatDidNotHear(leases()));
    }

    @Test
    void aFollowerWhoseLeaderResignedAdoptsIt() {
        CoreFixture replica = Stands.followerThatHeard(leases());
        replica.request(N2, resigning(5, N3, N1));
        assertGrants(replica);
    }

    @Test
    void aLeaderWithQuorumContactRefuses() {
        assertRefuses(Stands.leader(leases()), N1, VoteRefusal.LEADER_ALIVE);
    }

    @Test
    void aLeaderWhoseQuorumContactIsTooOldResignsFirstAndThenAdoptsIt() {
        CoreFixture replica = Stands.leader(leases());
        replica.at(replica.now() + T);
        assertGrants(replica);
    }

    @Test
    void aReplicaWithinTheTimeoutOfItsStartRefuses() {
        assertRefuses(leases().start().at(T - 1), NONE, VoteRefusal.JUST_STARTED);
        assertGrants(leases().start().at(T));
    }

    @Test
    void aProspectiveAndACandidateAdoptIt() {
        assertGrants(Stands.prospectiveWithHint(leases()));
        assertGrants(Stands.candidate(leases()));
        assertGrants(Stands.resigned(leases()));
    }

    @Test
    void aFlaggedTransferMovesThemAll() {
        for (CoreFixture replica : new CoreFixture[] {
            Stands.followerThatHeard(leases()), Stands.leader(leases()), leases().start().at(1)
        }) {
            Message.VoteRequest request = transferVote(6, LONG);
            assertThat(replica.request(N3, request))
                    .contains(reply(N3, yes(request, 6, NONE), replica.lastToken().sequence()));
            assertThat(replica.hardState()).isEqualTo(hard(6, N3, NONE));
        }
    }

    @Test
    void aFollowerThatHasHeardWithinTheTimeoutUsesNoHigherEpochFromAResponse() {
        CoreFixture replica = Stands.followerThatHeard(leases()).at(T + T - 1);
        Role before = replica.role();

        assertThat(replica.response(N3, 1, fenced(9, NONE, FIRST))).isEmpty();
        assertThat(replica.response(N3, 1, fenced(9, N3, FIRST))).isEmpty();
        assertThat(replica.response(N3, new Message.ReadIndexResponse(9, N3, 1, false, 0))).isEmpty();
        assertThat(replica.role()).isEqualTo(before);

        assertThat(replica.at(T + T).response(N3, 1, fenced(9, N3, FIRST)))
                .containsExactly(persist(2, hard(9, NONE, N3)), became(RoleName.FOLLOWER, 9, N3));
    }

    @Test
    void aResignationNoticeOfAHigherEpochIsNoContactAndMovesItNeither() {
        CoreFixture replica = Stands.followerThatHeard(leases());
        Role before = replica.role();

        assertThat(replica.request(N3, resigning(9, N1)))
                .containsExactly(reply(N3, new Message.ResigningResponse(5, N2), 1));

        assertThat(replica.role()).isEqualTo(before);
        assertThat(replica.hardState()).isEqualTo(hard(5, NONE, N2));
    }

    @Test
    void contactFromALeaderOfAHigherEpochMovesIt() {
        CoreFixture replica = Stands.followerThatHeard(leases());

        assertThat(replica.request(N3, heartbeat(9)))
                .containsExactly(
                        persist(2, hard(9, NONE, N3)),
                        became(RoleName.FOLLOWER, 9, N3),
                        reply(N3, promising(matched(9, N3, 0)), 2));
    }

    @Test
    void aStandardVoteOfTheOwnEpochIsJudgedByTheTable() {
        CoreFixture replica = leases().start().at(1);
        Message.VoteRequest request = vote(5, at(3, 2));

        assertThat(replica.request(N3, request))
                .containsExactly(persist(1, hard(5, N3, NONE)), reply(N3, yes(request, 5, NONE), 1));
    }

    @Test
    void withoutLeaseReadsAFollowerThatHearsItsLeaderAdoptsIt() {
        assertGrants(Stands.followerThatHeard(voters(3)));
        assertGrants(Stands.leader(voters(3)));
        assertGrants(voters(3).start().at(1));
    }

    private static void assertRefuses(CoreFixture replica, ReplicaKey leader, VoteRefusal why) {
        Role role = replica.role();
        HardState hardState = replica.hardState();
        Message.VoteRequest request = vote(6, LONG);

        assertThat(replica.request(N3, request))
                .containsExactly(reply(N3, no(request, 5, leader, why), replica.lastToken().sequence()));

        assertThat(replica.role()).isEqualTo(role);
        assertThat(replica.hardState()).isEqualTo(hardState);
    }

    private static void assertGrants(CoreFixture replica) {
        Message.VoteRequest request = vote(6, LONG);

        assertThat(replica.request(N3, request))
                .contains(reply(N3, yes(request, 6, NONE), replica.lastToken().sequence()));

        assertThat(replica.hardState()).isEqualTo(hard(6, N3, NONE));
        assertThat(replica.role().name()).isEqualTo(RoleName.UNATTACHED);
        replica.persisted();
        assertThat(replica.role().electionTimer()).isEqualTo(new ElectionTimer.At(replica.now() + FULL));
    }
}
