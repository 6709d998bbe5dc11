package io.canvass.raft.core;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

import static io.canvass.raft.core.CoreFixture.CLUSTER;
import static io.canvass.raft.core.CoreFixture.N1;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.member;
import static io.canvass.raft.core.CoreFixture.otherDisk;
import static org.assertj.core.api.Assertions.assertThat;

/** A replica that came to a cluster that was there already: it is meant where its directory is named, nowhere else (HAZARDS E2). */
class JoinedReplicaTest {
    private static final long T = 1_000;
    private static final Configuration TOLD = Configuration.ofVoters(List.of(member(N2)));
    /** The cluster began with one voter of this replica's name, of which no directory was named. */
    private static final Configuration BEGAN = Configuration.ofVoters(List.of(member(ReplicaKey.ofNode("n1"))));

    private final List<Entry> log = new ArrayList<>();
    private long now;
    private RaftCore core = core(new StoredState(
            1, HardState.INITIAL, new LogBase(LogPosition.ZERO, TOLD), List.of(), 0, List.of(), 0, true));

    private RaftCore core(StoredState stored) {
        RaftCore made = new RaftCore(RaftConfig.of(CLUSTER, N1, T), stored, new SplittableRandom(1), now);
        made.start(now);
        return made;
    }

    private void append(EntryKind kind, Bytes data, long commit) {
        LogPosition before = log.isEmpty()
                ? LogPosition.ZERO
                : new LogPosition(log.getLast().epoch(), log.getLast().index());
        Entry entry = new Entry(log.size() + 1, log.isEmpty() ? 0 : 3, kind, 0, data);
        log.add(entry);
        send(before, List.of(entry), commit);
    }

    private void configure(Configuration configuration, long commit) {
        append(EntryKind.CONFIGURATION, configuration.encode(), commit);
    }

    private void send(LogPosition before, List<Entry> entries, long commit) {
        now++;
        Outcome outcome = core.step(new Input.Received(
                now,
                N2,
                Lane.DATA,
                now,
                new Message.AppendRequest(CLUSTER, N1, 3, 1, before, entries, commit, 0, now)));
        for (Effect effect : outcome.effects()) {
            if (effect instanceof Effect.Persist write) {
                core.step(new Input.Persisted(now, write.token()));
            }
        }
    }

    private void waitLong() {
        now += 10 * T;
        core.step(new Input.TimeReached(now));
    }

    private static Configuration voters(ReplicaKey... keys) {
        return CoreFixture.configurationOf(List.of(keys));
    }

    @Test
    void beforeItGotAnythingItIsNothingAndAsksForNothing() {
        waitLong();
        assertThat(core.role().name()).isEqualTo(RoleName.UNATTACHED);
        assertThat(core.status().voter()).isFalse();
        assertThat(core.isRemoved()).isFalse();
        assertThat(core.configuration()).isEqualTo(TOLD);
        assertThat(core.status().configurationIndex()).isZero();
    }

    @Test
    void anEntryThatMakesAnyDirectoryOfItsNodeTheOnlyVoterDoesNotMeanIt() {
        configure(BEGAN, 0);
        assertThat(core.configuration()).isEqualTo(BEGAN);
        waitLong();
        assertThat(core.role().name()).isEqualTo(RoleName.FOLLOWER);
        assertThat(core.hardState().epoch()).isEqualTo(3);
        assertThat(core.status().voter()).isFalse();
    }

    @Test
    void oneThatWasThereFromTheBeginningIsMeantByTheSame() {
        core = core(new StoredState(
                1,
                HardState.INITIAL,
                List.of(new StoredState.EpochStart(0, 1)),
                1,
                List.of(new Entry(1, 0, EntryKind.CONFIGURATION, 0, BEGAN.encode())),
                0));
        assertThat(core.status().voter()).isTrue();
        assertThat(core.role().name()).isEqualTo(RoleName.CANDIDATE);
    }

    @Test
    void whereItsDirectoryIsNamedItIsAVoterAndWhereItsOldOneIsItIsNot() {
        configure(BEGAN, 1);
        configure(voters(N2, otherDisk(N1)), 2);
        assertThat(core.status().voter()).isFalse();
        configure(voters(N2, N1), 3);
        assertThat(core.status().voter()).isTrue();
        waitLong();
        assertThat(core.role().name()).isEqualTo(RoleName.PROSPECTIVE);
    }

    @Test
    void itIsRemovedOnceThatIsCommittedAndNotBecauseTheOldOneWas() {
        configure(BEGAN, 1);
        configure(voters(N2), 2);
        assertThat(core.isRemoved()).isFalse();
        configure(voters(N2, N1), 3);
        configure(voters(N2), 3);
        assertThat(core.isRemoved()).as("not committed").isFalse();
        send(new LogPosition(3, 4), List.of(), 4);
        assertThat(core.isRemoved()).isTrue();
        assertThat(core.configurationAt()).isEqualTo(new LogPosition(3, 4));
    }

    @Test
    void whatWasNeverCommittedMadeItNoMember() {
        configure(BEGAN, 1);
        configure(voters(N2, N1), 1);
        LogPosition first = new LogPosition(0, 1);
        now++;
        core.step(new Input.Received(
                now,
                N2,
                Lane.DATA,
                now,
                new Message.AppendRequest(
                        CLUSTER,
                        N1,
                        4,
                        1,
                        first,
                        List.of(new Entry(2, 4, EntryKind.COMMAND, 0, Bytes.ofUtf8("x"))),
                        2,
                        0,
                        now)));
        assertThat(core.configuration()).isEqualTo(BEGAN);
        assertThat(core.isRemoved()).isFalse();
    }
}
