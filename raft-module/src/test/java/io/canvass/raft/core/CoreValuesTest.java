package io.canvass.raft.core;

import java.util.List;
import java.util.UUID;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.N4;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.configurationOf;
import static io.canvass.raft.core.CoreFixture.hard;
import static io.canvass.raft.core.CoreFixture.member;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** The small values that replicas store and send: what they refuse to be, and what is for ever. */
class CoreValuesTest {
    @Test
    void theCodesOfEntriesAreForEver() {
        assertThat(EntryKind.values())
                .containsExactly(EntryKind.LEADER_CHANGE, EntryKind.CONFIGURATION, EntryKind.COMMAND);
        assertThat(EntryKind.values()).extracting(EntryKind::code).containsExactly(1, 2, 3);
        for (EntryKind kind : EntryKind.values()) {
            assertThat(EntryKind.ofCode(kind.code())).isEqualTo(kind);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EntryKind.ofCode(4))
                .withMessage("Unknown kind of log entry: 4");
    }

    @Test
    void anEpochIsNeverNegative() {
        assertThat(hard(0, NONE, NONE)).isEqualTo(HardState.INITIAL);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> hard(-1, NONE, NONE))
                .withMessage("An epoch is never negative: -1");
    }

    @Test
    void aDirectoryBelongsToANode() {
        UUID directory = new UUID(0xD1, 1);
        assertThat(new ReplicaKey("", ReplicaKey.UNASSIGNED)).isEqualTo(NONE);
        assertThat(new ReplicaKey("n1", directory)).isEqualTo(N1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ReplicaKey("", directory))
                .withMessage("A directory without a node: " + directory);
    }

    @Test
    void aMajorityIsMoreThanHalfOfTheVotersWhateverTheObservers() {
        assertThat(configurationOf(List.of(N1)).majority()).isEqualTo(1);
        assertThat(configurationOf(List.of(N1, N2)).majority()).isEqualTo(2);
        assertThat(new Configuration(
                                List.of(member(N1), member(N2), member(N3)), List.of(member(N4)))
                        .majority())
                .isEqualTo(2);
        assertThat(configurationOf(List.of(N1, N2, N3, N4)).majority()).isEqualTo(3);
    }
}
