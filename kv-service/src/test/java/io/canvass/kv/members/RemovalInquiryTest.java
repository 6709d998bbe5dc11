package io.canvass.kv.members;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import io.canvass.kv.cluster.FakeRaft;
import io.canvass.kv.cluster.Statuses;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Configuration.Member;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.canvass.kv.cluster.Statuses.replica;
import static io.canvass.kv.members.Told.connected;
import static io.canvass.kv.members.Told.described;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** kv-1, a member by the configuration at index 7, hears no leader. */
class RemovalInquiryTest {
    private static final Member ZERO = described(replica(0));
    private static final Configuration WITHOUT = Configuration.ofVoters(List.of(ZERO, described(replica(2))));
    private static final Configuration WITH = Configuration.ofVoters(List.of(ZERO, described(replica(1))));

    private final Told told = new Told();
    private final AtomicLong now = new AtomicLong(1);
    private final FakeRaft raft = new FakeRaft(leaderless().get());
    private final RemovalInquiry inquiry = new RemovalInquiry(raft, told::ask, now::get, true);

    static Stream<Arguments> onlyALeadersNewerConfigurationCounts() {
        return Stream.of(
                arguments("a leader, without this node, newer", Told.formed(replica(0), WITHOUT, 8, true, true), true),
                arguments("not newer", Told.formed(replica(0), WITHOUT, 7, true, true), false),
                arguments("no leader", Told.formed(replica(0), WITHOUT, 8, true, false), false),
                arguments("with this node", Told.formed(replica(0), WITH, 8, true, true), false),
                arguments("not formed", Told.joined(replica(0)), false));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource
    void onlyALeadersNewerConfigurationCounts(String what, NodeStanding answer, boolean removed) {
        told.says(answer);
        inquiry.tick();
        now.addAndGet(RemovalInquiry.AFTER.toNanos());
        inquiry.tick();
        assertThat(inquiry.tick().isPresent()).as(what).isEqualTo(removed);
    }

    /** The entry that added it may have been lost: that others go on without it is no removal. */
    @ParameterizedTest(name = "named by its log: {0}")
    @ValueSource(booleans = {true, false})
    void whoJoinedIsRemovedOnlyIfItsOwnLogNamedIt(boolean named) {
        told.says(Told.formed(replica(0), WITHOUT, 8, true, true));
        raft.status(leaderless().configurations(named ? WITH : WITHOUT, WITHOUT));
        RemovalInquiry ofOneThatJoined = new RemovalInquiry(raft, told::ask, now::get, false);
        ofOneThatJoined.tick();
        now.addAndGet(RemovalInquiry.AFTER.toNanos());
        ofOneThatJoined.tick();
        assertThat(ofOneThatJoined.tick().isPresent()).isEqualTo(named);
    }

    @Test
    void whoHearsALeaderAsksNobody() {
        told.says(Told.formed(replica(0), WITHOUT, 8, true, true));
        inquiry.tick();
        raft.status(leaderless().leader(replica(0), 10));
        now.addAndGet(RemovalInquiry.AFTER.toNanos());
        inquiry.tick();
        raft.status(leaderless());
        inquiry.tick();
        now.addAndGet(RemovalInquiry.AFTER.toNanos() - 1);
        inquiry.tick();
        assertThat(inquiry.tick()).isEmpty();
    }

    private static Statuses leaderless() {
        return Statuses.follower().noLeader(20_000).configuration(WITH, 7, true).peers(connected(ZERO, replica(0), -1));
    }
}
