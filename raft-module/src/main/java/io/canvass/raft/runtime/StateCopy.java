package io.canvass.raft.runtime;

import java.nio.file.Path;
import java.util.List;

import io.canvass.raft.core.LogBase;

/** A copy of a replica's state that does not change, on the disk until it is closed. Safe for any thread. */
public interface StateCopy extends AutoCloseable {
    /** Where its files are. Nobody may write there. */
    Path directory();

    /** What it stands for: the last entry applied, which is committed, and the members in force there. */
    LogBase base();

    /** All of its files; their paths passed {@link SnapshotPaths#require}. */
    List<File> files();

    /** Removes it. A second call does nothing. */
    @Override
    void close();

    /**
     * @param path below {@link #directory}, names separated by {@code /}
     * @param size in bytes
     */
    record File(String path, long size) {}
}
