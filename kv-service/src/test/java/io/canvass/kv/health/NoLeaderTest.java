package io.canvass.kv.health;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import io.canvass.kv.cluster.Gates;
import io.canvass.kv.cluster.Statuses;
import io.canvass.kv.members.MemberState;
import io.canvass.raft.core.RoleName;
import io.canvass.raft.core.RoundId;
import io.canvass.raft.core.RoundSummary;
import io.canvass.raft.core.RoundSummary.Ending;
import io.canvass.raft.core.RoundSummary.Phase;
import io.canvass.raft.core.VoteRefusal;
import io.canvass.raft.runtime.RaftStatus;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class NoLeaderTest {
    private final Statuses prospective = Statuses.follower().role(RoleName.PROSPECTIVE).noLeader(14_500);

    @Test
    void twoOfThreeKilled() {
        assertThat(explain(prospective
                        .preVote(round(Phase.PRE_VOTE, Ending.TIMED_OUT, 300, Map.of()))
                        .peers(Statuses.peer(0, 14_000, false), Statuses.peer(2, 15_000, false))))
                .isEqualTo("pre-vote round 12 timed out: 1 of 2 needed; kv-0 not reachable since 14 s (Connection refused);"
                        + " kv-2 not reachable since 15 s (Connection refused)");
    }

    @Test
    void onePeerKilledAndTheOtherHearsALeaderThatThisNodeDoesNot() {
        assertThat(explain(prospective
                        .preVote(round(Phase.PRE_VOTE, Ending.LOST, 300, Map.of("kv-0", VoteRefusal.LEADER_ALIVE)))
                        .peers(Statuses.peer(0, 10, true), Statuses.peer(2, 14_000, false))))
                .isEqualTo("pre-vote round 12 lost: 1 of 2 needed; kv-0 refused: its leader is alive;"
                        + " kv-2 not reachable since 14 s (Connection refused)");
    }

    @Test
    void aPeerThatIsPausedIsConnectedButSilent() {
        assertThat(explain(prospective
                        .preVote(round(Phase.VOTE, Ending.TIMED_OUT, 300, Map.of()))
                        .peers(Statuses.peer(0, 10, true), Statuses.peer(2, 3_500, true))))
                .isEqualTo("vote round 12 timed out: 1 of 2 needed; kv-2 connected but silent for 3 s");
    }

    @Test
    void aRoundOfLongAgoExplainsNothing() {
        assertThat(explain(prospective.preVote(round(Phase.PRE_VOTE, Ending.WON, 4_001, Map.of()))))
                .isEqualTo("no round of votes has ended since the leader was lost, contact was 14 s ago");
    }

    @Test
    void aLeaderThatIsKnownButNotHeard() {
        assertThat(explain(Statuses.follower().leader(Statuses.replica(0), 1500))).isEqualTo("kv-0 led last, contact was 1500 ms ago");
    }

    @Test
    void rightAfterTheStart() {
        assertThat(explain(Statuses.follower().role(RoleName.UNATTACHED).noLeader(-1)))
                .isEqualTo("no round of votes has ended since the leader was lost, none was heard since the start");
    }

    @Test
    void anObserverDoesNotCampaign() {
        assertThat(explain(Statuses.follower().observer().noLeader(-1)))
                .isEqualTo("this node is not a voter and waits to hear of a leader");
    }

    private static String explain(Statuses status) {
        return NoLeader.explain(new Condition(status.get(), Gates.open().state(), new MemberState.Member(), new Limits(1000, 30_000, true)));
    }

    private static RaftStatus.PreVote round(Phase phase, Ending ending, long ageMillis, Map<String, VoteRefusal> refusedBy) {
        RoundSummary round = new RoundSummary(new RoundId(1, 12), phase, 7, ending, 1, 2, new TreeMap<>(refusedBy));
        return new RaftStatus.PreVote(true, true, 12, Optional.of(new RaftStatus.LastRound(round, ageMillis)));
    }
}
