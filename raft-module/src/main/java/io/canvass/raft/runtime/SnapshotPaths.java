package io.canvass.raft.runtime;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which files a snapshot may consist of. Whoever writes paths that passed {@link #require} below a directory of its own
 * writes nowhere else.
 */
public final class SnapshotPaths {
    public static final int MAX_FILES = 16_384;
    public static final int MAX_PATH_BYTES = 512;
    static final int MAX_DEPTH = 8;

    private static final char FIRST_PRINTABLE = ' ';

    private SnapshotPaths() {}

    /**
     * @param paths names separated by {@code /}
     * @throws IllegalArgumentException if there are more than {@link #MAX_FILES}, or one is twice, below another,
     *     longer than {@link #MAX_PATH_BYTES} in UTF-8, or leads anywhere but down
     */
    public static void require(List<String> paths) {
        if (paths.size() > MAX_FILES) {
            throw new IllegalArgumentException(
                    "A snapshot of " + paths.size() + " files; at most " + MAX_FILES + " are taken");
        }
        Set<String> seen = new HashSet<>();
        for (String path : paths) {
            requireBelow(path);
            if (!seen.add(path)) {
                throw new IllegalArgumentException("The file " + path + " is twice in a snapshot");
            }
        }
        for (String path : paths) {
            requireNoFileAbove(path, seen);
        }
    }

    private static void requireBelow(String path) {
        String[] names = path.split("/", -1);
        boolean bad =
                names.length > MAX_DEPTH || path.getBytes(StandardCharsets.UTF_8).length > MAX_PATH_BYTES;
        for (String name : names) {
            bad |= name.isEmpty() || name.equals(".") || name.equals("..") || !isPlain(name);
        }
        if (bad) {
            throw new IllegalArgumentException("A snapshot has no file at such a path: '" + path + "'");
        }
    }

    private static boolean isPlain(String name) {
        return name.chars().allMatch(c -> c >= FIRST_PRINTABLE && c != '\\' && c != '\uFFFD' && c != 0x7f);
    }

    private static void requireNoFileAbove(String path, Set<String> files) {
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
            if (files.contains(path.substring(0, slash))) {
                throw new IllegalArgumentException("The file " + path + " of a snapshot is below another file");
            }
        }
    }
}
