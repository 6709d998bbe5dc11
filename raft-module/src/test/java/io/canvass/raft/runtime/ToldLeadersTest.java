package io.canvass.raft.runtime;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.RoleName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What the listeners of a running group are told of who leads. */
@Timeout(180)
class ToldLeadersTest {
    private record Told(RoleName role, long epoch, ReplicaKey leader) {}

    /** Remembers all it is told. */
    private static final class Recorder implements RaftListener {
        final List<Told> told = new CopyOnWriteArrayList<>();
        final List<String> threads = new CopyOnWriteArrayList<>();

        @Override
        public void roleChanged(RoleName role, long epoch, ReplicaKey leader) {
            told.add(new Told(role, epoch, leader));
            threads.add(Thread.currentThread().getName());
        }
    }

    @TempDir
    Path directory;

    private final Map<String, Recorder> recorders = new HashMap<>();

    @Test
    void eachChangeIsToldOnceInItsOrderAndAnEpochHasOneLeaderForAll() throws Exception {
        try (LocalGroup group = new LocalGroup(directory, 3)) {
            for (String id : group.ids()) {
                Recorder recorder = new Recorder();
                recorders.put(id, recorder);
                group.start(id, recorder);
            }
            for (int reign = 0; reign < 3; reign++) {
                String leader = group.awaitLeader();
                long epoch = group.node(leader).status().epoch();
                group.node(leader).resign().get(LocalGroup.PATIENCE.toSeconds(), TimeUnit.SECONDS);
                await().atMost(LocalGroup.PATIENCE).until(() -> group.node(leader).status().epoch() > epoch);
            }
            String last = group.awaitLeader();
            long epoch = group.node(last).status().epoch();
            for (String id : group.ids()) {
                RoleName role = id.equals(last) ? RoleName.LEADER : RoleName.FOLLOWER;
                await().atMost(LocalGroup.PATIENCE).until(() -> isLast(recorder(id), role, epoch, last));
            }
        }
        recorders.values().forEach(ToldLeadersTest::assertInOrder);
        assertOneLeaderAnEpoch();
    }

    private Recorder recorder(String id) {
        Recorder recorder = recorders.get(id);
        if (recorder == null) {
            throw new IllegalStateException(id + " was not started");
        }
        return recorder;
    }

    private static boolean isLast(Recorder recorder, RoleName role, long epoch, String leader) {
        Told last = recorder.told.getLast();
        return last.role() == role && last.epoch() == epoch && last.leader().nodeId().equals(leader);
    }

    private static void assertInOrder(Recorder recorder) {
        assertThat(recorder.threads).allMatch(name -> name.startsWith("raft-core-"));
        Told before = new Told(RoleName.UNATTACHED, 0, ReplicaKey.NONE);
        for (Told told : recorder.told) {
            assertThat(told).as("told after %s", before).isNotEqualTo(before);
            assertThat(told.epoch()).isGreaterThanOrEqualTo(before.epoch());
            before = told;
        }
    }

    /** Whom any of them names as the leader of an epoch was told so of itself, and nobody else was. */
    private void assertOneLeaderAnEpoch() {
        Map<Long, String> leaders = new HashMap<>();
        recorders.forEach((id, recorder) -> recorder.told.stream()
                .filter(told -> told.role() == RoleName.LEADER)
                .forEach(told -> assertThat(leaders.put(told.epoch(), id))
                        .as("led epoch %s before", told.epoch())
                        .isNull()));
        assertThat(leaders).hasSizeGreaterThanOrEqualTo(4);
        recorders.values().forEach(recorder -> recorder.told.stream()
                .filter(told -> told.leader().isKnown())
                .forEach(told -> assertThat(told.leader().nodeId()).isEqualTo(leaders.get(told.epoch()))));
    }
}
