package io.canvass.raft.core;

import java.util.List;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.Configs;
import static io.canvass.raft.core.CoreFixture.HEARTBEAT;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.N5;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.sentTo;
import static io.canvass.raft.core.Messages.follows;
import static io.canvass.raft.core.Messages.leads;
import static org.assertj.core.api.Assertions.assertThat;

/** The books that a leader keeps of each peer: bytes under way are given back, and a commit is told once. */
class InflightBoundsTest {
    private static final long ELECTED = Stands.FIRST_TIMEOUT;
    private static final int ENTRY = entry(5).sizeBytes();

    private static Entry entry(long index) {
        return new Entry(index, 5, EntryKind.COMMAND, 0, Bytes.ofUtf8("x"));
    }

    /** A leader of three whose first entry n2 has and that is committed; n3 has not answered. */
    private static CoreFixture established(Configs configs) {
        CoreFixture replica = Stands.leader(voters(3).configured(configs));
        replica.response(N2, follows(1, ELECTED, 4));
        replica.response(N2, follows(1, ELECTED, 4));
        return replica;
    }

    private static List<Message.AppendRequest> sentToN2(List<Effect> effects) {
        return sentTo(N2, Message.AppendRequest.class, effects);
    }

    @Test
    void asManyBytesAsTheBoundAreEnough() {
        CoreFixture replica = established(Configs.of().inflight(64, ENTRY));
        assertThat(sentToN2(replica.propose(1, "x"))).containsExactly(leads(N2, 1, at(4, 5), 4, ELECTED, entry(5)));
        assertThat(sentToN2(replica.propose(2, "x"))).isEmpty();
    }

    @Test
    void bytesThatWereAcknowledgedMakeRoomForAsManyMore() {
        CoreFixture replica = established(Configs.of().inflight(64, ENTRY + 1));
        for (long index = 5; index < 15; index += 2) {
            assertThat(sentToN2(replica.propose(index, "x")))
                    .containsExactly(leads(N2, 1, at(index - 1, 5), 4, ELECTED, entry(index)));
            assertThat(sentToN2(replica.propose(index + 1, "x")))
                    .containsExactly(leads(N2, 1, at(index, 5), 4, ELECTED, entry(index + 1)));
            assertThat(replica.response(N2, follows(1, ELECTED, index + 1))).isEmpty();
        }
    }

    @Test
    void aCommitThatEntriesToldIsNotToldAgain() {
        CoreFixture replica = established(Configs.of());
        replica.propose(1, "x");
        replica.persisted();
        replica.propose(2, "x");
        assertThat(replica.response(N2, follows(1, ELECTED, 5)))
                .as("6 is still under way")
                .containsExactly(new Effect.Apply(5, 5));
        assertThat(sentToN2(replica.propose(3, "x"))).containsExactly(leads(N2, 1, at(6, 5), 5, ELECTED, entry(7)));

        assertThat(replica.response(N2, follows(1, ELECTED, 7))).isEmpty();
    }

    @Test
    void bytesOnAStreamThatBrokeAreUnderWayNoMore() {
        CoreFixture replica = established(Configs.of().inflight(64, ENTRY + 1));
        replica.propose(1, "x");
        replica.propose(2, "x");
        replica.step(new Input.PeerLost(ELECTED, N2, Lane.DATA));
        replica.timeReached(ELECTED + HEARTBEAT);
        replica.response(N2, follows(3, ELECTED, 6));

        assertThat(sentToN2(replica.propose(3, "x"))).hasSize(1);
        assertThat(sentToN2(replica.propose(4, "x"))).hasSize(1);
        assertThat(sentToN2(replica.propose(5, "x"))).isEmpty();
    }

    @Test
    void aCommitIsToldAfterItsDelayThoughMorePeersLackIt() {
        CoreFixture replica = Stands.leader(voters(3).configured(Configs.of().commitDelay(20)));
        replica.response(N2, follows(1, ELECTED, 4));
        assertThat(replica.deadline()).isEqualTo(ELECTED + 20);

        replica.at(ELECTED + 10).response(N3, follows(2, ELECTED, 4));

        assertThat(replica.deadline()).isEqualTo(ELECTED + 20);
    }

    @Test
    void theLossOfAStreamToAReplicaThatIsNoMemberIsNothing() {
        CoreFixture replica = established(Configs.of());
        assertThat(replica.step(new Input.PeerLost(ELECTED, N5, Lane.DATA))).isEmpty();
        assertThat(replica.deadline()).isNotEqualTo(Outcome.NEVER);
    }
}
