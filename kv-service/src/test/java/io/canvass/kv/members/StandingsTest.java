package io.canvass.kv.members;

import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;

import com.google.protobuf.ByteString;
import io.canvass.proto.kv.v1.Joining;
import io.canvass.proto.kv.v1.Standing;
import io.canvass.proto.kv.v1.Unformed;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.ReplicaKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class StandingsTest {
    private static final UUID CLUSTER = new UUID(7, 8);
    private static final ReplicaKey REPLICA = new ReplicaKey("kv-2", new UUID(3, 4));

    static Stream<NodeStanding> whatIsSaidArrives() {
        About about = About.of("http://kv-2:8080", 0, 2);
        Configuration configuration =
                Configuration.ofVoters(List.of(about.of(REPLICA, "kv-2:9080", Configuration.Promotion.AUTO)));
        return Stream.of(
                new NodeStanding(
                        ReplicaKey.ofNode("kv-2"), Optional.of(CLUSTER), true,
                        new NodeStanding.Unformed(new TreeSet<>(List.of("kv-1@a:1", "kv-2@b:2"))), about),
                new NodeStanding(
                        REPLICA, Optional.of(CLUSTER), false,
                        new NodeStanding.Formed(configuration, 17, true, true, false), about),
                new NodeStanding(REPLICA, Optional.empty(), false, new NodeStanding.Joining(), About.of("", 1, 1)));
    }

    @ParameterizedTest
    @MethodSource
    void whatIsSaidArrives(NodeStanding standing) {
        assertThat(Standings.decode(Standings.encode(standing))).isEqualTo(standing);
    }

    static Stream<Standing> whatCannotBeIsRefused() {
        Standing sound = Standing.newBuilder()
                .setNodeId("kv-2")
                .setClusterId(Standings.encode(CLUSTER))
                .setUnformed(Unformed.getDefaultInstance())
                .build();
        return Stream.of(
                sound.toBuilder().clearUnformed().build(),
                sound.toBuilder().clearClusterId().build(),
                sound.toBuilder().setClusterId(ByteString.copyFromUtf8("short")).build(),
                sound.toBuilder().setDirectoryId(ByteString.copyFromUtf8("short")).build(),
                sound.toBuilder().setNodeId("").build(),
                sound.toBuilder().setNodeId("x".repeat(64)).build(),
                sound.toBuilder().setUrl("x".repeat(2049)).build(),
                sound.toBuilder().setMinVersion(2).setMaxVersion(1).build(),
                sound.toBuilder().setMaxVersion(-1).build(),
                sound.toBuilder().setMaxVersion(1 << 16).build(),
                sound.toBuilder().setFormed(io.canvass.proto.kv.v1.Formed.getDefaultInstance()).build());
    }

    @ParameterizedTest
    @MethodSource
    void whatCannotBeIsRefused(Standing wrong) {
        assertThatThrownBy(() -> Standings.decode(wrong)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void onlyWhoJoinsMayKnowNoCluster() {
        Standing joining = Standing.newBuilder().setNodeId("kv-9").setJoining(Joining.getDefaultInstance()).build();
        assertThat(Standings.decode(joining).clusterId()).isEmpty();
    }
}
