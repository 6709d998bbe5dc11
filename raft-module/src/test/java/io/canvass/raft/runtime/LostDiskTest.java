package io.canvass.raft.runtime;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.canvass.raft.core.ReplicaKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A voter that lost its log and its vote comes back, while a majority holds all. What it must not do before it has
 * caught up, to vote as the one it was, is not prevented yet (docs/decisions.md).
 */
@Timeout(180)
class LostDiskTest {
    @TempDir
    Path directory;

    @Test
    void theOthersElectAndTheOneThatLostEverythingIsAnotherReplicaAndIsBroughtUpToDate() throws Exception {
        try (LocalGroup group = new LocalGroup(directory, 3)) {
            group.startAll();
            List<String> commands = new ArrayList<>();
            String lost = group.awaitLeader();
            write(group, lost, "before", commands);
            ReplicaKey before = group.node(lost).status().self();
            group.stop(lost);
            group.wipe(lost);

            write(group, group.awaitLeader(), "without it", commands);
            group.start(lost);
            write(group, group.awaitLeader(), "with it", commands);

            assertThat(group.node(lost).status().self()).isNotEqualTo(before);
            for (String id : group.ids()) {
                await().atMost(LocalGroup.PATIENCE)
                        .untilAsserted(() -> assertThat(group.machine(id).commands()).isEqualTo(commands));
            }
        }
    }

    private static void write(LocalGroup group, String leader, String when, List<String> commands) throws Exception {
        for (int i = 0; i < 20; i++) {
            group.propose(leader, when + i);
            commands.add(when + i);
        }
    }
}
