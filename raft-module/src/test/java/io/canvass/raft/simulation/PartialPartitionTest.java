package io.canvass.raft.simulation;

import java.util.List;

import io.canvass.raft.core.RoleName;
import org.junit.jupiter.api.Test;

import static io.canvass.raft.simulation.Script.T;
import static org.assertj.core.api.Assertions.assertThat;

/** Links that are down for long, around a leader that reaches a majority all the same. */
class PartialPartitionTest {
    private static final int WRITES = 20;

    /** KIP-996's picture of five servers, as its text has it; the leader is its server 3. */
    @Test
    void inTheFullOmissionPictureTheLeaderGoesOnCommittingInItsEpoch() {
        Script script = Script.ofVoters(5);
        SimulatedReplica leader = script.steadyLeader();
        List<SimulatedReplica> others = script.others(leader);
        SimulatedReplica one = others.get(0);
        SimulatedReplica two = others.get(1);
        SimulatedReplica four = others.get(2);
        SimulatedReplica five = others.get(3);
        long epoch = script.highestEpoch();
        // Four reaches two only, five reaches the leader only.
        script.cut(four, one);
        script.cut(four, leader);
        script.cut(four, five);
        script.cut(five, one);
        script.cut(five, two);

        for (int write = 1; write <= WRITES; write++) {
            script.simulation.clients().propose(leader, 1);
            script.simulation.runFor(3 * T);
            assertThat(script.leader()).isSameAs(leader);
            assertThat(script.highestEpoch()).isEqualTo(epoch);
            assertThat(List.of(leader, one, two, five))
                    .as("write %s is applied by all whom the leader reaches", write)
                    .allSatisfy(replica -> assertThat(replica.applied()).isEqualTo(leader.memory().size()));
        }
        assertThat(four.role()).isEqualTo(RoleName.PROSPECTIVE);
        assertThat(four.memory().size()).isEqualTo(leader.memory().size() - WRITES);

        script.network.mendAll();
        script.simulation.runFor(5 * T);
        assertThat(script.allFollowOne()).isTrue();
        assertThat(script.highestEpoch()).isEqualTo(epoch);
        assertThat(four.memory()).isEqualTo(leader.memory());
    }
}
