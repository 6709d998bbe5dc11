package io.canvass.raft.core;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.NONE;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.command;
import static io.canvass.raft.core.CoreFixture.configurationOf;
import static io.canvass.raft.core.CoreFixture.hard;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Effects.became;
import static io.canvass.raft.core.Effects.reply;
import static io.canvass.raft.core.Effects.rewrite;
import static io.canvass.raft.core.Messages.append;
import static io.canvass.raft.core.Messages.matched;
import static io.canvass.raft.core.Messages.mismatched;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** What a truncation takes along, and what it leaves: epochs, writes under way, configurations (HAZARDS D2, E6). */
class RewrittenLogTest {
    @Test
    void entriesMayBeReplacedByThoseOfALowerEpoch() {
        // n1 led epoch 4 in a minority; the leader of 6 has an entry of 2 there, that a later majority kept.
        CoreFixture replica = Stands.followerThatHeard(voters(3).log(0, 1, 2, 4, 4));

        assertThat(replica.request(N3, append(6, at(3, 2), 0, command(4, 2), command(5, 6))))
                .containsExactly(
                        rewrite(2, 1, hard(6, NONE, N3), 4, command(4, 2), command(5, 6)),
                        became(RoleName.FOLLOWER, 6, N3),
                        reply(N3, matched(6, N3, 5), 2));

        assertThat(replica.request(N3, append(6, at(4, 4), 0)))
                .containsExactly(reply(N3, mismatched(6, N3, at(4, 2)), 2));
    }

    @Test
    void aTruncationIsOfOneWriteOnly() {
        CoreFixture replica = Stands.followerThatHeard(voters(3).log(0, 1, 2, 4, 4));
        replica.request(N3, append(6, at(3, 2), 0, command(4, 6)));

        assertThat(replica.request(N3, append(6, at(4, 6), 0, command(5, 6))))
                .containsExactly(
                        rewrite(3, 1, hard(6, NONE, N3), 0, command(5, 6)), reply(N3, matched(6, N3, 5), 3));
    }

    @Test
    void aTruncationIsWrittenEvenIfNothingFollowsIt() {
        ReplicaLog log = new ReplicaLog(stored(), 1 << 20);
        List<Effect> effects = new ArrayList<>();
        log.truncate(3);

        log.flush(HardState.INITIAL, effects);

        assertThat(effects).containsExactly(rewrite(1, 1, HardState.INITIAL, 3));
    }

    @Test
    void aStepTruncatesOnceBeforeItAppends() {
        ReplicaLog twice = new ReplicaLog(stored(), 1 << 20);
        twice.truncate(3);
        assertThatIllegalStateException()
                .isThrownBy(() -> twice.truncate(2))
                .withMessage("A step truncates once, before it appends");

        ReplicaLog after = new ReplicaLog(stored(), 1 << 20);
        after.append(command(4, 2));
        assertThatIllegalStateException()
                .isThrownBy(() -> after.truncate(3))
                .withMessage("A step truncates once, before it appends");
    }

    /** Entries 1@0 to 3@0, of which 1 is the configuration. */
    private static StoredState stored() {
        return new StoredState(
                1,
                HardState.INITIAL,
                List.of(new StoredState.EpochStart(0, 1)),
                3,
                List.of(CoreFixture.configuration(1, 0, N1, N2, N3)),
                0);
    }

    @Test
    void aWriteUnderWayStillVouchesForWhatTheTruncationLeftOfIt() {
        CoreFixture replica = Stands.followerThatHeard(voters(3));
        replica.request(N2, append(5, at(3, 2), 0, command(4, 5), command(5, 5)));
        replica.request(N2, append(5, at(5, 5), 0, command(6, 5)));
        assertThat(replica.request(N3, append(6, at(5, 5), 5, command(6, 6)))).endsWith(new Effect.Apply(1, 3));

        assertThat(replica.persisted(2, 0)).containsExactly(new Effect.Apply(4, 5));
        assertThat(replica.core.status().durableIndex()).isEqualTo(5);
        assertThat(replica.persisted(3, 0)).isEmpty();
        assertThat(replica.core.status().durableIndex()).as("6 is another now").isEqualTo(5);
        replica.persisted(4, 1);
        assertThat(replica.core.status().durableIndex()).isEqualTo(6);
    }

    @Test
    void theConfigurationThatALogBeginsWithIsInForceUntilAnotherIsAppended() {
        ConfigurationHistory history =
                new ConfigurationHistory(null, List.of(CoreFixture.configuration(1, 0, N1, N2, N3)));

        history.truncated(1);
        assertThat(history.latest()).isEqualTo(configurationOf(List.of(N1, N2, N3)));

        history.appended(CoreFixture.configuration(1, 5, N1, N2));
        assertThat(history.latest()).isEqualTo(configurationOf(List.of(N1, N2)));
    }
}
