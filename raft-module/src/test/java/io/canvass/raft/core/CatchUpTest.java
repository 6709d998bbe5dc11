package io.canvass.raft.core;

import java.util.List;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.Configs;
import static io.canvass.raft.core.CoreFixture.HEARTBEAT;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.command;
import static io.canvass.raft.core.CoreFixture.leaderChange;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.sendData;
import static io.canvass.raft.core.Messages.follows;
import static io.canvass.raft.core.Messages.leads;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A leader and a peer whose log differs: the search for where they agree, by epochs, and what is read from disk
 * (HAZARDS F10, F16).
 */
class CatchUpTest {
    private static final long ELECTED = Stands.FIRST_TIMEOUT;
    private static final int ALL = 1 << 20;

    /** Leads epoch 5 with entries 1@0, 2 to 4@1, 5 to 7@3 from before its start, and 8@5 its own. */
    private static CoreFixture leader(Configs configs) {
        return Stands.leader(voters(3).log(0, 1, 1, 1, 3, 3, 3).configured(configs));
    }

    private static Message.AppendResponse mismatched(long session, LogPosition hint) {
        return follows(session, 0, ELECTED, new Message.AppendResult.Mismatched(hint));
    }

    @Test
    void aMismatchSkipsAWholeEpochAtATime() {
        CoreFixture replica = leader(Configs.of());

        // The peer has 5 and 6 of epoch 2, which this log knows nothing of: the two can only agree up to 4.
        assertThat(replica.response(N2, mismatched(1, at(6, 2))))
                .containsExactly(sendData(N2, 7, leads(N2, 3, at(4, 1), 0, ELECTED)));
        assertThat(replica.response(N2, mismatched(3, at(3, 0))))
                .containsExactly(sendData(N2, 8, leads(N2, 4, at(1, 0), 0, ELECTED)));
    }

    @Test
    void aPeerWithAnEmptyLogIsAskedFromTheBeginning() {
        CoreFixture replica = leader(Configs.of());
        assertThat(replica.response(N2, mismatched(1, LogPosition.ZERO)))
                .containsExactly(sendData(N2, 7, leads(N2, 3, LogPosition.ZERO, 0, ELECTED)));
    }

    @Test
    void aHintThatLeadsNowhereStillTakesTheSearchBackByOne() {
        CoreFixture replica = leader(Configs.of());
        assertThat(replica.response(N2, mismatched(1, at(7, 3))))
                .containsExactly(sendData(N2, 7, leads(N2, 3, at(6, 3), 0, ELECTED)));
        assertThat(replica.response(N2, mismatched(3, at(99, 4))))
                .containsExactly(sendData(N2, 8, leads(N2, 4, at(5, 3), 0, ELECTED)));
    }

    @Test
    void aRepeatedMismatchOfAnEarlierSessionStartsNoSecondSearch() {
        CoreFixture replica = leader(Configs.of());
        replica.response(N2, mismatched(1, at(6, 2)));
        assertThat(replica.response(N2, mismatched(1, at(2, 1)))).isEmpty();
    }

    @Test
    void theSearchNeverGoesBelowWhatThePeerIsKnownToHave() {
        CoreFixture replica = leader(Configs.of());
        replica.response(N2, follows(1, ELECTED, 8));
        assertThat(replica.response(N2, mismatched(1, at(2, 1))))
                .containsExactly(sendData(N2, 8, leads(N2, 3, at(8, 5), 8, ELECTED)));
    }

    @Test
    void whatIsNotInMemoryIsReadFromTheStoreAndThenSent() {
        CoreFixture replica = leader(Configs.of());
        replica.response(N2, mismatched(1, at(6, 2)));

        assertThat(replica.response(N2, follows(3, ELECTED, 4)))
                .containsExactly(new Effect.ReadLog(N2, 3, 5, 7, ALL));
        List<Entry> read = List.of(command(5, 3), command(6, 3));
        assertThat(replica.step(new Input.LogRead(ELECTED, N2, 3, read)))
                .containsExactly(
                        sendData(N2, 8, leads(N2, 3, at(4, 1), 0, ELECTED, command(5, 3), command(6, 3))),
                        new Effect.ReadLog(N2, 3, 7, 7, ALL));
        assertThat(replica.step(new Input.LogRead(ELECTED, N2, 3, List.of(command(7, 3)))))
                .containsExactly(
                        sendData(N2, 9, leads(N2, 3, at(6, 3), 0, ELECTED, command(7, 3))),
                        sendData(N2, 10, leads(N2, 3, at(7, 3), 0, ELECTED, leaderChange(8, 5))));
    }

    @Test
    void oneReadIsUnderWayForAPeerAtATime() {
        CoreFixture replica = leader(Configs.of());
        replica.response(N2, mismatched(1, at(6, 2)));
        replica.response(N2, follows(3, ELECTED, 4));

        assertThat(replica.response(N2, follows(3, ELECTED, 4))).isEmpty();
        assertThat(replica.propose(1, "x")).noneMatch(Effect.ReadLog.class::isInstance);
    }

    @Test
    void entriesReadForAnotherSessionOrPeerOrAnotherPlaceAreNotSent() {
        CoreFixture replica = leader(Configs.of());
        replica.response(N2, mismatched(1, at(6, 2)));
        assertThat(replica.step(new Input.LogRead(ELECTED, N2, 3, List.of(command(5, 3))))).isEmpty();
        replica.response(N2, follows(3, ELECTED, 4));
        assertThat(replica.step(new Input.LogRead(ELECTED, N2, 1, List.of(command(5, 3))))).isEmpty();
        assertThat(replica.step(new Input.LogRead(ELECTED, N3, 3, List.of(command(5, 3))))).isEmpty();
        assertThat(replica.step(new Input.LogRead(ELECTED, N2, 3, List.of(command(6, 3)))))
                .containsExactly(new Effect.ReadLog(N2, 3, 5, 7, ALL));
    }

    @Test
    void entriesReadBeforeTheStreamBrokeAreNotSent() {
        CoreFixture replica = leader(Configs.of());
        replica.response(N2, mismatched(1, at(6, 2)));
        replica.response(N2, follows(3, ELECTED, 4));
        replica.step(new Input.PeerLost(ELECTED, N2, Lane.DATA));
        assertThat(replica.step(new Input.LogRead(ELECTED, N2, 3, List.of(command(5, 3))))).isEmpty();
    }

    @Test
    void entriesReadForAnEarlierLeadershipAreNotSent() {
        CoreFixture replica = leader(Configs.of());
        replica.response(N2, mismatched(1, at(6, 2)));
        replica.response(N2, follows(3, ELECTED, 4));
        replica.resign();
        assertThat(replica.step(new Input.LogRead(ELECTED, N2, 3, List.of(command(5, 3))))).isEmpty();
    }

    @Test
    void entriesThatMemoryHadToLetGoAreReadFromTheStore() {
        CoreFixture replica = leader(Configs.of().tail(1));
        replica.response(N2, follows(1, ELECTED, 8));
        assertThat(replica.core.cachedEntries(8, 8)).isEmpty();

        long beat = ELECTED + HEARTBEAT;
        replica.timeReached(beat);
        assertThat(replica.response(N3, follows(2, beat, 7)))
                .containsExactly(new Effect.ReadLog(N3, 2, 8, 8, ALL));
    }
}
