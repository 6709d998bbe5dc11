package io.canvass.raft.core;

import java.util.List;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.CLUSTER;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.N4;
import static io.canvass.raft.core.CoreFixture.T;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.complete;
import static io.canvass.raft.core.Messages.promises;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Reads that a leader answers by its lease, without a round (HAZARDS B4 to B6, B12; PREVOTE.md, Answering a vote request). */
class LeaseReadsTest {
    private static final long ELECTED = Stands.FIRST_TIMEOUT;
    private static final long LEASE = T - 300;

    /** Elected, and nobody has answered yet. */
    private static CoreFixture elected() {
        return Stands.leader(voters(3).lease(LEASE));
    }

    /** Entry 4, the first of its own epoch, is committed; n2 has it, and answered what was sent at the election. */
    private static CoreFixture leader() {
        CoreFixture replica = elected();
        replica.response(N2, promises(1, ELECTED, 4));
        return replica;
    }

    private static List<Effect> byLease(CoreFixture replica) {
        return replica.step(new Input.Read(replica.now(), List.of(11L), true));
    }

    private static Effect served(long index) {
        return complete(11, new Effect.Result.ReadAt(index, true));
    }

    /** It asks the peers, as for any other read. */
    private static void confirmsByARound(CoreFixture replica) {
        List<Effect> effects = byLease(replica);
        assertThat(effects).noneMatch(effect -> effect instanceof Effect.Complete);
        assertThat(effects).anyMatch(effect -> effect instanceof Effect.Send send
                && send.message() instanceof Message.AppendRequest);
    }

    @Test
    void aLeaderWhoseMajorityAnsweredServesAtOnceAndAsksNobody() {
        assertThat(byLease(leader())).containsExactly(served(4));
    }

    @Test
    void theLeaseCountsFromWhenTheAnsweredRequestWasSentAndEndsBeforeAnyVotersPromise() {
        CoreFixture replica = leader();
        replica.at(replica.now() + LEASE - 1);
        assertThat(byLease(replica)).containsExactly(served(4));

        CoreFixture later = leader();
        later.at(later.now() + LEASE);
        confirmsByARound(later);
    }

    @Test
    void anAnswerThatCameLateSupportsNoLongerLease() {
        CoreFixture replica = elected();
        replica.at(replica.now() + LEASE);
        replica.response(N2, promises(1, ELECTED, 4));
        confirmsByARound(replica);
    }

    @Test
    void beforeTheFirstCommitOfItsEpochItServesNothingByLease() {
        CoreFixture replica = elected();
        // n2 follows, but does not have the entry yet.
        replica.response(N2, promises(1, ELECTED, 0));
        assertThat(byLease(replica)).noneMatch(effect -> effect instanceof Effect.Complete);
    }

    @Test
    void whoStartsAsFreshSupportsNoLease() {
        CoreFixture replica = Stands.leader(voters(2).observers(N3).lease(LEASE));
        replica.response(N2, promises(1, ELECTED, 4));
        replica.response(N3, promises(2, ELECTED, 4));
        replica.at(replica.now() + LEASE - 1);
        replica.response(N3, promises(2, ELECTED, 4));
        // A voter from its append on, and for Check Quorum one that has just been heard.
        replica.change(9, new MemberChange.Promote(N3, 1000));
        replica.persisted();
        assertThat(byLease(replica)).containsExactly(served(4));

        replica.at(replica.now() + 1);
        assertThat(byLease(replica)).noneMatch(effect -> effect instanceof Effect.Complete);
    }

    @Test
    void onceSomebodyWasOrderedToTakeOverThereIsNoLeaseForTheRestOfTheEpoch() {
        CoreFixture replica = leader();
        replica.handOver(9, N2, 50);
        confirmsByARound(replica);

        replica.response(N2, new Message.TransferResponse(5, N1, false));
        replica.response(N2, promises(1, ELECTED, 4));
        assertThat(byLease(replica)).noneMatch(effect -> effect instanceof Effect.Complete complete
                && complete.result() instanceof Effect.Result.ReadAt at && at.byLease());
    }

    @Test
    void aReadThatDoesNotAskForItIsConfirmedByARound() {
        CoreFixture replica = leader();
        assertThat(replica.read(11L)).noneMatch(effect -> effect instanceof Effect.Complete);
    }

    @Test
    void whereLeasesAreOffItIsARoundToo() {
        CoreFixture replica = Stands.leader(voters(3));
        replica.response(N2, promises(1, ELECTED, 4));
        confirmsByARound(replica);
    }

    @Test
    void aFollowerAsksItsLeader() {
        CoreFixture replica = Stands.followerThatHeard(voters(3).lease(LEASE));
        assertThat(byLease(replica)).anyMatch(effect -> effect instanceof Effect.Send send
                && send.message() instanceof Message.ReadIndexRequest);
    }

    @Test
    void anObserversAnswersSupportNoLease() {
        CoreFixture replica = Stands.leader(
                voters(3).observers(N4).lease(LEASE));
        replica.response(N2, promises(1, ELECTED, 4));
        replica.at(replica.now() + LEASE);
        replica.response(N4, promises(3, replica.now(), 4));
        assertThat(byLease(replica)).noneMatch(effect -> effect instanceof Effect.Complete);
    }

    @Test
    void anAnswerWithoutAPromiseIsContactAndSupportsNoLease() {
        CoreFixture replica = elected();
        replica.response(N2, Messages.follows(1, ELECTED, 4));
        confirmsByARound(replica);
    }

    @Test
    void aMajorityOfPromisesIsEnoughWhateverTheOthersHaveSet() {
        CoreFixture replica = elected();
        replica.response(N2, Messages.follows(1, ELECTED, 4));
        replica.response(N3, Messages.follows(2, ELECTED, 4));
        assertThat(byLease(replica)).noneMatch(effect -> effect instanceof Effect.Complete);

        replica.response(N3, promises(2, ELECTED, 4));
        assertThat(byLease(replica)).containsExactly(served(4));
    }

    @Test
    void aShorterPromiseSupportsALeaseThatEndsAsMuchEarlier() {
        CoreFixture replica = elected();
        replica.response(N2, promises(1, ELECTED, 4, T - 100));
        replica.at(ELECTED + LEASE - 100 - 1);
        assertThat(byLease(replica)).containsExactly(served(4));

        CoreFixture later = elected();
        later.response(N2, promises(1, ELECTED, 4, T - 100));
        later.at(ELECTED + LEASE - 100);
        confirmsByARound(later);
    }

    @Test
    void aLongerPromiseSupportsNoLongerLease() {
        CoreFixture replica = elected();
        replica.response(N2, promises(1, ELECTED, 4, 5 * T));
        replica.at(ELECTED + LEASE);
        confirmsByARound(replica);
    }

    @Test
    void aFollowerPromisesWhatItsSettingsKeep() {
        assertThat(promiseOf(voters(3).lease(LEASE))).isEqualTo(T);
        assertThat(promiseOf(voters(3))).isZero();
    }

    private static long promiseOf(CoreFixture.Builder settings) {
        CoreFixture replica = Stands.followerThatHeard(settings);
        List<Effect> effects = replica.request(N2, Messages.heartbeat(5));
        return effects.stream()
                .filter(Effect.Send.class::isInstance)
                .map(effect -> ((Effect.Send) effect).message())
                .filter(Message.AppendResponse.class::isInstance)
                .mapToLong(message -> ((Message.AppendResponse) message).promiseNanos())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aLeaseOfATimeoutOrMoreIsRefused() {
        RaftConfig config = RaftConfig.of(CLUSTER, N1, 1_000);
        assertThat(config.withLease(999).leaseReads()).isTrue();
        assertThatThrownBy(() -> config.withLease(1_000)).hasMessageContaining("below the election timeout");
        assertThatThrownBy(() -> config.withLease(-1)).hasMessageContaining("from 0");
    }
}
