package io.canvass.kv.health;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import io.canvass.kv.cluster.Gates;
import io.canvass.kv.cluster.NodeGate;
import io.canvass.kv.cluster.Statuses;
import io.canvass.kv.members.MemberState;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.RoleName;
import io.canvass.raft.core.RoundId;
import io.canvass.raft.core.RoundSummary;
import io.canvass.raft.core.VoteRefusal;
import io.canvass.raft.runtime.RaftStatus;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

class RaftReportTest {
    private static final Map<String, String> URLS = Map.of("kv-0", "http://kv-0.kv-headless:8080");

    @Test
    void theReportOfAFollowerFieldByField() {
        TreeMap<String, VoteRefusal> refusedBy = new TreeMap<>(Map.of("kv-0", VoteRefusal.LEADER_ALIVE));
        RoundSummary round = new RoundSummary(
                new RoundId(3, 2), RoundSummary.Phase.PRE_VOTE, 6, RoundSummary.Ending.LOST, 1, 2, refusedBy);
        Statuses status = Statuses.follower()
                .preVote(new RaftStatus.PreVote(true, false, 2, Optional.of(new RaftStatus.LastRound(round, 91_234))))
                .peers(Statuses.peer(0, 12, true));
        assertThat(json(status, Gates.open())).isEqualTo("""
                {
                  "nodeId" : "kv-1",
                  "clusterId" : "00000000-0000-0c2f-0000-000000000001",
                  "directoryId" : "00000000-0000-7d1a-0000-000000000001",
                  "role" : "FOLLOWER",
                  "voter" : true,
                  "epoch" : 7,
                  "leader" : {
                    "id" : "kv-0",
                    "url" : "http://kv-0.kv-headless:8080"
                  },
                  "leaderContactMs" : 41,
                  "preVote" : {
                    "enabled" : true,
                    "state" : "IDLE",
                    "roundsTotal" : 2,
                    "lastRound" : {
                      "round" : "3.2",
                      "phase" : "PRE_VOTE",
                      "epoch" : 6,
                      "granted" : 1,
                      "needed" : 2,
                      "outcome" : "LOST",
                      "refusedBy" : {
                        "kv-0" : "LEADER_ALIVE"
                      },
                      "agoMs" : 91234
                    }
                  },
                  "log" : {
                    "firstIndex" : 1001,
                    "lastIndex" : 5120,
                    "durableIndex" : 5120,
                    "commitIndex" : 5120,
                    "appliedIndex" : 5120,
                    "applyLag" : 0,
                    "snapshotIndex" : 1000
                  },
                  "quorum" : {
                    "voters" : 3,
                    "observers" : 0,
                    "needed" : 2,
                    "reachable" : 3,
                    "failureTolerance" : 1
                  },
                  "peers" : [ {
                    "id" : "kv-0",
                    "voter" : true,
                    "contactMs" : 12,
                    "protocol" : "0 to 4",
                    "connected" : true,
                    "stableSinceMs" : 8640000
                  } ],
                  "revision" : 1044,
                  "compactRevision" : 900,
                  "alarms" : [ ],
                  "checks" : {
                    "hasLeader" : "ok",
                    "caughtUp" : "ok",
                    "votingMember" : "ok",
                    "notRemoved" : "ok",
                    "noCorruption" : "ok"
                  }
                }""");
    }

    @Test
    void aLeaderKnowsHowFarEachPeerIs() {
        RaftStatus.Peer behind = new RaftStatus.Peer(
                Statuses.replica(2), "kv-2:9080", true, 5100, 15, true, 20, "", Statuses.replica(2), 0, 2);
        assertThat(report(Statuses.leader().peers(behind), Gates.open()).toString())
                .contains("matchIndex=5100, lag=20");
    }

    @Test
    void unattachedWithAVoteIsVoted() {
        Statuses unattached = Statuses.follower().role(RoleName.UNATTACHED).noLeader(-1);
        assertThat(report(unattached, Gates.open())).containsEntry("role", "UNATTACHED");
        assertThat(report(unattached.voted(), Gates.open())).containsEntry("role", "VOTED");
        assertThat(report(Statuses.follower().voted(), Gates.open())).containsEntry("role", "FOLLOWER");
    }

    @Test
    void aNodeThatIsNotOpenYetStarts() {
        assertThat(report(Statuses.follower(), Gates.starting())).containsEntry("role", "STARTING");
    }

    @Test
    void aLeaderThatIsOnlyRememberedIsNotShownAsOne() {
        assertThat(report(Statuses.follower().leader(Statuses.replica(0), 5000), Gates.open()))
                .doesNotContainKey("leader")
                .containsEntry("noLeader", "kv-0 led last, contact was 5 s ago");
    }

    @Test
    void whatIsNotKnownIsLeftOut() {
        assertThat(report(Statuses.follower().leader(ReplicaKey.NONE, -1), Gates.open())).doesNotContainKeys("leader", "leaderContactMs");
    }

    @Test
    void alarmsAndChecksAreSentences() {
        Map<String, Object> report =
                report(Statuses.leader().stalledWrite(1500).refusedMessages(3), Gates.open());
        assertThat(report.toString()).contains("alarms=[DISK_SLOW: A write has waited for the disk for 1500 ms,"
                + " STRANGE_MESSAGES: 3 messages came that a sound peer of this cluster never sends]");
        assertThat(report(Statuses.leader().halted("The disk failed"), Gates.open()).toString())
                .contains("alarms=[STUCK: The replica has halted: The disk failed]", "noCorruption=ok");
        assertThat(report(Statuses.leader().damaged("Entry 7 is damaged"), Gates.open()).toString())
                .contains("alarms=[CORRUPT: Entry 7 is damaged]", "noCorruption=Entry 7 is damaged");
    }

    private static Map<String, Object> report(Statuses status, NodeGate gate) {
        Condition condition =
                new Condition(status.get(), gate.state(), new MemberState.Member(), new Limits(1000, 30_000, true));
        return RaftReport.of(condition, URLS, EmptyStore.REVISION, EmptyStore.COMPACT_REVISION,
                AlarmList.of(condition, 0, List.of()).stream().map(AlarmList::text).toList());
    }

    private static String json(Statuses status, NodeGate gate) {
        return JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValueAsString(report(status, gate));
    }
}
