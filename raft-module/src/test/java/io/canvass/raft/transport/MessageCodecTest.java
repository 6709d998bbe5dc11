package io.canvass.raft.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.canvass.proto.raft.v1.Frame;
import io.canvass.proto.raft.v1.SnapshotResponse;
import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Entry;
import io.canvass.raft.core.EntryKind;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.Message;
import io.canvass.raft.core.Message.AppendResult;
import io.canvass.raft.core.ReplicaKey;
import io.canvass.raft.core.RoundId;
import io.canvass.raft.core.VoteError;
import io.canvass.raft.core.VoteRefusal;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class MessageCodecTest {
    private static final ReplicaKey TO = TestNode.key("n2");

    @Property(tries = 2000)
    void everyMessageComesBackAsItWas(@ForAll("messages") Message message, @ForAll("naturals") long correlation)
            throws MalformedFrameException, InvalidProtocolBufferException {
        Frame frame = Frame.parseFrom(MessageCodec.encode(correlation, message).toByteArray());
        assertThat(MessageCodec.decode(frame)).isEqualTo(message);
        assertThat(frame.getCorrelation()).isEqualTo(correlation);
    }

    @Property(tries = 2000)
    void arbitraryBytesAreAMessageOrAMalformedFrameAndNothingElse(@ForAll byte[] bytes) {
        Frame frame;
        try {
            frame = Frame.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            return;
        }
        decodesOrIsMalformed(frame);
    }

    @Property(tries = 2000)
    void aMessageWithOneByteChangedIsAMessageOrAMalformedFrame(
            @ForAll("messages") Message message, @ForAll int position, @ForAll byte value) {
        byte[] bytes = MessageCodec.encode(1, message).toByteArray();
        bytes[Math.floorMod(position, bytes.length)] = value;
        try {
            decodesOrIsMalformed(Frame.parseFrom(bytes));
        } catch (InvalidProtocolBufferException e) {
            // Not even protobuf: the marshaller makes an empty frame of it.
        }
    }

    private static void decodesOrIsMalformed(Frame frame) {
        try {
            assertThat(MessageCodec.decode(frame)).isNotNull();
        } catch (MalformedFrameException e) {
            assertThat(e).message().isNotBlank();
        }
    }

    @Test
    void theBytesOfAnEntryAreSharedByEveryFrameThatCarriesIt() {
        byte[] data = {1, 2, 3};
        Message append = Messages.append(TO, List.of(new Entry(42, 7, EntryKind.COMMAND, 0, Bytes.wrap(data))));
        ByteString first = dataOf(MessageCodec.encode(1, append));
        ByteString second = dataOf(MessageCodec.encode(2, append));
        data[0] = 9;
        assertThat(first.byteAt(0)).isEqualTo((byte) 9);
        assertThat(second.byteAt(0)).isEqualTo((byte) 9);
    }

    @Test
    void theBytesOfASnapshotAreNotCopiedEither() {
        Message.SnapshotRequest part = Messages.snapshot(TO, 3);
        Frame frame = MessageCodec.encode(1, part);
        part.data().array()[0] = 9;
        assertThat(frame.getSnapshotRequest().getData().byteAt(0)).isEqualTo((byte) 9);
    }

    private static ByteString dataOf(Frame frame) {
        return frame.getAppendRequest().getEntries(0).getData();
    }

    @Test
    void theParsersArrayIsTakenOverAndAPartOfALargerOneIsCopied() {
        ByteString whole = ByteString.copyFromUtf8("whole");
        assertThat(WireValues.data(whole).array()).isSameAs(WireValues.data(whole).array());
        ByteString part = whole.substring(1, 3);
        assertThat(WireValues.data(part)).isEqualTo(Bytes.ofUtf8("ho"));
        ByteString rope = ByteString.copyFrom(new byte[500]).concat(ByteString.copyFrom(new byte[600]));
        assertThat(WireValues.data(rope).size()).isEqualTo(1100);
    }

    @Test
    void entriesThatDoNotFollowOneAnotherAreNeverEncoded() {
        Entry gap = new Entry(43, 7, EntryKind.COMMAND, 0, Bytes.EMPTY);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MessageCodec.encode(1, Messages.append(TO, List.of(gap))))
                .withMessageContaining("42");
    }

    @Test
    void numbersBeyondALongAreMalformed() {
        assertMalformed(
                frame -> frame.getAppendRequestBuilder().setEpoch(-1), "epoch is out of range: 18446744073709551615");
        assertMalformed(frame -> frame.getAppendRequestBuilder().setPrevIndex(-1), "previous index");
        assertMalformed(
                frame -> frame.getAppendRequestBuilder().getEntriesBuilder(0).setEpoch(-1), "epoch of an entry");
        assertMalformed(frame -> frame.getAppendRequestBuilder().setCommitIndex(Long.MIN_VALUE), "commit index");
        assertMalformed(
                frame -> frame.getAppendRequestBuilder().setLeaderCommitIndex(Long.MIN_VALUE), "leader's commit index");
        assertMalformed(frame -> frame.setCorrelation(-1), "correlation");
        assertMalformed(frame -> frame.getAppendRequestBuilder().setPrevIndex(Long.MAX_VALUE), "have no index");
    }

    @Test
    void idsOfTheWrongLengthAndMissingOnesAreMalformed() {
        assertMalformed(frame -> frame.getAppendRequestBuilder().setClusterId(ByteString.EMPTY), "0 bytes, not 16");
        assertMalformed(
                frame -> frame.getAppendRequestBuilder().getToBuilder().setDirectoryId(ByteString.copyFromUtf8("x")),
                "directory id of to has 1 bytes");
        assertMalformed(frame -> frame.getAppendRequestBuilder().getToBuilder().setNodeId(""), "no node id");
        assertMalformed(frame -> frame.getAppendRequestBuilder().clearTo(), "No node id in to");
    }

    @Test
    void namesThatThisVersionDoesNotKnowAreMalformed() {
        assertMalformed(frame -> frame.getAppendRequestBuilder().getEntriesBuilder(0).setKindValue(9), "kind of entry");
        assertMalformed(frame -> frame.getAppendResponseBuilder().setOutcomeValue(9), "outcome");
        assertMalformed(frame -> frame.getVoteResponseBuilder().setErrorValue(99), "vote error");
        assertMalformed(frame -> frame.getVoteResponseBuilder().setRefusalValue(99), "refuse a vote");
        assertMalformed(frame -> frame.clearBody(), "without a body");
        assertMalformed(frame -> frame.getHelloBuilder(), "greeting");
    }

    @Test
    void aBaseThatIsNoneIsMalformed() {
        assertMalformedSnapshot(base -> base.setIndex(0), "cannot begin after");
        assertMalformedSnapshot(base -> base.setIndex(-1), "index of the base");
        assertMalformedSnapshot(base -> base.setEpoch(-1), "epoch of the base");
        assertMalformedSnapshot(base -> base.clearConfiguration(), "cut short");
        assertMalformedSnapshot(base -> base.setConfiguration(ByteString.copyFromUtf8("x")), "Unknown format");
        assertMalformedSnapshot(
                base -> base.setConfiguration(base.getConfiguration().concat(ByteString.copyFromUtf8("x"))),
                "too many");
        byte[] nobody = {1, 0, 0, 0, 0};
        assertMalformedSnapshot(base -> base.setConfiguration(ByteString.copyFrom(nobody)), "at least one voter");
    }

    @Test
    void anAnswerToASnapshotThatThisVersionDoesNotKnowIsMalformed() {
        Message response = Messages.snapshotResponse(Message.SnapshotResult.BUSY);
        Frame.Builder frame = MessageCodec.encode(1, response).toBuilder();
        frame.getSnapshotResponseBuilder().setResultValue(9);
        assertThatThrownBy(() -> MessageCodec.decode(frame.build()))
                .isInstanceOf(MalformedFrameException.class)
                .hasMessageContaining("result of a snapshot");
        frame.getSnapshotResponseBuilder().setResult(SnapshotResponse.Result.TAKEN).setReceived(-1);
        assertThatThrownBy(() -> MessageCodec.decode(frame.build()))
                .isInstanceOf(MalformedFrameException.class)
                .hasMessageContaining("received");
    }

    private static void assertMalformedSnapshot(
            Consumer<io.canvass.proto.raft.v1.LogBase.Builder> spoil, String why) {
        Frame.Builder frame = MessageCodec.encode(1, Messages.snapshot(TO, 1)).toBuilder();
        spoil.accept(frame.getSnapshotRequestBuilder().getBaseBuilder());
        assertThatThrownBy(() -> MessageCodec.decode(frame.build()))
                .isInstanceOf(MalformedFrameException.class)
                .hasMessageContaining(why);
    }

    private static void assertMalformed(Consumer<Frame.Builder> spoil, String why) {
        Frame.Builder frame = MessageCodec.encode(1, Messages.append(TO, 1)).toBuilder();
        spoil.accept(frame);
        assertThatThrownBy(() -> MessageCodec.decode(frame.build()))
                .isInstanceOf(MalformedFrameException.class)
                .hasMessageContaining(why);
    }

    @Provide
    Arbitrary<Long> naturals() {
        return Arbitraries.longs().between(0, Long.MAX_VALUE);
    }

    /** Room for entries after it. */
    private Arbitrary<LogPosition> positions() {
        return Combinators.combine(naturals(), Arbitraries.longs().between(0, Long.MAX_VALUE - 100))
                .as(LogPosition::new);
    }

    private Arbitrary<UUID> uuids() {
        return Combinators.combine(Arbitraries.longs(), Arbitraries.longs()).as(UUID::new);
    }

    private Arbitrary<ReplicaKey> keys() {
        Arbitrary<UUID> directories = Arbitraries.oneOf(uuids(), Arbitraries.just(ReplicaKey.UNASSIGNED));
        return Combinators.combine(Arbitraries.strings().ofMinLength(1).ofMaxLength(20).alpha(), directories)
                .as(ReplicaKey::new);
    }

    private Arbitrary<ReplicaKey> leaders() {
        return Arbitraries.oneOf(keys(), Arbitraries.just(ReplicaKey.NONE));
    }

    private Arbitrary<RoundId> rounds() {
        return Combinators.combine(naturals(), naturals()).as(RoundId::new);
    }

    @Provide
    Arbitrary<Message> messages() {
        return Arbitraries.oneOf(
                voteRequests(),
                voteResponses(),
                appendRequests(),
                appendResponses(),
                snapshotRequests(),
                snapshotResponses(),
                Combinators.combine(uuids(), keys(), naturals(), keys().list().ofMaxSize(5))
                        .as(Message.ResigningRequest::new),
                Combinators.combine(naturals(), leaders()).as(Message.ResigningResponse::new),
                Combinators.combine(uuids(), keys(), naturals(), naturals()).as(Message.TransferRequest::new),
                Combinators.combine(naturals(), leaders(), Arbitraries.of(true, false))
                        .as(Message.TransferResponse::new),
                Combinators.combine(uuids(), keys(), naturals(), naturals()).as(Message.ReadIndexRequest::new),
                Combinators.combine(naturals(), leaders(), naturals(), Arbitraries.of(true, false), naturals())
                        .as(Message.ReadIndexResponse::new));
    }

    private Arbitrary<Message> voteRequests() {
        Arbitrary<Boolean> flags = Arbitraries.of(true, false);
        return Combinators.combine(uuids(), keys(), naturals(), positions(), flags, rounds(), flags)
                .as(Message.VoteRequest::new);
    }

    private Arbitrary<Message> voteResponses() {
        Arbitrary<Boolean> flags = Arbitraries.of(true, false);
        return Combinators.combine(
                        naturals(),
                        leaders(),
                        flags,
                        flags,
                        rounds(),
                        Arbitraries.of(VoteError.class),
                        Arbitraries.of(VoteRefusal.class))
                .as(Message.VoteResponse::new);
    }

    private Arbitrary<Configuration> configurations() {
        Arbitrary<List<Configuration.Member>> members = Combinators.combine(
                        keys(), Arbitraries.strings().ofMaxLength(20))
                .as(Configuration.Member::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(5)
                .uniqueElements(member -> member.key().nodeId());
        return Combinators.combine(members, Arbitraries.integers().between(1, 5))
                .as((all, voters) -> new Configuration(
                        all.subList(0, Math.min(voters, all.size())),
                        all.subList(Math.min(voters, all.size()), all.size())));
    }

    private Arbitrary<Message> snapshotRequests() {
        Arbitrary<LogPosition> positions = Combinators.combine(
                        naturals(), Arbitraries.longs().between(1, Long.MAX_VALUE))
                .as(LogPosition::new);
        return Combinators.combine(
                        uuids(),
                        keys(),
                        naturals(),
                        naturals(),
                        Combinators.combine(positions, configurations()).as(LogBase::new),
                        Arbitraries.bytes().array(byte[].class).ofMaxSize(64).map(Bytes::wrap),
                        Arbitraries.of(true, false),
                        Arbitraries.longs())
                .as(Message.SnapshotRequest::new);
    }

    private Arbitrary<Message> snapshotResponses() {
        return Combinators.combine(
                        naturals(),
                        leaders(),
                        naturals(),
                        Arbitraries.longs(),
                        Arbitraries.of(Message.SnapshotResult.class),
                        naturals())
                .as((epoch, leader, session, sentAt, result, received) ->
                        new Message.SnapshotResponse(epoch, leader, session, sentAt, result, received));
    }

    private Arbitrary<Message> appendRequests() {
        Arbitrary<Entry> loose = Combinators.combine(
                        naturals(),
                        Arbitraries.of(EntryKind.class),
                        Arbitraries.longs(),
                        Arbitraries.bytes().array(byte[].class).ofMaxSize(64))
                .as((epoch, kind, time, data) -> new Entry(1, epoch, kind, time, Bytes.wrap(data)));
        Arbitrary<List<Long>> numbers = naturals().list().ofSize(5);
        return Combinators.combine(
                        uuids(), keys(), positions(), loose.list().ofMaxSize(8), numbers, Arbitraries.longs())
                .as((cluster, to, prev, entries, numbersOf, sentAt) -> new Message.AppendRequest(
                        cluster,
                        to,
                        numbersOf.get(0),
                        numbersOf.get(1),
                        prev,
                        placedAfter(prev, entries),
                        numbersOf.get(2),
                        numbersOf.get(3),
                        sentAt,
                        numbersOf.get(4)));
    }

    private static List<Entry> placedAfter(LogPosition prev, List<Entry> loose) {
        List<Entry> placed = new ArrayList<>();
        long index = prev.index();
        for (Entry entry : loose) {
            index++;
            placed.add(new Entry(index, entry.epoch(), entry.kind(), entry.timestampMillis(), entry.data()));
        }
        return placed;
    }

    private Arbitrary<Message> appendResponses() {
        Arbitrary<AppendResult> results = Arbitraries.oneOf(
                naturals().map(AppendResult.Matched::new),
                positions().map(AppendResult.Mismatched::new),
                Arbitraries.of(new AppendResult.Fenced(), new AppendResult.Refused()));
        return Combinators.combine(naturals(), leaders(), naturals(), naturals(), Arbitraries.longs(), results)
                .as(Message.AppendResponse::new);
    }
}
