package io.canvass.raft.core;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.RoleName.CANDIDATE;
import static io.canvass.raft.core.RoleName.FOLLOWER;
import static io.canvass.raft.core.RoleName.LEADER;
import static io.canvass.raft.core.RoleName.PROSPECTIVE;
import static io.canvass.raft.core.RoleName.RESIGNED;
import static io.canvass.raft.core.RoleName.UNATTACHED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** PREVOTE.md, Transitions: every edge that is not a row of the table throws, and a step that throws is the last. */
class EdgesTest {
    private static final Map<RoleName, Set<RoleName>> SAME_EPOCH = Map.of(
            UNATTACHED, EnumSet.of(UNATTACHED, PROSPECTIVE, FOLLOWER),
            PROSPECTIVE, EnumSet.of(UNATTACHED, PROSPECTIVE, FOLLOWER),
            CANDIDATE, EnumSet.of(PROSPECTIVE, FOLLOWER, LEADER),
            FOLLOWER, EnumSet.of(PROSPECTIVE, FOLLOWER),
            LEADER, EnumSet.of(RESIGNED),
            RESIGNED, EnumSet.of(PROSPECTIVE));

    /** Adopted, or raised by oneself; only a leader never raises its own. */
    private static final Map<RoleName, Set<RoleName>> NEXT_EPOCH = Map.of(
            UNATTACHED, EnumSet.of(UNATTACHED, FOLLOWER, CANDIDATE),
            PROSPECTIVE, EnumSet.of(UNATTACHED, FOLLOWER, CANDIDATE),
            CANDIDATE, EnumSet.of(UNATTACHED, FOLLOWER, CANDIDATE),
            FOLLOWER, EnumSet.of(UNATTACHED, FOLLOWER, CANDIDATE),
            LEADER, EnumSet.of(UNATTACHED, FOLLOWER),
            RESIGNED, EnumSet.of(UNATTACHED, FOLLOWER, CANDIDATE));

    @Test
    void onlyTheEdgesOfTheTableAreAllowed() {
        for (RoleName from : RoleName.values()) {
            for (RoleName to : RoleName.values()) {
                assertEdge(from, 5, to, 5, SAME_EPOCH.getOrDefault(from, Set.of()).contains(to));
                assertEdge(from, 5, to, 6, NEXT_EPOCH.getOrDefault(from, Set.of()).contains(to));
                assertEdge(from, 5, to, 9, to == UNATTACHED || to == FOLLOWER);
                assertEdge(from, 5, to, 4, false);
            }
        }
    }

    private static void assertEdge(RoleName from, long fromEpoch, RoleName to, long toEpoch, boolean allowed) {
        if (allowed) {
            assertThatCode(() -> Edges.require(from, fromEpoch, to, toEpoch)).doesNotThrowAnyException();
        } else {
            assertThatIllegalStateException()
                    .as("%s at %s to %s at %s", from, fromEpoch, to, toEpoch)
                    .isThrownBy(() -> Edges.require(from, fromEpoch, to, toEpoch));
        }
    }

    @Test
    void aReplicaBecomesCandidateOnlyOutOfAWonRoundAnOldPeersAnswerATransferAsSoleVoterOrCapped() {
        for (RoleName from : RoleName.values()) {
            for (boolean capped : List.of(true, false)) {
                for (boolean sole : List.of(true, false)) {
                    assertPromotion(
                            Edges.Promotion.ROUND_WON, from, capped, sole, from == PROSPECTIVE && !capped);
                    assertPromotion(
                            Edges.Promotion.OLD_PEER, from, capped, sole, from == PROSPECTIVE && !capped);
                    assertPromotion(
                            Edges.Promotion.TRANSFER, from, capped, sole, from == PROSPECTIVE || from == FOLLOWER);
                    assertPromotion(Edges.Promotion.SOLE_VOTER, from, capped, sole, from == UNATTACHED && sole);
                    assertPromotion(Edges.Promotion.CAPPED, from, capped, sole, from != LEADER && capped);
                }
            }
        }
    }

    private static void assertPromotion(
            Edges.Promotion cause, RoleName from, boolean capped, boolean sole, boolean allowed) {
        if (allowed) {
            assertThatCode(() -> Edges.require(cause, from, capped, sole)).doesNotThrowAnyException();
        } else {
            assertThatIllegalStateException()
                    .as("%s as %s, capped %s, sole %s", cause, from, capped, sole)
                    .isThrownBy(() -> Edges.require(cause, from, capped, sole));
        }
    }

    @Test
    void aStepThatThrowsIsTheLastOfItsReplica() {
        CoreFixture replica = Stands.leader(voters(3));

        assertThatIllegalStateException().isThrownBy(() -> replica.persisted(99, 0));

        assertThat(replica.timeReached(replica.now() + 1)).isEmpty();
        assertThat(replica.deadline()).isEqualTo(Outcome.NEVER);
        assertThat(replica.propose(1, "x")).isEmpty();
    }

    @Test
    void whateverAStepThrowsItIsTheLastOfItsReplica() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        Entry unreadable = new Entry(4, 5, EntryKind.CONFIGURATION, 0, Bytes.ofUtf8("of a later version"));

        assertThatCode(() -> replica.request(N2, Messages.append(5, CoreFixture.at(3, 2), 0, unreadable)))
                .isInstanceOf(RuntimeException.class);

        assertThat(replica.request(N2, Messages.heartbeat(5))).isEmpty();
        assertThat(replica.deadline()).isEqualTo(Outcome.NEVER);
    }

    @Test
    void timeThatGoesBackThrows() {
        CoreFixture replica = Stands.leader(voters(3));
        long before = replica.now() - 1;

        assertThatIllegalStateException()
                .isThrownBy(() -> replica.timeReached(before))
                .withMessageContaining("Time went back");
    }
}
