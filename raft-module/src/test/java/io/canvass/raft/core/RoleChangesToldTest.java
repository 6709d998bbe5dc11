package io.canvass.raft.core;

import java.util.List;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.became;
import static io.canvass.raft.core.Messages.append;
import static io.canvass.raft.core.Messages.heartbeat;
import static io.canvass.raft.core.Messages.preVoteRefused;
import static io.canvass.raft.core.Messages.resigning;
import static io.canvass.raft.core.Messages.vote;
import static io.canvass.raft.core.Messages.voteGranted;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a replica says of its role, epoch and leader: each change once, when it has happened; a leader only while
 * requests may be sent there. That this holds of any input is in {@link AnyInputTest}.
 */
class RoleChangesToldTest {
    @Test
    void aStartTellsOnlyWhatIsNotTheUsual() {
        assertThat(told(voters(3).stored(5, NONE, N2).start().started.effects())).isEmpty();
        assertThat(told(voters(3).stored(5, N1, N1).start().started.effects()))
                .as("who led before its start says that it leads no more, and names nobody (HAZARDS B10)")
                .containsExactly(became(RoleName.RESIGNED, 5, NONE));
        assertThat(told(voters(1).start().started.effects())).containsExactly(became(RoleName.CANDIDATE, 6, NONE));
    }

    @Test
    void aLeaderIsToldOnceHoweverOftenItIsHeard() {
        CoreFixture replica = Stands.unattached(voters(3));

        assertThat(told(replica.request(N2, heartbeat(5)))).containsExactly(became(RoleName.FOLLOWER, 5, N2));
        assertThat(told(replica.request(N2, heartbeat(5)))).isEmpty();
        assertThat(told(replica.request(N2, append(5, at(9, 5), 0)))).isEmpty();
        assertThat(told(replica.persisted())).isEmpty();
    }

    /** That it is known by word only changes nothing for those who want to send it a request. */
    @Test
    void aLeaderOfWhichThereIsWordIsToldAndNotAgainWhenItIsHeard() {
        CoreFixture replica = Stands.prospective(voters(3));

        assertThat(told(replica.response(
                        N3, replica.asked(N3), preVoteRefused(5, N2, replica.round().id()))))
                .containsExactly(became(RoleName.FOLLOWER, 5, N2));
        assertThat(told(replica.request(N2, heartbeat(5)))).isEmpty();
    }

    @Test
    void aLeaderThatIsSilentIsToldNoMoreAndAgainWhenItIsHeard() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));

        assertThat(told(replica.timeReached(replica.deadline())))
                .containsExactly(became(RoleName.PROSPECTIVE, 5, NONE));
        assertThat(told(replica.timeReached(replica.deadline()))).as("the next round").isEmpty();
        assertThat(told(replica.request(N2, heartbeat(5)))).containsExactly(became(RoleName.FOLLOWER, 5, N2));
    }

    @Test
    void aFollowersLeaderThatResignsIsToldNoMore() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));

        assertThat(told(replica.request(N2, resigning(5, N3, N1))))
                .containsExactly(became(RoleName.FOLLOWER, 5, NONE));
        assertThat(told(replica.request(N2, heartbeat(5)))).as("late").isEmpty();
    }

    @Test
    void aVoteInTheSameEpochIsNoChange() {
        assertThat(told(Stands.unattached(voters(3)).request(N3, vote(5, at(3, 2))))).isEmpty();
        assertThat(told(Stands.unattached(voters(3)).request(N3, vote(6, at(3, 2)))))
                .containsExactly(became(RoleName.UNATTACHED, 6, NONE));
    }

    /** Before it has committed anything: what must wait for that are reads, not the word of who leads. */
    @Test
    void aLeaderTellsOfItselfWhenItIsElectedAndOfItsEndWhenItResigns() {
        CoreFixture replica = Stands.candidate(voters(3));

        List<Effect> elected = replica.response(
                N2, replica.asked(N2), voteGranted(5, replica.round().id()));
        assertThat(told(elected)).containsExactly(became(RoleName.LEADER, 5, N1));
        assertThat(replica.commitIndex()).isZero();
        assertThat(told(replica.persisted())).isEmpty();
        assertThat(told(replica.resign())).containsExactly(became(RoleName.RESIGNED, 5, NONE));
        assertThat(told(replica.resign())).isEmpty();
    }

    private static List<Effect> told(List<Effect> effects) {
        return effects.stream().filter(Effect.RoleChanged.class::isInstance).toList();
    }
}
