package io.canvass.kv.backup;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import io.canvass.raft.core.Configuration;
import io.canvass.raft.core.Configuration.Member;
import io.canvass.raft.core.LogBase;
import io.canvass.raft.core.LogPosition;
import io.canvass.raft.core.ReplicaKey;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.FileSystemUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The container alone, of files that are no state. */
class SnapshotFormatTest {
    private static final long NO_LIMIT = Long.MAX_VALUE;

    @TempDir
    Path temporary;

    private Path source = Path.of("");
    private Path target = Path.of("");

    @BeforeEach
    void directories() throws IOException {
        source = Files.createDirectory(temporary.resolve("source"));
        target = temporary.resolve("target");
        Files.createDirectories(source.resolve("a/b"));
        Files.writeString(source.resolve("CURRENT"), "MANIFEST-1\n");
        Files.writeString(source.resolve("a/b/deep"), "deep");
        Files.writeString(source.resolve("empty"), "");
    }

    private static SnapshotHeader header(SnapshotHeader.File... files) {
        Member voter = new Member(ReplicaKey.ofNode("kv-1"), "kv-1.example:9080");
        LogBase base = new LogBase(new LogPosition(4, 120), Configuration.ofVoters(List.of(voter)));
        return new SnapshotHeader(Copies.CLUSTER, Copies.NOW, "kv-1", base, 99, 7, 3, List.of(files));
    }

    private static SnapshotHeader ofSource() {
        return header(
                new SnapshotHeader.File("CURRENT", 11),
                new SnapshotHeader.File("a/b/deep", 4),
                new SnapshotHeader.File("empty", 0));
    }

    private byte[] written() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new SnapshotWriter(ofSource(), source, SnapshotWriter.Pace.NONE).write(out, () -> {});
        return out.toByteArray();
    }

    private SnapshotHeader extract(byte[] snapshot, long limit) throws Exception {
        FileSystemUtils.deleteRecursively(target);
        Files.createDirectory(target);
        return new SnapshotReader(new ByteArrayInputStream(snapshot), limit).extract(target);
    }

    @Test
    void whatIsWrittenIsReadAgainFileByFile() throws Exception {
        byte[] snapshot = written();
        SnapshotHeader read = extract(snapshot, NO_LIMIT);
        assertThat(read).isEqualTo(ofSource());
        assertThat(read.totalBytes()).isEqualTo(snapshot.length);
        assertThat(target.resolve("CURRENT")).hasContent("MANIFEST-1\n");
        assertThat(target.resolve("a/b/deep")).hasContent("deep");
        assertThat(target.resolve("empty")).isEmptyFile();
        assertThat(written()).as("the same again").isEqualTo(snapshot);
        assertThat(SnapshotHeader.read(new ByteArrayInputStream(snapshot))).isEqualTo(ofSource());
    }

    @Test
    void aBitThatIsFlippedInAnyByteIsNoticed() throws Exception {
        byte[] snapshot = written();
        for (int at = 0; at < snapshot.length; at++) {
            int bit = at % Byte.SIZE;
            byte[] broken = snapshot.clone();
            broken[at] ^= (byte) (1 << bit);
            assertThatThrownBy(() -> extract(broken, NO_LIMIT))
                    .as("bit %d of byte %d", bit, at)
                    .isInstanceOf(InvalidSnapshotException.class);
        }
    }

    @Test
    void everyCutIsNoticedAndSaysWhere() throws Exception {
        byte[] snapshot = written();
        for (int length = 0; length < snapshot.length; length++) {
            byte[] cut = Arrays.copyOf(snapshot, length);
            assertThatThrownBy(() -> extract(cut, NO_LIMIT))
                    .as("the first %d bytes", length)
                    .isInstanceOf(InvalidSnapshotException.class);
        }
        assertThatThrownBy(() -> extract(Arrays.copyOf(snapshot, snapshot.length - 1), NO_LIMIT))
                .hasMessage("it ends after " + (snapshot.length - 1) + " bytes, within the digest at its end");
    }

    @Test
    void whatFollowsTheEndIsNoticed() throws Exception {
        byte[] snapshot = written();
        byte[] longer = Arrays.copyOf(snapshot, snapshot.length + 1);
        assertThatThrownBy(() -> extract(longer, NO_LIMIT)).hasMessageContaining("something follows its end");
    }

    @Test
    void aFileThatIsBrokenIsNamed() throws Exception {
        byte[] snapshot = written();
        String text = new String(snapshot, StandardCharsets.ISO_8859_1);
        byte[] broken = snapshot.clone();
        broken[text.lastIndexOf("deep")] ^= 1;
        assertThatThrownBy(() -> extract(broken, NO_LIMIT)).hasMessage("the file a/b/deep does not match its digest");
    }

    @Test
    void moreThanIsAllowedIsRefusedBeforeAFileIsMade() throws Exception {
        byte[] snapshot = written();
        assertThatThrownBy(() -> extract(snapshot, snapshot.length - 1))
                .isInstanceOfSatisfying(SnapshotTooLargeException.class, refused -> {
                    assertThat(refused.actualBytes()).isEqualTo(snapshot.length);
                    assertThat(refused.limitBytes()).isEqualTo(snapshot.length - 1);
                });
        assertThat(target).isEmptyDirectory();
        assertThat(extract(snapshot, snapshot.length)).isEqualTo(ofSource());
    }

    @ParameterizedTest
    @ValueSource(strings = {"../out", "/etc/passwd", "a/../../out", "a//b", "", ".", "a\\b"})
    void noPathLeadsOut(String path) {
        assertThatThrownBy(() -> header(new SnapshotHeader.File(path, 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anotherVersionAndOtherFilesAreToldApart() {
        byte[] newer = {(byte) 0x89, 'C', 'V', 'S', 'N', 'A', 'P', '\n', 0, 0, 0, 2, 0, 0, 0, 0};
        assertThatThrownBy(() -> extract(newer, NO_LIMIT)).hasMessage("it has format 2; this version reads format 1"
                + " only");
        assertThatThrownBy(() -> extract("<html>".getBytes(StandardCharsets.UTF_8), NO_LIMIT))
                .hasMessageContaining("does not begin as a snapshot");
    }

    @Test
    void aFileThatIsShorterThanTheHeaderSaysEndsTheWriting() {
        SnapshotHeader wrong = header(new SnapshotHeader.File("CURRENT", 12));
        assertThatThrownBy(() -> new SnapshotWriter(wrong, source, SnapshotWriter.Pace.NONE)
                        .write(new ByteArrayOutputStream(), () -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("CURRENT");
    }
}
