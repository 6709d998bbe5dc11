package io.canvass.raft.core;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Messages.preVoteGranted;
import static io.canvass.raft.core.Messages.voteGranted;
import static org.assertj.core.api.Assertions.assertThat;

/** A pre-vote grant may bear a lower epoch and counts; a vote may not, since who gives one has taken over its epoch. */
class LowerEpochGrantTest {
    @Test
    void aVoteThatBearsALowerEpochIsNotCounted() {
        CoreFixture candidate = Stands.candidate(voters(3));
        Round round = candidate.round();

        candidate.response(N3, candidate.asked(N3), voteGranted(round.epoch() - 1, round.id()));

        assertThat(candidate.role().name()).isEqualTo(RoleName.CANDIDATE);
        assertThat(candidate.round().granted()).isEqualTo(round.granted()).doesNotContain("n3");
    }

    @Test
    void aPreVoteGrantThatBearsALowerEpochCounts() {
        CoreFixture prospective = Stands.prospective(voters(5));
        Round round = prospective.round();

        prospective.response(N3, prospective.asked(N3), preVoteGranted(round.epoch() - 1, NONE, round.id()));

        assertThat(prospective.round().granted()).containsExactly("n1", "n3");
    }
}
