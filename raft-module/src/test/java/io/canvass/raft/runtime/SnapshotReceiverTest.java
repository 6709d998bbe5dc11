package io.canvass.raft.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.Message.SnapshotRequest;
import io.canvass.raft.runtime.SnapshotManifest.FileEntry;
import io.canvass.raft.runtime.SnapshotReceiver.Verdict;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static io.canvass.raft.runtime.SnapshotTrees.BASE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Parts one by one, as no sound sender sends them. */
class SnapshotReceiverTest {
    private static final byte[] CONTENT = SnapshotTrees.bytes(1, 100);
    private static final Bytes MANIFEST = SnapshotPart.encode(new SnapshotManifest(
            List.of(new FileEntry("d/a", 100, checksum(CONTENT)), new FileEntry("d/b", 0, 0))));

    @TempDir
    Path temporary;

    private final BlockingQueue<Verdict> verdicts = new LinkedBlockingQueue<>();
    private SnapshotReceiver receiver;

    @BeforeEach
    void open() throws IOException {
        receiver = new SnapshotReceiver(directory(), "test-snapshot-receiver");
        receiver.start();
    }

    @AfterEach
    void close() {
        receiver.close();
    }

    private Path directory() {
        return temporary.resolve("incoming");
    }

    private static int checksum(byte[] content) {
        CRC32C crc = new CRC32C();
        crc.update(content);
        return (int) crc.getValue();
    }

    private static Bytes piece(int file, long offset, int from, int length) {
        byte[] framed = new byte[SnapshotPart.PIECE_HEADER_BYTES + length];
        System.arraycopy(CONTENT, from, framed, SnapshotPart.PIECE_HEADER_BYTES, length);
        return SnapshotPart.encodePiece(file, offset, framed);
    }

    private Verdict offer(SnapshotRequest part) throws InterruptedException {
        assertThat(receiver.offer(part, verdicts::add)).isTrue();
        Verdict verdict = verdicts.poll(LocalGroup.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(verdict).isNotNull();
        return verdict;
    }

    private Verdict offer(long session, Bytes data) throws InterruptedException {
        return offer(SnapshotPipe.request(7, session, BASE, data, false));
    }

    private Verdict offerEnd(long session) throws InterruptedException {
        return offer(SnapshotPipe.request(7, session, BASE, SnapshotPart.encodeEnd(), true));
    }

    private static void assertPassed(Verdict verdict, boolean last) {
        assertThat(verdict).isInstanceOfSatisfying(Verdict.Passed.class, passed -> {
            assertThat(passed.request().last()).isEqualTo(last);
            assertThat(passed.request().data()).isEqualTo(Bytes.EMPTY);
        });
    }

    private static void assertRefused(Verdict verdict, String why) {
        assertThat(verdict).isInstanceOfSatisfying(
                Verdict.Refused.class, refused -> assertThat(refused.why()).contains(why));
    }

    private void complete(long session) throws InterruptedException {
        assertPassed(offer(session, MANIFEST), false);
        assertPassed(offer(session, piece(0, 0, 0, 60)), false);
        assertPassed(offer(session, piece(0, 60, 60, 40)), false);
        assertPassed(offerEnd(session), true);
    }

    @Test
    void whatPassesToTheCoreIsThePartWithoutItsData() throws InterruptedException {
        SnapshotRequest part = SnapshotPipe.request(7, 1, BASE, MANIFEST, false);
        assertThat(offer(part)).isEqualTo(new Verdict.Passed(SnapshotPipe.request(7, 1, BASE, Bytes.EMPTY, false)));
    }

    @Test
    void itSaysHowMuchOfTheNewestSessionIsThere() throws InterruptedException {
        assertPassed(offer(1, MANIFEST), false);
        assertThat(receiver.received(7, 1)).isZero();
        assertPassed(offer(1, piece(0, 0, 0, 60)), false);
        assertThat(receiver.received(7, 1)).isEqualTo(60);
        assertPassed(offer(2, MANIFEST), false);
        assertThat(receiver.received(7, 2)).isEqualTo(60);
        assertThat(receiver.received(7, 1)).isZero();
        assertThat(receiver.received(8, 2)).isZero();
    }

    @Test
    void onlyWhatIsCompleteIsCompleted() throws Exception {
        assertPassed(offer(1, MANIFEST), false);
        assertThatIllegalStateException().isThrownBy(() -> receiver.completed(BASE));
        assertRefused(offerEnd(1), "0 of 100 bytes");
        assertThatIllegalStateException().isThrownBy(() -> receiver.completed(BASE));
        complete(2);
        assertThat(SnapshotTrees.read(receiver.completed(BASE)))
                .containsOnlyKeys("d/a", "d/b")
                .containsEntry("d/a", Bytes.wrap(CONTENT));
        assertThatIllegalStateException().isThrownBy(() -> receiver.completed(SnapshotTrees.base(42)));
        receiver.clear();
        assertThat(SnapshotTrees.names(directory())).isEmpty();
        assertThatIllegalStateException().isThrownBy(() -> receiver.completed(BASE));
    }

    @Test
    void aCompleteSnapshotIsNotTouchedUntilItIsCleared() throws Exception {
        complete(1);
        LogBase later = SnapshotTrees.base(50);
        assertPassed(offer(SnapshotPipe.request(8, 1, later, MANIFEST, false)), false);
        assertRefused(offer(SnapshotPipe.request(8, 1, later, piece(0, 0, 0, 10), false)), "manifest is not here");
        assertThat(SnapshotTrees.read(receiver.completed(BASE))).hasSize(2);
        receiver.clear();
        assertPassed(offer(SnapshotPipe.request(8, 2, later, MANIFEST, false)), false);
        assertPassed(offer(SnapshotPipe.request(8, 2, later, piece(0, 0, 0, 10), false)), false);
    }

    @Test
    void partsOfAnEarlierSessionAreForTheCoreToJudgeAndChangeNothing() throws InterruptedException {
        assertPassed(offer(SnapshotPipe.request(7, 5, BASE, MANIFEST, false)), false);
        assertPassed(offer(SnapshotPipe.request(7, 4, BASE, piece(0, 0, 0, 60), false)), false);
        assertPassed(offer(SnapshotPipe.request(6, 9, BASE, SnapshotPart.encodeEnd(), true)), false);
        assertPassed(offer(SnapshotPipe.request(6, 9, SnapshotTrees.base(50), MANIFEST, false)), false);
        assertThat(receiver.received(7, 5)).isZero();
        assertPassed(offer(SnapshotPipe.request(7, 5, BASE, piece(0, 0, 0, 60), false)), false);
        assertThat(receiver.received(7, 5)).isEqualTo(60);
    }

    @Test
    void withoutItsManifestNoPartIsTaken() throws InterruptedException {
        assertRefused(offer(1, piece(0, 0, 0, 60)), "manifest is not here");
        assertRefused(offerEnd(1), "manifest is not here");
        assertPassed(offer(2, MANIFEST), false);
        assertRefused(offer(3, piece(0, 0, 0, 60)), "manifest is not here");
        LogBase other = SnapshotTrees.base(42);
        assertRefused(offer(SnapshotPipe.request(7, 2, other, piece(0, 0, 0, 60), false)), "manifest is not here");
    }

    @Test
    void piecesBeyondAFileOrInTheWrongPlaceAreRefusedAndTheRestOfTheSessionIsNotAnswered()
            throws InterruptedException {
        List<Bytes> wrong = List.of(
                piece(0, 1, 0, 10),
                piece(1, 0, 0, 10),
                piece(-1, 0, 0, 10),
                piece(0, -1, 0, 10),
                piece(0, Long.MAX_VALUE, 0, 10),
                piece(0, 0, 0, 0),
                SnapshotPart.encodePiece(0, 0, new byte[SnapshotPart.PIECE_HEADER_BYTES + 101]));
        long session = 1;
        for (Bytes data : wrong) {
            assertPassed(offer(session, MANIFEST), false);
            assertRefused(offer(session, data), "A piece of");
            assertThat(offer(session, piece(0, 0, 0, 60))).isEqualTo(new Verdict.Outdated());
            assertThat(offerEnd(session)).isEqualTo(new Verdict.Outdated());
            session++;
        }
        complete(session);
    }

    @Test
    void aPieceAfterTheLastFileIsRefused() throws InterruptedException {
        assertPassed(offer(1, MANIFEST), false);
        assertPassed(offer(1, piece(0, 0, 0, 100)), false);
        assertRefused(offer(1, piece(2, 0, 0, 1)), "after the end");
    }

    @Test
    void aPartThatSaysItIsTheLastAndIsNotOrTheOtherWayRoundIsRefused() throws InterruptedException {
        assertRefused(offer(SnapshotPipe.request(7, 1, BASE, MANIFEST, true)), "not the last");
        assertPassed(offer(2, MANIFEST), false);
        assertRefused(offer(SnapshotPipe.request(7, 2, BASE, piece(0, 0, 0, 100), true)), "not the last");
        assertPassed(offer(3, MANIFEST), false);
        assertPassed(offer(3, piece(0, 0, 0, 100)), false);
        assertRefused(offer(3, SnapshotPart.encodeEnd()), "not its last part");
    }

    @Test
    void aSnapshotForWhichThereIsNoRoomIsRefusedBeforeItIsBegun() throws InterruptedException {
        Bytes vast = SnapshotPart.encode(new SnapshotManifest(List.of(new FileEntry("a", Long.MAX_VALUE, 1))));
        assertRefused(offer(1, vast), "room for");
        assertThat(SnapshotTrees.names(directory())).isEmpty();
        complete(2);
    }

    @Test
    void theSameFilesOfAnotherBaseAreAnotherSnapshot() throws InterruptedException {
        assertPassed(offer(1, MANIFEST), false);
        assertPassed(offer(1, piece(0, 0, 0, 60)), false);
        assertPassed(offer(SnapshotPipe.request(7, 2, SnapshotTrees.base(42), MANIFEST, false)), false);
        assertThat(receiver.received(7, 2)).isZero();
    }

    @Test
    void noMoreThanANamedNumberOfPartsWaits() throws IOException {
        SnapshotReceiver idle = new SnapshotReceiver(temporary.resolve("idle"), "test-idle");
        List<Verdict> told = new ArrayList<>();
        SnapshotRequest part = SnapshotPipe.request(7, 1, BASE, MANIFEST, false);
        for (int i = 0; i < SnapshotReceiver.MAX_WAITING_PARTS; i++) {
            assertThat(idle.offer(part, told::add)).isTrue();
        }
        assertThat(idle.offer(part, told::add)).isFalse();
        idle.close();
        assertThat(idle.offer(part, told::add)).isFalse();
        assertThat(told).isEmpty();
    }

    @Test
    void whatACrashLeftIsRemovedAtTheStartAndNoLinkIsFollowed() throws Exception {
        Path precious = Files.writeString(temporary.resolve("precious"), "kept");
        Path others = Files.createDirectory(temporary.resolve("others"));
        Files.writeString(others.resolve("file"), "kept");
        Path left = temporary.resolve("left");
        Files.createDirectories(left.resolve("unfinished").resolve("deep"));
        Files.writeString(left.resolve("unfinished").resolve("deep").resolve("f"), "old");
        Files.createSymbolicLink(left.resolve("complete"), others);
        Files.createSymbolicLink(left.resolve("unfinished").resolve("link"), precious);
        new SnapshotReceiver(left, "test-left").close();
        assertThat(SnapshotTrees.names(left)).isEmpty();
        assertThat(precious).hasContent("kept");
        assertThat(others.resolve("file")).hasContent("kept");
    }

    @Test
    void aLinkOrAFileWhereTheDirectoryBelongsIsRefusedAndLeftAlone() throws IOException {
        Path others = Files.createDirectory(temporary.resolve("others"));
        Files.writeString(others.resolve("file"), "kept");
        Path link = Files.createSymbolicLink(temporary.resolve("link"), others);
        assertThatThrownBy(() -> new SnapshotReceiver(link, "test-link")).hasMessageContaining("is no directory");
        assertThat(others.resolve("file")).hasContent("kept");
        Path file = Files.writeString(temporary.resolve("file"), "kept");
        assertThatThrownBy(() -> new SnapshotReceiver(file, "test-file")).hasMessageContaining("is no directory");
        assertThat(file).hasContent("kept");
    }

    @Test
    void aLinkThatStandsWhereAFileBelongsIsNotWrittenThrough() throws Exception {
        Path precious = Files.writeString(temporary.resolve("precious"), "kept");
        Bytes flat = SnapshotPart.encode(new SnapshotManifest(List.of(new FileEntry("a", 100, checksum(CONTENT)))));
        assertPassed(offer(1, flat), false);
        Files.createSymbolicLink(directory().resolve("unfinished").resolve("a"), precious);
        assertRefused(offer(1, piece(0, 0, 0, 60)), "could not be written");
        assertThat(precious).hasContent("kept");
        complete(2);
    }

    @Test
    void anUnfinishedSnapshotIsRemovedWhenItIsClosed() throws InterruptedException {
        assertPassed(offer(1, MANIFEST), false);
        assertPassed(offer(1, piece(0, 0, 0, 60)), false);
        receiver.close();
        assertThat(SnapshotTrees.names(directory())).isEmpty();
    }
}
