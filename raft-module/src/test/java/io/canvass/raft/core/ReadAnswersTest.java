package io.canvass.raft.core;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.CLUSTER;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.T;
import static io.canvass.raft.core.CoreFixture.hard;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.became;
import static io.canvass.raft.core.Effects.complete;
import static io.canvass.raft.core.Effects.notLeader;
import static io.canvass.raft.core.Effects.persist;
import static io.canvass.raft.core.Effects.reply;
import static io.canvass.raft.core.Effects.send;
import static io.canvass.raft.core.Messages.heartbeat;
import static io.canvass.raft.core.Messages.matched;
import static org.assertj.core.api.Assertions.assertThat;

/** Each read is answered once, and no answer names an epoch that a crash could take back (HAZARDS C6, C7). */
class ReadAnswersTest {
    @Test
    void readsThatFailedWithTheStreamToTheirLeaderDoNotFailAgainInTime() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        replica.read(11L, 12L);
        assertThat(replica.step(new Input.PeerLost(T, N2, Lane.CONTROL)))
                .containsExactly(notLeader(11, N2, 5), notLeader(12, N2, 5));

        assertThat(replica.timeReached(T + T)).isEmpty();
    }

    @Test
    void theRefusalOfAFollowersReadWaitsUntilTheEpochThatItNamesIsDurable() {
        CoreFixture replica = Stands.leader(voters(3));
        replica.request(N2, new Message.ReadIndexRequest(CLUSTER, N1, 5, 70));

        assertThat(replica.request(N3, heartbeat(6)))
                .containsExactly(
                        persist(3, hard(6, NONE, N3)),
                        became(RoleName.FOLLOWER, 6, N3),
                        reply(N2, new Message.ReadIndexResponse(6, NONE, 70, false, 0), 3),
                        reply(N3, matched(6, N3, 0), 3));
    }

    @Test
    void eachQuestionHasANumberOfItsOwnAndItsAnswerIsOfNoOther() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        assertThat(replica.read(11L))
                .containsExactly(send(N2, 1, new Message.ReadIndexRequest(CLUSTER, N2, 5, 1), 1));
        assertThat(replica.read(12L))
                .containsExactly(send(N2, 2, new Message.ReadIndexRequest(CLUSTER, N2, 5, 2), 1));

        assertThat(replica.response(N2, 2, new Message.ReadIndexResponse(5, N2, 2, true, 9)))
                .containsExactly(complete(12, new Effect.Result.ReadAt(9)));
        assertThat(replica.response(N2, 1, new Message.ReadIndexResponse(5, N2, 1, true, 8)))
                .containsExactly(complete(11, new Effect.Result.ReadAt(8)));
    }
}
