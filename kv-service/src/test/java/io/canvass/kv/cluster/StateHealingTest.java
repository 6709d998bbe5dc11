package io.canvass.kv.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import io.canvass.kv.store.KvStore;
import io.canvass.kv.store.StoreState;
import io.canvass.kv.tools.Kvctl;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.HardState;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.storage.StorageException;
import io.canvass.raft.transport.PeerSecurity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A state that was set aside comes back from a peer, whatever crash comes between, and no promise is taken back. */
@Timeout(120)
class StateHealingTest {
    private static final long BEGIN = 20;
    private static final int IN_THE_MIDDLE = 4;
    private static final Configuration MEMBERS = Configuration.ofVoters(
            List.of(NodeOnDisk.member("kv-1", "127.0.0.1:1"), NodeOnDisk.member("kv-2", "127.0.0.1:2")));

    @TempDir
    private Path folder;

    private final List<FakePeer> peers = new ArrayList<>();
    private final Map<Copy, StoreState> expected = new EnumMap<>(Copy.class);

    /** How a peer's copy stands to this node's log. */
    enum Copy {
        AT_ITS_BEGINNING(BEGIN, NodeOnDisk.EPOCH, NodeOnDisk.LAST),
        WITHIN(30, NodeOnDisk.EPOCH, NodeOnDisk.LAST),
        AT_ITS_END(NodeOnDisk.LAST, NodeOnDisk.EPOCH, NodeOnDisk.LAST),
        BEYOND(60, NodeOnDisk.EPOCH, 60),
        /** What this node has after the copy's index was never committed. */
        OF_ANOTHER_HISTORY(35, 5, 35);

        private final long index;
        private final long epoch;
        private final long lastIndex;

        Copy(long index, long epoch, long lastIndex) {
            this.index = index;
            this.epoch = epoch;
            this.lastIndex = lastIndex;
        }

        private boolean isNoted() {
            return index > BEGIN;
        }

        /** Who voted in an earlier epoch than the copy's has voted in none since. */
        private HardState promised() {
            return epoch > NodeOnDisk.PROMISED.epoch()
                    ? new HardState(epoch, ReplicaKey.NONE, ReplicaKey.NONE)
                    : NodeOnDisk.PROMISED;
        }
    }

    @AfterEach
    void closePeers() {
        peers.forEach(FakePeer::close);
    }

    @Test
    void nothingIsDoneUnlessItWasAskedFor() {
        NodeOnDisk node = new NodeOnDisk(folder.resolve("data")).make(BEGIN);
        List<String> before = node.names();
        healing(node, Map.of(), HealingTrace.NONE).runIfAsked();
        assertThat(node.names()).isEqualTo(before);
        assertThat(node.start().state()).isEqualTo(stateAt(Copy.AT_ITS_END));
    }

    @ParameterizedTest
    @EnumSource
    void aCrashAtAnyStepIsMadeGoodByTheNextStart(Copy copy) {
        FakePeer peer = peer(copy);
        NodeOnDisk node = setAside(BEGIN, MEMBERS);
        List<HealingTrace.Step> steps = new ArrayList<>();
        List<NodeOnDisk> images = new ArrayList<>();
        images.add(node.image(folder.resolve("image-0")));
        int[] parts = new int[1];
        healing(node, peer.asConfigured(), step -> {
            // Of those one in the middle: of the files some are there.
            if (step == HealingTrace.Step.PART_RECEIVED && ++parts[0] != IN_THE_MIDDLE) {
                return;
            }
            steps.add(step);
            images.add(node.image(folder.resolve("image-" + steps.size())));
        }).runIfAsked();
        assertThat(steps).containsExactly(HealingTrace.Step.values());
        assertThat(parts[0]).isGreaterThan(IN_THE_MIDDLE);
        assertHealed(copy, node);

        for (int i = 0; i < images.size(); i++) {
            NodeOnDisk image = images.get(i);
            HealingTrace.Step last = i == 0 ? HealingTrace.Step.DISCARDED : steps.get(i - 1);
            int fetched = peer.fetched();
            healing(image, peer.asConfigured(), HealingTrace.NONE).runIfAsked();
            boolean done = last.compareTo(copy.isNoted() ? HealingTrace.Step.NOTED : HealingTrace.Step.SWITCHED) >= 0;
            assertThat(peer.fetched() - fetched).as("copies that are asked for after %s", last).isEqualTo(done ? 0 : 1);
            assertHealed(copy, image);
        }
    }

    /** As a start that finds what a crash left, and crashes where it throws that away. */
    @Test
    void aCrashWhileASwitchedStateIsDiscardedLeavesNoHalfOfIt() {
        FakePeer peer = peer(Copy.WITHIN);
        NodeOnDisk node = setAside(BEGIN, MEMBERS);
        List<NodeOnDisk> images = new ArrayList<>();
        assertThatThrownBy(() -> healing(node, peer.asConfigured(), crashAt(HealingTrace.Step.SWITCHED)).runIfAsked())
                .hasMessage("crash");
        healing(node, peer.asConfigured(), step -> {
            if (step == HealingTrace.Step.DISCARDED) {
                images.add(node.image(folder.resolve("image")));
            }
        }).runIfAsked();
        NodeOnDisk image = images.getFirst();
        assertThat(image.names()).contains("state.discarded").doesNotContain("state");
        healing(image, peer.asConfigured(), HealingTrace.NONE).runIfAsked();
        assertThat(image.names()).doesNotContain("state.discarded");
        assertHealed(Copy.WITHIN, image);
    }

    @Test
    void theMembersOfItsOwnLogAreAskedFirstAndThoseOfTheSettingsThen() throws InterruptedException {
        FakePeer joined = peer(Copy.WITHIN);
        FakePeer listed = peer(Copy.WITHIN);
        Configuration known = Configuration.ofVoters(List.of(
                NodeOnDisk.member("kv-2", "127.0.0.1:2"), NodeOnDisk.member("kv-9", joined.address())));
        NodeOnDisk node = setAside(BEGIN, known);
        NodeOnDisk again = node.image(folder.resolve("again"));
        healing(node, listed.asConfigured(), HealingTrace.NONE).runIfAsked();
        assertHealed(Copy.WITHIN, node);
        assertThat(joined.fetched()).isEqualTo(1);
        assertThat(listed.fetched()).isZero();

        joined.kill();
        healing(again, listed.asConfigured(), HealingTrace.NONE).runIfAsked();
        assertHealed(Copy.WITHIN, again);
        assertThat(listed.fetched()).isEqualTo(1);
    }

    /** Another node may have its address by now, or it is asked what it does not have. */
    @Test
    void aNodeDoesNotAskItself() {
        FakePeer itself = peer(Copy.WITHIN);
        NodeOnDisk node = setAside(
                BEGIN, Configuration.ofVoters(List.of(NodeOnDisk.member("kv-2", itself.address()))));
        assertThatThrownBy(() -> healing(node, Map.of("kv-2", itself.address()), HealingTrace.NONE).runIfAsked())
                .isInstanceOf(StorageException.class)
                .hasMessageContainingAll("there is none", "restore a backup");
        assertThat(itself.fetched()).isZero();
    }

    @Test
    void whereNoPeerHasAllThatIsLackedNothingChangesUntilOneHas() throws IOException {
        FakePeer behind = peer(BEGIN - 1, NodeOnDisk.EPOCH);
        NodeOnDisk node = setAside(BEGIN, MEMBERS);
        assertThatThrownBy(() -> healing(node, behind.asConfigured(), HealingTrace.NONE).runIfAsked())
                .isInstanceOf(StorageException.class)
                .hasMessageContainingAll(
                        "kv-1 at 127.0.0.1:1: ", "Connection refused", "kv-1 at " + behind.address(), "up to 19 only, and 20 is asked for",
                        "Nothing was changed", "Start this node when its peers run");
        assertThat(node.names()).contains("HEAL").doesNotContain("state");
        assertThatThrownBy(node::start).hasMessageContaining("kvctl heal --data-dir " + node.data() + " ");

        healing(node, peer(Copy.WITHIN).asConfigured(), HealingTrace.NONE).runIfAsked();
        assertHealed(Copy.WITHIN, node);
    }

    /** Whatever it calls itself: what is short of the log's beginning would leave a gap. */
    @Test
    void aCopyThatIsShortOfTheLogIsRefusedHere() {
        FakePeer lies = FakePeer.lying(folder.resolve("liar"), BEGIN - 1, NodeOnDisk.EPOCH);
        peers.add(lies);
        NodeOnDisk node = setAside(BEGIN, MEMBERS);
        assertThatThrownBy(() -> healing(node, lies.asConfigured(), HealingTrace.NONE).runIfAsked())
                .hasMessageContainingAll("ends at index 19", "begins after 20");
        assertThat(node.names()).contains("HEAL").doesNotContain("state");
    }

    @Test
    void aPeerThatBreaksOffInTheMiddleIsAskedAgain() {
        FakePeer peer = peer(Copy.BEYOND);
        peer.breaksOffOnce();
        NodeOnDisk node = setAside(BEGIN, MEMBERS);
        new StateHealing(
                        node.properties(),
                        NodeOnDisk.formation(),
                        peer.asConfigured(),
                        PeerSecurity.plain(),
                        Duration.ofMinutes(1),
                        HealingTrace.NONE)
                .runIfAsked();
        assertThat(peer.fetched()).isEqualTo(2);
        assertHealed(Copy.BEYOND, node);
    }

    @Test
    void aPeerOfAnotherClusterOrNoAddressAtAllIsNotAskedForItsState() {
        FakePeer stranger = FakePeer.ofAnotherCluster(folder.resolve("stranger"));
        peers.add(stranger);
        NodeOnDisk node = setAside(
                BEGIN, Configuration.ofVoters(List.of(NodeOnDisk.member("kv-2", ""), NodeOnDisk.member("kv-3", "no address"))));
        assertThatThrownBy(() -> healing(node, stranger.asConfigured(), HealingTrace.NONE).runIfAsked())
                .isInstanceOf(StorageException.class)
                .hasMessageContainingAll("kv-3 at no address: ", "belongs to another cluster");
        assertThat(stranger.fetched()).isZero();
    }

    /** The system takes its connections, and it never says a word: it is stopped, or its host is. */
    @Test
    void aPeerThatHangsDoesNotHoldUpTheNextOne() throws IOException {
        FakePeer peer = peer(Copy.WITHIN);
        try (ServerSocket hangs = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            NodeOnDisk node = setAside(
                    BEGIN,
                    Configuration.ofVoters(List.of(
                            NodeOnDisk.member("kv-2", "127.0.0.1:2"),
                            NodeOnDisk.member("kv-3", "127.0.0.1:" + hangs.getLocalPort()))));
            healing(node, peer.asConfigured(), HealingTrace.NONE).runIfAsked();
            assertHealed(Copy.WITHIN, node);
        }
    }

    /** No crash leaves this: somebody took the state away. */
    @Test
    void aNoteWithoutItsStateIsASentenceAndNothingChanges() throws IOException {
        FakePeer peer = peer(Copy.WITHIN);
        NodeOnDisk node = setAside(BEGIN, MEMBERS);
        assertThatThrownBy(() -> healing(node, peer.asConfigured(), crashAt(HealingTrace.Step.NOTED)).runIfAsked())
                .hasMessage("crash");
        Path away = Files.move(node.state(), folder.resolve("away"));
        assertThatThrownBy(() -> healing(node, peer.asConfigured(), HealingTrace.NONE).runIfAsked())
                .isInstanceOf(StorageException.class)
                .hasMessageContainingAll("goes with a state up to " + new LogPosition(NodeOnDisk.EPOCH, 30), "put it back");
        Files.move(away, node.state());
        healing(node, peer.asConfigured(), HealingTrace.NONE).runIfAsked();
        assertHealed(Copy.WITHIN, node);
    }

    private FakePeer peer(Copy copy) {
        return peer(copy.index, copy.epoch);
    }

    private FakePeer peer(long index, long epoch) {
        FakePeer peer = FakePeer.holding(folder.resolve("peer-" + peers.size()), index, epoch);
        peers.add(peer);
        return peer;
    }

    private NodeOnDisk setAside(long beginsAfter, Configuration members) {
        NodeOnDisk node = new NodeOnDisk(folder.resolve("data")).make(beginsAfter, members);
        try (KvStore store = KvStore.open(node.state())) {
            store.condemn("It is wrong.");
        }
        assertThat(Kvctl.run("heal", "--data-dir", node.data().toString())).isZero();
        assertThat(node.names()).contains("HEAL").doesNotContain("state");
        return node;
    }

    /** Peers are asked once. */
    private static StateHealing healing(NodeOnDisk node, Map<String, String> configured, HealingTrace trace) {
        return new StateHealing(node.properties(), NodeOnDisk.formation(), configured, PeerSecurity.plain(), Duration.ZERO, trace);
    }

    private static HealingTrace crashAt(HealingTrace.Step last) {
        return step -> {
            if (step == last) {
                throw new IllegalStateException("crash");
            }
        };
    }

    private void assertHealed(Copy copy, NodeOnDisk node) {
        assertThat(node.names()).doesNotContain("HEAL");
        assertThat(node.data().resolve("snapshots/healing")).doesNotExist();
        NodeOnDisk.Started started = node.start();
        assertThat(started.log().lastIndex()).isEqualTo(copy.lastIndex);
        assertThat(started.log().hardState()).isEqualTo(copy.promised());
        assertThat(started.state()).isEqualTo(stateAt(copy));
        assertThat(node.names()).as("for analysis").anyMatch(name -> name.startsWith("state.damaged-"));
    }

    /** After all that the node has in its log, or is sent with the copy. */
    private StoreState stateAt(Copy copy) {
        return expected.computeIfAbsent(copy, _ -> {
            try (KvStore store = KvStore.open(folder.resolve("expected-" + copy))) {
                FakePeer.apply(store, copy.lastIndex, copy.epoch);
                return store.state();
            }
        });
    }
}
