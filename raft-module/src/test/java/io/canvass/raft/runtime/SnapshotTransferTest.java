package io.canvass.raft.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.Message.SnapshotRequest;
import io.canvass.raft.runtime.SnapshotSender.Ending;
import io.canvass.raft.runtime.SnapshotSender.Limits;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A sender and a receiver, and all that can happen between them. */
class SnapshotTransferTest {
    private static final int PART_BYTES = 2048;
    private static final int WINDOW = 3;
    private static final Limits LIMITS = limits(0);

    @TempDir
    Path temporary;

    private Path state;
    private Path incoming;
    private Checkpoints checkpoints;
    private SnapshotReceiver receiver;
    private SnapshotPipe pipe;
    private final AtomicLong index = new AtomicLong(41);
    private final AtomicInteger copies = new AtomicInteger();

    private static Limits limits(long bytesPerSecond) {
        return new Limits(
                PART_BYTES,
                WINDOW,
                bytesPerSecond,
                LocalGroup.PATIENCE,
                LocalGroup.PATIENCE,
                LocalGroup.PATIENCE);
    }

    private static ConditionFactory patiently() {
        return await().atMost(LocalGroup.PATIENCE).pollInterval(Duration.ofMillis(2));
    }

    @BeforeEach
    void open() throws IOException {
        state = SnapshotTrees.many(Files.createDirectory(temporary.resolve("state")), PART_BYTES);
        incoming = temporary.resolve("incoming");
        checkpoints = new Checkpoints(temporary.resolve("outgoing"), this::copy);
        receiver = new SnapshotReceiver(incoming, "test-snapshot-receiver");
        receiver.start();
        pipe = new SnapshotPipe(receiver);
    }

    @AfterEach
    void close() {
        receiver.close();
        checkpoints.close();
        assertThat(SnapshotTrees.names(temporary.resolve("outgoing"))).isEmpty();
    }

    private LogBase copy(Path empty) throws IOException {
        copies.incrementAndGet();
        try (Stream<Path> all = Files.walk(state)) {
            for (Path path : all.skip(1).toList()) {
                Path target = empty.resolve(state.relativize(path).toString());
                Files.copy(path, target, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        return SnapshotTrees.base(index.get());
    }

    private SnapshotSender begin(long session) {
        return pipe.begin(SnapshotPipe.from(checkpoints), LIMITS, session);
    }

    private void assertArrived() {
        assertThat(SnapshotTrees.read(receiver.completed(SnapshotTrees.BASE))).isEqualTo(SnapshotTrees.read(state));
        assertThat(SnapshotTrees.names(incoming)).containsExactly("complete");
    }

    @Test
    void aDirectoryOfManyFilesArrivesAsItIs() throws Exception {
        begin(1);
        assertThat(pipe.awaitEnd(1).ending()).isEqualTo(Ending.INSTALLED);
        assertArrived();
        List<SnapshotPart> parts = pipe.parts(1);
        assertThat(parts.getFirst()).isInstanceOf(SnapshotPart.Manifest.class);
        assertThat(parts.getLast()).isInstanceOf(SnapshotPart.End.class);
        assertThat(pipe.sent).allMatch(part -> part.data().size() <= PART_BYTES);
        assertThat(pipe.sent.stream().filter(SnapshotRequest::last)).containsExactly(pipe.sent.getLast());
    }

    @Test
    void anEmptyDirectoryArrivesAsOne() throws Exception {
        SnapshotFiles.prepareEmpty(state);
        begin(1);
        assertThat(pipe.awaitEnd(1).ending()).isEqualTo(Ending.INSTALLED);
        assertThat(SnapshotTrees.names(receiver.completed(SnapshotTrees.BASE))).isEmpty();
        assertThat(pipe.sent).hasSize(2);
    }

    @Test
    void aBoundedRateChangesNothingOfWhatArrives() {
        pipe.begin(SnapshotPipe.from(checkpoints), limits(1L << 30), 1);
        assertThat(pipe.awaitEnd(1).ending()).isEqualTo(Ending.INSTALLED);
        assertArrived();
    }

    @Test
    void noMoreThanTheWindowIsUnderWayHoweverSlowTheReceiver() {
        List<SnapshotRequest> held = new ArrayList<>();
        pipe.way = part -> {
            synchronized (held) {
                held.add(part);
            }
            return List.of();
        };
        SnapshotSender sender = begin(1);
        assertThat(deliverFirst(held).last()).isFalse();
        patiently().until(() -> pipe.underWay.get() == WINDOW);
        SnapshotRequest delivered = deliverFirst(held);
        while (!delivered.last()) {
            delivered = deliverFirst(held);
        }
        assertThat(pipe.awaitEnd(1).ending()).isEqualTo(Ending.INSTALLED);
        assertThat(pipe.mostUnderWay.get()).isEqualTo(WINDOW);
        assertThat(sender.progress().sentBytes()).isEqualTo(sender.progress().totalBytes());
        assertArrived();
    }

    /** Waits until there is a part on its way, and for what becomes of it. */
    private SnapshotRequest deliverFirst(List<SnapshotRequest> held) {
        int before = pipe.verdicts.size();
        patiently().until(() -> {
            synchronized (held) {
                return !held.isEmpty();
            }
        });
        SnapshotRequest first;
        synchronized (held) {
            first = held.removeFirst();
        }
        pipe.deliver(first);
        patiently().until(() -> pipe.verdicts.size() > before);
        return first;
    }

    @Test
    void afterAByteWasChangedOnTheWayTheNextSessionGoesOnWhereAllWasRight() throws Exception {
        onPart(20, part -> {
            byte[] spoilt = part.data().array().clone();
            spoilt[spoilt.length / 2] ^= 1;
            return List.of(with(part, Bytes.wrap(spoilt)));
        });
        assertBegunAnewAndResumed("checksum");
    }

    @Test
    void aPartThatIsMissingIsNoticedWithTheNextOne() throws Exception {
        onPart(20, part -> List.of());
        assertBegunAnewAndResumed("is next");
    }

    @Test
    void aPartThatComesTwiceIsNotTakenTwice() throws Exception {
        onPart(20, part -> List.of(part, part));
        assertBegunAnewAndResumed("is next");
    }

    @Test
    void partsInAnotherOrderAreNotTaken() throws Exception {
        List<SnapshotRequest> kept = new ArrayList<>();
        pipe.way = part -> {
            if (part.session() != 1) {
                return List.of(part);
            }
            if (pipe.sent.size() == 20) {
                kept.add(part);
                return List.of();
            }
            if (pipe.sent.size() == 21) {
                return List.of(part, kept.getFirst());
            }
            return List.of(part);
        };
        assertBegunAnewAndResumed("is next");
    }

    private void onPart(int number, java.util.function.Function<SnapshotRequest, List<SnapshotRequest>> fault) {
        pipe.way = part ->
                part.session() == 1 && pipe.sent.size() == number ? fault.apply(part) : List.of(part);
    }

    private static SnapshotRequest with(SnapshotRequest part, Bytes data) {
        return SnapshotPipe.request(part.epoch(), part.session(), part.base(), data, part.last());
    }

    /** Same copy, same files: only what is not there yet is sent again. */
    private void assertBegunAnewAndResumed(String why) throws Exception {
        begin(1);
        assertThat(pipe.awaitEnd(1).ending()).isEqualTo(Ending.BUSY);
        assertThat(pipe.verdicts)
                .filteredOn(SnapshotReceiver.Verdict.Refused.class::isInstance)
                .first()
                .asString()
                .contains(why);
        long there = receiver.received(7, 1);
        begin(2);
        assertThat(pipe.awaitEnd(2).ending()).isEqualTo(Ending.INSTALLED);
        assertArrived();
        assertThat(there).isPositive();
        assertThat(bytes(pipe.parts(2))).isEqualTo(SnapshotTrees.read(state).values().stream()
                        .mapToLong(Bytes::size)
                        .sum()
                - there);
        assertThat(copies.get()).isEqualTo(1);
    }

    private static long bytes(List<SnapshotPart> parts) {
        long bytes = 0;
        for (SnapshotPart part : parts) {
            if (part instanceof SnapshotPart.Piece piece) {
                bytes += piece.data().remaining();
            }
        }
        return bytes;
    }

    @Test
    void afterABrokenStreamTheNextGoesOnWhereTheReceiverStands() throws Exception {
        pipe.way = part -> part.session() == 1 && pipe.sent.size() > 30 ? List.of() : List.of(part);
        SnapshotSender first = begin(1);
        patiently().until(() -> pipe.sent.size() > 30 && pipe.verdicts.size() == 30);
        first.lost();
        assertThat(pipe.awaitEnd(1).ending()).isEqualTo(Ending.LOST);
        long there = receiver.received(7, 1);
        begin(2);
        assertThat(pipe.awaitEnd(2).ending()).isEqualTo(Ending.INSTALLED);
        assertArrived();
        long total = SnapshotTrees.read(state).values().stream().mapToLong(Bytes::size).sum();
        assertThat(bytes(pipe.parts(2))).isEqualTo(total - there).isLessThan(total);
    }

    @Test
    void aBreakBeforeTheEndLeavesOnlyTheEndToBeSent() throws Exception {
        pipe.way = part -> part.last() && part.session() == 1 ? List.of() : List.of(part);
        SnapshotSender first = begin(1);
        patiently().until(() -> !pipe.sent.isEmpty() && pipe.sent.getLast().last());
        first.lost();
        pipe.awaitEnd(1);
        begin(2);
        assertThat(pipe.awaitEnd(2).ending()).isEqualTo(Ending.INSTALLED);
        assertThat(pipe.parts(2)).hasSize(2);
        assertArrived();
    }

    @Test
    void anotherSnapshotReplacesAnUnfinishedOneAndNothingOfThatIsLeft() throws Exception {
        pipe.way = part -> part.session() == 1 && pipe.sent.size() > 30 ? List.of() : List.of(part);
        SnapshotSender first = begin(1);
        patiently().until(() -> pipe.sent.size() > 30 && pipe.verdicts.size() == 30);
        first.lost();
        pipe.awaitEnd(1);
        SnapshotFiles.prepareEmpty(state);
        Files.write(state.resolve("f00"), SnapshotTrees.bytes(99, 5000));
        checkpoints.retire();
        begin(2);
        assertThat(pipe.awaitEnd(2).ending()).isEqualTo(Ending.INSTALLED);
        assertArrived();
    }

    @Test
    void aFileThatIsNotAsTheManifestSaysMakesNoSnapshot() {
        SnapshotSender.Source changing = stopped -> {
            Checkpoints.Share share = checkpoints.take(1, stopped);
            Path file = share.checkpoint().directory().resolve("f03");
            byte[] content = Files.readAllBytes(file);
            content[content.length - 1] ^= 1;
            Files.write(file, content);
            return share;
        };
        pipe.begin(changing, LIMITS, 1);
        assertThat(pipe.awaitEnd(1).ending()).isEqualTo(Ending.BUSY);
        assertThat(pipe.verdicts)
                .filteredOn(SnapshotReceiver.Verdict.Refused.class::isInstance)
                .singleElement()
                .asString()
                .contains("f03")
                .contains("checksum differs");
        assertThat(SnapshotTrees.names(incoming)).isEmpty();
    }

    @Test
    void aFileThatGotShorterEndsTheSenderAndIsNewsToTheCore() {
        SnapshotSender.Source shrinking = stopped -> {
            Checkpoints.Share share = checkpoints.take(1, stopped);
            Files.write(share.checkpoint().directory().resolve("f03"), new byte[0]);
            return share;
        };
        pipe.begin(shrinking, LIMITS, 1);
        assertThat(pipe.awaitEnd(1).ending()).isEqualTo(Ending.FAILED);
        assertThat(pipe.awaitEnd(1).why()).contains("f03");
        assertThat(Ending.FAILED.isNewsToTheCore()).isTrue();
    }

    @Test
    void aLinkIsNeverSent() throws Exception {
        Checkpoints linked = new Checkpoints(temporary.resolve("linked"), empty -> {
            Files.createSymbolicLink(empty.resolve("link"), state);
            return SnapshotTrees.BASE;
        });
        pipe.begin(SnapshotPipe.from(linked), LIMITS, 1);
        assertThat(pipe.awaitEnd(1).ending()).isEqualTo(Ending.FAILED);
        assertThat(pipe.awaitEnd(1).why()).contains("neither a directory nor a plain file");
        assertThat(pipe.sent).isEmpty();
    }

    @Test
    void aCancelledSenderSendsNoMoreAndGivesItsCopyBack() throws Exception {
        pipe.way = part -> List.of();
        SnapshotSender sender = begin(1);
        patiently().until(() -> pipe.sent.size() == 1);
        sender.cancel();
        assertThat(pipe.awaitEnd(1).ending()).isEqualTo(Ending.CANCELLED);
        assertThat(sender.join(LocalGroup.PATIENCE)).isTrue();
        assertThat(pipe.sent).hasSize(1);
        checkpoints.retire();
        assertThat(SnapshotTrees.names(temporary.resolve("outgoing"))).isEmpty();
    }

    @Test
    void aPeerThatDoesNotAnswerIsGivenUp() {
        pipe.way = part -> List.of();
        Limits impatient = new Limits(
                PART_BYTES, WINDOW, 0, LocalGroup.PATIENCE, Duration.ofMillis(20), LocalGroup.PATIENCE);
        pipe.begin(SnapshotPipe.from(checkpoints), impatient, 1);
        assertThat(pipe.awaitEnd(1).ending()).isEqualTo(Ending.SILENT);
        assertThat(pipe.sent).hasSize(1);
    }

    @Test
    void aPeerThatDoesNotInstallIsGivenUp() {
        pipe.way = part -> part.last() ? List.of() : List.of(part);
        Limits impatient = new Limits(
                PART_BYTES, WINDOW, 0, LocalGroup.PATIENCE, LocalGroup.PATIENCE, Duration.ofMillis(20));
        pipe.begin(SnapshotPipe.from(checkpoints), impatient, 1);
        assertThat(pipe.awaitEnd(1).ending()).isEqualTo(Ending.SILENT);
        assertThat(pipe.sent.getLast().last()).isTrue();
    }

    @Test
    void withoutALineNoCopyIsMade() {
        pipe.ready = false;
        Limits impatient = new Limits(
                PART_BYTES, WINDOW, 0, Duration.ofMillis(20), LocalGroup.PATIENCE, LocalGroup.PATIENCE);
        pipe.begin(SnapshotPipe.from(checkpoints), impatient, 1);
        assertThat(pipe.awaitEnd(1).ending()).isEqualTo(Ending.UNREACHABLE);
        assertThat(copies.get()).isZero();
        assertThat(pipe.sent).isEmpty();
    }

    @Test
    void aSenderThatWaitsForItsLineIsCancelledToo() {
        pipe.ready = false;
        SnapshotSender sender = begin(1);
        sender.cancel();
        assertThat(pipe.awaitEnd(1).ending()).isEqualTo(Ending.CANCELLED);
    }

    @ParameterizedTest
    @EnumSource(
            value = io.canvass.raft.core.Message.SnapshotResult.class,
            names = {"BUSY", "FENCED", "REFUSED", "INSTALLED"})
    void anyOtherAnswerThanTakenEndsItAtOnce(io.canvass.raft.core.Message.SnapshotResult result) {
        pipe.way = part -> {
            pipe.answer(part, result);
            return List.of();
        };
        begin(1);
        assertThat(pipe.awaitEnd(1).ending().name()).isEqualTo(result.name());
        assertThat(pipe.sent).hasSize(1);
        assertThat(pipe.awaitEnd(1).ending().isNewsToTheCore()).isFalse();
    }

    @Test
    void anAnswerOfAnotherSessionMovesNothing() {
        pipe.way = part -> {
            SnapshotRequest other = SnapshotPipe.request(7, 99, part.base(), part.data(), false);
            pipe.answer(other, io.canvass.raft.core.Message.SnapshotResult.BUSY);
            return List.of(part);
        };
        begin(1);
        assertThat(pipe.awaitEnd(1).ending()).isEqualTo(Ending.INSTALLED);
        assertArrived();
    }

    @Test
    void aManifestThatNoPartHoldsIsSaidSo() {
        Limits small = new Limits(
                Limits.MIN_PART_BYTES, WINDOW, 0, LocalGroup.PATIENCE, LocalGroup.PATIENCE, LocalGroup.PATIENCE);
        pipe.begin(
                stopped -> {
                    for (int i = 0; i < 60; i++) {
                        Files.writeString(state.resolve("a-file-with-a-long-name-" + i), "x");
                    }
                    return checkpoints.take(1, stopped);
                },
                small,
                1);
        assertThat(pipe.awaitEnd(1).ending()).isEqualTo(Ending.FAILED);
        assertThat(pipe.awaitEnd(1).why()).contains("manifest").contains("1024");
    }
}
