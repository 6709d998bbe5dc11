package io.canvass.kv.members;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.canvass.kv.cluster.FakeRaft;
import io.canvass.kv.cluster.Statuses;
import io.canvass.proto.kv.v1.JoinReply;
import io.canvass.proto.kv.v1.JoinReply.Answer;
import io.canvass.proto.kv.v1.JoinRequest;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.runtime.RaftStatus;
import org.junit.jupiter.api.Test;

import static io.canvass.kv.cluster.Statuses.replica;
import static io.canvass.kv.members.Told.connected;
import static io.canvass.kv.members.Told.described;
import static org.assertj.core.api.Assertions.assertThat;

/** kv-1, which knows of kv-0 and kv-2. */
class JoinerTest {
    private static final Member ZERO = described(replica(0));
    private static final Member TWO = described(replica(2));
    private static final RaftStatus.Log BLANK = new RaftStatus.Log(1, 0, 0, 0, 0, 0);

    private static final RaftStatus.Log ENTRIES = new RaftStatus.Log(1, 9, 9, 7, 7, 0);
    private static final Configuration OTHERS = Configuration.ofVoters(List.of(ZERO, TWO));

    private final List<String> asked = new ArrayList<>();
    private final List<JoinRequest> requests = new ArrayList<>();
    private final List<CompletableFuture<JoinReply>> replies = new ArrayList<>();
    private final FakeRaft raft = new FakeRaft(blank().get());
    private final Joiner joiner = joiner(true, false);

    @Test
    void itAsksOneMemberAfterTheOtherUntilOneSaysWhoLeadsAndThenThat() {
        joiner.tick();
        joiner.tick();
        assertThat(asked).as("one question at a time").containsExactly("kv-0:9080");
        answer(Answer.NOT_LEADER, "kv-0 knows no leader", "");
        joiner.tick();
        answer(Answer.NOT_LEADER, "kv-7 leads", "kv-7:9080");
        joiner.tick();
        answer(Answer.ACCEPTED, "it is being added", "");
        joiner.tick();
        replies.getLast().completeExceptionally(new IllegalStateException("Connection refused"));
        joiner.tick();
        assertThat(asked).containsExactly("kv-0:9080", "kv-2:9080", "kv-7:9080", "kv-7:9080", "kv-0:9080");
        assertThat(joiner.answer()).isEqualTo("kv-7:9080: Connection refused");
        assertThat(requests.getFirst()).isEqualTo(JoinRequest.newBuilder()
                .setClusterId(Standings.encode(Statuses.CLUSTER))
                .setNodeId("kv-1")
                .setDirectoryId(Standings.encode(replica(1).directoryId()))
                .setAddress("kv-1:9080")
                .setUrl("http://kv-1:8080")
                .setMaxVersion(2)
                .build());
    }

    @Test
    void aMemberAsksNothing() {
        raft.status(blank().configuration(Configuration.ofVoters(List.of(ZERO, described(replica(1)))), 7, true));
        joiner.tick();
        assertThat(asked).isEmpty();
    }

    @Test
    void itsNodeIdAloneOrAnotherDiskOfItIsNotItself() {
        raft.status(blank().configuration(
                Configuration.ofVoters(List.of(ZERO, new Member(ReplicaKey.ofNode("kv-1"), "kv-1:9080"))), 1, true));
        joiner.tick();
        assertThat(asked).hasSize(1);
    }

    @Test
    void aMemberThatIsReachedElsewhereNowSaysSo() {
        Member old = described(replica(1)).at("kv-1.old:9080");
        raft.status(Statuses.follower()
                .configuration(Configuration.ofVoters(List.of(ZERO, old)), 7, true)
                .peers(connected(ZERO, replica(0), -1)));
        joiner.tick();
        assertThat(asked).containsExactly("kv-0:9080");
    }

    @Test
    void whoWasAMemberByItsOwnLogIsLeftToAnOperator() {
        Configuration with = Configuration.ofVoters(List.of(ZERO, described(replica(1)), TWO));
        raft.status(blank().log(ENTRIES).configurations(OTHERS, with, OTHERS));
        joiner.tick();
        assertThat(asked).isEmpty();
        assertThat(joiner.answer()).contains("was a member by its own log", "an operator adds it");
    }

    @Test
    void whoWasSentEntriesByALeaderThatIsGoneAndFindsItselfInNoneAsksAgain() {
        raft.status(blank().log(ENTRIES).leader(replica(0), Joiner.SILENCE.toMillis() - 1));
        joiner.tick();
        assertThat(asked).as("its leader is there").isEmpty();
        assertThat(joiner.answer()).isEqualTo("it is sent the log");
        raft.status(blank().log(ENTRIES).noLeader(Joiner.SILENCE.toMillis()));
        joiner.tick();
        assertThat(requests).singleElement().satisfies(request -> {
            assertThat(request.getLastIndex()).isEqualTo(9);
            assertThat(request.getCommittedIndex()).isEqualTo(7);
        });
    }

    @Test
    void whoHasEntriesAndHeardNoLeaderSinceItsStartAsks() {
        raft.status(blank().log(ENTRIES));
        joiner.tick();
        assertThat(asked).hasSize(1);
    }

    @Test
    void anotherDiskOfItsNodeInItsLogIsNotItself() {
        Configuration before = Configuration.ofVoters(List.of(ZERO, new Member(ReplicaKey.ofNode("kv-1"), "kv-1:9080"), TWO));
        raft.status(blank().log(ENTRIES).configurations(before, OTHERS));
        joiner.tick();
        assertThat(asked).hasSize(1);
    }

    @Test
    void aFounderIsMeantByItsNodeIdAloneAndAsksNothing() {
        raft.status(Statuses.follower()
                .configuration(
                        Configuration.ofVoters(List.of(ZERO, new Member(ReplicaKey.ofNode("kv-1"), "kv-1.old:9080"))), 1, true)
                .peers(connected(ZERO, replica(0), -1)));
        Joiner founder = joiner(true, true);
        founder.tick();
        assertThat(asked).isEmpty();
        assertThat(founder.answer()).isEqualTo("no member was asked yet");
    }

    @Test
    void withAutoJoinOffItAsksNothingAndSaysWhy() {
        Joiner off = joiner(false, false);
        off.tick();
        assertThat(asked).isEmpty();
        assertThat(off.answer()).contains("kv.cluster.auto-join is off here");
    }

    private static Statuses blank() {
        return Statuses.follower()
                .noLeader(-1)
                .log(BLANK)
                .configuration(Configuration.ofVoters(List.of(ZERO, TWO)), 0, true)
                .peers(connected(ZERO, replica(0), -1), connected(TWO, replica(2), -1));
    }

    private Joiner joiner(boolean autoJoin, boolean founder) {
        return new Joiner(
                raft,
                (address, request) -> {
                    asked.add(address);
                    requests.add(request);
                    replies.add(new CompletableFuture<>());
                    return replies.getLast();
                },
                "kv-1:9080",
                Told.about("kv-1"),
                autoJoin,
                founder);
    }

    private void answer(Answer answer, String detail, String leaderAddress) {
        replies.getLast()
                .complete(JoinReply.newBuilder()
                        .setAnswer(answer)
                        .setDetail(detail)
                        .setLeaderAddress(leaderAddress)
                        .build());
    }
}
