package io.canvass.raft.core;

import java.util.ArrayList;
import java.util.List;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import static io.canvass.raft.core.CoreFixture.Configs;
import static io.canvass.raft.core.CoreFixture.N2;
import static io.canvass.raft.core.CoreFixture.N3;
import static io.canvass.raft.core.CoreFixture.at;
import static io.canvass.raft.core.CoreFixture.voters;
import static io.canvass.raft.core.Messages.follows;
import static org.assertj.core.api.Assertions.assertThat;

/** What holds of a leader's progress whatever is answered, however often and in whatever order (HAZARDS F7). */
class ReplicationInvariantsTest {
    private final List<Long> sessions = new ArrayList<>();
    private long commit;

    @Property
    void whateverIsAnsweredNextStaysAboveMatchAndTheCommitIndexNeverFalls(
            @ForAll @Size(max = 60) List<@IntRange(max = 999) Integer> moves) {
        CoreFixture replica = Stands.leader(voters(3).log(0, 1, 1, 3, 3)
                .configured(Configs.of().inflight(3, 120).append(70).tail(200)));
        sessions.clear();
        sessions.addAll(List.of(1L, 2L));
        commit = 0;
        for (int move : moves) {
            List<Effect> effects = act(replica, move);
            if (!(replica.role() instanceof Role.Leader leader)) {
                return;
            }
            note(effects, replica.end().index());
            for (Progress peer : leader.replication().peers()) {
                assertThat(peer.match()).isLessThan(peer.next());
                assertThat(peer.next()).isLessThanOrEqualTo(replica.end().index() + 1);
            }
            assertThat(replica.commitIndex()).isGreaterThanOrEqualTo(commit);
            commit = replica.commitIndex();
        }
    }

    private List<Effect> act(CoreFixture replica, int move) {
        ReplicaKey peer = move % 2 == 0 ? N2 : N3;
        long session = sessions.get(move / 2 % sessions.size());
        long index = 1 + move / 10 % replica.end().index();
        return switch (move % 8) {
            case 0, 1, 2 -> replica.response(peer, follows(session, replica.now(), index));
            case 3 -> replica.response(
                    peer,
                    follows(session, 0, replica.now(), new Message.AppendResult.Mismatched(at(index, move % 6))));
            case 4 -> replica.propose(move, "x");
            case 5 -> replica.persisted();
            case 6 -> replica.timeReached(replica.now() + move % 120);
            default -> replica.step(new Input.PeerLost(replica.now(), peer, Lane.DATA));
        };
    }

    private void note(List<Effect> effects, long last) {
        for (Effect effect : effects) {
            if (effect instanceof Effect.Send send && send.message() instanceof Message.AppendRequest append) {
                sessions.add(append.session());
                assertThat(append.prev().index() + append.entries().size()).isLessThanOrEqualTo(last);
                assertThat(append.commitIndex())
                        .isLessThanOrEqualTo(append.prev().index() + append.entries().size());
            }
        }
    }
}
