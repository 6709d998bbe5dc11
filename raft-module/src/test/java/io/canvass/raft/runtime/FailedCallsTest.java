package io.canvass.raft.runtime;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;

import io.canvass.proto.raft.v1.VoteError;
import io.canvass.proto.raft.v1.VoteRefusal;
import io.canvass.proto.raft.v1.VoteRequest;
import io.canvass.proto.raft.v1.VoteResponse;
import io.canvass.raft.core.RoleName;
import io.canvass.raft.core.RoundSummary;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A running node whose peers fail the call that asks for a pre-vote. That is no answer: never a grant, never the word
 * of a peer that knows no Pre-Vote (PREVOTE.md, Judging a vote response; HAZARDS A30).
 */
@Timeout(180)
class FailedCallsTest {
    private static final RoundOutcome TIMED_OUT =
            new RoundOutcome(RoundSummary.Phase.PRE_VOTE, RoundSummary.Ending.TIMED_OUT);
    private static final RoundOutcome WON = new RoundOutcome(RoundSummary.Phase.PRE_VOTE, RoundSummary.Ending.WON);
    private static final RoundOutcome OLD_PEER =
            new RoundOutcome(RoundSummary.Phase.PRE_VOTE, RoundSummary.Ending.UNSUPPORTED_VERSION);

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(
            value = Status.Code.class,
            names = {"UNAVAILABLE", "DEADLINE_EXCEEDED", "UNIMPLEMENTED"})
    void aCallThatFailsWhileARoundIsOpenIsNoAnswer(Status.Code code) {
        AnsweringPeer.Answer fails = request -> {
            throw Status.fromCode(code).asRuntimeException();
        };
        try (LocalGroup group = new LocalGroup(directory, 3);
                AnsweringPeer one = new AnsweringPeer("n2", group.portOf("n2"), fails);
                AnsweringPeer other = new AnsweringPeer("n3", group.portOf("n3"), fails)) {
            RaftNode<Integer> node = group.start("n1");
            await().atMost(LocalGroup.PATIENCE).until(() -> one.asked() >= 2 && other.asked() >= 2);
            awaitRoundsThatRanOutOfTime(node, 3);
            assertStillCanvasses(node);

            one.answer(FailedCallsTest::granted);
            await().atMost(LocalGroup.PATIENCE).until(() -> node.status().epoch() > 0);
            assertThat(node.rounds()).containsKey(WON);
        }
    }

    /** As a peer that is something else altogether, or stands behind a proxy that does not know it. */
    @Test
    void aServerThatKnowsNoSuchServiceIsNoOldPeer() throws IOException {
        try (LocalGroup group = new LocalGroup(directory, 3)) {
            Server one = strangerAt(group.portOf("n2"));
            Server other = strangerAt(group.portOf("n3"));
            RaftNode<Integer> node = group.start("n1");
            await().atMost(LocalGroup.PATIENCE).until(() -> node.status().peers().stream()
                    .allMatch(peer -> peer.detail().contains("UNIMPLEMENTED")));
            awaitRoundsThatRanOutOfTime(node, 2);
            assertStillCanvasses(node);
            one.shutdownNow();
            other.shutdownNow();
        }
    }

    /** What the two above are told from. */
    @Test
    void theAnswerOfAnOldPeerPromotesAtOnce() {
        try (LocalGroup group = new LocalGroup(directory, 3);
                AnsweringPeer old = new AnsweringPeer("n2", group.portOf("n2"), FailedCallsTest::unsupported)) {
            RaftNode<Integer> node = group.start("n1");
            await().atMost(LocalGroup.PATIENCE).until(() -> node.status().epoch() > 0);
            assertThat(old.asked()).isPositive();
            assertThat(node.rounds()).containsKey(OLD_PEER).doesNotContainKey(WON);
        }
    }

    private static void awaitRoundsThatRanOutOfTime(RaftNode<Integer> node, long count) {
        await().atMost(LocalGroup.PATIENCE).until(() -> node.rounds().getOrDefault(TIMED_OUT, 0L) >= count);
    }

    private static void assertStillCanvasses(RaftNode<Integer> node) {
        assertThat(node.rounds()).containsOnlyKeys(TIMED_OUT);
        assertThat(node.status().role()).isEqualTo(RoleName.PROSPECTIVE);
        assertThat(node.status().epoch()).isZero();
        assertThat(node.status().hasVoted()).isFalse();
    }

    private static Server strangerAt(int port) throws IOException {
        return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .build()
                .start();
    }

    private static VoteResponse.Builder granted(VoteRequest request) {
        return VoteResponse.newBuilder().setGranted(true).setPreVote(true).setRound(request.getRound());
    }

    private static VoteResponse.Builder unsupported(VoteRequest request) {
        return VoteResponse.newBuilder()
                .setPreVote(request.getPreVote())
                .setError(VoteError.VOTE_UNSUPPORTED_VERSION)
                .setRefusal(VoteRefusal.REFUSAL_INVALID);
    }
}
