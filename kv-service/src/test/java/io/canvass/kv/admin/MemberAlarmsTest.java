package io.canvass.kv.admin;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

import io.canvass.kv.admin.ClusterAlarms.Member;
import io.canvass.kv.cluster.LoopbackPeers;
import io.canvass.kv.cluster.NodeAlarms;
import io.canvass.kv.cluster.Statuses;
import io.canvass.proto.kv.v1.Alarm;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Alarms of all members, asked of kv-1, over real sockets. */
@Timeout(60)
class MemberAlarmsTest {
    private static final long LONG_MILLIS = 20_000;

    private final LoopbackPeers peers = new LoopbackPeers();
    private final FakeLeader kv1 = new FakeLeader(Situations.led());
    private final Node own = new Node("ODD");

    @AfterEach
    void close() {
        peers.close();
    }

    /** One that remembers one thing. */
    private static final class Node implements NodeAlarms {
        private final List<Alarm> remembered = new CopyOnWriteArrayList<>();

        Node(String code) {
            remembered.add(Alarm.newBuilder().setCode(code).setDetail("it was so").setRemembered(true).build());
        }

        @Override
        public List<Alarm> alarms() {
            return List.copyOf(remembered);
        }

        @Override
        public List<Alarm> disarm() {
            List<Alarm> gone = List.copyOf(remembered);
            remembered.clear();
            return gone;
        }
    }

    private static AlarmService service(NodeAlarms alarms, UUID cluster) {
        AlarmService service = new AlarmService();
        service.attach(alarms, cluster);
        return service;
    }

    private List<Member> ask(boolean disarm) throws InterruptedException {
        return new MemberAlarms(kv1, peers, own, LONG_MILLIS).ask(disarm);
    }

    private static Member of(List<Member> members, String id) {
        return members.stream().filter(member -> member.id().equals(id)).findFirst().orElseThrow();
    }

    @Test
    void everyMemberIsAskedForItselfWithoutALeader() throws InterruptedException {
        peers.serve("kv-2", service(new Node("EVEN"), Statuses.CLUSTER));
        List<Member> members = ask(false);
        assertThat(members).map(Member::id).isSorted().contains("kv-1", "kv-2")
                .hasSize(Situations.configuration().members().size());
        assertThat(of(members, "kv-1").alarms()).map(Alarm::getCode).containsExactly("ODD");
        assertThat(of(members, "kv-2").alarms()).map(Alarm::getCode).containsExactly("EVEN");
        assertThat(of(members, "kv-2").silent()).isEmpty();
    }

    @Test
    void whoCannotBeAskedIsSilentAndSaysWhy() throws InterruptedException {
        peers.serve("kv-2", new AlarmService());
        assertThat(of(ask(false), "kv-2").silent()).contains("The node starts");
        assertThat(of(ask(false), "kv-4").silent()).contains("no peer kv-4");
    }

    @Test
    void aNodeOfAnotherClusterTellsNothingAndForgetsNothing() throws InterruptedException {
        Node other = new Node("EVEN");
        peers.serve("kv-2", service(other, new UUID(9, 9)));
        assertThat(of(ask(true), "kv-2").silent()).contains("another cluster");
        assertThat(other.alarms()).hasSize(1);
    }

    /** One of the release before has no such service. */
    @Test
    void aMemberOfAnOlderReleaseIsSilent() throws InterruptedException {
        peers.serve("kv-2", new AdminService());
        assertThat(of(ask(false), "kv-2").silent()).isEqualTo("its version tells no alarms over the peer port");
    }

    @Test
    void allForgetAtOneRequest() throws InterruptedException {
        Node other = new Node("EVEN");
        peers.serve("kv-2", service(other, Statuses.CLUSTER));
        List<Member> members = ask(true);
        assertThat(of(members, "kv-1").disarmed()).hasSize(1);
        assertThat(of(members, "kv-2").disarmed()).map(Alarm::getCode).containsExactly("EVEN");
        assertThat(of(members, "kv-2").alarms()).isEmpty();
        assertThat(of(ask(true), "kv-2").disarmed()).isEmpty();
    }
}
