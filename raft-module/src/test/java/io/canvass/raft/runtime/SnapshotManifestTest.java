package io.canvass.raft.runtime;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.canvass.raft.core.Bytes;
import io.canvass.raft.runtime.SnapshotManifest.FileEntry;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SnapshotManifestTest {
    private static final SnapshotManifest SOUND = new SnapshotManifest(List.of(
            new FileEntry("CURRENT", 16, 5), new FileEntry("a/b/000012.sst", 1L << 40, -1), new FileEntry("z", 0, 0)));

    @Test
    void aManifestComesBackAsItWas() throws BrokenSnapshotException {
        assertThat(SnapshotPart.decode(SnapshotPart.encode(SOUND))).isEqualTo(new SnapshotPart.Manifest(SOUND));
        assertThat(SOUND.totalBytes()).isEqualTo((1L << 40) + 16);
        SnapshotManifest none = new SnapshotManifest(List.of());
        assertThat(SnapshotPart.decode(SnapshotPart.encode(none))).isEqualTo(new SnapshotPart.Manifest(none));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/etc/passwd",
                "..",
                ".",
                "../a",
                "a/..",
                "a/../b",
                "a/./b",
                "a//b",
                "a/",
                "a\\b",
                "a\0b",
                "a\nb",
                "1/2/3/4/5/6/7/8/9"
            })
    void aPathThatIsNotPlainlyBelowTheDirectoryIsRefused(String path) {
        assertRefused("at such a path", path);
    }

    @Test
    void aPathThatIsTooLongOrNoTextIsRefused() {
        assertRefused("at such a path", "a".repeat(SnapshotManifest.MAX_PATH_BYTES + 1));
        byte[] path = {'a', (byte) 0xff};
        ByteBuffer raw = ByteBuffer.allocate(100).putInt(1).putShort((short) 2).put(path).putLong(1).putInt(0).flip();
        assertThatThrownBy(() -> SnapshotManifest.decode(raw))
                .isInstanceOf(BrokenSnapshotException.class)
                .hasMessageContaining("at such a path");
    }

    @Test
    void aNameThatIsThereTwiceIsRefused() {
        assertRefused("is twice", "a", "b", "a");
        assertRefused("below another file", "a", "a/b");
        assertRefused("below another file", "a/b/c", "a/b/c/d");
    }

    @Test
    void moreFilesThanAreTakenAreRefused() {
        String[] paths = new String[SnapshotManifest.MAX_FILES + 1];
        for (int i = 0; i < paths.length; i++) {
            paths[i] = "f" + i;
        }
        assertRefused("at most " + SnapshotManifest.MAX_FILES, paths);
    }

    @Test
    void sizesThatCannotBeAreRefused() {
        assertRefusedSize(-1, 0, "has -1 bytes");
        assertRefusedSize(0, 5, "has a checksum");
        ByteBuffer raw = ByteBuffer.allocate(100).putInt(2);
        put(raw, "a", Long.MAX_VALUE, 1);
        put(raw, "b", 1, 1);
        assertThatThrownBy(() -> SnapshotManifest.decode(raw.flip()))
                .isInstanceOf(BrokenSnapshotException.class)
                .hasMessageContaining("than can be counted");
    }

    private static void assertRefusedSize(long size, int checksum, String why) {
        ByteBuffer raw = ByteBuffer.allocate(100).putInt(1);
        put(raw, "a", size, checksum);
        assertThatThrownBy(() -> SnapshotManifest.decode(raw.flip()))
                .isInstanceOf(BrokenSnapshotException.class)
                .hasMessageContaining(why);
    }

    /** As a sender writes it that does not look at what it sends. */
    private static void assertRefused(String why, String... paths) {
        int size = Integer.BYTES;
        for (String path : paths) {
            size += 100 + path.length() * 4;
        }
        ByteBuffer raw = ByteBuffer.allocate(size).putInt(paths.length);
        for (String path : paths) {
            put(raw, path, 1, 7);
        }
        assertThatThrownBy(() -> SnapshotManifest.decode(raw.flip()))
                .isInstanceOf(BrokenSnapshotException.class)
                .hasMessageContaining(why);
    }

    private static void put(ByteBuffer raw, String path, long size, int checksum) {
        byte[] utf8 = path.getBytes(StandardCharsets.UTF_8);
        raw.putShort((short) utf8.length).put(utf8).putLong(size).putInt(checksum);
    }

    @Property(tries = 1000)
    void arbitraryBytesAreAPartOrABrokenOneAndNothingElse(@ForAll byte[] bytes) {
        decodesOrIsBroken(Bytes.wrap(bytes));
    }

    @Property(tries = 500)
    void anyByteThatIsChangedIsNoticed(@ForAll int position, @ForAll byte value) {
        byte[] part = SnapshotPart.encode(SOUND).array().clone();
        int at = Math.floorMod(position, part.length);
        boolean changed = part[at] != value;
        part[at] = value;
        assertThat(decodesOrIsBroken(Bytes.wrap(part))).isEqualTo(!changed);
    }

    @Property(tries = 500)
    void anyContentUnderARightChecksumIsAManifestOrABrokenOne(@ForAll byte[] bytes) {
        List<Integer> seen = new ArrayList<>();
        try {
            seen.add(SnapshotManifest.decode(ByteBuffer.wrap(bytes)).files().size());
        } catch (BrokenSnapshotException e) {
            assertThat(e).message().isNotBlank();
        }
        assertThat(seen).allMatch(files -> files <= bytes.length);
    }

    private static boolean decodesOrIsBroken(Bytes bytes) {
        try {
            return SnapshotPart.decode(bytes) != null;
        } catch (BrokenSnapshotException e) {
            assertThat(e).message().isNotBlank();
            return false;
        }
    }
}
