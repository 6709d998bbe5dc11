package io.canvass.raft.core;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.FULL;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.OTHER_CLUSTER;
import static io.canvass.raft.core.CoreFixture.T;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.command;
import static io.canvass.raft.core.CoreFixture.hard;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.became;
import static io.canvass.raft.core.Effects.persist;
import static io.canvass.raft.core.Effects.preVoteEnded;
import static io.canvass.raft.core.Effects.reply;
import static io.canvass.raft.core.Effects.send;
import static io.canvass.raft.core.Messages.append;
import static io.canvass.raft.core.Messages.askTransferVote;
import static io.canvass.raft.core.Messages.resigning;
import static io.canvass.raft.core.Messages.transfer;
import static org.assertj.core.api.Assertions.assertThat;

/** PREVOTE.md, Transitions: the transfer order of the leader that is followed or remembered, at the receiver. */
class TransferTest {
    private static final LogPosition END = at(3, 2);
    private static final RoundId FIRST = new RoundId(1, 1);
    private static final RoundId SECOND = new RoundId(1, 2);

    @Test
    void aFollowerCampaignsAtOnceAndItsRequestsAreFlagged() {
        CoreFixture replica = Stands.followerThatHeard(voters(3)).at(T + T - 1);

        assertThat(replica.request(N2, transfer(5, 3)))
                .containsExactly(
                        persist(2, hard(6, N1, NONE)),
                        became(RoleName.CANDIDATE, 6, NONE),
                        reply(N2, new Message.TransferResponse(5, N2, true), 2),
                        send(N2, 1, askTransferVote(N2, 6, END, FIRST), 2),
                        send(N3, 2, askTransferVote(N3, 6, END, FIRST), 2));
    }

    @Test
    void theFlagIsOfThisElectionOnly() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        replica.request(N2, transfer(5, 3));
        replica.persisted();

        assertThat(replica.timeReached(replica.deadline()))
                .contains(send(N3, 4, Messages.askPreVote(N3, 6, END, SECOND), 2));
    }

    @Test
    void theOrderThenTheResignationNoticeTheNoticeIsOfALowerEpoch() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        replica.request(N2, transfer(5, 3));
        replica.persisted();
        Role candidate = replica.role();

        assertThat(replica.request(N2, resigning(5, N1, N3)))
                .containsExactly(reply(N2, new Message.ResigningResponse(6, NONE), 2));

        assertThat(replica.role()).isEqualTo(candidate);
    }

    @Test
    void theResignationNoticeThenTheOrderTheFollowerStillCampaigns() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        replica.request(N2, resigning(5, N1, N3));

        assertThat(replica.request(N2, transfer(5, 3)))
                .containsExactly(
                        persist(2, hard(6, N1, NONE)),
                        became(RoleName.CANDIDATE, 6, NONE),
                        reply(N2, new Message.TransferResponse(5, NONE, true), 2),
                        send(N2, 1, askTransferVote(N2, 6, END, FIRST), 2),
                        send(N3, 2, askTransferVote(N3, 6, END, FIRST), 2));
    }

    @Test
    void theResignationNoticeThenTheOrderAProspectiveCampaignsTooAndItsRoundEnds() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        replica.request(N2, resigning(5, N1, N3));
        replica.timeReached(replica.deadline());
        assertThat(replica.role().name()).isEqualTo(RoleName.PROSPECTIVE);

        assertThat(replica.request(N2, transfer(5, 3)))
                .containsExactly(
                        persist(2, hard(6, N1, NONE)),
                        preVoteEnded(FIRST, 5, RoundSummary.Ending.TRANSFER, 1, 2),
                        became(RoleName.CANDIDATE, 6, NONE),
                        reply(N2, new Message.TransferResponse(5, NONE, true), 2),
                        send(N2, 3, askTransferVote(N2, 6, END, SECOND), 2),
                        send(N3, 4, askTransferVote(N3, 6, END, SECOND), 2));
    }

    @Test
    void theNoticeKeepsAnOrderYoungEvenWhenTheLastContactIsOld() {
        CoreFixture replica = Stands.followerThatHeard(voters(3)).at(T + T + 100);
        replica.request(N2, resigning(5, N3, N1));

        replica.at(T + T + 100 + T - 1).request(N2, transfer(5, 3));

        assertThat(replica.role().name()).isEqualTo(RoleName.CANDIDATE);
    }

    @Test
    void anOrderIsRefusedOnceContactAndNoticeAreAsOldAsTheTimeout() {
        assertRefused(Stands.followerThatHeard(voters(3)).at(T + T), N2, transfer(5, 3), N2);
        CoreFixture noticed = Stands.followerThatHeard(voters(3));
        noticed.request(N2, resigning(5, N3, N1));
        assertRefused(noticed.at(T + T), N2, transfer(5, 3), NONE);
    }

    @Test
    void anOrderIsRefusedFromAnyButTheLeaderOfTheSameEpoch() {
        assertRefused(Stands.followerThatHeard(voters(3)), N3, transfer(5, 3), N2);
        assertRefused(Stands.followerThatHeard(voters(3)), CoreFixture.otherDisk(N2), transfer(5, 3), N2);
        assertRefused(Stands.followerThatHeard(voters(3)), N2, transfer(4, 3), N2);
        assertRefused(Stands.followerThatHeard(voters(3)), N2, transfer(6, 3), N2);
    }

    @Test
    void anOrderIsRefusedByAReplicaThatNeverHeardThatLeader() {
        assertRefused(Stands.followerThatDidNotHear(voters(3)), N2, transfer(5, 3), N2);
        assertRefused(Stands.prospectiveWithHint(voters(3)), N2, transfer(5, 3), N2);
        assertRefused(Stands.unattachedWithHint(voters(3)), N2, transfer(5, 3), N2);
    }

    @Test
    void anOrderIsRefusedWhenTheOwnDurableLogIsTooShort() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        replica.request(N2, append(5, END, 0, command(4, 5)));

        assertRefused(replica, N2, transfer(5, 4), N2);
        replica.persisted();
        assertThat(replica.request(N2, transfer(5, 4))).contains(became(RoleName.CANDIDATE, 6, NONE));
    }

    @Test
    void anOrderIsRefusedByAnObserver() {
        CoreFixture observer = Stands.followerThatHeard(voters(3).voters(N2, N3).observers(N1));
        assertRefused(observer, N2, transfer(5, 3), N2);
    }

    @Test
    void anOrderIsRefusedByCandidateLeaderAndResigned() {
        assertRefused(Stands.candidate(voters(3)), N2, transfer(5, 3), NONE);
        assertRefused(Stands.leader(voters(3)), N2, transfer(5, 3), N1);
        assertRefused(Stands.resigned(voters(3)), N2, transfer(5, 3), NONE);
    }

    @Test
    void anOrderOfAForeignClusterOrForAnotherReplicaIsRefusedAndShown() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        Role before = replica.role();
        Effect answer = reply(N2, new Message.TransferResponse(5, N2, false), 1);

        assertThat(replica.request(N2, new Message.TransferRequest(OTHER_CLUSTER, N1, 5, 3)))
                .containsExactly(new Effect.Refused(N2, "speaks for cluster " + OTHER_CLUSTER), answer);
        assertThat(replica.request(N2, new Message.TransferRequest(CoreFixture.CLUSTER, N3, 5, 3)))
                .containsExactly(new Effect.Refused(N2, "means " + N3), answer);
        assertThat(replica.role()).isEqualTo(before);
    }

    @Test
    void aCandidateByTransferThatFailsWaitsForItsTimerAndCanvasses() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        replica.request(N2, transfer(5, 3));
        replica.persisted();

        replica.timeReached(T + FULL);

        assertThat(replica.role().name()).isEqualTo(RoleName.PROSPECTIVE);
        assertThat(replica.hardState()).isEqualTo(hard(6, N1, NONE));
    }

    private static void assertRefused(
            CoreFixture replica, ReplicaKey from, Message.TransferRequest order, ReplicaKey leader) {
        Role role = replica.role();
        HardState hardState = replica.hardState();

        assertThat(replica.request(from, order))
                .containsExactly(reply(
                        from, new Message.TransferResponse(5, leader, false), replica.lastToken().sequence()));

        assertThat(replica.role()).isEqualTo(role);
        assertThat(replica.hardState()).isEqualTo(hardState);
    }
}
